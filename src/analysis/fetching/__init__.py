"""Snapshots from the network: the only package that opens a connection.

It writes files that `papertide run` reads afterwards; no stage knows of it. `addresses` says where
it may go, `client` asks (politely, again where it is worth it), `body` reads answers within
limits, `parts` keeps them so that an interrupted fetch goes on, `files` writes the snapshot and
its manifest, `work` puts these together; `hf_daily`, `arxiv` and `dates` know their service.
Names load on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .arxiv import fetch_arxiv
    from .dates import fetch_dates
    from .files import Fetched
    from .hf_daily import fetch_hf_daily
    from .limits import Clock, Pace
    from .work import Where

_HOMES = {
    "Clock": "limits",
    "Fetched": "files",
    "Pace": "limits",
    "Where": "work",
    "fetch_arxiv": "arxiv",
    "fetch_dates": "dates",
    "fetch_hf_daily": "hf_daily",
}

__all__ = [
    "Clock",
    "Fetched",
    "Pace",
    "Where",
    "fetch_arxiv",
    "fetch_dates",
    "fetch_hf_daily",
]


def __getattr__(name: str) -> object:
    """Load the module that holds `name` when it is first asked for (PEP 562)."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
