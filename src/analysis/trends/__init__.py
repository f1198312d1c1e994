"""Memberships and dates to counts, shares, confidence intervals, verdicts and events.

Every number is backed by a list of papers: shares are whole papers over whole papers in periods
without gaps, and the choice of period counts the papers that cannot be assigned to one.
"""

from analysis.base.schema import AXES

from .counts import CONFIDENT_WEIGHT, Counts, count_papers, manifest_entry
from .coverage import covered_since, gaps
from .events import find_events
from .newest import newest_period
from .period_choice import PeriodChoice, choose_period, reference_day
from .periods import listing_lag, papers_on_axis
from .shares import corrected_share, detection_power, power_figures, share_interval, trend_table
from .verdicts import verdict_table

__all__ = [
    "AXES",
    "CONFIDENT_WEIGHT",
    "Counts",
    "PeriodChoice",
    "choose_period",
    "corrected_share",
    "count_papers",
    "covered_since",
    "detection_power",
    "find_events",
    "gaps",
    "listing_lag",
    "manifest_entry",
    "newest_period",
    "papers_on_axis",
    "power_figures",
    "reference_day",
    "share_interval",
    "trend_table",
    "verdict_table",
]
