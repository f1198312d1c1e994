"""Tidy frames for figures and pages: tables of a run joined, nothing new computed."""

from analysis.base.english import period_label

from .comparing import compare_shares, compare_topics
from .names import SYMBOLS, date_label, symbols
from .papers import best_evidence, group_papers, map_places, map_points
from .trends import chart_note, event_table, share_table, then_and_now_table

__all__ = [
    "SYMBOLS",
    "best_evidence",
    "chart_note",
    "compare_shares",
    "compare_topics",
    "date_label",
    "event_table",
    "group_papers",
    "map_places",
    "map_points",
    "period_label",
    "share_table",
    "symbols",
    "then_and_now_table",
]
