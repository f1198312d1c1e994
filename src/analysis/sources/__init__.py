"""Files and services in, records out.

A file is unpacked and recognised (`files/`), read (one module per format in `formats/`), and its
columns get standard names and clean values (`records/`); dates are parsed in `dates/`. Which
records are one paper is decided in `analysis.papers`.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
