"""Everything of a run that is made to be looked at, written into its directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analysis.runs import Run, tables_of

from .charts.printed import write_charts
from .csv_tables import write_csv_tables
from .findings.brief import brief
from .map.page import map_page
from .page.report import report_page
from .workbook import save_workbook

WORKBOOK = "papertide.xlsx"


def write_pages(
    run: Run,
    folder: Path,
    *,
    formats: Sequence[str] | None = None,
    csv_safe: bool = False,
    all_papers: bool = False,
) -> None:
    """Write `map.html`, `report.html`, `brief.md`, `charts/` and `tables/` (CSV, one workbook).

    Parameters
    ----------
    run : Run
        Whole but for its directory.
    folder : Path
        Exists; the files are written into it.
    formats : sequence of str, optional
        As for `charts.write_charts`.
    csv_safe : bool
        As for `csv_tables.write_csv_tables`.
    all_papers : bool
        The workbook lists the papers however many there are.
    """
    (folder / "map.html").write_text(map_page(run), encoding="utf-8")
    (folder / "report.html").write_text(report_page(run), encoding="utf-8")
    (folder / "brief.md").write_text(brief(run), encoding="utf-8")
    write_csv_tables(tables_of(run), folder / "tables", safe=csv_safe)
    save_workbook(run, folder / "tables" / WORKBOOK, with_papers=all_papers or None)
    charts = folder / "charts"
    charts.mkdir()
    write_charts(run, charts, formats=formats)
