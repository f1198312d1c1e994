from .dates_index import add_to_index
from .fill_dates import add_dates, missing_dates, read_dates
from .formats import FORMAT_NAMES
from .input_file import MAX_MB

__all__ = ["FORMAT_NAMES", "MAX_MB", "add_dates", "add_to_index", "missing_dates", "read_dates"]
