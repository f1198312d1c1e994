"""Memberships and dates to counts, shares, intervals and verdicts.

Every number here has a list of papers behind it: shares are whole papers over whole papers, on a
complete grid, and papers that cannot be placed in a period are counted by the choice of period.
"""

from analysis.base.schema import AXES

from .counting.counts import CONFIDENT_WEIGHT, Counts, arrivals, count
from .counting.grid import listing_lag, on_axis
from .counting.intervals import share_interval
from .counting.periods import PeriodChoice, choose_period, reference_day
from .counting.shares import trend_table, trends
from .events.events import find_events
from .verdicts.power import corrected_share, detection_power, power_figures
from .verdicts.verdicts import verdict_table

__all__ = [
    "AXES",
    "CONFIDENT_WEIGHT",
    "Counts",
    "PeriodChoice",
    "arrivals",
    "choose_period",
    "corrected_share",
    "count",
    "detection_power",
    "find_events",
    "listing_lag",
    "on_axis",
    "power_figures",
    "reference_day",
    "share_interval",
    "trend_table",
    "trends",
    "verdict_table",
]
