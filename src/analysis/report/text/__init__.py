"""A run in words: the sentences of the report and of notebooks, with numbers from the tables.

The sentences are written once, for a `markup.Target`: the report takes them as plain text and
escapes them in its templates, `describe_…` returns them as Markdown, in which each text of the
input is escaped (`escaping.for_markdown`).
"""

from .groups import describe_group, describe_map, describe_topics
from .run import describe_dates, describe_periods, describe_run
from .trends import (
    describe_changes,
    describe_newest,
    describe_power,
    describe_shares,
    describe_verdicts,
)

__all__ = [
    "describe_changes",
    "describe_dates",
    "describe_group",
    "describe_map",
    "describe_newest",
    "describe_periods",
    "describe_power",
    "describe_run",
    "describe_shares",
    "describe_topics",
    "describe_verdicts",
]
