"""Interactive figures, drawn with plotly.

All traces are SVG (`go.Scatter`, `go.Bar`): WebGL traces build code at run time, which the content
policy of the pages forbids. Texts are escaped for plotly, links are http(s) only.
"""

from .maps import topic_map
from .shares import share_over_time

__all__ = ["share_over_time", "topic_map"]
