"""How a period of time is named, the same in tables, figures and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""Months in a period, by its `freq`."""


def period_label(period: pd.Timestamp, *, freq: str) -> str:
    """Return the short name of a period: 2024-05, 2024 Q2, 2024 H1 or 2024."""
    if freq == "month":
        return f"{period.year}-{period.month:02d}"
    if freq == "quarter":
        return f"{period.year} Q{(period.month - 1) // 3 + 1}"
    if freq == "half-year":
        return f"{period.year} H{(period.month - 1) // 6 + 1}"
    return str(period.year)
