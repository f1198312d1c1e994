"""What went into a run, and what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.english import capital, count, day_words, listing, snapshot_words, verb
from analysis.base.escaping import for_markdown
from analysis.base.groups import groups_of
from analysis.figures.frames import date_label

from .common import have, why_none

if TYPE_CHECKING:
    from analysis.runs import Run


def describe_run(run: Run) -> str:
    """Say what a run was made from and what it holds.

    Parameters
    ----------
    run : Run

    Returns
    -------
    str
        A paragraph: papers, snapshot, span of the dates, papers without a date or an abstract,
        rows left out, clusters (or why there are none) and topics.
    """
    day = run.manifest["snapshot_date"]
    taken = f"a {snapshot_words(day)}"
    n = len(run.papers)
    parts = [
        f"Run {for_markdown(run.name)} holds **{count(n, 'paper')}** from {taken}.",
        *_missing(run),
        _dropped(run),
        _number_of_groups(run),
    ]
    return " ".join(part for part in parts if part)


def describe_dates(run: Run) -> str:
    """Say when the papers of a run were published.

    Parameters
    ----------
    run : Run

    Returns
    -------
    str
        A paragraph: first and last date, the date by which half of the dated papers were out,
        and how many papers have no date.
    """
    dated = run.papers[run.papers["published"].notna()].sort_values("published", kind="stable")
    n, undated = len(dated), len(run.papers) - len(dated)
    if not n:
        return "No paper of this run has a date."
    first, middle, last = (
        day_words(date_label(paper["published"], paper["published_precision"]))
        for paper in (dated.iloc[0], dated.iloc[(n - 1) // 2], dated.iloc[-1])
    )
    without = f" {capital(have(undated))} no date." if undated else ""
    if n == 1:
        return f"One paper has a date: {first}.{without}"
    return (
        f"The {n:,} papers with a date were published from {first} to {last}, half of them by "
        f"{middle}.{without}"
    )


def _missing(run: Run) -> list[str]:
    parts = []
    for column, name in (("published", "date"), ("abstract", "abstract")):
        n = int(run.papers[column].isna().sum())
        if n:
            parts.append(f"{capital(have(n))} no {name}.")
    return parts


def _dropped(run: Run) -> str:
    reasons = run.manifest["counts"]["dropped"]
    if not reasons:
        return ""
    listed = listing([f"{for_markdown(reason)} ({n:,})" for reason, n in reasons.items()])
    return f"Left out of the input: {listed}."


def _number_of_groups(run: Run) -> str:
    n_topics = int((run.groups["kind"] == "topic").sum())
    n_clusters = len(groups_of(run.groups, kind="cluster"))
    looked = f"{count(n_topics, 'topic')} {verb(n_topics, 'was', 'were')} looked for"
    if not n_clusters:
        return f"{why_none(run, kind='cluster')} {capital(looked)}."
    return (
        f"{capital(count(n_clusters, 'cluster'))} {verb(n_clusters, 'was', 'were')} found in "
        f"them, and {looked}."
    )
