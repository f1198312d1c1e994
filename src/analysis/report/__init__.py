"""From a run to what is sent around: the map page, the report page, charts, tables as CSV."""

from __future__ import annotations

from .csv_tables import write_csv_tables
from .map.page import map_page
from .page.report import report_page
from .write import write_pages

__all__ = ["map_page", "report_page", "write_csv_tables", "write_pages"]
