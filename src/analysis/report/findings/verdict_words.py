"""How verdicts are reached, and what they cannot say, in plain words for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .findings import LEAST_WORDS
from .sentences import strata_word

if TYPE_CHECKING:
    from analysis.runs import Run

_LINE = (
    "Through the shares of each group goes one straight line of log-odds over time. Only full "
    "periods count: one that is not over, or whose papers are not all listed yet, is drawn as "
    "partial and is in no verdict and in no sentence on a rise or fall. "
)
_CLUMPS = {
    "day": "Papers come in clumps: those of one day are more alike than chance would have it, so "
    "ten of them tell less than ten papers of ten days. ",
    "venue": "Papers come in clumps: those of one venue are more alike than chance would have it, "
    "so ten of them tell less than ten papers of ten venues. ",
}
_TESTS = (
    "How far shares scatter round their lines is estimated from all groups together, and never "
    "taken for less than chance alone makes (a quasi-binomial model). A second test asks how often "
    "as steep a line comes out when whole clumps exchange their dates; the less sure of the two "
    "counts. Because many groups are looked at, p is corrected for their number (Benjamini and "
    "Hochberg, among clusters and among topics, times the number of kinds): where nothing happens "
    "at all, about one report in twenty, at most, names a rise or a fall. "
)
_FLAT = (
    "“Flat” is a claim of its own: it takes a 90 % interval for the ratio of the last to the first "
    "share on the line that lies within 0.8 to 1.25. “Unclear” means that neither a change nor "
    f"flatness is shown. “Too few to say” means {LEAST_WORDS}. A straight line says how a share "
    "moved on the whole, not its course: a rise that is over by the end can still be a rise."
)
_EVENTS = (
    "A burst is a stretch of at most a quarter of the periods with clearly more papers than the "
    "group's line through the other periods foresees, carried by several clumps and not by one "
    "workshop or one busy day. A turn is a period from which on a second line fits clearly better "
    "than one line for all. Both are corrected for the number of groups and of stretches looked at."
)


def verdict_words(run: Run) -> dict[str, str]:
    """Return heading and text of what the report says of its verdicts; nothing without any.

    Parameters
    ----------
    run : Run
    """
    if run.verdicts.empty:
        return {}
    period = run.manifest.get("period") or {}
    clumps = _CLUMPS.get(str(period.get("clump")), "")
    return {
        "Rising, falling, flat": _LINE + clumps + _TESTS + _FLAT,
        "Bursts and turns": _EVENTS,
        "A shift in where papers come from": _mix(period.get("standardised_by")),
    }


def _mix(column: object) -> str:
    if not column:
        return (
            "These papers name no category, venue or source that lasts over time, so no trend "
            "could be computed with their mix held constant: a group may rise because the papers "
            "come from elsewhere than before."
        )
    many = strata_word(column)
    return (
        f"Each trend was also computed with the mix of {many} held constant (table trends, column "
        "share_standardised; table verdicts, column standardised). Where the line then points the "
        "other way, and one of the two is clear, the text says so beside the verdict."
    )
