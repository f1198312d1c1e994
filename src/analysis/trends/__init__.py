"""Memberships and dates to counts, shares, intervals and verdicts.

Every number here has a list of papers behind it: shares are whole papers over whole papers, on a
complete grid, and papers that cannot be placed in a period are counted by the choice of period.
"""

from ..schema import AXES
from .counts import CONFIDENT_WEIGHT, Counts, arrivals, count
from .events import events
from .grid import listing_lag, on_axis
from .intervals import share_interval
from .periods import PeriodChoice, choose_period, reference_day
from .power import corrected_share, detection_power, power_figures
from .shares import trend_table, trends
from .verdicts import verdicts

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
    "events",
    "listing_lag",
    "on_axis",
    "power_figures",
    "reference_day",
    "share_interval",
    "trend_table",
    "trends",
    "verdicts",
]
