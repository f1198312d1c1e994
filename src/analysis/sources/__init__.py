"""Files and services in, rows of papers out.

`read_files.py` loads and unpacks files (`input_file.py`), decodes them (`texts/`) and calls the
reader of their format (`formats/`); `paper_rows.py` gives columns standard names (`columns.py`)
and clean values, without markup (`texts/`). `dates.py` parses dates, `fill_dates.py` dates papers
whose source gives no date, from files and from a local index (`dates_index.py`). `large/` filters
files that do not fit into memory, and `fetching/` asks services. Which records are one paper is
decided in `analysis.papers`.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
