from .arxiv import fetch_arxiv
from .dates import fetch_dates
from .files import FetchedFile
from .hugging_face import fetch_hf_daily
from .limits import Clock, Pace
from .session import FetchOptions

__all__ = [
    "Clock",
    "FetchOptions",
    "FetchedFile",
    "Pace",
    "fetch_arxiv",
    "fetch_dates",
    "fetch_hf_daily",
]
