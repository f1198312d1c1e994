"""Columns of dates: each text read once, several columns combined, what was refused counted."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import pandas as pd

from analysis.base.escaping import clean, first_lines

from .parse import BEFORE, Parsed, parse_date

EARLIEST = date(1900, 1, 1)
"""No snapshot is older."""

OLDEST = date(1500, 1, 1)
"""No paper is older."""

GRACE = timedelta(days=31)
"""A day may be this much later than its snapshot."""

AHEAD = timedelta(days=366)
"""A month or a year may be this much later than the last day allowed: journals date issues ahead.
"""

LATER = "later than {latest}"

RANK = {"year": 0, "month": 1, "day": 2}
"""Precisions, coarse to fine."""

_EXAMPLES = 3
_DIGIT, _LETTERS = re.compile(r"\d"), re.compile(r"[^\W\d_]+")
_SOURCES = [
    re.compile(form, re.IGNORECASE)
    for form in (
        r"date of publication:?\s*([^.;]{4,40})",  # Embase
        r"[.,;]\s*((?:19|20)\d{2}\s+[a-z]{3,9}\.?(?:-[a-z]{3,9})?(?:\s+\d{1,2})?)\s*(?:[;:.]|$)",
        r",\s*([a-z]{3,9}\.?(?:\s+\d{1,2},?)?\s+(?:19|20)\d{2})\s*(?:[;:.]|$)",
        r"\(((?:19|20)\d{2})\)\s*\d",
    )
]
"""Where the source of a paper, such as "Lancet (2019) 12:3. Date of Publication: 1 Mar 2019" or
"Lancet. 2019 Mar 5;12(3):1-2", has its date."""

_DTYPES = {"date": "datetime64[us]", "precision": "str", "problem": "str"}


def parse_dates(values: pd.Series, *, latest: date) -> pd.DataFrame:
    """Read a column of dates.

    Parameters
    ----------
    values : Series
        Texts, numbers, dates or timestamps; null for none.
    latest : date
        Later dates are refused (months and years from a year later on), like those before 1500.

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
    table = pd.DataFrame(parsed, columns=list(_DTYPES), dtype=object).astype(_DTYPES)
    return table.iloc[codes].set_axis(values.index).assign(text=texts)


def no_dates(index: pd.Index) -> pd.DataFrame:
    """Return what `parse_dates` gives for a column without values."""
    return pd.DataFrame(None, index=index, columns=[*_DTYPES, "text"]).astype(
        {**_DTYPES, "text": "str"}
    )


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
    day, precision, _ = parsed
    if day is None:
        return parsed
    if day < OLDEST:
        return None, None, BEFORE
    if day > (latest if precision == "day" else ahead(latest)):
        return None, None, LATER.format(latest=latest.isoformat())
    return parsed


def ahead(latest: date) -> date:
    """Return the last month or year that is allowed if `latest` is the last day."""
    return latest + min(AHEAD, date.max - latest)


def combine_dates(known: pd.DataFrame, *, latest: date) -> pd.DataFrame:
    """Read the date of each row from whichever standard columns have one.

    The first of these that gives a date is used: `published`, with the `year` where it has none
    itself ("JAN", "FEB 2"); `year_month`; `month`, likewise; the day or month in `citation`;
    `year`; `early_access`; the year in `citation`. A `published_precision` column, as in this
    program's own tables, makes a date coarser.

    Parameters
    ----------
    known : DataFrame
        Standard columns (see `columns.ALIASES`); left unchanged.

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
    columns = []
    for name in ("published", "year_month", "month"):
        if name in known and name != "month":
            columns.append(known[name])
        if name in known and name != "year_month":
            texts = date_texts(known[name]).str.replace(r"\.0$", "", regex=True)
            with_year = texts.str.contains(r"\d{4}").fillna(False)
            if name == "month":
                columns.append(texts.where(with_year))
            if "year" in known:
                columns.append(_year_and(texts.mask(with_year), years=known["year"]))
    cited = _cited_dates(known["citation"]) if "citation" in known else None
    if cited is not None:
        columns.append(cited.where(cited.str.len() > 4))
    columns += [known[name] for name in ("year", "early_access") if name in known]
    return columns if cited is None else [*columns, cited]


def _year_and(parts: pd.Series, *, years: pd.Series) -> pd.Series:
    """Return months or days without a year ("5", "JAN", "FEB 2") with the year of their row."""
    numbers = date_texts(years).str.strip().str.replace(r"\.0$", "", regex=True)
    numbered = parts.str.fullmatch(r"0?[1-9]|1[0-2]").fillna(False)
    return (parts + " " + numbers).where(numbered | parts.str.contains(r"[^\W\d_]").fillna(False))


def _cited_dates(citations: pd.Series) -> pd.Series:
    """Return the date in each source such as "Lancet. 2019 Mar 5;12(3):1-2"; null for none."""
    texts = date_texts(citations)
    codes, uniques = pd.factorize(texts)
    found = [next((m[1] for form in _SOURCES if (m := form.search(t))), None) for t in uniques]
    return pd.Series([found[code] if code >= 0 else None for code in codes], texts.index, "str")


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
    """Return a line on the dates that were refused; empty if there are none.

    `problems` says why (null for a date that was read), `texts` what was read. The line has an
    example of each of the commonest forms, such as ``3 publication dates were not used: 2 not a
    date (such as "soon" and "12~2014"), 1 ...``.
    """
    counts = Counter(problems.dropna())
    if not counts:
        return ""
    parts = [
        f"{n:,} {problem} (such as {_examples(texts.loc[problems.index[problems == problem]])})"
        for problem, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    total = sum(counts.values())
    plural = what if total > 1 else what.removesuffix("s")
    return f"{total:,} {plural} {'were' if total > 1 else 'was'} not used: {', '.join(parts)}"


def _examples(texts: pd.Series) -> str:
    """Quote one text of each of the commonest forms: digits and words stand for one another."""
    forms: dict[str, list[str]] = {}
    for text in texts:
        forms.setdefault(_LETTERS.sub("a", _DIGIT.sub("9", text)), []).append(text)
    common = sorted(forms.values(), key=lambda same: (-len(same), min(same)))[:_EXAMPLES]
    quoted = [f'"{first_lines(min(same), limit=40)}"' for same in common]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
