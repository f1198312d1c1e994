from .dates.files import add_dates, missing_dates, read_dates
from .dates.index import add_to_index
from .files.input_file import MAX_MB
from .files.read_file import FORMATS

__all__ = ["FORMATS", "MAX_MB", "add_dates", "add_to_index", "missing_dates", "read_dates"]
