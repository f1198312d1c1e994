"""Tidy frames for figures and pages: tables of a run joined, nothing new computed."""

from .groups import map_labels, symbols
from .papers import (
    best_evidence,
    compare_topics,
    date_label,
    date_labels,
    group_papers,
    map_places,
    map_points,
)
from .trends import chart_note, compare_shares, event_table, share_table, then_and_now_table

__all__ = [
    "best_evidence",
    "chart_note",
    "compare_shares",
    "compare_topics",
    "date_label",
    "date_labels",
    "event_table",
    "group_papers",
    "map_labels",
    "map_places",
    "map_points",
    "share_table",
    "symbols",
    "then_and_now_table",
]
