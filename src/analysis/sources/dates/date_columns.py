"""Columns of dates: parsed, combined from several columns, and the dates refused, with why."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pandas as pd

from analysis.base.escaping import clean, first_lines

from .parsing import BEFORE, EARLIEST, LATER, MONTHS, RANK, Parsed, parse_date


def parse_dates(values: pd.Series, *, latest: date) -> pd.DataFrame:
    """Read a column of dates.

    Parameters
    ----------
    values : Series
        Texts, numbers, dates or timestamps; null for none.
    latest : date
        Later dates are refused, like those before 1900.

    Returns
    -------
    DataFrame
        Same index: `date` datetime64[us] (null where unknown), `precision` "day" | "month" |
        "year" (null likewise), `problem` str (why refused; null where read or missing) and
        `text` str (what was read, cleaned).
    """
    texts = date_texts(values)
    codes, uniques = pd.factorize(texts)
    parsed = [_plausible(parse_date(text), latest=latest) for text in uniques]
    parsed.append((None, None, None))  # code -1, a missing value, finds the last entry
    days = np.array([day for day, _, _ in parsed], dtype="datetime64[us]")
    columns = {
        "date": pd.Series(days[codes], index=values.index),
        "precision": _strings([p for _, p, _ in parsed], codes=codes, index=values.index),
        "problem": _strings([p for _, _, p in parsed], codes=codes, index=values.index),
        "text": texts,
    }
    return pd.DataFrame(columns)


def no_dates(index: pd.Index) -> pd.DataFrame:
    """Return what `parse_dates` gives for a column without values."""
    nothing = pd.Series(None, index=index, dtype="str")
    columns = dict.fromkeys(("precision", "problem", "text"), nothing)
    return pd.DataFrame({"date": nothing.astype("datetime64[us]"), **columns})


def date_texts(values: pd.Series) -> pd.Series:
    """Return a column of dates as texts: timestamps as their UTC day, null where there is none."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_convert("UTC")
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.dt.strftime("%Y-%m-%d").astype("str")
    if pd.api.types.is_float_dtype(values.dtype):
        texts = [None if value != value else f"{value:.10g}" for value in values.tolist()]
    else:
        texts = [
            clean(str(value))
            if isinstance(value, str | int | float | date) and value == value
            else None
            for value in values.tolist()
        ]
    return pd.Series(texts, index=values.index, dtype="str")


def _plausible(parsed: Parsed, *, latest: date) -> Parsed:
    day = parsed[0]
    if day is None:
        return parsed
    if day < EARLIEST:
        return None, None, BEFORE
    if day > latest:
        return None, None, LATER.format(latest=latest.isoformat())
    return parsed


def _strings(entries: list[str | None], *, codes: np.ndarray, index: pd.Index) -> pd.Series:
    return pd.Series(np.array(entries, dtype=object)[codes], index=index, dtype="str")


def combine_dates(known: pd.DataFrame, *, latest: date) -> pd.DataFrame:
    """Read the date of each row from whichever standard columns have one.

    The first of `published`, `year_month`, `month` (if it includes a year) and `year` with `month`
    that gives a date is used. A `published_precision` column, as in this program's own
    tables, makes a date coarser.

    Parameters
    ----------
    known : DataFrame
        Standard columns (see `columns.ALIASES`); left unchanged.
    latest : date
        As in `parse_dates`.

    Returns
    -------
    DataFrame
        As `parse_dates`; the problem is that of the first column with one, null if another column
        gave the date.
    """
    out = no_dates(known.index)
    for values in _date_columns(known):
        parsed = parse_dates(values, latest=latest)
        use = out["date"].isna() & (
            parsed["date"].notna() | (parsed["problem"].notna() & out["problem"].isna())
        )
        out = pd.DataFrame({name: out[name].mask(use, parsed[name]) for name in out})
    if "published_precision" in known:
        out = _coarser(out, stated=known["published_precision"])
    return out


def _date_columns(known: pd.DataFrame) -> list[pd.Series]:
    columns = [known[name] for name in ("published", "year_month") if name in known]
    if "month" in known:
        months = date_texts(known["month"]).fillna("").str.strip()
        with_year = months.where(months.str.contains(r"\d{4}"))
        columns.append(with_year)
        if "year" in known:
            columns.append(_year_and_month(known["year"], months=months))
    if "year" in known:
        columns.append(known["year"])
    return columns


def _year_and_month(years: pd.Series, *, months: pd.Series) -> pd.Series:
    numbers = months.str.replace(r"\.0$", "", regex=True)
    names = months.str.lower().str[:3].map({name: str(i + 1) for i, name in enumerate(MONTHS)})
    numbers = numbers.where(numbers.str.fullmatch(r"0?[1-9]|1[0-2]"), names)
    days = months.str.extract(r"^[A-Za-z]{3,9}\.? (\d{1,2})$", expand=False)
    numbers = numbers.where(days.isna(), numbers + "-" + days)
    years = date_texts(years).str.strip().str.replace(r"\.0$", "", regex=True)
    return years + "-" + numbers


def _coarser(parsed: pd.DataFrame, *, stated: pd.Series) -> pd.DataFrame:
    """Return dates with the precision that the rows themselves state, if that is coarser."""
    rank, stated_rank = parsed["precision"].map(RANK), stated.map(RANK)
    coarser = (stated_rank < rank).to_numpy()
    month = parsed["date"].dt.to_period("M").dt.to_timestamp().astype("datetime64[us]")
    year = parsed["date"].dt.to_period("Y").dt.to_timestamp().astype("datetime64[us]")
    first = month.where(stated_rank != RANK["year"], year)
    return parsed.assign(
        date=parsed["date"].mask(coarser, first),
        precision=parsed["precision"].mask(coarser, stated.astype("str")),
    )


def refused_line(problems: pd.Series, *, texts: pd.Series, what: str) -> str:
    """Return a line on the dates that were refused, with why; empty if there are none.

    Parameters
    ----------
    problems : Series of str
        Why each was refused; null for none.
    texts : Series of str
        What was read, same index.
    what : str
        What the dates are, such as "publication dates".

    Returns
    -------
    str
        Such as ``3 publication dates were not used: 2 not a date (such as "soon"), 1 ...``.
    """
    counts = Counter(problems.dropna())
    if not counts:
        return ""
    parts = []
    for problem, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        example = first_lines(min(texts.loc[problems.index[problems == problem]]), limit=40)
        parts.append(f'{count:,} {problem} (such as "{example}")')
    total = sum(counts.values())
    plural = what if total > 1 else what.removesuffix("s")
    return f"{total:,} {plural} {'were' if total > 1 else 'was'} not used: {', '.join(parts)}"
