"""Rows of the groups table: clusters and topics side by side, each with a color of its own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .schema import conform

PALETTE = (
    "#1f77b4", "#d95f02", "#2ca02c", "#c23b4e", "#8a63b8", "#8c6d31", "#d670ae", "#4c5c6b",
    "#a3a61b", "#17a2b8", "#5a86d6", "#f0a13c", "#66a46c", "#e8837f", "#b59ad6", "#b0826b",
    "#7b4173", "#3d7f7a", "#c7b42e", "#6fb7d6",
)  # fmt: skip
"""Twenty colours that keep apart on white and black; further groups get another marker shape."""


def cluster_id(number: int) -> str:
    """Return the id of the n-th cluster of a series, n counted from 0: c0001 for 0."""
    return f"c{number + 1:04d}"


def group_rows(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return rows as a groups table; colors are dealt in order, status is "active"."""
    columns = ["kind", "group_id", "label", "description", "n_papers", "terms", "exemplars",
               "definition_hash", "parent_id"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    frame["parent_id"] = frame["parent_id"].where(frame["parent_id"].notna(), None)
    colors = [PALETTE[number % len(PALETTE)] for number in range(len(frame))]
    frame = frame.assign(color=colors, status="active", stability=np.nan)
    return conform(frame, name="groups")
