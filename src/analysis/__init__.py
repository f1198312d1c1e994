"""Papertide: topic maps and trend charts that stay comparable between snapshots.

Names load on first use, so that `import analysis` costs next to nothing.
"""

from __future__ import annotations

import lazy_loader

__version__ = "0.1.0"

__getattr__, _, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["__version__"]


def __dir__() -> list[str]:
    return sorted(__all__)
