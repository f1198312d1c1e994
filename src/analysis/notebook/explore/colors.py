"""Colours and shapes of the points, and the legend."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.errors import InputError
from analysis.figures.style import GREY, SYMBOLS

OLD_TO_NEW = ("#c3d94e", "#5ec962", "#21918c", "#3b528b", "#7a3fa0")
MOST_KINDS = 12
_HUES = (
    *("#4269d0", "#d98200", "#d6452b", "#1a8a72", "#8a56c2", "#0f7fa8"),
    *("#b3428c", "#6b7f1d", "#a05a2c", "#5b6abf", "#2f9e44", "#c2255c"),
)
_GREY_PART = 0.03
_PLOTLY_SYMBOLS = {"circle": 0, "square": 1, "diamond": 2, "triangle-up": 5, "x": 4}


@dataclass(frozen=True)
class Entry:
    """One entry of the legend; `rows` are its papers, `group` the filter that a click sets."""

    label: str
    color: str
    symbol: str
    rows: NDArray[np.int64]
    group: str = ""


@dataclass(frozen=True)
class Coloring:
    """Colours of all points.

    Attributes
    ----------
    values : ndarray of float32, shape (n,)
        What `scale` maps to a colour; papers without a value are in its grey part.
    scale : list of (float, str)
        plotly's colour scale.
    low, high : float
        Values at the ends of the scale.
    symbols : ndarray of int8, shape (n,), or None
        plotly's numbers of shapes; None if all are circles.
    entries : list of Entry
        The legend; empty for a continuous colouring.
    ticks : list of (float, str)
        The marks of the colour bar; empty for a legend.
    title : str
    """

    values: NDArray[np.float32]
    scale: list[tuple[float, str]]
    low: float
    high: float
    symbols: NDArray[np.int8] | None
    entries: list[Entry] = field(default_factory=list)
    ticks: list[tuple[float, str]] = field(default_factory=list)
    title: str = ""


def colorings(papers: pd.DataFrame, *, extra: list[str]) -> list[str]:
    """Return what the papers can be coloured by: existing groups, dates, columns of the input."""
    kinds = [kind for kind in ("cluster", "topic") if papers[f"{kind}_id"].notna().any()]
    if "broader_id" in papers and papers["broader_id"].notna().any():
        kinds.insert(1, "broader")
    dates = ["date"] if papers["published"].notna().any() else []
    rest = [c for c in ("source", "first_run", *extra) if c in papers and _several(papers[c])]
    return [*kinds, *dates, *dict.fromkeys(rest)] or ["source"]


def coloring(papers: pd.DataFrame, *, color: str, allowed: list[str]) -> Coloring:
    """Return colours, shapes and legend of all papers (from `tables.view_papers`).

    Parameters
    ----------
    papers : DataFrame
    color : str
        One of `allowed`: "cluster", "broader", "topic", "date" or a column.
    allowed : list of str

    Raises
    ------
    InputError
        If `color` is not one of them.
    """
    if color not in allowed:
        raise InputError(
            f"color {color!r}", allowed=", ".join(allowed), next_step="choose one of these"
        )
    if color in ("cluster", "broader", "topic"):
        return _discrete(_group_entries(papers, kind=color), n=len(papers), title=color)
    column = papers["published" if color == "date" else color]
    types = pd.api.types
    is_number = types.is_numeric_dtype(column) and not types.is_bool_dtype(column)
    if is_number or types.is_datetime64_any_dtype(column):
        return _continuous(column, title=color)
    return _discrete(_kind_entries(column), n=len(papers), title=color)


def _several(values: pd.Series) -> bool:
    known = values.dropna()
    return bool(len(known)) and known.astype(str).nunique() > 1


def _group_entries(papers: pd.DataFrame, *, kind: str) -> list[Entry]:
    entries = []
    for number, (group, rows) in enumerate(papers.groupby(f"{kind}_id").indices.items()):
        first = papers.iloc[rows[0]]
        if kind == "broader":
            color = _HUES[number % len(_HUES)]
            symbol = SYMBOLS[number // len(_HUES) % len(SYMBOLS)]
        else:
            color, symbol = str(first[f"{kind}_color"]), str(first[f"{kind}_symbol"])
        entries.append(Entry(str(first[kind]), color, symbol, np.asarray(rows), str(group)))
    entries.sort(key=lambda entry: (-len(entry.rows), entry.group))
    rest = np.flatnonzero(papers[f"{kind}_id"].isna())
    missing = "no broader cluster" if kind == "broader" else f"no {kind}"
    return [*entries, Entry(missing, GREY, "circle", rest)] if len(rest) else entries


def _kind_entries(values: pd.Series) -> list[Entry]:
    texts = values.map(lambda v: ", ".join(map(str, v)) if isinstance(v, list) else str(v))
    texts = texts.where(values.notna())
    counts = texts.value_counts()
    most = sorted(counts.index, key=lambda name: (-counts[name], name))[:MOST_KINDS]
    entries = [
        Entry(name, _HUES[number], "circle", np.flatnonzero(texts == name))
        for number, name in enumerate(most)
    ]
    rest = np.flatnonzero(texts.notna() & ~texts.isin(most))
    if len(rest):
        entries.append(Entry(f"{len(counts) - len(most):,} others", "#7d8590", "circle", rest))
    if texts.isna().any():
        entries.append(Entry("unknown", GREY, "circle", np.flatnonzero(texts.isna())))
    return entries


def _discrete(entries: list[Entry], *, n: int, title: str) -> Coloring:
    colors = list(dict.fromkeys(entry.color for entry in entries)) or [GREY]
    values = np.zeros(n, dtype="float32")
    symbols = np.zeros(n, dtype="int8")
    for entry in entries:
        values[entry.rows] = colors.index(entry.color)
        symbols[entry.rows] = _PLOTLY_SYMBOLS[entry.symbol]
    n_colors = len(colors)
    scale = [((i + side) / n_colors, color) for i, color in enumerate(colors) for side in (0, 1)]
    shapes = symbols if symbols.any() else None
    return Coloring(values, scale, -0.5, len(colors) - 0.5, shapes, entries=entries, title=title)


def _continuous(column: pd.Series, *, title: str) -> Coloring:
    times = pd.api.types.is_datetime64_any_dtype(column)
    if times:
        days = column.to_numpy(dtype="datetime64[D]").astype("float64")
        values = np.where(column.isna(), np.nan, days)
    else:
        values = column.to_numpy(dtype="float64", na_value=np.nan)
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    high = high if high > low else low + 1
    ticks = np.linspace(low, high, 5)
    words = [str(np.datetime64(int(v), "D"))[:7] if times else f"{v:,.4g}" for v in ticks]
    missing = ~np.isfinite(values)
    start = low - _GREY_PART * (high - low) if missing.any() else low
    edge = (low - start) / (high - start)
    hues = [
        (edge + (1 - edge) * i / (len(OLD_TO_NEW) - 1), hue) for i, hue in enumerate(OLD_TO_NEW)
    ]
    grey = [(0.0, GREY), (edge, GREY)] if missing.any() else []
    return Coloring(
        np.where(missing, start, values).astype("float32"),
        [*grey, *hues],
        start,
        high,
        None,
        ticks=list(zip(map(float, ticks), words, strict=True)),
        title=title,
    )
