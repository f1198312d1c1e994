"""Sentences on groups that rose, fell, stayed flat or are unclear; each number has a receipt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from .events import event_phrase
from .facts import Facts
from .receipts import Key, Mark, Name, Part, Receipt

GLYPHS = {"rising": "▲", "falling": "▼", "flat": "=", "unclear": "?", "too few to say": "·"}
SURENESS = ("not known", "fairly sure", "sure", "very sure")
"""From the least to the most; `power.READING` explains what each rests on."""

MOST_FOLD = 100
TINY_SHARE = 0.001
"""Groups that began under this share were born late: a multiple of almost nothing means nothing."""

CLEAR_ENOUGH = 20
"""If the ends of a ratio's interval are further apart than this, only its lower end is given."""

MOST_TOGETHER = 3

_STRATA = {
    **dict.fromkeys(("category", "primary_category"), "categories"),
    **dict.fromkeys(("venue", "journal"), "venues"),
}
_COUNTS = "{n_papers:number} of {n_total:number} papers in {period}"
_SHARE = "{share:share} ({share_low:share number} to {share_high:share})"


@dataclass(frozen=True)
class Finding:
    """The sentences on one group.

    Attributes
    ----------
    key : (str, str)
        Kind and id of the group.
    direction : str
        Of its verdict; "burst" or "change" if the finding is an event.
    sure : str
        One of `SURENESS`.
    parts : tuple of str, Value, Mark and Name
        Sentences; plain texts among them hold no digit.
    """

    key: Key
    direction: str
    sure: str
    parts: tuple[Part, ...]

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """The receipts in the order of their footnotes."""
        return tuple(dict.fromkeys(part.receipt for part in self.parts if isinstance(part, Mark)))


def move_finding(key: Key, *, together: tuple[Key, ...], facts: Facts) -> Finding:
    """Return how a group rose or fell: by its line, and as counted in the first and last period.

    Parameters
    ----------
    key : (str, str)
        A group whose verdict is rising or falling.
    together : tuple of (str, str)
        Groups that are reported together with it.
    facts : Facts
    """
    row = facts.verdicts[key]
    steady = facts.is_steady(key)
    parts: list[Part] = [
        Name(key, facts.labels[key]),
        *(_line(row, facts=facts) if steady else _no_rate(row, facts=facts)),
        " ",
        *_counted(key, facts=facts),
        *_reversal(row, facts=facts),
        *([] if steady else _peak(row, facts=facts)),
        *_flip(row, facts=facts),
    ]
    events = facts.run.events
    for event in events[(events["kind"] == key[0]) & (events["group_id"] == key[1])].itertuples():
        parts += [" It", *event_phrase(event, facts=facts)]
    parts += _together(together, facts=facts)
    sure = "fairly sure" if row.sign_flips else _sure_by_p(row.p_adjusted)
    return Finding(key, row.direction, sure, tuple(parts))


def flat_finding(key: Key, *, facts: Facts) -> Finding:
    """Return that a group is flat, and what makes it look as if it had changed."""
    row = facts.verdicts[key]
    receipt = facts.verdict_receipt(
        key,
        *("direction", "share_first", "share_last", "ratio", "ratio_low", "ratio_high"),
        *("n_periods", "n_papers"),
    )
    line = " is flat: its trend line goes from {share_first:share} to {share_last:share} of papers"
    parts: list[Part] = [
        Name(key, facts.labels[key]),
        *facts.phrase(f"{line}; its share {_range(row)}{{mark}}. ", receipt),
        *_but_counts(key, facts=facts),
    ]
    clear = row.ratio_low >= 0.8**0.5 and row.ratio_high <= 1.25**0.5
    return Finding(key, "flat", "sure" if clear else "fairly sure", tuple(parts))


def unclear_finding(key: Key, *, facts: Facts) -> Finding:
    """Return that a group is neither known to have changed nor to be flat, and what may be."""
    receipt = facts.verdict_receipt(
        key, "direction", "ratio", "ratio_low", "ratio_high", "p_adjusted", "n_periods", "n_papers"
    )
    share = f" is not known to have changed. Its share {_range(facts.verdicts[key])}{{mark}}; "
    parts: list[Part] = [
        Name(key, facts.labels[key]),
        *facts.phrase(f"{share}it had ", receipt),
        *_counts(key, facts=facts),
        ".",
    ]
    return Finding(key, "unclear", "not known", tuple(parts))


def event_finding(row: Any, *, facts: Facts) -> Finding:
    """Return that a group with no other finding had a burst or changed course."""
    key = (row.kind, row.group_id)
    parts = (Name(key, facts.labels[key]), *event_phrase(row, facts=facts))
    return Finding(key, row.what, _sure_by_p(row.p_adjusted), parts)


def strata_word(column: object) -> str:
    """Return what a column of `trends.standardised.STRATA` holds: categories, venues, sources."""
    return _STRATA.get(str(column), "sources")


def _line(row: Any, *, facts: Facts) -> list[Part]:
    receipt = facts.verdict_receipt(
        (row.kind, row.group_id),
        *("direction", "share_first", "share_last", "ratio", "ratio_low", "ratio_high"),
        *([] if pd.isna(row.doubling_years) else ["doubling_years"]),
        *("p_adjusted", "n_periods", "n_papers"),
    )
    verb = "rose" if row.direction == "rising" else "fell"
    pattern = f" {verb} from {{share_first:share}} to {{share_last:share}} of papers{_fold(row)}"
    # No doubling time is given for what has not doubled yet.
    doubled = row.ratio >= 2 or row.ratio <= 0.5
    if doubled and not pd.isna(row.doubling_years) and _has_fold(row):
        change = "doubling" if row.direction == "rising" else "halving"
        pattern += f", {change} in about {{doubling_years:span}}"
    return facts.phrase(pattern + "{mark}.", receipt)


def _no_rate(row: Any, *, facts: Facts) -> list[Part]:
    """Return the direction of a group whose trend line does not meet its counted shares."""
    key = (row.kind, row.group_id)
    receipt = facts.verdict_receipt(key, "direction", "p_adjusted", "n_periods", "n_papers")
    verb = "rose" if row.direction == "rising" else "fell"
    return facts.phrase(f" {verb}, but not steadily enough to give a rate{{mark}}.", receipt)


def _has_fold(row: Any) -> bool:
    return min(row.share_first, row.share_last) >= TINY_SHARE and row.ratio < MOST_FOLD


def _fold(row: Any) -> str:
    """Return the pattern of how many times a share grew, or by how many per cent it changed."""
    if not _has_fold(row):
        return ""
    if row.direction == "falling":
        return ", by {ratio:change} ({ratio_high:change number} to {ratio_low:change})"
    if row.ratio_high > CLEAR_ENOUGH * row.ratio_low:
        return ", at least {ratio_low:fold}-fold"
    if row.ratio < 1.995:
        return ", by {ratio:change} ({ratio_low:change number} to {ratio_high:change})"
    return ", {ratio:fold}-fold ({ratio_low:fold} to {ratio_high:fold})"


def _range(row: Any) -> str:
    """Return the pattern of the interval of the last share over the first."""
    if row.ratio_low <= 1 <= row.ratio_high:
        fallen = "may have fallen by up to {ratio_low:change} or "
        if row.ratio_high < 2:
            return f"{fallen}risen by up to {{ratio_high:change}}"
        return f"{fallen}grown up to {{ratio_high:fold}}-fold"
    if row.ratio_high < 1:
        return "fell by {ratio_high:change number} to {ratio_low:change}"
    return "rose by {ratio_low:change number} to {ratio_high:change}"


def _counted(key: Key, *, facts: Facts) -> list[Part]:
    ends = facts.ends.get(key)
    if ends is None:
        return []
    out: list[Part] = ["Counted: "]
    columns = ("n_papers", "n_total", "share", "share_low", "share_high", "period")
    for period, end in ((ends.period_first, ", and "), (ends.period_last, ".")):
        receipt = facts.trend_receipt(key, *columns, period=period)
        out += facts.phrase(f"{_COUNTS}, {_SHARE}{{mark}}{end}", receipt)
    return out


def _reversal(row: Any, *, facts: Facts) -> list[Part]:
    """Return when a share was clearly higher (after a fall: lower) than in the last full period."""
    key = (row.kind, row.group_id)
    ends = facts.ends.get(key)
    if ends is None:
        return []
    last = facts.trend_row(key, period=ends.period_last)
    rises = row.direction == "rising"
    far = facts.extreme(key, highest=rises)
    apart = far.share_low > last.share_high if rises else far.share_high < last.share_low
    if not apart:
        return []
    which, since = ("highest", "come down") if rises else ("lowest", "gone up")
    return [*_extreme(far, which=which, facts=facts), f", and has {since} since."]


def _peak(row: Any, *, facts: Facts) -> list[Part]:
    """Return when the share of an unsteady fall was clearly higher than at the beginning."""
    key = (row.kind, row.group_id)
    ends = facts.ends.get(key)
    if ends is None or row.direction != "falling":
        return []
    far = facts.extreme(key, highest=True)
    if far.share_low <= facts.trend_row(key, period=ends.period_first).share_high:
        return []
    return [*_extreme(far, which="highest", facts=facts), "."]


def _extreme(row: Any, *, which: str, facts: Facts) -> list[Part]:
    columns = ("n_papers", "n_total", "share", "share_low", "share_high", "period")
    receipt = facts.trend_receipt((row.kind, row.group_id), *columns, period=row.period)
    return facts.phrase(f" It was {which} in {{period}}, {_SHARE}{{mark}}", receipt)


def _counts(key: Key, *, facts: Facts) -> list[Part]:
    """Return how many papers a group had, out of all, in the first and the last full period."""
    out: list[Part] = []
    ends = facts.ends[key]
    for period, before in ((ends.period_first, ""), (ends.period_last, " and ")):
        receipt = facts.trend_receipt(key, "n_papers", "n_total", "period", period=period)
        out += facts.phrase(f"{before}{_COUNTS}{{mark}}", receipt)
    return out


def _but_counts(key: Key, *, facts: Facts) -> list[Part]:
    """Return what misleads: papers that grow or shrink with the total, or shares that scatter."""
    ends = facts.ends.get(key)
    if ends is None:
        return []
    change, change_of_total = ends.n_last - ends.n_first, ends.total_last - ends.total_first
    if change * change_of_total > 0:
        way = "more" if change > 0 else "fewer"
        why = f": {way} papers because there are {way} papers in total."
    else:
        why = ": a difference within the scatter of its shares." if change else "."
    return ["It had ", *_counts(key, facts=facts), why]


def _flip(row: Any, *, facts: Facts) -> list[Part]:
    if not row.sign_flips:
        return []
    strata = strata_word(facts.period.get("standardised_by"))
    change = "rise" if row.log_odds_per_year > 0 else "fall"
    receipt = facts.verdict_receipt((row.kind, row.group_id), "sign_flips", "standardised")
    text = (
        f" This {change} is due to the mix of {strata}: with the mix held constant, the line "
        "points the other way{mark}."
    )
    return facts.phrase(text, receipt)


def _together(keys: tuple[Key, ...], *, facts: Facts) -> list[Part]:
    if not keys:
        return []
    keys = keys[:MOST_TOGETHER]
    out: list[Part] = [" So did "]
    for i, key in enumerate(keys):
        joint = "" if not i else " and " if i == len(keys) - 1 else ", "
        receipt = facts.verdict_receipt(key, "direction", "p_adjusted", "n_papers")
        out += [joint, Name(key, facts.labels[key]), Mark(receipt)]
    return [*out, ", with many of the same papers."]


def _sure_by_p(p: float) -> str:
    return "very sure" if p < 0.001 else "sure" if p < 0.01 else "fairly sure"
