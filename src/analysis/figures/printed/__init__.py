"""Figures for print, drawn with matplotlib and without a browser.

Only `matplotlib.figure.Figure` is used, never pyplot, so that no global state changes and no window
opens. The style is based on matplotlib's defaults whatever a user's settings are: the same table
gives the same bytes.
"""

from .changes import print_burst_timeline, print_then_and_now
from .heat import print_share_heatmap
from .maps import print_topic_map
from .shares import print_share_over_time
from .sheet import save_figure

__all__ = [
    "print_burst_timeline",
    "print_share_heatmap",
    "print_share_over_time",
    "print_then_and_now",
    "print_topic_map",
    "save_figure",
]
