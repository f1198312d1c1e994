"""Files and services in, records out.

A file is unpacked (`archives`), recognised (`detect`), read (one module per format in `formats/`),
and its columns get standard names (`columns`); texts are cleaned (`cleaning`), dates parsed
(`dates/`) and ids recognised (`ids`). What becomes a paper is decided in `analysis.papers`.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
