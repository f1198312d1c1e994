"""The topic map in a notebook: explore, search, filter and select papers, then use them in Python.

`view` is what a notebook calls, `widget` the map of `map.html` in a browser; the remaining modules
are functions on frames.
"""

from .view import View, explore

__all__ = ["View", "explore"]
