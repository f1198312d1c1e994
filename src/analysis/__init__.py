"""Papertide: topic maps and trend charts that stay comparable between snapshots.

Names load on first use (PEP 562), so that `import analysis` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .correcting import corrected_shares
    from .errors import InputError
    from .exploring import explore
    from .figures.interactive import (
        burst_timeline,
        share_heatmap,
        share_over_time,
        then_and_now,
        topic_map,
    )
    from .figures.printed import burst_timeline as print_burst_timeline
    from .figures.printed import save_figure
    from .figures.printed import share_heatmap as print_share_heatmap
    from .figures.printed import share_over_time as print_share_over_time
    from .figures.printed import then_and_now as print_then_and_now
    from .figures.printed import topic_map as print_topic_map
    from .pipeline import Settings, open_run, run
    from .reading import (
        describe_changes,
        describe_dates,
        describe_group,
        describe_map,
        describe_periods,
        describe_power,
        describe_run,
        describe_shares,
        describe_topics,
        describe_verdicts,
    )
    from .resources import default_topics, example_snapshot
    from .retelling import retold
    from .runs import Run
    from .topic_questions import score_topics, suggest_topics
    from .views import (
        chart_note,
        compare_shares,
        compare_topics,
        event_table,
        group_papers,
        map_points,
        share_table,
        then_and_now_table,
    )
    from .workbook import save_workbook

__version__ = "0.1.0"

_HOMES = {
    "InputError": ("errors", "InputError"),
    "Run": ("runs", "Run"),
    "Settings": ("pipeline", "Settings"),
    "burst_timeline": ("figures.interactive", "burst_timeline"),
    "chart_note": ("views", "chart_note"),
    "compare_shares": ("views", "compare_shares"),
    "compare_topics": ("views", "compare_topics"),
    "corrected_shares": ("correcting", "corrected_shares"),
    "default_topics": ("resources", "default_topics"),
    "describe_changes": ("reading", "describe_changes"),
    "describe_dates": ("reading", "describe_dates"),
    "describe_group": ("reading", "describe_group"),
    "describe_map": ("reading", "describe_map"),
    "describe_periods": ("reading", "describe_periods"),
    "describe_power": ("reading", "describe_power"),
    "describe_run": ("reading", "describe_run"),
    "describe_shares": ("reading", "describe_shares"),
    "describe_topics": ("reading", "describe_topics"),
    "describe_verdicts": ("reading", "describe_verdicts"),
    "event_table": ("views", "event_table"),
    "example_snapshot": ("resources", "example_snapshot"),
    "explore": ("exploring", "explore"),
    "group_papers": ("views", "group_papers"),
    "map_points": ("views", "map_points"),
    "open_run": ("pipeline", "open_run"),
    "print_burst_timeline": ("figures.printed", "burst_timeline"),
    "print_share_heatmap": ("figures.printed", "share_heatmap"),
    "print_share_over_time": ("figures.printed", "share_over_time"),
    "print_then_and_now": ("figures.printed", "then_and_now"),
    "print_topic_map": ("figures.printed", "topic_map"),
    "retold": ("retelling", "retold"),
    "run": ("pipeline", "run"),
    "save_figure": ("figures.printed", "save_figure"),
    "save_workbook": ("workbook", "save_workbook"),
    "score_topics": ("topic_questions", "score_topics"),
    "share_heatmap": ("figures.interactive", "share_heatmap"),
    "share_over_time": ("figures.interactive", "share_over_time"),
    "share_table": ("views", "share_table"),
    "suggest_topics": ("topic_questions", "suggest_topics"),
    "then_and_now": ("figures.interactive", "then_and_now"),
    "then_and_now_table": ("views", "then_and_now_table"),
    "topic_map": ("figures.interactive", "topic_map"),
}

__all__ = [
    "InputError",
    "Run",
    "Settings",
    "__version__",
    "burst_timeline",
    "chart_note",
    "compare_shares",
    "compare_topics",
    "corrected_shares",
    "default_topics",
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
    "event_table",
    "example_snapshot",
    "explore",
    "group_papers",
    "map_points",
    "open_run",
    "print_burst_timeline",
    "print_share_heatmap",
    "print_share_over_time",
    "print_then_and_now",
    "print_topic_map",
    "retold",
    "run",
    "save_figure",
    "save_workbook",
    "score_topics",
    "share_heatmap",
    "share_over_time",
    "share_table",
    "suggest_topics",
    "then_and_now",
    "then_and_now_table",
    "topic_map",
]


def __getattr__(name: str) -> object:
    """Load the module that holds `name` when it is first asked for."""
    if name in _HOMES:
        module, attribute = _HOMES[name]
        return getattr(import_module(f"{__name__}.{module}"), attribute)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
