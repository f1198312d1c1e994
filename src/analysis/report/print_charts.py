"""The print charts of a run: which ones there are, and in which file formats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.base.english import count, snapshot_words
from analysis.base.schema import KINDS
from analysis.figures.frames import (
    chart_note,
    event_table,
    map_places,
    share_table,
    then_and_now_table,
)
from analysis.figures.frames.groups import map_labels
from analysis.figures.printed import (
    print_burst_timeline,
    print_share_heatmap,
    print_share_over_time,
    print_then_and_now,
    print_topic_map,
    save_figure,
)
from analysis.runs import Run

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


def write_charts(run: Run, folder: Path, *, formats: Sequence[str] | None = None) -> None:
    """Draw the charts of a run for print.

    For each kind of group that has trends: `share-by-KIND` (SVG and PNG at 300 dpi),
    `heatmap-KIND`, `then-and-now-KIND` if there are two full periods, `bursts-KIND` if there are
    any (SVG each); the map, if there is one, as SVG and PDF. For other formats and one-column
    figures use `analysis.print_share_over_time` and the like, and `save_figure`.

    Parameters
    ----------
    run : Run
    folder : Path
        An existing folder; the files are written into it.
    formats : sequence of str, optional
        Values of `FORMATS` that every chart is saved as, instead of the ones above.
    """
    for kind in KINDS:
        _write_kind(run, folder, kind=kind, formats=formats)
    points = map_places(run)
    if len(points):
        snapshot = snapshot_words(run.manifest["snapshot_date"], iso=True)
        subtitle = f"{count(len(points), 'paper')}, {snapshot}"
        figure = print_topic_map(points, map_labels(run), title="Topic map", subtitle=subtitle)
        _save(figure, folder / "map", formats=formats or ("svg", "pdf"), dpi=MAP_DPI)


def _write_kind(run: Run, folder: Path, *, kind: str, formats: Sequence[str] | None) -> None:
    shares = share_table(run, kind=kind)
    if shares.empty:
        return
    note = chart_note(run)
    events = event_table(run, kind=kind)
    share = print_share_over_time(
        shares, title=f"Share of papers by {kind}", top=MOST_PANELS, events=events, note=note
    )
    _save(share, folder / f"share-by-{kind}", formats=formats or ("svg", "png"))
    heat = print_share_heatmap(shares, title=f"Share of papers by {kind}", note=note)
    _save(heat, folder / f"heatmap-{kind}", formats=formats or ("svg",))
    changes = then_and_now_table(run, kind=kind)
    if len(changes):
        slopes = print_then_and_now(
            changes, title=f"Share of papers by {kind}, then and now", note=note
        )
        _save(slopes, folder / f"then-and-now-{kind}", formats=formats or ("svg",))
    if len(events):
        bursts = print_burst_timeline(events, title=f"Bursts and changes by {kind}", note=note)
        _save(bursts, folder / f"bursts-{kind}", formats=formats or ("svg",))


def _save(figure: Figure, path: Path, *, formats: Sequence[str], dpi: int = PNG_DPI) -> None:
    for suffix in dict.fromkeys(formats):
        fine = PNG_DPI if suffix == "png" else dpi
        save_figure(figure, path.with_name(f"{path.name}.{suffix}"), dpi=fine)
