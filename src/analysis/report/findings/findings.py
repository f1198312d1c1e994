"""What a report says of a run's groups over time, all of it: chosen, told, with receipts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from analysis.base.schema import DIRECTIONS

from . import selection as choosing
from .facts import Grounds
from .receipts import Mark
from .sentences import Part, Told, tell_event, tell_flat, tell_move, tell_unclear

MOST_EVENTS = 3
_WORDS = {
    "rising": ("rose", "rose"),
    "falling": ("fell", "fell"),
    "flat": ("is flat", "are flat"),
    "unclear": ("is unclear", "are unclear"),
    "too few to say": ("has too few papers to say", "have too few papers to say"),
}
LEAST_WORDS = "fewer than four full periods, or under twenty papers of the group in them"
"""What "too few to say" means; a test compares it with the constants of `trends`."""


@dataclass(frozen=True)
class Findings:
    """All that is said of groups over time.

    Attributes
    ----------
    counted : tuple of str, Value and Mark
        The sentence on how many groups there are of each verdict.
    over : tuple of str, Value and Mark
        The sentence on the periods that this rests on; empty where nothing was tested.
    moves, flats, unclear, events : tuple of Told
        What rose or fell; what is flat though it may not look so; what is not known to have
        changed (only so many as flat ones are missing); bursts and changes of other groups.
    why_no_move, why_no_flat : str
        A sentence where there is none, without any number.
    """

    counted: tuple[Part, ...]
    over: tuple[Part, ...]
    moves: tuple[Told, ...]
    flats: tuple[Told, ...]
    unclear: tuple[Told, ...]
    events: tuple[Told, ...]
    why_no_move: str = ""
    why_no_flat: str = ""

    @property
    def told(self) -> tuple[Told, ...]:
        """Return everything told of single groups, in the order of the page."""
        return (*self.moves, *self.events, *self.flats, *self.unclear)


def find(grounds: Grounds, *, kind: str | None = None) -> Findings:
    """Choose and tell what the trends of a run show.

    Parameters
    ----------
    grounds : Grounds
        Of a run: its `verdicts`, `trends`, `events`, `memberships`, `papers` and `groups`.
    kind : {"cluster", "topic"}, optional
        Groups of one kind alone; both where left out.

    Returns
    -------
    Findings
    """
    run = grounds.run
    rows = run.verdicts if kind is None else run.verdicts[run.verdicts["kind"] == kind]
    plausible = choosing.within_counts(rows, trends=run.trends)
    chosen = choosing.moved(plausible, papers=grounds.paper_sets if len(rows) else {})
    moves = tuple(tell_move(key, with_it=also, grounds=grounds) for key, also in chosen)
    ends = grounds.ends_table
    flats = tuple(tell_flat(key, grounds=grounds) for key in choosing.seem_changed(rows, ends=ends))
    open_ = choosing.not_known(rows, most=choosing.MOST_FLAT - len(flats))
    events = run.events if kind is None else run.events[run.events["kind"] == kind]
    told = {each.key for each in moves}
    others = choosing.told_events(events, told=told, most=MOST_EVENTS)
    return Findings(
        counted=_counted(grounds, kind=kind),
        over=_over(rows, grounds=grounds, told=bool(moves or flats)),
        moves=moves,
        flats=flats,
        unclear=tuple(tell_unclear(key, grounds=grounds) for key in open_),
        events=tuple(tell_event(row, grounds=grounds) for row in others.itertuples(index=False)),
        why_no_move="" if moves else _why_no_move(set(rows["direction"])),
        why_no_flat="" if flats else _why_no_flat(set(rows["direction"])),
    )


def _counted(grounds: Grounds, *, kind: str | None) -> tuple[Part, ...]:
    """Return "Of 42 groups 4 rose, ..."; nothing where there are no verdicts."""
    table = grounds.run.verdicts
    rows = table if kind is None else table[table["kind"] == kind]
    if rows.empty:
        return ()
    key = {} if kind is None else {"kind": kind}
    all_ = grounds.how_many("verdicts", **key)
    noun = f"{kind or 'group'}{'' if len(rows) == 1 else 's'}"
    if rows["direction"].nunique() == 1 and len(rows) > 1:
        words = _WORDS[rows["direction"].iloc[0]][1]
        return ("All ", all_, f" {noun} {words}", Mark(all_.receipt), ".")
    out: list[Part] = ["Of ", all_, f" {noun}", Mark(all_.receipt)]
    held = set(rows["direction"])
    found = [direction for direction in DIRECTIONS if direction in held]
    for i, direction in enumerate(found):
        told = grounds.how_many("verdicts", **key, direction=direction)
        one, many = _WORDS[direction]
        joint = ", " if i == 0 else (" and " if i == len(found) - 1 else ", ")
        out += [joint, told, f" {one if told.text == '1' else many}", Mark(told.receipt)]
    return (*out, ".")


def _over(rows: pd.DataFrame, *, grounds: Grounds, told: bool) -> tuple[Part, ...]:
    """Say which periods the lines go through and, where something is told, what its words mean."""
    tested = rows[rows["direction"] != "too few to say"]
    if tested.empty or grounds.ends_table.empty:
        return ()
    row = tested.iloc[0]
    key = (row["kind"], row["group_id"])
    verdict = replace(grounds.verdict(key, "n_periods"), papers=())
    ends = grounds.ends[key]
    periods = [
        replace(grounds.trend(key, "period", period=day), papers=())
        for day in (ends.period_first, ends.period_last)
    ]
    first, last = (grounds.value(each, "period", grounds.freq) for each in periods)
    n = grounds.value(verdict, "n_periods", "number")
    begins = "“From” and “to” are the two ends of a trend line" if told else "Trend lines go"
    explained = f"; “counted” are the first and the last {grounds.freq} by themselves."
    return (
        f"{begins} through ", n, f" full {grounds.freq}s, ", first, " to ", last, Mark(verdict),
        Mark(periods[0]), Mark(periods[1]), explained if told else ".",
    )  # fmt: skip


def _why_no_move(directions: set[str]) -> str:
    if not directions:
        return "There are no shares over time, so nothing can be said of rises and falls."
    if directions == {"too few to say"}:
        return (
            "Nothing can be said of rises and falls: of every group there are "
            f"{LEAST_WORDS}. That is no sign that nothing happened."
        )
    return (
        "No group is known to have risen or fallen: none changed by more than chance would make "
        "of so many groups. That is no proof that nothing happened."
    )


def _why_no_flat(directions: set[str]) -> str:
    if not directions or directions == {"too few to say"}:
        return ""
    return (
        "No group can be called flat: of none do these papers show that its share stayed within a "
        "quarter of what it was. What neither rose nor fell may still have changed."
    )
