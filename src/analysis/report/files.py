"""Everything of a run that is made to be looked at, written into its directory."""

from __future__ import annotations

from pathlib import Path

from ..runs import Run, tables_of
from .charts import write_charts
from .csv_tables import write_csv_tables
from .map_page import map_page
from .report_page import report_page


def write_pages(run: Run, folder: Path) -> None:
    """Write `map.html`, `report.html`, `charts/` (`charts.write_charts`) and `tables/` (CSV).

    Parameters
    ----------
    run : Run
        Whole but for its directory.
    folder : Path
        Exists; the files are written into it.
    """
    (folder / "map.html").write_text(map_page(run), encoding="utf-8")
    (folder / "report.html").write_text(report_page(run), encoding="utf-8")
    write_csv_tables(tables_of(run), folder / "tables")
    charts = folder / "charts"
    charts.mkdir()
    write_charts(run, charts)
