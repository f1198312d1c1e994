"""Figures for print, drawn with matplotlib and without a browser.

Only `matplotlib.figure.Figure` is used, never pyplot, so that nothing global changes and no window
opens. The style is matplotlib's default whatever a user's settings are: the same table gives the
same bytes.
"""

from .files import save_figure
from .maps import topic_map
from .shares import share_over_time

__all__ = ["save_figure", "share_over_time", "topic_map"]
