"""What a map shows, what a cluster or topic is about, and how the words of topics change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analysis.base.english import capital, count, listing, percent, sentence, verb
from analysis.base.errors import InputError
from analysis.base.groups import counted_memberships, groups_of, primary_memberships, shown_groups
from analysis.base.schema import COUNTED_WEIGHT, KINDS
from analysis.figures.frames import group_papers

from ..markup import MARKDOWN, Target, markdown_link

if TYPE_CHECKING:
    import pandas as pd

    from analysis.runs import Run

MOST_NAMED = 3
"""Groups that a sentence names before it stops."""

_CHANGES = {"fades": "fades", "grows": "becomes more common", "new": "is new"}


def describe_map(run: Run, *, kind: str = "cluster") -> str:
    """Describe what a map coloured by clusters or topics shows.

    Parameters
    ----------
    run : Run
    kind : {"cluster", "topic"}

    Returns
    -------
    str
        A paragraph: the largest groups, and how clearly papers belong to them; if there is no map
        or no group of this kind, why.

    Raises
    ------
    InputError
        If `kind` is neither of the two.
    """
    check_kind(kind)
    n = len(run.papers)
    few = f"There is no map: {count(n, 'paper')} {verb(n, 'is', 'are')} too few."
    parts = [few] if run.map.empty else []
    parts.append(largest_words(run, kind=kind, target=MARKDOWN) or f"This run has no {kind}s.")
    if kind == "cluster" and len(groups_of(run.groups, kind=kind)):
        parts.append(_clearly_placed(run))
    return " ".join(parts)


def describe_group(run: Run, group_id: str, *, n: int = 5) -> str:
    """Describe what one cluster or topic is about, with the papers that belong to it most.

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
        If the run has no such group.
    """
    papers = group_papers(run, group_id, n=n)
    group = run.groups[run.groups["group_id"] == group_id].iloc[0]
    size = int(group["n_papers"])
    about = _about(group)
    of_all = f" ({percent(size, len(run.papers))} of all)" if size else ""
    lines = [
        f"#### {MARKDOWN.text(group['label'])}",
        f"{capital(group['kind'])} {MARKDOWN.text(group_id)}, {count(size, 'paper')}{of_all}. "
        f"{about}".strip(),
    ]
    items = [
        f"- {markdown_link(title, url)} ({date})"
        for title, url, date in zip(papers["title"], papers["url"], papers["date"], strict=True)
    ]
    return "\n\n".join([*lines, *(["\n".join(items)] if items else [])])


def describe_topics(run: Run) -> str:
    """Describe how many papers each topic has, how many have none, and whose words changed.

    Parameters
    ----------
    run : Run

    Returns
    -------
    str
        A sentence, a list of the topics, most papers first, and a sentence for each topic whose
        words changed while its papers remained similar; a single sentence if the run has no
        topic.
    """
    topics = by_size(shown_groups(run.groups, kind="topic"))
    without = topics_without_papers(run, target=MARKDOWN)
    if topics.empty:
        said = MARKDOWN.text(str(run.manifest.get("topic_set", {}).get("said", "")))
        return " ".join(filter(None, [without or "This run has no topics.", said]))
    n = in_no_topic(run)
    papers = count(len(run.papers), "paper")
    in_none = f"{n:,} of its {papers} {verb(n, 'is', 'are')} in none"
    rest = in_none if n else f"each of its {papers} is in at least one"
    first = f"Run {MARKDOWN.text(run.name)} has **{count(len(topics), 'topic')}**; {rest}."
    items = []
    for label, group_id, size in topics[["label", "group_id", "n_papers"]].itertuples(index=False):
        part = f", {percent(size, len(run.papers))}" if size else ""
        name = f"{MARKDOWN.label(label)} ({MARKDOWN.text(group_id)})"
        items.append(f"- {name}: {count(size, 'paper')}{part}")
    changed = [
        f"{changed_words(topic, target=MARKDOWN)}."
        for topic in run.manifest.get("vocabulary_drift", [])
    ]
    return "\n\n".join(filter(None, [first, "\n".join(items), without, *changed]))


def topics_without_papers(run: Run, *, target: Target) -> str:
    """Return the sentence that names the topics without papers; "" if each has some."""
    rows = groups_of(run.groups, kind="topic")
    labels = [target.label(label) for label in rows.loc[rows["n_papers"] == 0, "label"]]
    return f"Topics without papers: {listing(labels)}." if labels else ""


def check_kind(kind: str) -> None:
    """Raise `InputError` if `kind` is neither "cluster" nor "topic"."""
    if kind not in KINDS:
        raise InputError(
            f"kind={kind!r}", allowed=" or ".join(KINDS), next_step="choose one of the two"
        )


def largest_words(run: Run, *, kind: str, target: Target) -> str:
    """Return the largest groups of a kind, for topics also how many papers are in several.

    Parameters
    ----------
    run : Run
    kind : {"cluster", "topic"}
    target : Target

    Returns
    -------
    str
        If there are no clusters, why; empty if there are no topics.
    """
    groups = by_size(groups_of(run.groups, kind=kind))
    if groups.empty:
        return target.text(why_no_clusters(run)) if kind == "cluster" else ""
    papers = len(run.papers)
    top = groups[groups["n_papers"] > 0].head(MOST_NAMED)
    names = [
        f"{target.label(label)} ({n:,}, {percent(n, papers)})"
        for label, n in zip(top["label"], top["n_papers"], strict=True)
    ]
    if not names:
        words = f"No paper counts for any of the {len(groups):,} {kind}s."
    elif len(groups) == 1:
        words = f"The one {kind} is {names[0]}."
    else:
        largest = f"the largest {verb(len(names), 'is', 'are')} {listing(names)}"
        words = f"Of {len(groups):,} {kind}s, {largest}."
    return words if kind == "cluster" else f"{words} {_topics_per_paper(run)}"


def why_no_clusters(run: Run) -> str:
    """Return the sentence that says why a run has no clusters."""
    reason = run.manifest.get("clustering", {}).get("why_none")
    return sentence(reason or "There are no clusters in this run")


def in_no_topic(run: Run) -> int:
    """Count the papers that no topic counts."""
    counted = counted_memberships(run.memberships, kind="topic")["paper_id"]
    return len(run.papers) - counted.nunique()


def changed_words(topic: Mapping[str, Any], *, target: Target, most: int | None = None) -> str:
    """Return which phrases of a topic became rarer or more common.

    Parameters
    ----------
    topic : mapping
        An entry of the manifest's `vocabulary_drift`.
    target : Target
    most : int, optional
        Phrases of each direction; all by default.

    Returns
    -------
    str
        Without a full stop.
    """
    parts = [
        f"“{target.text(phrase['phrase'])}” {_CHANGES[phrase['change']]} "
        f"({phrase['n_early']:,} of {topic['n_early']:,} earlier, {phrase['n_late']:,} of "
        f"{topic['n_late']:,} later papers)"
        for phrase in (*topic["fades"][:most], *topic["rises"][:most])
    ]
    return f"The words of {target.label(topic['label'])} changed: {listing(parts)}"


def _about(group: pd.Series) -> str:
    """Return a cluster's terms or a topic's description as a sentence of Markdown."""
    if group["kind"] == "cluster" and len(group["terms"]):
        return f"Terms: {listing([MARKDOWN.text(str(term)) for term in group['terms']])}."
    return MARKDOWN.text(sentence(group["description"] or ""))


def by_size(groups: pd.DataFrame) -> pd.DataFrame:
    """Return groups sorted by their number of papers, the largest first."""
    return groups.sort_values(["n_papers", "group_id"], ascending=[False, True])


def _clearly_placed(run: Run) -> str:
    rows = primary_memberships(run.memberships, kind="cluster")
    n = int((rows["weight"] >= COUNTED_WEIGHT).sum())
    rest = len(rows) - n
    others = f"; the other {rest:,} lie between groups and are drawn paler." if rest else "."
    have = f"{capital(count(n, 'paper'))} {verb(n, 'has', 'have')}"
    return f"{have} at least half of their neighbours in their own cluster{others}"


def _topics_per_paper(run: Run) -> str:
    per_paper = counted_memberships(run.memberships, kind="topic").groupby("paper_id").size()
    several, none = int((per_paper > 1).sum()), len(run.papers) - len(per_paper)
    return (
        f"{capital(count(several, 'paper'))} {verb(several, 'is', 'are')} in several topics and "
        f"{count(none, 'paper')} in no topic."
    )
