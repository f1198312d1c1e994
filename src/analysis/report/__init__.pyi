from .csv_tables import write_csv_tables
from .page.map import map_page
from .page.report import report_page
from .workbook import save_workbook
from .write import write_pages, write_report

__all__ = [
    "map_page",
    "report_page",
    "save_workbook",
    "write_csv_tables",
    "write_pages",
    "write_report",
]
