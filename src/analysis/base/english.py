"""Small pieces of English: counts with their nouns, lists, dates, periods, percentages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ORDINALS = ("first", "second", "third", "fourth")


def count(n: int, noun: str, *, plural: str = "") -> str:
    """Return a number with its noun: no papers, 1 paper, 1,234 papers."""
    if n == 1:
        return f"1 {noun}"
    return f"{f'{n:,}' if n else 'no'} {plural or noun + 's'}"


def verb(n: int, singular: str, plural: str) -> str:
    """Return the form of a verb that agrees with `n` things."""
    return singular if n == 1 else plural


def listing(items: Sequence[str]) -> str:
    """Join items with commas and a final "and"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def percent(part: int, whole: int) -> str:
    """Return a percentage: "under 1 %" rather than 0 %, "over 99 %" rather than 100 %."""
    value = 100 * part / whole
    if 0 < value < 1:
        return "under 1 %"
    if 99 < value < 100:
        return "over 99 %"
    return f"{value:.0f} %"


def sentence(text: str) -> str:
    """Return `text` with a capital first letter and a full stop at the end."""
    text = text.strip()
    if not text:
        return ""
    return capital(text) + ("" if text[-1] in ".!?…" else ".")


def capital(text: str) -> str:
    """Return `text` with a capital first letter and the rest unchanged."""
    return text[:1].upper() + text[1:]


def day_words(iso: str) -> str:
    """Return 2025-03-17 as 17 March 2025; 2025-03 as March 2025; anything else unchanged."""
    parts = iso.split("-")
    if len(parts) == 2 and parts[1].isdigit() and 1 <= int(parts[1]) <= 12:
        return f"{_MONTHS[int(parts[1]) - 1]} {parts[0]}"
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def number(value: object) -> float | None:
    """Return `value` as a finite float; None if it is missing or not a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None


def period_words(start: date, *, freq: str) -> str:
    """Return a period in words: May 2024, the second quarter of 2024, 2024.

    Parameters
    ----------
    start : date
        Its first day.
    freq : {"month", "quarter", "half-year", "year"}
    """
    if freq == "month":
        return f"{_MONTHS[start.month - 1]} {start.year}"
    if freq == "quarter":
        return f"the {_ORDINALS[(start.month - 1) // 3]} quarter of {start.year}"
    if freq == "half-year":
        return f"the {_ORDINALS[(start.month - 1) // 6]} half of {start.year}"
    return str(start.year)


def period_label(period: pd.Timestamp, *, freq: str) -> str:
    """Return the short name of a period: 2024-05, 2024 Q2, 2024 H1 or 2024."""
    if freq == "month":
        return f"{period.year}-{period.month:02d}"
    if freq == "quarter":
        return f"{period.year} Q{(period.month - 1) // 3 + 1}"
    if freq == "half-year":
        return f"{period.year} H{(period.month - 1) // 6 + 1}"
    return str(period.year)


def snapshot_words(day: str | None, *, iso: bool = False) -> str:
    """Return what a run analysed: snapshot of 17 March 2025, or snapshot of unknown date.

    Parameters
    ----------
    day : str or None
        The manifest's `snapshot_date`, ISO.
    iso : bool
        Keep the date in ISO form: snapshot of 2025-03-17.
    """
    return f"snapshot of {(day if iso else day_words(day)) if day else 'unknown date'}"
