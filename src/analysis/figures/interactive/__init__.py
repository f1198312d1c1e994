"""Interactive figures, drawn with plotly.

All traces are SVG (`go.Scatter`, `go.Bar`): WebGL traces build code at run time, which the content
policy of the pages forbids. Text is escaped for plotly; links are http(s) only.
"""

from .changes import burst_timeline, then_and_now
from .heat import share_heatmap
from .maps import topic_map
from .shares import share_over_time

__all__ = ["burst_timeline", "share_heatmap", "share_over_time", "then_and_now", "topic_map"]
