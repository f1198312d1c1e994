"""From a run to what is handed on: map page, report page, charts, tables, workbook, sentences.

Names load on first use.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
