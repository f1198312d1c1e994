"""Bytes in, papers table and drop report out.

The order, kept in `snapshot.py`: unpack (`archives.py`) -> read (one module a format, `read.py`) ->
standardise the column names (`columns.py`) -> clean the texts -> parse dates (`dates.py`) -> ids
(`ids.py`) -> duplicates (`merging.py`) -> dates files (`dates_files.py`) -> schema. Names load on
first use, so that importing this package loads no pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .dates_files import add_dates, missing_dates, read_dates
    from .dates_index import add_to_index
    from .merge_told import duplicates_told
    from .raw import MAX_MB
    from .read import FORMATS
    from .snapshot import Snapshot, dropped_line, read_snapshot

_HOMES = {
    "FORMATS": "read",
    "MAX_MB": "raw",
    "Snapshot": "snapshot",
    "add_dates": "dates_files",
    "add_to_index": "dates_index",
    "dropped_line": "snapshot",
    "duplicates_told": "merge_told",
    "missing_dates": "dates_files",
    "read_dates": "dates_files",
    "read_snapshot": "snapshot",
}

__all__ = [
    "FORMATS",
    "MAX_MB",
    "Snapshot",
    "add_dates",
    "add_to_index",
    "dropped_line",
    "duplicates_told",
    "missing_dates",
    "read_dates",
    "read_snapshot",
]


def __getattr__(name: str) -> object:
    """Load the module that holds `name` when it is first asked for (PEP 562)."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
