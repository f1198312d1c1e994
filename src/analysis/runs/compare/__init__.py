"""The differences between two runs: papers, groups, memberships and reported shares, counted.

Tables in, tables out; the sentences are made in `report.changes`.
"""

from .causes import axis_of, changes, counted_papers, moves
from .comparison import Comparison, compare, compare_opened, compare_with_parent
from .new_clusters import new_clusters, old_homes
from .paper_changes import PaperChanges, paper_changes, same_papers, with_first_runs
from .restated import has_left, restated_by_runs, restated_shares
from .share_parts import PrintedChange, printed_change, share_change, share_parts

__all__ = [
    "Comparison",
    "PaperChanges",
    "PrintedChange",
    "axis_of",
    "changes",
    "compare",
    "compare_opened",
    "compare_with_parent",
    "counted_papers",
    "has_left",
    "moves",
    "new_clusters",
    "old_homes",
    "paper_changes",
    "printed_change",
    "restated_by_runs",
    "restated_shares",
    "same_papers",
    "share_change",
    "share_parts",
    "with_first_runs",
]
