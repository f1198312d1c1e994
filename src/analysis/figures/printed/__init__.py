"""Figures for print, drawn with matplotlib and without a browser.

Only `matplotlib.figure.Figure` is used, never pyplot, so that nothing global changes and no window
opens. The style is matplotlib's default whatever a user's settings are: the same table gives the
same bytes.
"""

from .files import save_figure
from .heat import share_heatmap
from .maps import topic_map
from .shares import share_over_time
from .slopes import then_and_now
from .timeline import burst_timeline

__all__ = [
    "burst_timeline",
    "save_figure",
    "share_heatmap",
    "share_over_time",
    "then_and_now",
    "topic_map",
]
