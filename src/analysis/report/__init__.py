"""From a run to what is sent around: the map page, the report page, charts, tables as CSV."""

from __future__ import annotations

from .csv_tables import write_csv_tables
from .files import write_pages
from .map_page import map_page
from .report_page import report_page

__all__ = ["map_page", "report_page", "write_csv_tables", "write_pages"]
