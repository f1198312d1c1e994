"""The charts of a run for print, drawn with matplotlib, as the bytes of their files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analysis.base.english import count, snapshot_words
from analysis.base.schema import KINDS
from analysis.runs import Run

from .frames import chart_note, event_table, map_labels, map_places, share_table, then_and_now_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "png", "pdf")
"""File formats that a chart can be saved as."""

MOST_PANELS = 11
"""Groups in a share chart: with the panel for all papers they fill rows of three or four."""

PNG_DPI = 300

MAP_DPI = 220
"""Resolution of the points of a large map: at 15,000 papers a dot is four pixels wide, and writing
takes three quarters of the time needed at 300 dpi."""


def draw_charts(run: Run, *, formats: Sequence[str] | None = None) -> dict[str, bytes]:
    """Draw the charts of a run for print.

    For each kind of group that has trends: `share-by-KIND` (SVG and PNG at 300 dpi),
    `heatmap-KIND`, `then-and-now-KIND` if there are two full periods, `bursts-KIND` if there are
    any (SVG each); the map, if there is one, as SVG and PDF. For other formats and one-column
    figures use `analysis.print_share_over_time` and the like, and `save_figure`.

    Parameters
    ----------
    run : Run
    formats : sequence of str, optional
        Values of `FORMATS` that every chart is saved as, instead of the ones above.

    Returns
    -------
    dict of str to bytes
        Files by name.
    """
    from .printed.sheet import figure_bytes

    return {
        f"{name}.{suffix}": figure_bytes(
            figure, suffix=suffix, dpi=MAP_DPI if name == "map" and suffix != "png" else PNG_DPI
        )
        for name, figure, usual in _figures(run)
        for suffix in dict.fromkeys(formats or usual)
    }


def _figures(run: Run) -> Iterator[tuple[str, Figure, tuple[str, ...]]]:
    """Yield each chart's name, the chart, and the formats that it is usually saved as."""
    from .printed import print_topic_map

    for kind in KINDS:
        yield from _figures_of_kind(run, kind=kind)
    points = map_places(run)
    if len(points):
        snapshot = snapshot_words(run.manifest["snapshot_date"], iso=True)
        subtitle = f"{count(len(points), 'paper')}, {snapshot}"
        figure = print_topic_map(points, map_labels(run), title="Topic map", subtitle=subtitle)
        yield "map", figure, ("svg", "pdf")


def _figures_of_kind(run: Run, *, kind: str) -> Iterator[tuple[str, Figure, tuple[str, ...]]]:
    from .printed import (
        print_burst_timeline,
        print_share_heatmap,
        print_share_over_time,
        print_then_and_now,
    )

    shares = share_table(run, kind=kind)
    if shares.empty:
        return
    note = chart_note(run)
    events = event_table(run, kind=kind)
    title = f"Share of papers by {kind}"
    share = print_share_over_time(shares, title=title, top=MOST_PANELS, events=events, note=note)
    yield f"share-by-{kind}", share, ("svg", "png")
    yield f"heatmap-{kind}", print_share_heatmap(shares, title=title, note=note), ("svg",)
    changes = then_and_now_table(run, kind=kind)
    if len(changes):
        slopes = print_then_and_now(changes, title=f"{title}, then and now", note=note)
        yield f"then-and-now-{kind}", slopes, ("svg",)
    if len(events):
        bursts = print_burst_timeline(events, title=f"Bursts and changes by {kind}", note=note)
        yield f"bursts-{kind}", bursts, ("svg",)
