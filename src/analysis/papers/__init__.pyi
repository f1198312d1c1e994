from .duplicates import duplicate_summary
from .same_paper import match_papers
from .snapshot import Snapshot, dropped_line, read_snapshot
from .union import PaperUnion, join_papers

__all__ = [
    "PaperUnion",
    "Snapshot",
    "dropped_line",
    "duplicate_summary",
    "join_papers",
    "match_papers",
    "read_snapshot",
]
