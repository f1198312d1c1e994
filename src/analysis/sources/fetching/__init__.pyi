from .arxiv.fetch import fetch_arxiv
from .dates import fetch_dates
from .files import Fetched
from .http.limits import Clock, Pace
from .hugging_face.daily import fetch_hf_daily
from .work import Where

__all__ = ["Clock", "Fetched", "Pace", "Where", "fetch_arxiv", "fetch_dates", "fetch_hf_daily"]
