"""Clusters named in sentences so that their labels promise no more than they hold."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.base.english import listing
from analysis.clusters.labels.names import MIXED

from .facts import Facts
from .receipts import Key, Name, Part

LEVEL = 1.1
"""A share that ends within 10 % of where it began has not moved."""


def subject(key: Key, *, facts: Facts) -> list[Part]:
    """Return the subject of a sentence on a group.

    A label of several phrases is the name of a group of papers on any of them, and a mixed cluster
    is called one.
    """
    label = facts.labels[key]
    if key[0] in ("cluster", "broader") and label.startswith(MIXED):
        phrases = label.removeprefix(MIXED).split(", ")
        return ["The mixed cluster of papers on ", Name(key, listing(phrases))]
    if key[0] in ("cluster", "broader") and ", " in label:
        return ["The group ", Name(key, listing(label.split(", ")))]
    return [Name(key, label)]


def label_phrase(row: Any, *, facts: Facts) -> list[Part]:
    """Return how the words of a cluster's label moved, if they moved otherwise than the cluster.

    `row` is the cluster's verdict. Without it a reader takes the movement of a cluster for that of
    all papers that say its name.
    """
    if pd.isna(row.label_first) or not row.label_first > 0:
        return []
    ratio = row.label_last / row.label_first
    if (row.direction == "rising" and ratio >= LEVEL) or (
        row.direction == "falling" and ratio <= 1 / LEVEL
    ):
        return []
    receipt = facts.verdict_receipt((row.kind, row.group_id), "label_first", "label_last")
    return facts.phrase(
        " Its name alone would mislead: papers that say it, in the group or outside it, went from "
        "{label_first:share} to {label_last:share} of all papers{mark}.",
        receipt,
    )
