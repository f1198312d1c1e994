"""Shares of groups by period as a heatmap, for print."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..heat import Heat, heat_notes, heat_of
from ..shares import NO_SHARES, tick_rows
from ..style import GREY, INK, MUTED, RAMP, ink_on
from .share_parts import draw_paper_counts
from .sheet import Sheet, fit_text, new_sheet, print_style, sentence_figure, text_width

_ROW = 0.165
_LINE = 0.105
_TICKS, _BARS, _KEY, _GAP = 0.2, 0.42, 0.3, 0.08
_LEAST_CELL = 0.1
_NUMBER = 5.6


def print_share_heatmap(
    shares: pd.DataFrame,
    *,
    title: str | None = None,
    top: int = 40,
    note: str = "",
    columns: int = 2,
) -> Figure:
    """Draw shares as colours, one row per group and one column per period, for print.

    Groups that peaked early are at the top (`heat.heat_of`); the colour ramp is perceptually even,
    also in grey. Partial periods are hatched, periods without papers blank; bars below show the
    number of papers of each period. Up to `heat.NUMBERED` periods, cells show their share in
    percent if there is room.

    Parameters
    ----------
    shares : DataFrame
        From `share_table`.
    title : str, optional
        Heading of the figure.
    top : int, default 40
        Number of groups drawn, the first in the frame; the note names the others.
    note : str, optional
        A sentence added to the notes, such as the source.
    columns : {1, 2}, default 2
        For one column of a page (3.5 inches wide) or for both (7.2 inches).

    Returns
    -------
    matplotlib.figure.Figure
        A sentence in place of a chart if the frame is empty.

    Raises
    ------
    InputError
        If `top` is below 1 or `columns` is neither 1 nor 2.
    """
    with print_style([title or "", note, *map(str, shares["label"].unique())]):
        if shares.empty:
            return sentence_figure(NO_SHARES, title=title, columns=columns)
        heat = heat_of(shares, top=top)
        foot = " ".join([*heat_notes(shares, heat), *([note] if note else [])])
        room = 1.15 if columns == 1 else 2.2
        names = [
            fit_text(str(label), inches=room, size=6.5, lines=2) for label in heat.groups["label"]
        ]
        heights = np.array([_ROW + _LINE * name.count("\n") for name in names])
        panels = _KEY + heights.sum() + _GAP + _BARS + _TICKS
        made = new_sheet(float(panels), title=title, foot=foot, columns=columns)
        _draw(made, heat, shares, names=names, heights=heights)
        return made.figure


def _draw(
    made: Sheet, heat: Heat, shares: pd.DataFrame, *, names: list[str], heights: np.ndarray
) -> None:
    left = 0.14 + max(text_width(name, size=6.5) for name in names)
    left = max(left, 0.68)
    width = made.width - left - 0.1
    tall = float(heights.sum())
    axes = made.panel(left, _TICKS + _BARS + _GAP, width, tall)
    edges = np.concatenate([[0.0], np.cumsum(heights)])
    n_columns = len(heat.periods)
    edge: dict[str, Any] = {"edgecolors": "white", "linewidth": 0.4}
    if width / n_columns < _LEAST_CELL:
        edge = {"edgecolors": "face", "linewidth": 0.1}  # gaps would be wider than cells
    axes.pcolormesh(
        np.arange(n_columns + 1) - 0.5,
        edges,
        np.ma.masked_invalid(heat.level),
        cmap=color_map(),
        vmin=0,
        vmax=1,
        **edge,
    )
    axes.set_xlim(-0.5, n_columns - 0.5)
    axes.set_ylim(edges[-1], 0)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    middles = (edges[:-1] + edges[1:]) / 2
    axes.set_xticks([])
    axes.set_yticks(middles, names, parse_math=False, color=INK, linespacing=0.95)
    axes.tick_params(axis="y", pad=3, labelsize=6.5)
    for first, last in heat.partial_runs():
        axes.add_patch(
            Rectangle(
                (first - 0.5, 0),
                last - first + 1,
                edges[-1],
                facecolor="none",
                edgecolor=GREY,
                hatch="////",
                linewidth=0,
            )
        )
    _write_numbers(axes, heat, middles=middles, inches=width / n_columns)
    _draw_foot(made, shares, left=left, width=width)
    _draw_key(made, heat, left=left, width=width, bottom=_TICKS + _BARS + _GAP + tall)


def color_map() -> LinearSegmentedColormap:
    """Return `style.RAMP` as a colour map of matplotlib."""
    return LinearSegmentedColormap.from_list("papertide", RAMP)


def _write_numbers(axes: Axes, heat: Heat, *, middles: np.ndarray, inches: float) -> None:
    words = [word for row in heat.words for word in row if word]
    if not words or text_width(max(words, key=len), size=_NUMBER) + 0.04 > inches:
        return
    for place, middle in enumerate(middles):
        for column, word in enumerate(heat.words[place]):
            if word:
                axes.text(
                    column,
                    middle,
                    word,
                    fontsize=_NUMBER,
                    ha="center",
                    va="center_baseline",
                    color=ink_on(heat.level[place, column]),
                    parse_math=False,
                )


def _draw_foot(made: Sheet, shares: pd.DataFrame, *, left: float, width: float) -> None:
    axes = made.panel(left, _TICKS, width, _BARS)
    draw_paper_counts(axes, shares, inches=width)
    labelled = tick_rows(shares, limit=max(2, int(width / 0.6)))
    axes.set_xlim(-0.5, shares["period"].nunique() - 0.5)
    axes.set_xticks(labelled.index.to_numpy(), labelled["period_label"].tolist(), parse_math=False)
    made.write(
        left - 0.3, _TICKS + _BARS / 2, "papers", fontsize=6.5, color=MUTED, ha="right", va="center"
    )


def _draw_key(made: Sheet, heat: Heat, *, left: float, width: float, bottom: float) -> None:
    wide = min(1.6, width)
    axes = made.panel(left + width - wide, bottom + 0.19, wide, 0.08)
    axes.pcolormesh(np.linspace(0, 1, 49), [0, 1], np.linspace(0, 1, 48)[None], cmap=color_map())
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    levels = [level for level, _ in heat.key]
    axes.set_xticks(levels, [words for _, words in heat.key], parse_math=False)
    axes.tick_params(axis="x", length=2, pad=1.5, labelsize=5.5)
