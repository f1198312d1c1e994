"""Questions about a finished run's topics: suggestions, scores, corrected shares, drift."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.files import data_file, default_topics
from analysis.papers.boilerplate import papers_as_analysed
from analysis.runs import Run
from analysis.trends import corrected_share

if TYPE_CHECKING:
    from analysis.topics.growth.drift import Drift
    from analysis.topics.growth.suggest import Suggestions


CORRECTED_COLUMNS = (
    *("group_id", "freq", "period", "n_papers", "n_total", "share", "share_low", "share_high"),
    *("corrected", "corrected_low", "corrected_high", "precision", "recall", "is_partial"),
)


def suggestions(run: Run, *, n: int = 10) -> Suggestions:
    """Find groups of papers that no topic covers; `suggest_topics` documents the parameters."""
    from analysis.clusters.labels.phrases import phrases
    from analysis.topics.growth.suggest import suggest

    return suggest(
        papers_as_analysed(run.papers, manifest=run.manifest),
        vectors=run.vectors,
        memberships=run.memberships,
        groups=run.groups,
        trends=run.trends,
        neighbours=run.neighbours,
        phrases=phrases,
        n=n,
    )


def suggest_topics(run: Run, *, n: int = 10) -> pd.DataFrame:
    """List groups of papers that no topic covers, each with a definition to start from.

    Parameters
    ----------
    run : Run
    n : int, default 10
        Suggestions at most.

    Returns
    -------
    DataFrame
        Ordered by uncovered papers: `topic_id`, `label`, `n_papers`, `n_uncovered`, `growth` (its
        share in the last periods: "rises", "falls", "no clear change" or "too few to say"),
        `nearest_topic`, `similarity`, `strong`, `weak`, `exemplars` and `toml`, which can be
        pasted into a topics file.

    Raises
    ------
    InputError
        If `n` is below 1.
    """
    columns = ["topic_id", "label", "n_papers", "n_uncovered", "growth", "nearest_topic"]
    columns += ["similarity", "strong", "weak", "exemplars", "toml"]
    return suggestions(run, n=n).table[columns]


def score_topics(run: Run, *, gold: Path | str | None = None) -> pd.DataFrame:
    """Measure a run's topics on papers that people labelled.

    Parameters
    ----------
    run : Run
    gold : path, optional
        A CSV with `arxiv_id` or `title` and one column per topic (1, 0, or empty for unknown);
        by default `data/topics_gold.csv`, the labels of the bundled snapshot. Columns of topics
        that the default set defines but the run lacks are ignored.

    Returns
    -------
    DataFrame
        One row per topic, then their mean ("macro") and all labels together ("pooled"): `topic`,
        `n` labelled papers, `n_positive`, `n_predicted`, `n_right`, and `precision`, `recall`,
        `f1`, `brier`, the first three with their 95 % intervals.

    Raises
    ------
    InputError
        If the file cannot be read or names no topic of the run.
    """
    from analysis.topics.accuracy.gold import read_gold
    from analysis.topics.accuracy.scoring import score
    from analysis.topics.definitions import read_topics

    path = data_file("topics_gold.csv") if gold is None else Path(gold)
    topics = run.groups.loc[run.groups["kind"] == "topic", "group_id"].tolist()
    others = [topic.id for topic in read_topics(default_topics()) if topic.id not in topics]
    read = read_gold(path, topics=[*topics, *others])
    labelled = [topic for topic in topics if topic in read.topics]
    return score(
        run.memberships, gold=read, papers=run.papers, topics=labelled, evidence=run.evidence
    ).table


def corrected_shares(run: Run, scores: pd.DataFrame) -> pd.DataFrame:
    """Correct the shares of topics for precision and recall, with their uncertainty.

    The result estimates the shares that a recogniser without errors would give.

    Parameters
    ----------
    run : Run
        With trends.
    scores : DataFrame
        From `score_topics(run, gold=...)`: by `topic`, labels correctly counted (`n_right`),
        counted (`n_predicted`) and positive (`n_positive`).

    Returns
    -------
    DataFrame
        One row per topic with labels and period, in the order of the trends: the columns of
        `CORRECTED_COLUMNS`. `corrected` is share * precision / recall with a 95 % interval from the
        three (`trends.corrected_share`, which names its sources); null if no label was counted
        correctly. An error that is the same in all periods changes every share, but no ratio of
        two shares.

    Raises
    ------
    InputError
        If the run has no trends.
    """
    if run.trends.empty:
        raise InputError(
            f"run {run.name} has no shares over time",
            allowed="a run whose dates fill at least one period",
            next_step="give dates with --dates, or leave out --shares",
        )
    measured = scores.set_index("topic")
    parts = []
    rows = run.trends[run.trends["kind"] == "topic"]
    for topic, trend in rows[rows["group_id"].isin(measured.index)].groupby("group_id"):
        right, counted, positive = (
            int(measured.at[topic, name]) for name in ("n_right", "n_predicted", "n_positive")
        )
        share, low, high = corrected_share(
            trend["n_papers"],
            trend["n_total"],
            precision=(right, counted),
            recall=(right, positive),
            phi=trend["phi"],
        )
        parts.append(
            trend.assign(
                corrected=share,
                corrected_low=low,
                corrected_high=high,
                precision=right / counted if counted else np.nan,
                recall=right / positive if positive else np.nan,
            )
        )
    table = pd.concat(parts) if parts else rows.iloc[:0].reindex(columns=CORRECTED_COLUMNS)
    return table[list(CORRECTED_COLUMNS)].reset_index(drop=True)


def topic_drift(
    run: Run, *, topics: Path | None = None, topic: str | None = None
) -> tuple[Drift, list[str]]:
    """Find phrases of a run's topics that fade, grow or are new; see `topics.growth.drift`.

    Parameters
    ----------
    run : Run
    topics : Path, optional
        The definitions; `data/topics.toml`, else the set `ml`, by default.
    topic : str, optional
        The id of one topic; all by default.

    Returns
    -------
    drift : Drift
    notes : list of str
        Topics whose definition has changed since the run, or that only one of the two has.

    Raises
    ------
    InputError
        If the file cannot be read, or it and the run do not both have the topic.
    """
    from analysis.clusters.labels.phrases import phrases
    from analysis.topics.definitions import read_topics
    from analysis.topics.growth.drift import drift

    path = topics or default_topics()
    defined = {definition.id: definition for definition in read_topics(path)}
    groups = run.groups[run.groups["kind"] == "topic"]
    hashes = dict(zip(groups["group_id"], groups["definition_hash"], strict=True))
    both = [name for name in hashes if name in defined]
    if topic is not None and topic not in both:
        raise InputError(
            f"no topic {topic!r} in both run {run.name} and {path.name}",
            allowed=f"one of {', '.join(both)}" if both else "a topic that both have",
            next_step="name one of these, or give the run's definitions with --topics FILE",
        )
    selected = both if topic is None else [topic]
    result = drift(
        papers_as_analysed(run.papers, manifest=run.manifest),
        vectors=run.vectors,
        memberships=run.memberships,
        topics=[defined[name] for name in selected],
        phrases=phrases,
    )
    changed = [name for name in selected if defined[name].definition_hash != hashes[name]]
    notes = []
    if changed:
        notes.append(
            f"The definition of {', '.join(changed)} in {path.name} differs from the one the run "
            "was made with; run again to see its papers."
        )
    missing = [name for name in hashes if name not in defined]
    if missing and topic is None:
        notes.append(f"Left out, since {path.name} does not define it: {', '.join(missing)}.")
    return result, notes
