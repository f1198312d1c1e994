"""The tables of a run as one Excel workbook, to read, sort and paste from."""

from .save import MOST_PAPERS_UNASKED, save_workbook

__all__ = ["MOST_PAPERS_UNASKED", "save_workbook"]
