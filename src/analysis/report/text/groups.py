"""What a map shows, and what one cluster or topic is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.english import capital, count, listing, percent, sentence, verb
from analysis.base.escaping import for_markdown
from analysis.base.groups import counted_memberships, groups_of
from analysis.base.schema import COUNTED_WEIGHT
from analysis.figures.frames import group_papers

from ..findings.markdown import linked
from .common import check_kind, have, papers_of, why_none

if TYPE_CHECKING:
    import pandas as pd

    from analysis.runs import Run

MOST_NAMED = 3
"""Groups that a sentence names before it stops."""


def describe_map(run: Run, *, kind: str = "cluster") -> str:
    """Say what a map coloured by clusters or topics shows.

    Parameters
    ----------
    run : Run
    kind : {"cluster", "topic"}

    Returns
    -------
    str
        A paragraph: the largest groups, and how clear cut they are; where there is no map or no
        group of this kind, why.

    Raises
    ------
    InputError
        Where `kind` is neither of the two.
    """
    check_kind(kind)
    few = ""
    if run.map.empty:
        few = f"There is no map: {papers_of(run)} {verb(len(run.papers), 'is', 'are')} too few."
    groups = _by_size(run, kind=kind)
    if groups.empty:
        return f"{few} {why_none(run, kind=kind)}".strip()
    clear = _clear_clusters(run) if kind == "cluster" else _topics_per_paper(run)
    return " ".join(part for part in (few, _largest(run, groups, kind=kind), clear) if part)


def describe_group(run: Run, group_id: str, *, n: int = 5) -> str:
    """Say what one cluster or topic is about, with the papers that belong to it most.

    Parameters
    ----------
    run : Run
    group_id : str
        An id of `run.groups`.
    n : int, default 5
        Papers listed.

    Returns
    -------
    str
        A heading, a line on size and description or terms, and a list of linked titles.

    Raises
    ------
    InputError
        Where the run has no such group.
    """
    papers = group_papers(run, group_id, n=n)
    group = run.groups[run.groups["group_id"] == group_id].iloc[0]
    size = int(group["n_papers"])
    about = for_markdown(sentence(group["description"] or ""))
    if group["kind"] == "cluster" and len(group["terms"]):
        about = f"Terms: {listing([for_markdown(str(term)) for term in group['terms']])}."
    of_all = f" ({percent(size, len(run.papers))} of all)" if size else ""
    lines = [
        f"#### {for_markdown(group['label'])}",
        f"{capital(group['kind'])} {for_markdown(group_id)}, {count(size, 'paper')}{of_all}. "
        f"{about}".strip(),
    ]
    items = [_item(paper) for paper in papers.itertuples()]
    return "\n\n".join([*lines, *(["\n".join(items)] if items else [])])


def _by_size(run: Run, *, kind: str) -> pd.DataFrame:
    groups = groups_of(run.groups, kind=kind)
    return groups.sort_values(["n_papers", "group_id"], ascending=[False, True])


def _largest(run: Run, groups: pd.DataFrame, *, kind: str) -> str:
    top = groups[groups["n_papers"] > 0].head(MOST_NAMED)
    if top.empty:
        return f"No paper counts for any of the {len(groups):,} {kind}s."
    named = [
        f"**{for_markdown(group.label)}** ({group.n_papers:,}, "
        f"{percent(group.n_papers, len(run.papers))})"
        for group in top.itertuples()
    ]
    if len(groups) == 1:
        return f"The one {kind} is {named[0]}."
    return (
        f"Of {len(groups):,} {kind}s the largest {verb(len(named), 'is', 'are')} {listing(named)}."
    )


def _clear_clusters(run: Run) -> str:
    rows = counted_memberships(run.memberships, kind="cluster")
    n = int((rows["weight"] >= COUNTED_WEIGHT).sum())
    rest = len(rows) - n
    between = (
        f"; the other {rest:,} lie between groups and are drawn paler" if rest else ", so all do"
    )
    return f"{capital(have(n))} at least half of their neighbours in their own cluster{between}."


def _topics_per_paper(run: Run) -> str:
    per_paper = counted_memberships(run.memberships, kind="topic").groupby("paper_id").size()
    several = int((per_paper > 1).sum())
    none = len(run.papers) - len(per_paper)
    return (
        f"{capital(count(several, 'paper'))} {verb(several, 'is', 'are')} in several topics and "
        f"{count(none, 'paper') if none else 'none'} in no topic."
    )


def _item(paper: object) -> str:
    return f"- {linked(paper.title, paper.url)} ({paper.date})"
