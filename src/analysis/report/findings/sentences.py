"""Sentences on groups that rose, fell, stayed flat or are unclear; each number has a receipt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from .facts import Facts
from .names import label_phrase, subject
from .numbers import strata_word
from .receipts import Key, Mark, Name, Part, Receipt
from .turns import SHARE, SHARE_CELLS, is_against, tells_peak, turn_of, turn_phrase

GLYPHS = {"rising": "▲", "falling": "▼", "flat": "=", "unclear": "?", "too few to say": "·"}
TURN_GLYPHS = {
    **{"burst": "✦", "hump": "∩", "dip": "∪", "step": "⌐", "come-down": "↘", "change": "↷"}
}
SURENESS = ("not known", "fairly sure", "sure", "very sure")
"""From the least to the most; `power.READING` explains what each rests on."""

MOST_FOLD = 100
TINY_SHARE = 0.001
"""Groups that began under this share were born late: a multiple of almost nothing means nothing."""

CLEAR_ENOUGH = 20
"""If the ends of a ratio's interval are further apart than this, only its lower end is given."""

MOST_TOGETHER = 3

_COUNTS = "{n_papers:number} of {n_total:number} papers in {period}"


@dataclass(frozen=True)
class Finding:
    """The sentences on one group.

    Attributes
    ----------
    key : (str, str)
        Kind and id of the group.
    direction : str
        Of its verdict; one of `schema.EVENTS` if the finding is an event, or if an event shows
        that the verdict's line describes the course badly.
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

    `together` are groups that are reported together with it.
    """
    row = facts.verdicts[key]
    turn = turn_of(key, facts=facts)
    told = str(turn.what) if turn is not None and tells_peak(turn) else ""
    against = turn if turn is not None and is_against(turn, direction=row.direction) else None
    steady = not told and facts.is_steady(key)
    parts: list[Part] = [*subject(key, facts=facts)]
    if against is not None:
        parts += [*turn_phrase(against, facts=facts), *_line_against(row, facts=facts)]
    else:
        parts += _line(row, steady=steady, facts=facts)
    parts += [" ", *_counted(key, facts=facts)]
    parts += _reversal(row, steady=steady, told=told, facts=facts)
    parts += _flip(row, facts=facts)
    parts += label_phrase(row, facts=facts)
    for event in facts.events_of(key):
        if against is None or event.what != against.what:
            parts += [" It", *turn_phrase(event, facts=facts)]
    parts += _together(together, facts=facts)
    sure = "fairly sure" if row.sign_flips else sure_by_p(row.p_adjusted)
    return Finding(key, row.direction if against is None else against.what, sure, tuple(parts))


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
        *subject(key, facts=facts),
        *facts.phrase(f"{line}; its share {_range(row)}{{mark}}. ", receipt),
        *_but_counts(key, facts=facts),
    ]
    for event in facts.events_of(key):
        parts += [" But its course is not level: it", *turn_phrase(event, facts=facts)]
    clear = row.ratio_low >= 0.8**0.5 and row.ratio_high <= 1.25**0.5
    return Finding(key, "flat", "sure" if clear else "fairly sure", tuple(parts))


def unclear_finding(key: Key, *, facts: Facts) -> Finding:
    """Return that a group is neither known to have changed nor to be flat, and what may be."""
    receipt = facts.verdict_receipt(
        key, "direction", "ratio", "ratio_low", "ratio_high", "p_adjusted", "n_periods", "n_papers"
    )
    share = f" is not known to have changed. Its share {_range(facts.verdicts[key])}{{mark}}; "
    parts: list[Part] = [
        *subject(key, facts=facts),
        *facts.phrase(f"{share}it had ", receipt),
        *_counts(key, facts=facts),
        ".",
    ]
    return Finding(key, "unclear", "not known", tuple(parts))


def event_finding(row: Any, *, facts: Facts) -> Finding:
    """Return that a group with no other finding had a burst, a hump, a step or another turn."""
    key = (row.kind, row.group_id)
    parts = (*subject(key, facts=facts), *turn_phrase(row, facts=facts))
    return Finding(key, row.what, sure_by_p(row.p_adjusted), parts)


def _line(row: Any, *, steady: bool, facts: Facts) -> list[Part]:
    """Return how a share moved; no rate if its trend line does not meet the counted shares."""
    key = (row.kind, row.group_id)
    rises = row.direction == "rising"
    verb = "rose" if rises else "fell"
    if not steady:
        receipt = facts.verdict_receipt(key, "direction", "p_adjusted", "n_periods", "n_papers")
        return facts.phrase(f" {verb}, but not steadily enough to give a rate{{mark}}.", receipt)
    known = not pd.isna(row.doubling_years)
    receipt = facts.verdict_receipt(
        key,
        *("direction", "share_first", "share_last", "ratio", "ratio_low", "ratio_high"),
        *(["doubling_years"] if known else []),
        *("p_adjusted", "n_periods", "n_papers"),
    )
    pattern = f" {verb} from {{share_first:share}} to {{share_last:share}} of papers{_fold(row)}"
    # No doubling time is given for what has not doubled yet.
    if known and (row.ratio >= 2 or row.ratio <= 0.5) and _has_fold(row):
        pattern += f", {'doubling' if rises else 'halving'} in about {{doubling_years:span}}"
    return facts.phrase(pattern + "{mark}.", receipt)


def _line_against(row: Any, *, facts: Facts) -> list[Part]:
    """Return that the line through all periods says otherwise, and is not to be followed."""
    receipt = facts.verdict_receipt(
        (row.kind, row.group_id), "direction", "p_adjusted", "n_periods", "n_papers"
    )
    verb = "rises" if row.direction == "rising" else "falls"
    text = f" A straight line through all {facts.freq}s {verb}{{mark}}, which hides this course."
    return facts.phrase(text, receipt)


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
    for period, end in ((ends.period_first, ", and "), (ends.period_last, ".")):
        receipt = facts.trend_receipt(key, *SHARE_CELLS, period=period)
        out += facts.phrase(f"{_COUNTS}, {SHARE}{{mark}}{end}", receipt)
    return out


def _reversal(row: Any, *, steady: bool, told: str, facts: Facts) -> list[Part]:
    """Return when a share was past its end, unless the event `told` says so.

    After an unsteady fall, also when it was above its beginning.
    """
    ends = facts.ends.get((row.kind, row.group_id))
    if ends is None:
        return []
    rises = row.direction == "rising"
    since = f", and has {'come down' if rises else 'gone up'} since."
    parts: list[Part] = []
    if not told:
        parts = _extreme(row, highest=rises, period=ends.period_last, end=since, facts=facts)
    if not rises and not steady and told != "come-down":
        parts += _extreme(row, highest=True, period=ends.period_first, end=".", facts=facts)
    return parts


def _extreme(
    row: Any, *, highest: bool, period: pd.Timestamp, end: str, facts: Facts
) -> list[Part]:
    """Return when a share was at its extreme; nothing unless clearly apart from `period`."""
    key = (row.kind, row.group_id)
    far, near = facts.extreme(key, highest=highest), facts.trend_row(key, period=period)
    apart = far.share_low > near.share_high if highest else far.share_high < near.share_low
    if not apart:
        return []
    receipt = facts.trend_receipt(key, *SHARE_CELLS, period=far.period)
    which = "highest" if highest else "lowest"
    return facts.phrase(f" It was {which} in {{period}}, {SHARE}{{mark}}{end}", receipt)


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
    out: list[Part] = []
    keys = keys[:MOST_TOGETHER]
    for i, key in enumerate(keys):
        joint = " So did " if not i else " and " if i == len(keys) - 1 else ", "
        receipt = facts.verdict_receipt(key, "direction", "p_adjusted", "n_papers")
        out += [joint, Name(key, facts.labels[key]), Mark(receipt)]
    return [*out, ", with many of the same papers."] if out else []


def sure_by_p(p: float) -> str:
    """Return how sure a finding is, by its corrected p: one of `SURENESS`."""
    return "very sure" if p < 0.001 else "sure" if p < 0.01 else "fairly sure"
