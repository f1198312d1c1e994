"""Everything of a run that is made to be looked at, written into its directory."""

from __future__ import annotations

from pathlib import Path

from ..figures.printed import save_figure, share_over_time, topic_map
from ..landmarks import map_labels
from ..runs import Run, tables_of
from ..schema import KINDS
from ..views import map_points, share_table
from .brief import brief
from .csv_tables import write_csv_tables
from .map_page import map_page
from .report_page import report_page


def write_pages(run: Run, folder: Path) -> None:
    """Write `map.html`, `report.html`, `brief.md`, `charts/` and `tables/` (CSV).

    Shares are drawn as SVG and PNG; the map, where the run has one, as SVG and PDF.

    Parameters
    ----------
    run : Run
        Whole but for its directory.
    folder : Path
        Exists; the files are written into it.
    """
    (folder / "map.html").write_text(map_page(run), encoding="utf-8")
    (folder / "report.html").write_text(report_page(run), encoding="utf-8")
    (folder / "brief.md").write_text(brief(run), encoding="utf-8")
    write_csv_tables(tables_of(run), folder / "tables")
    charts = folder / "charts"
    charts.mkdir()
    for kind in KINDS:
        shares = share_table(run, kind=kind)
        if shares.empty:
            continue
        figure = share_over_time(shares, title=f"Share of papers by {kind}", note=_source(run))
        for suffix in ("svg", "png"):
            save_figure(figure, charts / f"share-by-{kind}.{suffix}")
    _write_map(run, charts)


def _write_map(run: Run, charts: Path) -> None:
    points = map_points(run)
    if points.empty:
        return
    taken = f"{len(points):,} papers, {_taken(run)}"
    figure = topic_map(points, map_labels(run), title="Topic map", subtitle=taken)
    for suffix in ("svg", "pdf"):
        save_figure(figure, charts / f"map.{suffix}")


def _source(run: Run) -> str:
    return f"{run.manifest['counts']['dated']:,} dated papers, {_taken(run)}"


def _taken(run: Run) -> str:
    day = run.manifest["snapshot_date"]
    return f"snapshot of {day}" if day else "snapshot of unknown date"
