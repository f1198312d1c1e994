"""What a run says, in sentences for notebooks: Markdown whose numbers come from the tables.

Every function returns plain Markdown in which each text of the input is escaped
(`text.for_markdown`), for `IPython.display.Markdown` or any other place that reads Markdown.
"""

from .changes import describe_changes
from .groups import describe_group, describe_map
from .power import describe_power
from .runs import describe_dates, describe_run
from .shares import describe_periods, describe_shares
from .topics import describe_topics
from .verdicts import describe_verdicts

__all__ = [
    "describe_changes",
    "describe_dates",
    "describe_group",
    "describe_map",
    "describe_periods",
    "describe_power",
    "describe_run",
    "describe_shares",
    "describe_topics",
    "describe_verdicts",
]
