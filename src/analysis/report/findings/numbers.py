"""How the cells of tables are written in sentences: shares, ratios, spans of time, periods."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from analysis.base.english import count, period_words
from analysis.base.schema import FREQUENCIES
from analysis.figures.style import percent

_STRATA = {
    **dict.fromkeys(("category", "primary_category"), "categories"),
    **dict.fromkeys(("venue", "journal"), "venues"),
}


def share_text(share: float) -> str:
    """Return a share with its unit: 4.1 %, 18 %, under 0.1 %, over 99.9 %."""
    if 0 < share < 0.0005:
        return "under 0.1 %"
    if 0.9995 < share < 1:
        return "over 99.9 %"
    return f"{percent(share)} %"


def share_number(share: float) -> str:
    """Return a share without its unit, for the lower end of an interval."""
    return share_text(share).removesuffix(" %")


def fold_text(ratio: float) -> str:
    """Return a ratio with three digits, or whole from 10 on: 1.03, 4.2, 18."""
    return f"{ratio:.2f}" if ratio < 1.995 else times_text(ratio)


def times_text(ratio: float) -> str:
    """Return a ratio with one digit after the point, or whole from 10 on: 1.9, 18."""
    return f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:,.0f}"


def change_text(ratio: float) -> str:
    """Return by how many per cent a ratio lies above or below 1: 45 %, 8 %."""
    return f"{100 * abs(ratio - 1):.0f} %"


def change_number(ratio: float) -> str:
    """Return `change_text` without its unit."""
    return change_text(ratio).removesuffix(" %")


def span_text(years: float) -> str:
    """Return a time in months, or in years from two on: 9 months, 2.4 years."""
    years = abs(years)
    return count(max(round(12 * years), 1), "month") if years < 1.96 else f"{years:.1f} years"


def chance_text(probability: float) -> str:
    """Return how often something happens: 41 %, under 1 %, over 99 %."""
    if probability < 0.005:
        return "under 1 %"
    return "over 99 %" if probability > 0.995 else f"{100 * probability:.0f} %"


def signed(value: Any) -> str:
    """Return a number with its sign, with a true minus: +0.8, −0.3, 0.0."""
    text = f"{value:+}"
    return text.lstrip("+-") if not value else text.replace("-", "−")


def number_text(n: Any) -> str:
    """Return a whole number: 1,234."""
    return f"{int(n):,}"


def period_text(day: Any, *, freq: str) -> str:
    """Return a period in words by its first day: May 2024, the second quarter of 2024."""
    return period_words(pd.Timestamp(day).date(), freq=freq)


def strata_word(column: object) -> str:
    """Return what a column of `trends.standardised.STRATA` holds: categories, venues, sources."""
    return _STRATA.get(str(column), "sources")


FORMS: dict[str, Callable[[Any], str]] = {
    "number": number_text,
    "share": share_text,
    "share number": share_number,
    "fold": fold_text,
    "times": times_text,
    "change": change_text,
    "change number": change_number,
    "span": span_text,
    "chance": chance_text,
    **{freq: partial(period_text, freq=freq) for freq in FREQUENCIES},
}
"""How each kind of cell is written; the first day of a period under the name of its length."""
