"""Memberships and dates to counts, denominators, shares and intervals, one row a group and period.

Every number here has a list of papers behind it: shares are whole papers over whole papers, on a
complete grid, and papers that cannot be placed in a period are counted by the choice of period.
"""

from .periods import PeriodChoice, choose_period, reference_day
from .shares import CONFIDENT_WEIGHT, trends, wilson

__all__ = [
    "CONFIDENT_WEIGHT",
    "PeriodChoice",
    "choose_period",
    "reference_day",
    "trends",
    "wilson",
]
