"""What a run says of the topics that were defined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.english import capital, count, listing, percent, verb
from analysis.base.escaping import for_markdown
from analysis.base.groups import counted_memberships

from .common import why_none

if TYPE_CHECKING:
    from analysis.runs import Run

_CHANGES = {"fades": "fades", "grows": "becomes more common", "new": "is new"}


def describe_topics(run: Run) -> str:
    """Say how many papers each topic has, how many have none, and whose words changed.

    Parameters
    ----------
    run : Run

    Returns
    -------
    str
        A sentence, a list of the topics, most papers first, and a sentence for each topic whose
        words changed while its papers stayed what they were; a sentence alone where the run has
        no topic.
    """
    topics = run.groups[run.groups["kind"] == "topic"]
    if topics.empty:
        return why_none(run, kind="topic")
    counted = counted_memberships(run.memberships, kind="topic")
    none = len(run.papers) - counted["paper_id"].nunique()
    n = len(topics)
    papers = count(len(run.papers), "paper")
    rest = f"{none:,} of its {papers} {verb(none, 'is', 'are')} in none" if none else (
        f"each of its {papers} is in at least one"
    )  # fmt: skip
    first = f"Run {for_markdown(run.name)} has **{count(n, 'topic')}**; {rest}."
    items = [
        f"- **{for_markdown(topic.label)}** ({for_markdown(topic.group_id)}): "
        f"{count(topic.n_papers, 'paper')}"
        + (f", {percent(topic.n_papers, len(run.papers))}" if topic.n_papers else "")
        for topic in topics.sort_values(
            ["n_papers", "group_id"], ascending=[False, True]
        ).itertuples()
    ]
    changed = [_changed(topic) for topic in run.manifest.get("vocabulary_drift", [])]
    return "\n\n".join([first, "\n".join(items), *changed])


def _changed(topic: dict) -> str:
    parts = [
        f"“{for_markdown(phrase['phrase'])}” {_CHANGES[phrase['change']]} "
        f"({phrase['n_early']:,} of {topic['n_early']:,} earlier, {phrase['n_late']:,} of "
        f"{topic['n_late']:,} later papers)"
        for phrase in (*topic["fades"], *topic["rises"])
    ]
    return capital(f"in {for_markdown(topic['label'])} the words changed: {listing(parts)}.")
