"""Shares over time with their intervals, for print."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .. import (
    GREY,
    MUTED,
    NO_SHARES,
    ONE_PANEL,
    PALE,
    axis_top,
    columns_for,
    darkened,
    notes,
    percent,
    periods_of,
    shown,
    tick_rows,
)
from .base import lines_of, sentence, settle, sheet, style

Groups = list[tuple[str, pd.DataFrame]]

_MARKERS = ("o", "s", "D", "^")
_PAPERS = "Papers per period"


def share_over_time(
    shares: pd.DataFrame, *, title: str | None = None, top: int = 12, note: str = ""
) -> Figure:
    """Draw each group's share of the papers of a period, with its 95 % interval, for print.

    Up to four groups share a panel, named at the ends of their lines; more of them get a panel
    each, on common axes, with the other groups' lines in grey behind. A last panel shows the
    papers of each period. Partial periods are hatched, their markers open, their lines dashed. A
    line has a gap where a period has no paper. Characters that no installed font of
    `FALLBACK_FONTS` can draw appear as `UNDRAWABLE`.

    Parameters
    ----------
    shares : DataFrame
        From `views.share_table`.
    title : str, optional
        Heading of the figure.
    top : int, default 12
        Groups drawn, first ones of the frame; the note names the others.
    note : str, optional
        A sentence added at the foot, such as the source.

    Returns
    -------
    matplotlib.figure.Figure
        7.2 inches wide. A sentence where the frame is empty.

    Raises
    ------
    InputError
        Where `top` is below 1.
    """
    with style([title or "", note, *map(str, shares["label"].unique())]):
        if shares.empty:
            return sentence(NO_SHARES, title=title)
        groups = shown(shares, top=top)
        foot = [*notes(shares, top=top), *([note] if note else [])]
        if len(groups) <= ONE_PANEL:
            figure = sheet(3.4, title=title, foot=" ".join(foot))
            _draw_one_panel(figure, shares, groups=groups)
            return settle(figure, passes=3)
        n_panels = len(groups) + 1
        n_rows = -(-n_panels // columns_for(n_panels))
        figure = sheet(1.3 * n_rows, title=title, foot=" ".join(foot))
        _draw_many_panels(figure, shares, groups=groups)
        return settle(figure)


def _draw_one_panel(figure: Figure, shares: pd.DataFrame, *, groups: Groups) -> None:
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[4.2, 1])
    limit = axis_top(pd.concat([rows for _, rows in groups]))
    for marker, (_, rows) in zip(_MARKERS, groups, strict=False):
        _draw_group(upper, rows, marker=marker, limit=limit)
    _set_share_axis(upper, limit=limit)
    _name_lines(upper, groups, limit=limit)
    _draw_papers(lower, shares)
    for axes in (upper, lower):
        _set_periods(axes, shares, ticks=9)
    upper.tick_params(labelbottom=False)


def _draw_many_panels(figure: Figure, shares: pd.DataFrame, *, groups: Groups) -> None:
    n_panels = len(groups) + 1
    columns = columns_for(n_panels)
    n_rows = -(-n_panels // columns)
    limit = axis_top(pd.concat([rows for _, rows in groups]))
    panels = figure.subplots(n_rows, columns, squeeze=False).flatten()
    for place, (axes, (label, rows)) in enumerate(zip(panels, groups, strict=False)):
        for _, other in groups:
            axes.plot(range(len(other)), other["share"], color=PALE, linewidth=0.6, zorder=1)
        _draw_group(axes, rows, marker="o", limit=limit)
        _set_share_axis(axes, limit=limit)
        axes.tick_params(labelleft=place % columns == 0)
        _set_heading(axes, label)
    _draw_papers(panels[n_panels - 1], shares)
    for place, axes in enumerate(panels):
        axes.set_visible(place < n_panels)
        _set_periods(axes, shares, ticks=4)
        axes.tick_params(labelbottom=place + columns >= n_panels)


def _draw_group(axes: Axes, rows: pd.DataFrame, *, marker: str, limit: float) -> None:
    color = rows["color"].iloc[0]
    share = rows["share"].to_numpy(dtype="float64")
    low, high = (rows[c].to_numpy(dtype="float64") for c in ("share_low", "share_high"))
    partial = rows["is_partial"].to_numpy(dtype=bool)
    places = np.arange(len(rows))
    axes.fill_between(places, low, high, color=color, alpha=0.17, linewidth=0, zorder=2)
    known = np.pad(~np.isnan(share), 1)
    alone = known[1:-1] & ~known[:-2] & ~known[2:]
    axes.vlines(
        places[alone], low[alone], high[alone], color=color, alpha=0.25, linewidth=4, zorder=2
    )
    size = 3.2 if len(rows) <= 40 else 0
    line = {"color": color, "linewidth": 1.3, "marker": marker, "zorder": 3, "clip_on": True}
    axes.plot(places, np.where(partial, np.nan, share), markersize=size, **line)
    start = max(0, int((~partial).sum()) - 1)
    axes.plot(places[start:], share[start:], **{**line, "linestyle": (0, (2, 1.5)), "marker": ""})
    axes.plot(
        places,
        np.where(partial, share, np.nan),
        **{**line, "linestyle": "", "clip_on": False},
        markersize=3.6,
        markerfacecolor="white",
        markeredgewidth=1,
    )
    for place in places[share > limit]:
        at = 0.93 * limit
        axes.plot([place], [at], marker="^", markersize=4, color=color, zorder=4)
        text = f"  {percent(share[place])} %"
        axes.text(place, at, text, fontsize=5.5, color=MUTED, va="center", parse_math=False)


def _set_share_axis(axes: Axes, *, limit: float) -> None:
    axes.set_ylim(0, limit)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))


def _set_periods(axes: Axes, shares: pd.DataFrame, *, ticks: int) -> None:
    periods = periods_of(shares)
    labelled = tick_rows(shares, limit=ticks)
    axes.set_xlim(-0.5, len(periods) - 0.5)
    axes.set_xticks(labelled.index.to_numpy(), labelled["period_label"].tolist(), parse_math=False)
    n_full = int((~periods["is_partial"]).sum())
    if n_full < len(periods):
        axes.axvspan(
            n_full - 0.5,
            len(periods) - 0.5,
            facecolor="none",
            edgecolor=PALE,
            hatch="////",
            linewidth=0,
            zorder=0,
        )


def _set_heading(axes: Axes, text: str) -> None:
    heading = lines_of(text, width=26, lines=2)
    axes.set_title(heading, loc="left", fontsize=7.5, fontweight="bold", pad=3, parse_math=False)


def _draw_papers(axes: Axes, shares: pd.DataFrame) -> None:
    periods = periods_of(shares)
    colors = [PALE if partial else GREY for partial in periods["is_partial"]]
    axes.bar(periods.index, periods["n_total"], width=0.7, color=colors, zorder=2)
    axes.set_ylim(0, 1.25 * max(1, periods["n_total"].max()))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=2, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}"))
    if len(periods) <= 12:
        for place, count in zip(periods.index, periods["n_total"], strict=True):
            where = {"ha": "center", "va": "bottom", "color": MUTED}
            axes.text(place, count, f"{count:,}", fontsize=6, parse_math=False, **where)
    _set_heading(axes, _PAPERS)


def _name_lines(axes: Axes, groups: Groups, *, limit: float) -> None:
    """Write each group's label at the end of its line, apart from one another."""
    ends = []
    for label, rows in groups:
        known = rows["share"].dropna()
        if len(known):
            ends.append((min(float(known.iloc[-1]), limit), label, rows["color"].iloc[0]))
    step = 0.11 * limit
    height = -step
    for share, label, color in sorted(ends):
        height = max(share, height + step)
        axes.annotate(
            lines_of(label, width=24, lines=2),
            xy=(1, share),
            xytext=(1.02, height),
            xycoords=("axes fraction", "data"),
            textcoords=("axes fraction", "data"),
            va="center",
            fontweight="bold",
            color=darkened(color),
            linespacing=1,
            annotation_clip=False,
            parse_math=False,
        )
