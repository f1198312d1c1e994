"""All findings on a run's groups over time, and how sure they can be, with receipts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from analysis.base.schema import DIRECTIONS, KINDS

from . import levels, selection
from .facts import Facts
from .receipts import EITHER, MANIFEST, Key, Mark, Name, Part, Receipt
from .sentences import SURENESS, Finding, event_finding, flat_finding, move_finding, unclear_finding
from .words import word_findings, words_counted

MOST_EVENTS = 3
ALL_KINDS = (*KINDS, "broader")
"""What findings are on, beside words: a movement is told at one level of the clusters."""

_WORDS = {
    "rising": ("rose", "rose"),
    "falling": ("fell", "fell"),
    "flat": ("is flat", "are flat"),
    "unclear": ("is unclear", "are unclear"),
    "too few to say": ("has too few papers to say", "have too few papers to say"),
}
TOO_FEW = "fewer than four full periods, or fewer than twenty papers of the group in them"
"""The meaning of "too few to say"; a test compares it with the constants of `trends`."""

READING = (
    "Brackets hold intervals: 95 % for shares, 90 % for changes. A rise or fall is “very sure” if "
    "p, corrected for the number of groups tested, is under 0.001, “sure” under 0.01 and “fairly "
    "sure” under 0.05. A flat group is “sure” if the 90 % interval of its change lies within 11 % "
    "down and 12 % up, “fairly sure” within 20 % down and 25 % up. “Unclear” means that the data "
    f"show neither a change nor stability. “Too few papers to say” means {TOO_FEW}."
)
"""A test compares these numbers with the constants that they describe."""

HOPELESS = 0.5
"""If a doubling of the largest starting share is found less often, only that is reported."""

FIRST_USED, MOST_USED = 1, 3
"""The sentence uses the second to the fourth of the starting shares in the manifest."""


@dataclass(frozen=True)
class Findings:
    """All findings on groups over time.

    Attributes
    ----------
    counted : tuple of str, Value and Mark
        The sentence on how many groups have each verdict.
    basis : tuple of str, Value and Mark
        The sentence on the periods behind the verdicts; empty if nothing was tested.
    moves, flats, unclear, events : tuple of Finding
        Groups that rose or fell; flat groups that may look changed; groups not known to have
        changed (only as many as flat ones are missing); bursts and changes of other groups.
    untold : tuple of str and Name
        The sentence that names the groups that rose or fell without a finding on them.
    why_no_move, why_no_flat : str
        A sentence if there are none, without any number.
    words : tuple of Finding
        Words that rose or fell, and go with no group that did.
    words_counted : tuple of str, Value and Mark
        The sentence on how many words did; empty if none was tested.
    """

    counted: tuple[Part, ...]
    basis: tuple[Part, ...]
    moves: tuple[Finding, ...]
    flats: tuple[Finding, ...]
    unclear: tuple[Finding, ...]
    events: tuple[Finding, ...]
    untold: tuple[Part, ...] = ()
    why_no_move: str = ""
    why_no_flat: str = ""
    words: tuple[Finding, ...] = ()
    words_counted: tuple[Part, ...] = ()

    @property
    def single(self) -> tuple[Finding, ...]:
        """All findings on single groups, in the order of the page."""
        return (*self.moves, *self.events, *self.flats, *self.unclear)

    @property
    def lead(self) -> tuple[Part, ...]:
        """The opening sentences: how many groups have each verdict, and on what basis."""
        return (*self.counted, *([" ", *self.basis] if self.basis else []))


def select_findings(facts: Facts, *, kind: str | None = None) -> Findings:
    """Select and describe what the trends of a run show.

    Parameters
    ----------
    facts : Facts
        Of a run: its `verdicts`, `trends`, `events`, `memberships`, `papers` and `groups`.
    kind : {"cluster", "topic"}, optional
        Groups of one kind only; both by default.
    """
    run = facts.run
    kinds = ALL_KINDS if kind is None else (kind,)
    rows = run.verdicts[run.verdicts["kind"].isin(kinds)]
    clearest = levels.clearest_moves(rows, groups=run.groups)
    clipped = selection.clip_to_intervals(clearest, trends=run.trends)
    chosen = selection.select_moves(clipped, papers=facts.paper_sets if len(rows) else {})
    moves = tuple(
        levels.with_parts(move_finding(key, together=also, facts=facts), facts=facts)
        for key, also in chosen
    )
    of_groups = rows[rows["kind"] != "broader"]
    flat = selection.select_flat(of_groups, ends=facts.ends_table)
    flats = tuple(flat_finding(key, facts=facts) for key in flat)
    turned = set(zip(run.events["kind"], run.events["group_id"], strict=True))
    unclear = selection.select_unclear(
        of_groups, without=turned, most=selection.MOST_FLAT - len(flats)
    )
    told = {finding.key for finding in (*moves, *flats)}
    named = {name for move in moves for name in _named(move)}
    moves = tuple(sorted(moves, key=lambda move: -SURENESS.index(move.sure)))
    events = run.events[run.events["kind"].isin(kinds)].reset_index(drop=True)
    events = levels.clearest_events(events, groups=run.groups, told=told)
    others = selection.select_events(events, without=told, most=MOST_EVENTS)
    directions = set(rows["direction"])
    return Findings(
        counted=_counted(rows, kind=kind, facts=facts),
        basis=_basis(rows, facts=facts, explain=bool(moves or flats)),
        moves=moves,
        untold=_untold(rows, named=named, facts=facts),
        flats=flats,
        unclear=tuple(unclear_finding(key, facts=facts) for key in unclear),
        events=tuple(event_finding(row, facts=facts) for row in others.itertuples(index=False)),
        why_no_move="" if moves else _why_no_move(directions),
        why_no_flat="" if flats else _why_no_flat(directions),
        words=word_findings(facts) if kind is None else (),
        words_counted=words_counted(facts) if kind is None else (),
    )


def _counted(rows: pd.DataFrame, *, kind: str | None, facts: Facts) -> tuple[Part, ...]:
    """Return "Of 42 groups, 4 rose, ..."; nothing if there are no verdicts."""
    if rows.empty:
        return ()
    kinds = [each for each in ALL_KINDS if each in set(rows["kind"])]
    key = {"kind": EITHER.join(kinds) if kind is None else kind}
    total = facts.row_count("verdicts", **key)
    noun = f"{kind or 'group'}{'' if len(rows) == 1 else 's'}"
    if rows["direction"].nunique() == 1 and len(rows) > 1:
        words = _WORDS[rows["direction"].iloc[0]][1]
        return ("All ", total, f" {noun} {words}", Mark(total.receipt), ".")
    out: list[Part] = ["Of ", total, f" {noun}", Mark(total.receipt)]
    directions = [each for each in DIRECTIONS if each in set(rows["direction"])]
    for i, direction in enumerate(directions):
        n = facts.row_count("verdicts", **key, direction=direction)
        one, many = _WORDS[direction]
        joint = " and " if 0 < i == len(directions) - 1 else ", "
        out += [joint, n, f" {one if n.text == '1' else many}", Mark(n.receipt)]
    return (*out, ".")


def _named(finding: Finding) -> list[Key]:
    return [part.key for part in finding.parts if isinstance(part, Name)]


def _untold(rows: pd.DataFrame, *, named: set[Key], facts: Facts) -> tuple[Part, ...]:
    """Return "Also rose: … Also fell: …" of all groups that no finding on a movement names."""
    out: list[Part] = []
    for direction, words in (("rising", "Also rose: "), ("falling", "Also fell: ")):
        moved = rows[rows["direction"] == direction].sort_values(["p_adjusted", "kind", "group_id"])
        keys = zip(moved["kind"], moved["group_id"], strict=True)
        names: list[Part] = []
        for key in keys:
            if key not in named:
                names += [", " if names else "", Name(key, facts.labels[key])]
        if names:
            out += [" " if out else "", words, *names[1:], "."]
    return tuple(out)


def _basis(rows: pd.DataFrame, *, facts: Facts, explain: bool) -> tuple[Part, ...]:
    """Return which periods the lines go through and, on request, what the findings' words mean."""
    tested = rows[rows["direction"] != "too few to say"]
    if tested.empty or facts.line_ends is None:
        return ()
    row = tested.iloc[0]
    key = (row["kind"], row["group_id"])
    verdict = replace(facts.verdict_receipt(key, "n_periods"), papers=())
    first, last = (
        replace(facts.trend_receipt(key, "period", period=day), papers=())
        for day in facts.line_ends
    )
    subject = "“From” and “to” are the two ends of a trend line" if explain else "Trend lines go"
    with_enough = "" if _counts_line_ends(facts) else " with enough papers"
    counted = f"; “counted” gives the first and the last {facts.freq}{with_enough} by themselves."
    return (
        *facts.phrase(f"{subject} through {{n_periods:number}} full {facts.freq}s, ", verdict),
        *facts.phrase("{period} to ", first),
        *facts.phrase("{period}", last),
        *(Mark(receipt) for receipt in (verdict, first, last)),
        counted if explain else ".",
    )


def _counts_line_ends(facts: Facts) -> bool:
    """Whether the periods that are compared are those at which trend lines begin and end."""
    if facts.ends_table.empty:
        return True
    ends = facts.ends_table.iloc[0]
    return (ends["period_first"], ends["period_last"]) == facts.line_ends


def _why_no_move(directions: set[str]) -> str:
    if not directions:
        return "There are no shares over time, so nothing can be said about rises and falls."
    if directions == {"too few to say"}:
        return (
            f"Nothing can be said about rises and falls: every group has {TOO_FEW}. That does not "
            "mean that nothing happened."
        )
    return (
        "No group is known to have risen or fallen: no change is larger than chance alone would "
        "produce among this many groups. That does not prove that nothing happened."
    )


def _why_no_flat(directions: set[str]) -> str:
    if not directions or directions == {"too few to say"}:
        return ""
    return (
        "No group can be called flat: for none do the data show that its share stayed within about "
        "a quarter of its starting value. A group that neither rose nor fell may still have "
        "changed."
    )


def power_words(facts: Facts) -> tuple[Part, ...]:
    """Return how often a doubling and a halving would be found with these papers.

    Returns
    -------
    tuple of str, Value and Mark
        Empty if the run does not record it.
    """
    rows = facts.period.get("power") or []
    ups = [i for i, row in enumerate(rows) if row["last"] > row["first"]]
    downs = [i for i, row in enumerate(rows) if row["last"] < row["first"]]
    used_ups = ups[FIRST_USED:][:MOST_USED]
    used_downs = downs[FIRST_USED + 1 :][: MOST_USED - 1]
    if not used_ups or not used_downs:
        return ()
    if rows[ups[-1]]["power"] < HOPELESS:
        text = (
            "With so few papers, even a doubling from {first:share} to {last:share} would be found "
            "only {power:chance} of the time{mark}."
        )
        return tuple(facts.phrase(text, _power_receipt(ups[-1])))
    out: list[Part] = ["With this many papers, a doubling is found "]
    out += _chances(used_ups, facts=facts)
    return (*out, "; a halving is found ", *_chances(used_downs, facts=facts), ".")


def _chances(positions: list[int], *, facts: Facts) -> list[Part]:
    out: list[Part] = []
    for i in positions:
        joint = "" if i == positions[0] else " and " if i == positions[-1] else ", "
        text = f"{joint}{{power:chance}} of the time from {{first:share}} to {{last:share}}{{mark}}"
        out += facts.phrase(text, _power_receipt(i))
    return out


def _power_receipt(position: int) -> Receipt:
    return Receipt(MANIFEST, (("at", f"period.power.{position}"),), ("first", "last", "power"))
