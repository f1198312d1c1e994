"""Dates as people write them: one text (`parse.py`), a column or a file (`columns.py`)."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
