"""The topic map in a notebook: look, search, filter, choose papers and go on with them in Python.

`state` and the modules beside it are pure functions on frames; `core` holds the state of a view,
`front` the widgets that change and follow it, `view` what a notebook calls.
"""

from .view import View, explore

__all__ = ["View", "explore"]
