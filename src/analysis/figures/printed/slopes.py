"""Shares then and now as slopes with their intervals, for print."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from .. import GREY, INK, MUTED, darkened
from ..slopes import LOOKS, NO_PAIR, ends_of, slope_notes, slope_rows, slope_words
from ..spread import spread
from .base import Sheet, fit, sentence, sheet, style
from .lines import set_share_axis

_LABEL = 0.118
_NUMBER = 0.42
_DASHES = {"solid": "-", "dashed": (0, (4, 2)), "dotted": (0, (1, 1.6))}


def then_and_now(
    changes: pd.DataFrame,
    *,
    title: str | None = None,
    top: int = 12,
    note: str = "",
    columns: int = 2,
) -> Figure:
    """Draw each group's share in the first and the last full period, joined by a line, for print.

    Both ends carry their 95 % interval and stand beside one another, so that none hides another.
    Each line has its label at its end: sign of the direction, share, label, fitted ratio with its
    90 % interval. Clear changes are broad, flat ones thin, unclear ones dashed, those with too few
    papers dotted. More than `slopes.IN_A_PANEL` groups get further panels.

    Parameters
    ----------
    changes : DataFrame
        From `views.then_and_now_table`.
    title : str, optional
        Heading of the figure.
    top : int, default 12
        Groups drawn, first ones of the frame; the note names the others.
    note : str, optional
        A sentence added at the foot, such as the source.
    columns : {1, 2}, default 2
        For one column of a page (3.5 inches wide) or for both (7.2 inches).

    Returns
    -------
    matplotlib.figure.Figure
        A sentence where the frame is empty.

    Raises
    ------
    InputError
        Where `top` is below 1 or `columns` neither 1 nor 2.
    """
    with style([title or "", note, *map(str, changes["label"].unique())]):
        if changes.empty:
            return sentence(NO_PAIR, title=title, columns=columns)
        rows = slope_rows(changes, top=top)
        foot = " ".join([*slope_notes(changes, rows), *([note] if note else [])])
        panels = [part for _, part in rows.groupby("panel")]
        inches = 2.9 if columns == 2 else 1.45
        words = [_labels(part, inches=inches, two_lines=columns == 1) for part in panels]
        heights = [max(1.2, 0.1 + sum(map(_height, each))) for each in words]
        made = sheet(sum(heights) + 0.45 * len(panels), title=title, foot=foot, columns=columns)
        top_edge = made.room
        for part, each, height in zip(panels, words, heights, strict=True):
            top_edge -= height + 0.45
            _draw(made, part, labels=each, bottom=top_edge + 0.4, height=height, right=inches)
        return made.figure


def _labels(rows: pd.DataFrame, *, inches: float, two_lines: bool) -> list[str]:
    found = []
    for row in rows.itertuples():
        ratio = slope_words(row)[2]
        label = fit(str(row.label), inches=inches, size=7, bold=True, lines=2)
        found.append(f"{label}\n{ratio}" if ratio else label)
    return found


def _height(label: str) -> float:
    return _LABEL * (label.count("\n") + 1) + 0.05


def _draw(
    made: Sheet, rows: pd.DataFrame, *, labels: list[str], bottom: float, height: float,
    right: float,
) -> None:  # fmt: skip
    left = 0.42 + _NUMBER
    width = made.width - left - right - _NUMBER - 0.38
    axes = made.panel(left, bottom, width, height)
    limit = 1.04 * float(rows[["share_then_high", "share_now_high"]].max().max())
    limit = limit if limit > 0 else 1.0
    _draw_slopes(axes, rows)
    axes.set_xlim(-0.04, 1.04)
    set_share_axis(axes, limit=limit)
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([0.06, 0.94], ends_of(rows), parse_math=False, linespacing=1.1)
    axes.tick_params(axis="y", pad=72 * _NUMBER - 6)
    for end, side, x in (("then", -1, 0.0), ("now", 1, 1.0)):
        sizes = [_height(label) for label in labels] if side > 0 else [0.11] * len(rows)
        places = spread(
            rows[f"share_{end}"].tolist(),
            sizes=[size / height * limit for size in sizes],
            low=-0.06 / height * limit,
            high=limit * (1 + 0.06 / height),
        )
        inch = 1.08 / width
        starts = rows[f"x_{end}"]
        leaders = [
            [(start, share), (x + side * 0.06 * inch, share), (x + side * 0.16 * inch, place)]
            for start, share, place in zip(starts, rows[f"share_{end}"], places, strict=True)
        ]
        axes.add_collection(
            LineCollection(leaders, colors=GREY, linewidths=0.4, zorder=1, clip_on=False),
            autolim=False,
        )
        for row, label, place in zip(rows.itertuples(), labels, places, strict=True):
            words = slope_words(row)
            look = {"va": "center", "parse_math": False, "clip_on": False}
            if side < 0:
                axes.text(x - 0.19 * inch, place, words[0], ha="right", fontsize=6.5, color=MUTED,
                          **look)  # fmt: skip
                continue
            axes.text(x + (0.12 + _NUMBER) * inch, place, words[1], ha="right", fontsize=6.5,
                      color=INK, **look)  # fmt: skip
            axes.text(
                x + (0.18 + _NUMBER) * inch, place, label, fontsize=7, color=darkened(row.color),
                linespacing=1.05, **look,
            )  # fmt: skip


def _draw_slopes(axes: Axes, rows: pd.DataFrame) -> None:
    for row in rows.itertuples():
        _, line, width = LOOKS[row.direction]
        axes.plot(
            [row.x_then, row.x_now], [row.share_then, row.share_now], color=row.color,
            linestyle=_DASHES[line], linewidth=width, marker="o", markersize=3.4,
            markeredgecolor="white", markeredgewidth=0.5, zorder=3, clip_on=False,
        )  # fmt: skip
    bars = [
        [(x, low), (x, high)]
        for end in ("then", "now")
        for x, low, high in zip(
            rows[f"x_{end}"], rows[f"share_{end}_low"], rows[f"share_{end}_high"], strict=True
        )
    ]
    axes.add_collection(
        LineCollection(
            bars, colors=2 * rows["color"].tolist(), linewidths=1.6, alpha=0.4, zorder=2
        ),
        autolim=False,
    )
    assert np.isfinite(rows[["share_then", "share_now"]].to_numpy()).all()
