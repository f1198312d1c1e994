"""What differs between two runs: papers, groups, memberships and reported shares, counted.

Tables in, tables out; nothing here makes sentences (`report.change_words` does).
"""

from .between import Comparison, compare, compare_opened, of_its_parent
from .births import born, old_homes
from .counting import axis_of, changes, counted_papers, moves
from .history import has_left, restated, restated_by
from .pairing import first_seen, paper_changes, same_papers
from .series import line_of
from .shares import PrintedChange, printed_change, share_change, share_parts

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
