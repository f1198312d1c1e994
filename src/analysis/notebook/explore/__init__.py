"""The topic map in a notebook: explore, search, filter and select papers, then use them in Python.

`view` is what a notebook calls, `core` the state of a view, `controls` and `widgets` what changes
and follows it in a browser; the other modules are mostly pure functions on frames.
"""

from .view import View, explore

__all__ = ["View", "explore"]
