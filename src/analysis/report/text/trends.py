"""How shares differ, which groups rose or fell, how sure that is, and what two runs differ in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.base.english import listing, period_label, verb
from analysis.base.schema import FEW_PAPERS
from analysis.figures.frames import share_table
from analysis.figures.style import share_words
from analysis.runs.comparison import compare_opened
from analysis.runs.newest import newest_of

from ..findings.brief import finding_list
from ..findings.facts import Facts
from ..findings.findings import READING, power_words, select_findings
from ..findings.newest import newest_parts
from ..findings.receipts import set_parts
from ..markup import MARKDOWN, markdown_parts
from .changes import change_parts
from .groups import check_kind

if TYPE_CHECKING:
    import pandas as pd

    from analysis.runs import Run


def describe_shares(
    run: Run, *, kind: str = "topic", n: int = 3, groups: Sequence[str] | None = None
) -> str:
    """Describe how the shares of the largest groups differ between the first and last full periods.

    These are the first and the last full period with at least `schema.FEW_PAPERS` papers. Each
    share comes with its papers and its 95 % interval, each group with its verdict, which rests on
    all full periods and on the number of groups tested (`describe_verdicts` gives more).

    Parameters
    ----------
    run : Run
    kind : {"cluster", "topic"}
    n : int, default 3
        Groups listed, those with the most papers.
    groups : sequence of str, optional
        Ids of the groups to describe, all of which are listed; all groups by default.

    Returns
    -------
    str
        A sentence, a list of groups, and a sentence that names the groups that rose, fell or are
        flat; a single sentence if there are not two such periods.

    Raises
    ------
    InputError
        If `kind` is neither of the two.
    """
    check_kind(kind)
    shares = share_table(run, kind=kind)
    if groups is not None:
        shares, n = shares[shares["group_id"].isin(groups)], len(groups)
    full = shares[~shares["is_partial"] & (shares["n_total"] >= FEW_PAPERS)]
    if full["period"].nunique() < 2:
        return (
            f"Fewer than two full periods have {FEW_PAPERS} papers or more, which is too few to "
            f"compare the shares of {kind}s."
        )
    first = full[full["period"] == full["period"].min()].set_index("group_id")
    last = full[full["period"] == full["period"].max()].set_index("group_id")
    verdicts = run.verdicts[run.verdicts["kind"] == kind]
    directions = dict(zip(verdicts["group_id"], verdicts["direction"], strict=True))
    items = [
        f"- {MARKDOWN.label(first.at[i, 'label'])}: {_share(first.loc[i])}; {_share(last.loc[i])}; "
        f"{directions.get(i, 'too few to say')}."
        for i in first.index[:n]
    ]
    which = f"The largest {kind}s" if groups is None else f"These {kind}s"
    lead = (
        f"{which} in the first and the last full period of at least {FEW_PAPERS} papers, with 95 % "
        "intervals:"
    )
    by_direction = _directions(first["label"], directions=directions, kind=kind)
    return "\n\n".join([lead, "\n".join(items), by_direction])


def describe_verdicts(run: Run, *, kind: str | None = None) -> str:
    """Describe which groups rose or fell, which are flat though they look changed, and how sure.

    Parameters
    ----------
    run : Run
    kind : {"cluster", "topic"}, optional
        Groups of one kind; both by default.

    Returns
    -------
    str
        How many groups have each verdict; a list of at most five that rose or fell, by how much,
        with intervals, papers counted and how sure it is; bursts and changes of course; at most
        three that are flat, or else that cannot have halved or doubled. If nothing can be said,
        why.

    Raises
    ------
    InputError
        If `kind` is neither of the two.
    """
    if kind is not None:
        check_kind(kind)
    findings = select_findings(Facts(run), kind=kind)
    parts = [
        set_parts(findings.lead, target=MARKDOWN),
        findings.why_no_move,
        finding_list(findings.moves),
        set_parts(findings.untold, target=MARKDOWN),
        finding_list(findings.events),
        findings.why_no_flat,
        finding_list((*findings.flats, *findings.unclear)),
    ]
    return "\n\n".join(part for part in parts if part)


def describe_power(run: Run) -> str:
    """Describe how often doublings and halvings would be found, and how to read the findings.

    Parameters
    ----------
    run : Run

    Returns
    -------
    str
        Two paragraphs; a single sentence if the run has no verdicts.
    """
    if run.verdicts.empty:
        return (
            "This run has no verdicts: dates must fill at least four full periods before anything "
            "can be said to rise, fall or stay flat."
        )
    unknown = "This run does not record how large a change would have been found."
    return f"{set_parts(power_words(Facts(run)), target=MARKDOWN) or unknown}\n\n{READING}"


def describe_changes(old: Run, new: Run) -> str:
    """Describe what changed from one run to another.

    Parameters
    ----------
    old, new : Run
        Two runs of one series, in any order; others are compared as far as possible.

    Returns
    -------
    str
        Paragraphs and lists: papers added, gone and revised; clusters born, split, merged or
        dormant if the runs record it; papers that moved, and why; the shares that changed
        most, broken down by cause; shares reported by the old run that the new one contradicts.
        A single sentence if the two are one run, or share no paper.
    """
    if old.name == new.name and old.path == new.path:
        return f"Both are run {MARKDOWN.text(old.name)}: nothing changed."
    comparison = compare_opened(old, new)
    if not comparison.papers.both:
        return (
            f"Runs {MARKDOWN.text(old.name)} and {MARKDOWN.text(new.name)} have no paper in "
            "common, so they cannot be compared."
        )
    return markdown_parts(change_parts(comparison, target=MARKDOWN))


def describe_newest(run: Run) -> str:
    """Describe what is different in the newest full period of a run, and in which papers.

    Parameters
    ----------
    run : Run

    Returns
    -------
    str
        Groups and words whose share differs from that of the 3 or the 12 full periods before by
        more than chance explains among all that were looked at, with their papers; what the rerun
        itself made different; the papers that are least like any cluster. A single sentence if
        there are too few papers or periods.
    """
    return markdown_parts(newest_parts(newest_of(run), target=MARKDOWN))


def _share(row: pd.Series) -> str:
    share = share_words(
        row["n_papers"], row["n_total"], row["share"], row["share_low"], row["share_high"]
    )
    return f"{share} in {period_label(row['period'], freq=row['freq'])}"


def _directions(labels: pd.Series, *, directions: dict[str, str], kind: str) -> str:
    """Return which groups rose, fell or are flat; that there are none if so."""
    clauses = []
    for direction in ("rising", "falling", "flat"):
        names = [MARKDOWN.text(labels[i]) for i in labels.index if directions.get(i) == direction]
        if names:
            clauses.append(f"{listing(names)} {verb(len(names), 'is', 'are')} {direction}")
    n = f"{len(labels):,} {kind}s" if len(labels) > 1 else f"one {kind}"
    if not clauses:
        return (
            f"Of {n}, none is known to rise, to fall or to be flat: two shares may differ by "
            "chance, all the more if many groups are compared."
        )
    return (
        f"Of {n}, {'; '.join(clauses)}. These verdicts rest on all full periods, not on these two, "
        "and allow for the number of groups tested; the listing may still have changed what it "
        "selects."
    )
