"""Vectors to clusters: found from scratch or extended from run to run, with their labels."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
