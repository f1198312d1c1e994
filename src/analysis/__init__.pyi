from .base.errors import InputError
from .base.files import example_snapshot
from .figures.frames import (
    chart_note,
    compare_shares,
    compare_topics,
    event_table,
    group_papers,
    map_points,
    share_table,
    then_and_now_table,
)
from .figures.interactive import (
    burst_timeline,
    share_heatmap,
    share_over_time,
    then_and_now,
    topic_map,
)
from .figures.printed import (
    print_burst_timeline,
    print_share_heatmap,
    print_share_over_time,
    print_then_and_now,
    print_topic_map,
    save_figure,
)
from .notebook.explore import explore
from .notebook.topics import default_topics
from .pipeline.groups.divide import divide
from .pipeline.run import open_run, run
from .pipeline.settings import Settings
from .pipeline.topic_questions import corrected_shares, score_topics, suggest_topics
from .pipeline.trends import recount
from .report.text import (
    describe_changes,
    describe_dates,
    describe_group,
    describe_map,
    describe_newest,
    describe_periods,
    describe_power,
    describe_run,
    describe_shares,
    describe_topics,
    describe_verdicts,
)
from .report.workbook import save_workbook
from .runs import Run

__version__: str

__all__ = [
    "InputError",
    "Run",
    "Settings",
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
    "describe_newest",
    "describe_periods",
    "describe_power",
    "describe_run",
    "describe_shares",
    "describe_topics",
    "describe_verdicts",
    "divide",
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
    "recount",
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
