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
from .shares import draw_paper_counts
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

    As `share_heatmap`, with numbers in the cells only if there is room; `title`, `top`, `note`,
    `columns`, the result and the errors are those of `print_share_over_time`.

    Parameters
    ----------
    shares : DataFrame
        From `share_table`.
    """
    with print_style([title or "", note, *map(str, shares["label"].unique())]):
        if shares.empty:
            return sentence_figure(NO_SHARES, title=title, columns=columns)
        heat = heat_of(shares, top=top)
        labels, inches = heat.groups["label"], 1.15 if columns == 1 else 2.2
        names = [fit_text(str(label), inches=inches, size=6.5, lines=2) for label in labels]
        heights = np.array([_ROW + _LINE * name.count("\n") for name in names])
        room = float(_KEY + heights.sum() + _GAP + _BARS + _TICKS)
        notes = [*heat_notes(shares, heat), note]
        made = new_sheet(room, title=title, notes=notes, columns=columns)
        _draw(made, heat, shares, names=names, heights=heights)
        return made.figure


def _draw(
    made: Sheet, heat: Heat, shares: pd.DataFrame, *, names: list[str], heights: np.ndarray
) -> None:
    left = max(0.68, 0.14 + max(text_width(name, size=6.5) for name in names))
    width = made.width - left - 0.1
    tall = float(heights.sum())
    axes = made.panel(left, _TICKS + _BARS + _GAP, width, tall)
    edges = np.concatenate([[0.0], np.cumsum(heights)])
    n_columns = len(heat.periods)
    edge: dict[str, Any] = {"edgecolors": "white", "linewidth": 0.4}
    if width / n_columns < _LEAST_CELL:
        edge = {"edgecolors": "face", "linewidth": 0.1}  # gaps would be wider than cells
    level = np.ma.masked_invalid(heat.level)
    x = np.arange(n_columns + 1) - 0.5
    axes.pcolormesh(x, edges, level, cmap=color_map(), vmin=0, vmax=1, **edge)
    axes.set_xlim(-0.5, n_columns - 0.5)
    axes.set_ylim(edges[-1], 0)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    middles = (edges[:-1] + edges[1:]) / 2
    axes.set_xticks([])
    axes.set_yticks(middles, names, parse_math=False, color=INK, linespacing=0.95)
    axes.tick_params(axis="y", pad=3, labelsize=6.5)
    for first, last in heat.partial_runs():
        box: dict[str, Any] = {"facecolor": "none", "edgecolor": GREY, "hatch": "////"}
        size = (last - first + 1, edges[-1])
        axes.add_patch(Rectangle((first - 0.5, 0), *size, linewidth=0, **box))
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
    style: dict[str, Any] = {"fontsize": _NUMBER, "ha": "center", "va": "center_baseline"}
    for place, middle in enumerate(middles):
        for column, word in enumerate(heat.words[place]):
            if word:
                axes.text(column, middle, word, color=ink_on(heat.level[place, column]), **style)


def _draw_foot(made: Sheet, shares: pd.DataFrame, *, left: float, width: float) -> None:
    axes = made.panel(left, _TICKS, width, _BARS)
    draw_paper_counts(axes, shares, inches=width)
    labelled = tick_rows(shares, limit=max(2, int(width / 0.6)))
    axes.set_xlim(-0.5, shares["period"].nunique() - 0.5)
    axes.set_xticks(labelled.index.to_numpy(), labelled["period_label"].tolist(), parse_math=False)
    style = {"fontsize": 6.5, "color": MUTED, "ha": "right", "va": "center"}
    made.write(left - 0.3, _TICKS + _BARS / 2, "papers", **style)


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
