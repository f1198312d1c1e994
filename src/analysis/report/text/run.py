"""What went into a run, when its papers were published, and how time is divided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.english import (
    capital,
    count,
    day_words,
    listing,
    period_label,
    sentence,
    snapshot_words,
    verb,
)
from analysis.figures.frames import date_label

from ..markup import MARKDOWN, Target
from .groups import largest_words

if TYPE_CHECKING:
    import pandas as pd

    from analysis.runs import Run

MOST_FILES = 3


def describe_run(run: Run) -> str:
    """Describe what a run was made from and what it holds.

    Parameters
    ----------
    run : Run

    Returns
    -------
    str
        A paragraph: papers, input files and snapshot, span of the dates, papers without a date or
        an abstract, the largest clusters (or why there are none) and topics, rows left out.
    """
    return summary(run, target=MARKDOWN)


def describe_dates(run: Run) -> str:
    """Describe when the papers of a run were published.

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
    first, middle, last = (_day(dated.iloc[i]) for i in (0, (n - 1) // 2, -1))
    without = f" {capital(count(undated, 'paper'))} {verb(undated, 'has', 'have')} no date."
    if n == 1:
        dates = f"One paper has a date: {first}."
    elif first == last:
        dates = f"The {n:,} papers with a date were all published {_on(first)}."
    else:
        dates = (
            f"The {n:,} papers with a date were published between {first} and {last}, half of them "
            f"by {middle}."
        )
    return dates + (without if undated else "")


def describe_periods(run: Run) -> str:
    """Describe how time is divided in a run's trends, and which periods are incomplete.

    Parameters
    ----------
    run : Run

    Returns
    -------
    str
        A paragraph: the manifest's reason, then the partial periods.
    """
    return periods_words(run, target=MARKDOWN)


def summary(run: Run, *, target: Target) -> str:
    """Return the paragraph on what was read and what was found; see `describe_run`."""
    parts = [
        _origin(run, target=target),
        describe_dates(run),
        _without_abstract(run),
        largest_words(run, kind="cluster", target=target),
        largest_words(run, kind="topic", target=target),
        dropped_words(run, target=target),
    ]
    return " ".join(part for part in parts if part)


def periods_words(run: Run, *, target: Target) -> str:
    """Return how time is divided and which periods are incomplete; see `describe_periods`."""
    reason = target.text(sentence(run.manifest.get("period", {}).get("reason") or ""))
    trends = run.trends.drop_duplicates("period").sort_values("period")
    partial, full = trends[trends["is_partial"]], trends[~trends["is_partial"]]
    at_start = partial[partial["period"] < full["period"].min()]
    partial = partial.drop(index=at_start.index)
    parts = [reason, _partial_start(run, periods=at_start), _partial_end(partial), _gaps(run)]
    return " ".join(part for part in parts if part)


def _partial_start(run: Run, *, periods: pd.DataFrame) -> str:
    """Return which first periods are not covered from their beginning."""
    if periods.empty:
        return ""
    since = str(run.manifest.get("period", {}).get("since") or "")
    day = f" only from {day_words(since)} on" if since else " from the beginning"
    n = len(periods)
    names = listing([period_label(p, freq=f) for p, f in periods[["period", "freq"]].to_numpy()])
    return (
        f"The source covers papers{day}: {names} {verb(n, 'is', 'are')} partial and "
        f"{verb(n, 'takes', 'take')} no part in verdicts."
    )


def _gaps(run: Run) -> str:
    """Return stretches in the middle in which the source lists nothing."""
    found = run.manifest.get("period", {}).get("gaps") or []
    if not found:
        return ""
    spells = listing([f"from {day_words(a)} to {day_words(b)}" for a, b in found])
    return (
        f"No paper is dated {spells}, though papers arrive regularly before and after: the source "
        "may have been down, or was not asked. Shares rest on the papers that there are."
    )


def _partial_end(partial: pd.DataFrame) -> str:
    """Return which last periods are not covered to their end."""
    if partial.empty:
        return ""
    names = [
        period_label(period, freq=freq)
        for period, freq in zip(partial["period"], partial["freq"], strict=True)
    ]
    n = len(names)
    return (
        f"The snapshot does not cover {listing(names)} to the end: {verb(n, 'this', 'these')} "
        f"partial {verb(n, 'period rests', 'periods rest')} on fewer papers, and the "
        f"{verb(n, 'share', 'shares')} may still change."
    )


def dropped_words(run: Run, *, target: Target) -> str:
    """Return how many rows of the input were left out, by reason; empty if there were none."""
    reasons = {k: n for k, n in run.manifest.get("counts", {}).get("dropped", {}).items() if n}
    if not reasons:
        return ""
    n = sum(reasons.values())
    by_reason = listing([f"{target.text(reason)} ({k:,})" for reason, k in reasons.items()])
    rows = f"{capital(count(n, 'row'))} of the input {verb(n, 'was', 'were')}"
    return f"{rows} left out: {by_reason}."


def _origin(run: Run, *, target: Target) -> str:
    inputs = run.manifest.get("inputs", [])
    names = [target.text(str(source["name"])) for source in inputs[:MOST_FILES]]
    more = len(inputs) - len(names)
    names += [f"{more:,} more"] if more else []
    files = f"{count(len(inputs), 'file')} ({listing(names)}), " if inputs else ""
    holds = f"Run {target.text(run.name)} holds {count(len(run.papers), 'paper')}"
    snapshot = snapshot_words(run.manifest.get("snapshot_date"))
    listed = int(run.papers["in_snapshot"].sum())
    if listed == len(run.papers):
        return f"{holds} from {files}a {snapshot}."
    stand = f"{count(listed, 'paper')} of them {verb(listed, 'stands', 'stand')}"
    of_it = f" in the newest, {files}a {snapshot}" if files else f" in the newest, a {snapshot}"
    return f"{holds} of all snapshots of the series; {stand}{of_it}."


def _without_abstract(run: Run) -> str:
    n = int(run.papers["abstract"].isna().sum())
    if not n:
        return ""
    placed = verb(n, "is placed by its title", "are placed by their titles")
    return f"{capital(count(n, 'paper'))} {verb(n, 'has', 'have')} no abstract and {placed} alone."


def _day(paper: pd.Series) -> str:
    return day_words(date_label(paper["published"], paper["published_precision"]))


def _on(date: str) -> str:
    return f"{'on' if len(date.split()) == 3 else 'in'} {date}"
