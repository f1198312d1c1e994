"""What differs between two runs: papers, groups, memberships and reported shares, counted.

Tables in, tables out; nothing here makes sentences (`report.change_words` does).
"""

from .causes import axis_of, changes, counted_papers, moves
from .comparison import Comparison, compare, compare_opened, of_its_parent
from .line_of_runs import line_of
from .new_clusters import born, old_homes
from .paper_changes import first_seen, paper_changes, same_papers
from .restated import has_left, restated, restated_by
from .share_parts import PrintedChange, printed_change, share_change, share_parts

__all__ = [
    "Comparison",
    "PrintedChange",
    "axis_of",
    "born",
    "changes",
    "compare",
    "compare_opened",
    "counted_papers",
    "first_seen",
    "has_left",
    "line_of",
    "moves",
    "of_its_parent",
    "old_homes",
    "paper_changes",
    "printed_change",
    "restated",
    "restated_by",
    "same_papers",
    "share_change",
    "share_parts",
]
