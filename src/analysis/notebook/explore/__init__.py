"""The topic map in a notebook: explore, search, filter and select papers, then use them in Python.

`view` is what a notebook calls, `core` the state of a view, `controls` and `widgets` what changes
and follows it in a browser, `map_figure` draws its `scene`; the others are functions on frames.
"""

from .view import View, explore

__all__ = ["View", "explore"]
