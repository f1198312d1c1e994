"""Everything of a run that is made to be looked at, written into its directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..figures.printed import save_figure, share_over_time, topic_map
from ..landmarks import map_labels
from ..runs import Run, tables_of
from ..schema import KINDS
from ..views import map_points, share_table
from ..workbook import save_workbook
from .csv_tables import write_csv_tables
from .map_page import map_page
from .report_page import report_page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHART_FORMATS = ("svg", "png", "pdf")
"""Files that a chart can be saved as."""

WORKBOOK = "papertide.xlsx"


def write_pages(
    run: Run,
    folder: Path,
    *,
    formats: Sequence[str] | None = None,
    csv_safe: bool = False,
    all_papers: bool = False,
) -> None:
    """Write `map.html`, `report.html`, `charts/` and `tables/` (CSV, one workbook).

    Shares are drawn as SVG and PNG; the map, where the run has one, as SVG and PDF.

    Parameters
    ----------
    run : Run
        Whole but for its directory.
    folder : Path
        Exists; the files are written into it.
    formats : sequence of str, optional
        Each of `CHART_FORMATS` that every chart is saved as, in place of the usual ones.
    csv_safe : bool
        As for `csv_tables.write_csv_tables`.
    all_papers : bool
        The workbook lists the papers however many there are.
    """
    (folder / "map.html").write_text(map_page(run), encoding="utf-8")
    (folder / "report.html").write_text(report_page(run), encoding="utf-8")
    write_csv_tables(tables_of(run), folder / "tables", safe=csv_safe)
    save_workbook(run, folder / "tables" / WORKBOOK, with_papers=all_papers or None)
    charts = folder / "charts"
    charts.mkdir()
    for kind in KINDS:
        shares = share_table(run, kind=kind)
        if shares.empty:
            continue
        figure = share_over_time(shares, title=f"Share of papers by {kind}", note=_source(run))
        _save(figure, charts / f"share-by-{kind}", formats=formats or ("svg", "png"))
    _write_map(run, charts, formats=formats or ("svg", "pdf"))


def _save(figure: Figure, path: Path, *, formats: Sequence[str]) -> None:
    for suffix in dict.fromkeys(formats):
        save_figure(figure, path.with_name(f"{path.name}.{suffix}"))


def _write_map(run: Run, charts: Path, *, formats: Sequence[str]) -> None:
    points = map_points(run)
    if points.empty:
        return
    taken = f"{len(points):,} papers, {_taken(run)}"
    figure = topic_map(points, map_labels(run), title="Topic map", subtitle=taken)
    _save(figure, charts / "map", formats=formats)


def _source(run: Run) -> str:
    return f"{run.manifest['counts']['dated']:,} dated papers, {_taken(run)}"


def _taken(run: Run) -> str:
    day = run.manifest["snapshot_date"]
    return f"snapshot of {day}" if day else "snapshot of unknown date"
