"""Which unknown columns look like titles, abstracts and dates: only ever proposed, never taken."""

from __future__ import annotations

import re

import pandas as pd

from ..dates import date_texts, parse_dates

_ROWS = 200
_LATEST = pd.Timestamp("2200-01-01").date()
_WORD = re.compile(r"[^\W\d_]+")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LINK = re.compile(r"https?://|www\.|@|^10\.\d{4}", re.IGNORECASE)


def guess_columns(frame: pd.DataFrame) -> dict[str, str]:
    """Return the columns that look like "title", "abstract" and "date", as far as any does.

    Abstracts are long running text, titles short, of several words and hardly ever repeated, and
    no lists of names; dates are what `parse_dates` reads in most rows.
    """
    texts = {}
    for i in range(frame.shape[1]):
        column = frame.iloc[:_ROWS, i]
        values = [value for value in column.tolist() if isinstance(value, str) and value.strip()]
        texts[str(frame.columns[i])] = (column, values)
    found: dict[str, str] = {}
    prose = {name: _length(values) for name, (_, values) in texts.items() if _is_prose(values)}
    if prose:
        found["abstract"] = max(prose, key=lambda name: prose[name])
    titles = [n for n, (_, v) in texts.items() if n not in prose and _are_titles(v)]
    if titles:
        found["title"] = titles[0]
    others = (n for n in texts if n not in found.values())
    dates = [name for name in others if _are_dates(texts[name][0])]
    if dates:
        found["date"] = dates[0]
    return {name: found[name] for name in ("title", "abstract", "date") if name in found}


def _length(values: list[str]) -> float:
    """Return the mean length; characters of scripts without spaces count three times."""
    total = sum(len(value) + 2 * len(_WIDE.findall(value[:5000])) for value in values)
    return total / len(values) if values else 0


def _is_prose(values: list[str]) -> bool:
    if not values or _length(values) < 200 or len(set(values)) < 0.8 * len(values):
        return False
    wide = sum(len(_WIDE.findall(value[:2000])) for value in values)
    if wide > 0.3 * sum(len(value[:2000]) for value in values):
        return True
    words = [word for value in values for word in _WORD.findall(value[:2000])]
    small = sum(word.islower() for word in words)
    lists = sum(value.count(";") for value in values) > 4 * len(values)
    shouted = all(not any(c.islower() for c in value) for value in values)
    return not lists and (shouted or small > 0.75 * len(words))


def _are_titles(values: list[str]) -> bool:
    if not values or len(set(values)) < 0.9 * len(values) or not 15 <= _length(values) < 250:
        return False
    n = len(values)
    listed = sum(value.count(";") + value.count(",") for value in values)
    wide = sum(len(_WIDE.findall(value)) for value in values) > 4 * n
    worded = sum(len(_WORD.findall(value)) for value in values) >= 3 * n
    return (worded or wide) and listed < n and sum(bool(_LINK.search(v)) for v in values) < 0.2 * n


def _are_dates(column: pd.Series) -> bool:
    values = column.dropna()
    if pd.api.types.is_datetime64_any_dtype(values.dtype) and len(values):
        return True
    filled = date_texts(values).dropna()
    filled = filled[filled.str.strip() != ""]
    if not len(filled):
        return False
    dates = parse_dates(filled, latest=_LATEST)["date"]
    return bool((dates >= pd.Timestamp("1800-01-01")).mean() >= 0.8)
