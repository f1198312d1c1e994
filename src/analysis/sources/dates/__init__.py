"""Dates as people write them: one text (`parse.py`), a column or a file (`columns.py`).

`fetched.py` reads from the manifest of a fetch the day from which its file holds all papers.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
