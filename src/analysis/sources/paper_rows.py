"""The rows of one file: standard columns cleaned, further columns made safe to store and show."""

from __future__ import annotations

import json
import math
import re
from datetime import date, time
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from analysis.base.escaping import clean, first_lines, safe_url
from analysis.base.schema import TABLES

from .columns import standardise
from .dates import MISSING, combine_dates, refused_line
from .formats.records import Number, number, plain
from .ids import first_arxiv_ids, source_ids
from .texts.markup import plain_text, without_opening

PREFIX = "input_"
"""Put before a column name that a papers table uses itself."""

_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,14})")
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d{0,9})\.\d{1,9}")
_ARXIV_SHAPE = re.compile(r"\d{4}\.\d{4,5}")
_MAX_INT = 2**63 - 1


def paper_rows(
    frame: pd.DataFrame, *, listed: pd.DataFrame, source: str, latest: date
) -> tuple[pd.DataFrame, list[str]]:
    """Clean the rows of one file, and drop those without a title.

    Parameters
    ----------
    frame : DataFrame
        As it was read, with a title and an abstract column; left unchanged.
    listed : DataFrame
        Its listing dates, from `parse_dates`.
    source : str
        The reader's name.
    latest : date
        Later publication dates are refused.

    Returns
    -------
    rows : DataFrame
        `title`, `abstract`, `published`, `published_precision`, `listed`, `source`, `url`,
        `arxiv_id`, `source_id` (the source's own name for a paper; null if none), `aliases` (all
        such names, lists), then the further columns of the input, with their names made safe.
    refused : list of str
        Lines that count the dates not used.
    """
    known, extra = standardise(frame)
    dates = combine_dates(known, latest=latest)
    nothing = pd.Series(None, index=known.index, dtype="str")
    titles = _titles(known["title"])
    columns = {
        "title": titles,
        "abstract": _abstracts(known["abstract"], titles=titles),
        "published": dates["date"],
        "published_precision": dates["precision"],
        "listed": listed["date"],
        "source": pd.Series(source, index=known.index, dtype="str"),
        "url": known["url"].map(_url).astype("str") if "url" in known else nothing,
        "arxiv_id": first_arxiv_ids(known, names=("arxiv_id", "id", "doi", "url")),
        **_source_columns(known),
    }
    rows = pd.concat([pd.DataFrame(columns), tidy_names(extra)], axis=1)
    kept = rows["title"].notna()
    lines = [
        refused_line(dates["problem"][kept], texts=dates["text"], what="publication dates"),
        refused_line(listed["problem"][kept], texts=listed["text"], what="listing dates"),
    ]
    return rows[kept], [line for line in lines if line]


def _titles(values: pd.Series) -> pd.Series:
    longest = max(map(len, MISSING))
    texts = [
        text if text and (len(text) > longest or text.casefold() not in MISSING) else None
        for text in map(_text, values.tolist())
    ]
    return pd.Series(texts, index=values.index, dtype="str")


def _abstracts(values: pd.Series, *, titles: pd.Series) -> pd.Series:
    """Return abstracts as text; "N/A" and other placeholders are told and counted later."""
    texts = [
        without_opening(text, title=title if isinstance(title, str) else "") or None
        for text, title in zip(map(_text, values.tolist()), titles.tolist(), strict=True)
    ]
    return pd.Series(texts, index=values.index, dtype="str")


def _text(value: object) -> str:
    if isinstance(value, str):
        return clean(plain_text(value))
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return clean(plain_text(" ".join(value)))
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return ""
    return str(value)


def _url(value: object) -> str | None:
    return safe_url(value.strip() if isinstance(value, str) else value) or None


def _source_columns(known: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the source's own id of each row, and all its ids that are names, as lists."""
    source_id = pd.Series(None, index=known.index, dtype="str")
    aliases = []
    for name in ("id", "doi", "arxiv_id"):
        if name in known:
            aliases.append(source_ids(known[name]))
            source_id = source_id.fillna(aliases[-1])
    lists = [
        sorted({alias for alias in row if isinstance(alias, str)})
        for row in zip(*(column.tolist() for column in aliases), strict=True)
    ] or [[] for _ in range(len(known))]
    return {"source_id": source_id, "aliases": pd.Series(lists, index=known.index, dtype=object)}


def tidy_names(frame: pd.DataFrame) -> pd.DataFrame:
    """Give columns clean names, unique whatever their case and none of the papers table's own.

    `PREFIX` is put before names of the papers table, "_2", "_3" after repeated names; empty ones
    become "column".
    """
    reserved = set(TABLES["papers"].columns)
    taken: set[str] = set()
    names = []
    for raw in frame.columns:
        name = first_lines(clean(str(raw)), limit=80) or "column"
        if name.casefold() in reserved:
            name = PREFIX + name
        count, candidate = 2, name
        while candidate.casefold() in taken:
            candidate, count = f"{name}_{count}", count + 1
        names.append(candidate)
        taken.add(candidate.casefold())
    return frame.set_axis(names, axis=1)


def tidy_values(frame: pd.DataFrame) -> pd.DataFrame:
    """Give every column one type: bool, int64, float64 or str.

    Numbers with gaps become float64, other mixtures and bools with gaps text; dates become ISO
    texts, nested values JSON. Texts that are all numbers become numbers if nothing is lost.
    Columns without any value are left out; the rest is sorted by name. Names must be unique.
    """
    columns = {name: _typed(frame[name]) for name in sorted(frame.columns)}
    filled = {name: column for name, column in columns.items() if column.notna().any()}
    return pd.DataFrame(filled, index=frame.index)


def _typed(values: pd.Series) -> pd.Series:
    """Return a column in the narrowest of the four types that holds its values."""
    scalars = [scalar(value) for value in values.tolist()]
    texts = [value for value in scalars if isinstance(value, str)]
    kinds = {type(value) for value in scalars if value is not None}
    if kinds == {str} and (numbers := _numbers(texts)) is not None:
        kinds = {type(value) for value in numbers}
        remaining = iter(numbers)
        scalars = [None if value is None else next(remaining) for value in scalars]
    dtype = "str"
    if kinds <= {int, float}:
        dtype = "int64" if kinds == {int} and None not in scalars else "float64"
    elif kinds == {bool} and None not in scalars:
        dtype = "bool"
    elif kinds != {str}:
        scalars = [None if value is None else str(value) for value in scalars]
    return pd.Series(scalars, index=values.index, dtype=dtype)


def _numbers(texts: list[str]) -> list[int] | list[float] | None:
    """Return texts as numbers if all of them are, and would be written again as they were."""
    if all(_INTEGER.fullmatch(text) for text in texts):
        return [int(text) for text in texts]
    if any(_ARXIV_SHAPE.fullmatch(text) for text in texts):
        return None
    if all(_DECIMAL.fullmatch(text) and repr(float(text)) == text for text in texts):
        return [float(text) for text in texts]
    return None


def scalar(value: Any) -> str | int | float | bool | None:
    """Return a value as a scalar that every table format can hold; None for "no value"."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Number):
        value = number(value)
    if isinstance(value, str):
        return clean(value) or None
    if value is None or value is pd.NA or value is pd.NaT or isinstance(value, bool):
        return value if isinstance(value, bool) else None
    if isinstance(value, int):
        return value if -_MAX_INT <= value <= _MAX_INT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return clean(value.decode("utf-8", "replace")) or None
    if isinstance(value, date | time | Decimal):
        return str(value)
    if isinstance(value, list | tuple | dict | np.ndarray):
        return _json(value)
    return clean(str(value)) or None


def _json(value: Any) -> str | None:
    value = value.tolist() if isinstance(value, np.ndarray) else value
    try:
        return clean(json.dumps(plain(value), ensure_ascii=False, default=str)) if value else None
    except RecursionError:
        return None
