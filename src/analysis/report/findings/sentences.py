"""Sentences on groups over time, built of table rows: each number carries its receipt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from .facts import Grounds
from .receipts import Mark, Receipt, Value
from .selection import Key

GLYPHS = {"rising": "▲", "falling": "▼", "flat": "=", "unclear": "?", "too few to say": "·"}
SURENESS = ("not known", "fairly sure", "sure", "very sure")
"""From the least to the most; what each rests on is said by `READING`."""

MOST_FOLD = 100
TINY_SHARE = 0.001
"""Groups that began under this share were born late: times a share of next to nothing says
nothing."""

CLEAR_ENOUGH = 20
"""Where the ends of a ratio's interval lie further apart than this, only its lower end is told."""

MOST_WITH_IT = 3

_STRATA = {
    **dict.fromkeys(("category", "primary_category"), "categories"),
    **dict.fromkeys(("venue", "journal"), "venues"),
}


class Name(NamedTuple):
    """The place of a group's label."""

    key: Key
    label: str


Part = str | Value | Mark | Name


@dataclass(frozen=True)
class Told:
    """What is said of one group.

    Attributes
    ----------
    key : (str, str)
        Kind and id of the group.
    direction : str
        Of its verdict; "burst" or "change" where an event is told by itself.
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
        """Return the receipts in the order of their footnotes."""
        return tuple(dict.fromkeys(part.receipt for part in self.parts if isinstance(part, Mark)))


def tell_move(key: Key, *, with_it: tuple[Key, ...], grounds: Grounds) -> Told:
    """Say that a group rose or fell: by its line, and as counted in the first and last period.

    Parameters
    ----------
    key : (str, str)
        A group whose verdict is rising or falling.
    with_it : tuple of (str, str)
        Groups that are told with it.
    grounds : Grounds
    """
    row = grounds.verdicts[key]
    steady = grounds.is_line(key)
    line = _line(row, grounds=grounds) if steady else _no_line(row, grounds=grounds)
    parts: list[Part] = [
        Name(key, grounds.labels[key]),
        *line,
        " ",
        *_counted(key, grounds=grounds),
    ]
    parts += _turned(row, grounds=grounds)
    parts += [] if steady else _peak(row, grounds=grounds)
    parts += _flip(row, grounds=grounds)
    parts += _events_of(key, grounds=grounds) + _with_it(with_it, grounds=grounds)
    return Told(key, row.direction, _how_sure(row), tuple(parts))


def tell_flat(key: Key, *, grounds: Grounds) -> Told:
    """Say that a group is flat, and what makes it look as if it were not."""
    row = grounds.verdicts[key]
    receipt = grounds.verdict(
        key, "direction", "share_first", "share_last", "ratio", "ratio_low", "ratio_high",
        "n_periods", "n_papers",
    )  # fmt: skip
    says = _saying(receipt, grounds=grounds)
    parts: list[Part] = [
        Name(key, grounds.labels[key]), " is flat: its trend line goes from ",
        says("share_first", "share"), " to ", says("share_last", "share"),
        " of papers; its share ",
        *_range(row, receipt=receipt, grounds=grounds), Mark(receipt), ". ",
        *_but_counts(key, grounds=grounds),
    ]  # fmt: skip
    return Told(key, "flat", _how_flat(row), tuple(parts))


def tell_unclear(key: Key, *, grounds: Grounds) -> Told:
    """Say that a group is neither known to have changed nor to be flat, and what may be."""
    row = grounds.verdicts[key]
    receipt = grounds.verdict(
        key, "direction", "ratio", "ratio_low", "ratio_high", "p_adjusted", "n_periods", "n_papers"
    )
    return Told(key, "unclear", "not known", (
        Name(key, grounds.labels[key]), " is not known to have changed. Its share ",
        *_range(row, receipt=receipt, grounds=grounds), Mark(receipt), "; it had ",
        *_counts(key, grounds=grounds), ".",
    ))  # fmt: skip


def tell_event(row: Any, *, grounds: Grounds) -> Told:
    """Say of a group that is not told otherwise that it had a burst or changed its course."""
    key = (row.kind, row.group_id)
    sure = _by_p(row.p_adjusted)
    return Told(
        key, row.what, sure, (Name(key, grounds.labels[key]), *_event(row, grounds=grounds))
    )


def strength_words(strength: float) -> str:
    """Return how strong a burst is: papers over those expected."""
    if strength < 2:
        return "mild"
    return "strong" if strength < 4 else "very strong"


def strata_word(column: object) -> str:
    """Return what a column of `trends.standardised.STRATA` holds: categories, venues, sources."""
    return _STRATA.get(str(column), "sources")


def _line(row: Any, *, grounds: Grounds) -> list[Part]:
    key = (row.kind, row.group_id)
    receipt = grounds.verdict(
        key, "direction", "share_first", "share_last", "ratio", "ratio_low", "ratio_high",
        *([] if pd.isna(row.doubling_years) else ["doubling_years"]), "p_adjusted", "n_periods",
        "n_papers",
    )  # fmt: skip
    says = _saying(receipt, grounds=grounds)
    verb = " rose from " if row.direction == "rising" else " fell from "
    out: list[Part] = [verb, says("share_first", "share"), " of papers to "]
    out += [says("share_last", "share"), *_times(row, says=says)]
    # What has not doubled yet is not said to double in a time that nobody has seen.
    doubled = row.ratio >= 2 or row.ratio <= 0.5
    if doubled and not pd.isna(row.doubling_years) and _fold_is_told(row):
        what = "doubling" if row.direction == "rising" else "halving"
        out += [f", {what} in about ", says("doubling_years", "span")]
    return [*out, Mark(receipt), "."]


def _no_line(row: Any, *, grounds: Grounds) -> list[Part]:
    """Say which way a group went whose counted shares the trend line does not meet."""
    receipt = grounds.verdict((row.kind, row.group_id), "direction", "p_adjusted", "n_periods",
                              "n_papers")  # fmt: skip
    verb = " rose" if row.direction == "rising" else " fell"
    return [f"{verb}, but not steadily enough for a rate", Mark(receipt), "."]


def _fold_is_told(row: Any) -> bool:
    return min(row.share_first, row.share_last) >= TINY_SHARE and row.ratio < MOST_FOLD


def _times(row: Any, *, says: Any) -> list[Part]:
    if not _fold_is_told(row):
        return []
    if row.direction == "falling":
        ends = says("ratio_high", "change number"), " to ", says("ratio_low", "change")
        return [", by ", says("ratio", "change"), " (", *ends, ")"]
    if row.ratio_high > CLEAR_ENOUGH * row.ratio_low:
        return [", at least ", says("ratio_low", "fold"), "-fold"]
    if row.ratio < 1.995:
        ends = says("ratio_low", "change number"), " to ", says("ratio_high", "change")
        return [", by ", says("ratio", "change"), " (", *ends, ")"]
    ends = says("ratio_low", "fold"), " to ", says("ratio_high", "fold")
    return [", ", says("ratio", "fold"), "-fold (", *ends, ")"]


def _range(row: Any, *, receipt: Receipt, grounds: Grounds) -> list[Part]:
    """Say within what the ratio of the last share to the first lies."""
    says = _saying(receipt, grounds=grounds)
    low, high = row.ratio_low, row.ratio_high
    if low <= 1 <= high:
        out: list[Part] = ["may have fallen by up to ", says("ratio_low", "change"), " or "]
        if high < 2:
            return [*out, "risen by up to ", says("ratio_high", "change")]
        return [*out, "grown up to ", says("ratio_high", "fold"), "-fold"]
    way, ends = (
        ("fell", ("ratio_high", "ratio_low")) if high < 1 else ("rose", ("ratio_low", "ratio_high"))
    )
    return [way, " by ", says(ends[0], "change number"), " to ", says(ends[1], "change")]


def _counted(key: Key, *, grounds: Grounds) -> list[Part]:
    ends = grounds.ends.get(key)
    if ends is None:
        return []
    out: list[Part] = ["Counted: "]
    for period, joint in ((ends.period_first, ", and "), (ends.period_last, ".")):
        receipt = grounds.trend(
            key, "n_papers", "n_total", "share", "share_low", "share_high", "period", period=period
        )
        says = _saying(receipt, grounds=grounds)
        out += [
            says("n_papers", "number"), " of ", says("n_total", "number"), " papers in ",
            says("period", grounds.freq), ", ", says("share", "share"), " (",
            says("share_low", "share number"), " to ", says("share_high", "share"), ")",
            Mark(receipt), joint,
        ]  # fmt: skip
    return out


def _turned(row: Any, *, grounds: Grounds) -> list[Part]:
    """Say where a share was clearly higher (after a fall: lower) than in the last full period."""
    key = (row.kind, row.group_id)
    ends = grounds.ends.get(key)
    if ends is None:
        return []
    last = grounds.trend_row(key, period=ends.period_last)
    rises = row.direction == "rising"
    far = grounds.extreme(key, highest=rises)
    apart = far.share_low > last.share_high if rises else far.share_high < last.share_low
    if not apart:
        return []
    told = _extreme(far, what="highest" if rises else "lowest", grounds=grounds)
    return [*told, f", and has {'come down' if rises else 'gone up'} since."]


def _peak(row: Any, *, grounds: Grounds) -> list[Part]:
    """Say of a fall that is no line where the share was clearly higher than at the beginning."""
    key = (row.kind, row.group_id)
    ends = grounds.ends.get(key)
    if ends is None or row.direction != "falling":
        return []
    far = grounds.extreme(key, highest=True)
    if far.share_low <= grounds.trend_row(key, period=ends.period_first).share_high:
        return []
    return [*_extreme(far, what="highest", grounds=grounds), "."]


def _extreme(far: Any, *, what: str, grounds: Grounds) -> list[Part]:
    receipt = grounds.trend(
        (far.kind, far.group_id), "n_papers", "n_total", "share", "share_low", "share_high",
        "period", period=far.period,
    )  # fmt: skip
    says = _saying(receipt, grounds=grounds)
    return [
        f" It was {what} in ", says("period", grounds.freq), ", ",
        says("share", "share"), " (", says("share_low", "share number"), " to ",
        says("share_high", "share"), ")", Mark(receipt),
    ]  # fmt: skip


def _counts(key: Key, *, grounds: Grounds) -> list[Part]:
    """Say how many papers a group had, of all, in the first and the last full period."""
    out: list[Part] = []
    ends = grounds.ends[key]
    for period, before in ((ends.period_first, ""), (ends.period_last, " and ")):
        receipt = grounds.trend(key, "n_papers", "n_total", "period", period=period)
        says = _saying(receipt, grounds=grounds)
        out += [before, says("n_papers", "number"), " of ", says("n_total", "number"),
                " papers in ", says("period", grounds.freq), Mark(receipt)]  # fmt: skip
    return out


def _but_counts(key: Key, *, grounds: Grounds) -> list[Part]:
    """Say what misleads: papers that grow or shrink with the whole, or shares that scatter."""
    ends = grounds.ends.get(key)
    if ends is None:
        return []
    more, whole = ends.n_last - ends.n_first, ends.total_last - ends.total_first
    with_all = more * whole > 0
    counted = _counts(key, grounds=grounds)
    if with_all:
        way = "more" if more > 0 else "fewer"
        return ["It had ", *counted, f": {way} papers because there are {way} papers in all."]
    if more:
        return ["It had ", *counted, ": a difference within the scatter of its shares."]
    return ["It had ", *counted, "."]


def _flip(row: Any, *, grounds: Grounds) -> list[Part]:
    if not row.sign_flips:
        return []
    by = (grounds.run.manifest.get("period") or {}).get("standardised_by")
    many = strata_word(by)
    what = "rise" if row.log_odds_per_year > 0 else "fall"
    receipt = grounds.verdict((row.kind, row.group_id), "sign_flips", "standardised")
    return [f" This {what} is due to the mix of {many}: with the mix held constant, the line "
            "points the other way", Mark(receipt), "."]  # fmt: skip


def _events_of(key: Key, *, grounds: Grounds) -> list[Part]:
    out: list[Part] = []
    rows = grounds.run.events
    for row in rows[(rows["kind"] == key[0]) & (rows["group_id"] == key[1])].itertuples():
        first, *rest = _event(row, grounds=grounds)
        out += [f" It{first}", *rest]
    return out


def _event(row: Any, *, grounds: Grounds) -> list[Part]:
    receipt = grounds.event(row, "start", "end", "strength", "n_papers", "p_adjusted")
    says = _saying(receipt, grounds=grounds)
    start = says("start", grounds.freq)
    if row.what == "burst":
        end = says("end", grounds.freq)
        when = (" in ", start) if end.text == start.text else (" from ", start, " to ", end)
        return [f" had a {strength_words(row.strength)} burst", *when, ": ",
                says("n_papers", "number"), " papers, ", says("strength", "times"),
                f" times as many as its other {grounds.freq}s lead one to expect",
                Mark(receipt), "."]  # fmt: skip
    if pd.isna(row.strength):
        return [" had no paper before ", start, Mark(receipt), "."]
    return [
        " took another course from ", start, " on: its share since then is ",
        *_since(row.strength, says=says), Mark(receipt), ".",
    ]  # fmt: skip


def _since(strength: float, *, says: Any) -> list[Part]:
    """Say how the share since a turn compares with that before; extremes without a number."""
    if strength >= CLEAR_ENOUGH:
        return ["many times that before"]
    if strength <= 1 / CLEAR_ENOUGH:
        return ["a small part of that before"]
    if 1 / 1.25 < strength < 1.25:
        return ["on the whole about that before, but runs another way"]
    if strength < 1:
        return [says("strength", "change"), " lower than before"]
    return [says("strength", "times"), " times that before"]


def _with_it(keys: tuple[Key, ...], *, grounds: Grounds) -> list[Part]:
    if not keys:
        return []
    keys = keys[:MOST_WITH_IT]
    receipts = [grounds.verdict(key, "direction", "p_adjusted", "n_papers") for key in keys]
    out: list[Part] = [" So did "]
    for i, (key, receipt) in enumerate(zip(keys, receipts, strict=True)):
        joint = "" if not i else (" and " if i == len(keys) - 1 else ", ")
        out += [joint, Name(key, grounds.labels[key]), Mark(receipt)]
    return [*out, ", with many of the same papers."]


def _how_sure(row: Any) -> str:
    return "fairly sure" if row.sign_flips else _by_p(row.p_adjusted)


def _by_p(p: float) -> str:
    return "very sure" if p < 0.001 else "sure" if p < 0.01 else "fairly sure"


def _how_flat(row: Any) -> str:
    return "sure" if row.ratio_low >= 0.8**0.5 and row.ratio_high <= 1.25**0.5 else "fairly sure"


def _saying(receipt: Receipt, *, grounds: Grounds) -> Any:
    return lambda column, form: grounds.value(receipt, column, form)
