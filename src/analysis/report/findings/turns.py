"""Sentences on bursts, humps, steps and come-downs; each number has a receipt."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .facts import Facts
from .receipts import Key, Part

EXTREME = 20
"""A share that grew or shrank by more than this factor is described without a number."""

SHARE = "{share:share} ({share_low:share number} to {share_high:share})"
SHARE_CELLS = ("n_papers", "n_total", "share", "share_low", "share_high", "period")

_UP = {"above": "still above", "near": "about", "below": "below"}
_DOWN = {"above": "above", "near": "about", "below": "still below"}


def turn_of(key: Key, *, facts: Facts) -> Any | None:
    """Return the hump, dip, step, come-down or change of a group: its row of `events`, or None."""
    rows = [row for row in facts.events_of(key) if row.what != "burst"]
    return rows[0] if rows else None


def is_against(turn: Any, *, direction: str) -> bool:
    """Whether a turn ends otherwise than a line that rises or falls says.

    A hump or come-down against a rise, a dip against a fall; a step or change to the other side;
    and a newest share that is not clearly on the line's side of the share before.
    """
    rises = direction == "rising"
    ends = ("hump", "come-down") if rises else ("dip",)
    beyond = "above" if rises else "below"
    other = turn.strength < 1 if rises else turn.strength > 1
    steps = turn.what in ("step", "change") and not pd.isna(turn.standing)
    return bool(turn.what in ends or (steps and (other or turn.standing != beyond)))


def tells_peak(turn: Any) -> bool:
    """Whether the phrase on a turn says by itself when the share was highest or lowest."""
    return turn.what != "change" and turn.share_before != 0 and not pd.isna(turn.peak)


def turn_phrase(row: Any, *, facts: Facts) -> list[Part]:
    """Return what follows the group's name for a row of `events`; begins with a space."""
    if row.what == "burst":
        return _burst(row, facts=facts)
    if row.what in ("hump", "dip"):
        return _hump(row, facts=facts)
    if row.what == "come-down":
        return _come_down(row, facts=facts)
    if row.share_before == 0 or (row.what == "change" and pd.isna(row.strength)):
        return _first_papers(row, facts=facts)
    return _step(row, facts=facts) if row.what == "step" else _change(row, facts=facts)


def _burst(row: Any, *, facts: Facts) -> list[Part]:
    receipt = facts.event_receipt(row, "start", "end", "strength", "n_papers", "p_adjusted")
    start, end = (facts.value(receipt, side, facts.freq).text for side in ("start", "end"))
    when = "in {start}" if start == end else "from {start} to {end}"
    pattern = (
        f" had a {strength_words(row.strength)} burst {when}: {{n_papers:number}} papers, "
        f"{{strength:times}} times as many as expected from its other {facts.freq}s{{mark}}."
    )
    return facts.phrase(pattern, receipt)


def _hump(row: Any, *, facts: Facts) -> list[Part]:
    """Return "rose from 6 % before January to 36 % in May, and has come down since: 11 %"."""
    up = row.what == "hump"
    receipt = _receipt(row, "share_before", "start", "end", "share_during", facts=facts)
    pattern = f" {'rose' if up else 'fell'} from {{share_before:share}} before {{start}} to "
    out = [*facts.phrase(pattern, receipt), *_share_in(row, row.peak, facts=facts)]
    if _has_turned(row, up=up, facts=facts):
        out.append(f" and has {'come down' if up else 'gone up'} since: ")
    else:
        after = f" and {'fell' if up else 'rose'} after {{end}} from {{share_during:share}}: "
        out += facts.phrase(after, receipt)
    side = "rise" if up else "fall"
    return [*out, *_now(row, words=_DOWN if not up else _UP, side=side, facts=facts)]


def _come_down(row: Any, *, facts: Facts) -> list[Part]:
    """Return "was at 21 % before May 2025 and has come down since", or from when it was highest."""
    receipt = _receipt(row, "share_before", "start", facts=facts)
    peak = facts.trend_row((row.kind, row.group_id), period=row.peak)
    if row.share_before >= peak.share_low:
        out = facts.phrase(" was at {share_before:share} of papers before {start}", receipt)
    else:
        out = [" was highest at ", *_share_in(row, row.peak, facts=facts)]
    out += [" and has come down since: ", *_share_now(row, facts=facts)]
    return [*out, *facts.phrase("{mark}.", receipt)]


def _step(row: Any, *, facts: Facts) -> list[Part]:
    """Return "stepped up in January 2025: 6 % before, 21 % since", and what came of it."""
    up = row.strength > 1
    receipt = _receipt(row, "start", "share_before", "share_during", facts=facts)
    pattern = (
        " stepped {} in {{start}}: {{share_before:share}} before, {{share_during:share}} since"
    )
    out = facts.phrase(pattern.format("up" if up else "down"), receipt)
    words = _UP if up else _DOWN
    if _has_turned(row, up=up, facts=facts):
        out += [f"; {'highest' if up else 'lowest'} at ", *_share_in(row, row.peak, facts=facts)]
        out.append(f", and has {'come down' if up else 'gone up'} to ")
        return [*out, *_now(row, words=words, side="step", facts=facts)]
    if row.standing != ("above" if up else "below"):
        return [*out, "; now ", *_now(row, words=words, side="step", facts=facts)]
    return [*out, *facts.phrase("{mark}.", receipt)]


def _first_papers(row: Any, *, facts: Facts) -> list[Part]:
    known = not pd.isna(row.share_during)
    columns = ("share_before", "share_during") if known else ()
    receipt = _receipt(row, "start", *columns, facts=facts)
    since = " and has had {share_during:share} of papers since" if known else ""
    return facts.phrase(f" had no paper before {{start}}{since}{{mark}}.", receipt)


def _change(row: Any, *, facts: Facts) -> list[Part]:
    if pd.isna(row.share_before):
        receipt = facts.event_receipt(row, "start", "strength", "n_papers", "p_adjusted")
        pattern = f" changed course in {{start}}: its share since then is {_since(row.strength)}"
        return facts.phrase(pattern + "{mark}.", receipt)
    receipt = _receipt(row, "start", "share_before", "share_during", facts=facts)
    pattern = (
        " changed course in {start}: {share_before:share} before, {share_during:share} since, "
    )
    out = facts.phrase(pattern, receipt)
    return [*out, *_share_now(row, facts=facts), *facts.phrase("{mark}.", receipt)]


# pieces


def _receipt(row: Any, *columns: str, facts: Facts) -> Any:
    standing = () if pd.isna(row.standing) else ("standing",)
    return facts.event_receipt(row, *columns, *standing, "n_papers", "p_adjusted")


def _share_in(row: Any, period: Any, *, facts: Facts) -> list[Part]:
    receipt = facts.trend_receipt((row.kind, row.group_id), *SHARE_CELLS, period=period)
    return facts.phrase(f"{SHARE} in {{period}}{{mark}}", receipt)


def _share_now(row: Any, *, facts: Facts) -> list[Part]:
    """Return the share of the newest full period, with its interval."""
    return _share_in(row, _last_period(row, facts=facts), facts=facts)


def _last_period(row: Any, *, facts: Facts) -> pd.Timestamp:
    if facts.line_ends is None:
        raise ValueError("an event needs full periods")
    return facts.line_ends[1]


def _now(row: Any, *, words: dict[str, str], side: str, facts: Facts) -> list[Part]:
    """Return the newest share, and whether it is above, about or below the one before."""
    receipt = _receipt(row, "share_before", "start", facts=facts)
    out = _share_now(row, facts=facts)
    if not pd.isna(row.standing):
        out.append(f", {words[row.standing]} its share before the {side}")
    return [*out, *facts.phrase("{mark}.", receipt)]


def _has_turned(row: Any, *, up: bool, facts: Facts) -> bool:
    """Whether the intervals of the peak (or low) and of the newest full period lie apart."""
    key = (row.kind, row.group_id)
    far = facts.trend_row(key, period=row.peak)
    now = facts.trend_row(key, period=_last_period(row, facts=facts))
    return bool(far.share_low > now.share_high if up else far.share_high < now.share_low)


def strength_words(strength: float) -> str:
    """Return how strong a burst is, by the ratio of its papers to those expected."""
    if strength < 2:
        return "mild"
    return "strong" if strength < 4 else "very strong"


def _since(strength: float) -> str:
    """Return the pattern that compares the share after a change with the share before."""
    if strength >= EXTREME:
        return "many times what it was before"
    if strength <= 1 / EXTREME:
        return "a small fraction of what it was before"
    if 1 / 1.25 < strength < 1.25:
        return "about the same on average, but moves in another direction"
    if strength < 1:
        return "{strength:change} lower than before"
    return "{strength:times} times what it was before"
