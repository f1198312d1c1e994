"""What can be asked of a finished run's topics: the stage's functions on the tables of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.resources import data_file, default_topics
from analysis.runs import Run

if TYPE_CHECKING:
    from analysis.topics.growth.drift import Drift
    from analysis.topics.growth.suggest import Suggestions


def suggestions(run: Run, *, n: int = 10) -> Suggestions:
    """Find what no topic of a run covers; see `topics.suggest.suggest`.

    Parameters
    ----------
    run : Run
    n : int, default 10
        Suggestions at most.
    """
    from analysis.clusters.labels.phrases import phrases
    from analysis.topics.growth.suggest import suggest

    return suggest(
        run.papers,
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
        Where `n` is below 1.
    """
    columns = ["topic_id", "label", "n_papers", "n_uncovered", "growth", "nearest_topic",
               "similarity", "strong", "weak", "exemplars", "toml"]  # fmt: skip
    return suggestions(run, n=n).table[columns]


def score_topics(run: Run, *, gold: Path | str | None = None) -> pd.DataFrame:
    """Measure a run's topics on papers that people labelled.

    Parameters
    ----------
    run : Run
    gold : path, optional
        A CSV with `arxiv_id` or `title` and one column a topic (1, 0, or nothing for unknown);
        the labels of the bundled snapshot, `data/topics_gold.csv`, where left out. Columns of
        topics that `data/topics.toml` defines but the run lacks are passed over.

    Returns
    -------
    DataFrame
        One row a topic, then their mean ("macro") and all labels together ("pooled"): `topic`,
        `n` labelled papers, `n_positive`, `n_predicted`, `n_right`, and `precision`, `recall`,
        `f1`, `brier`, the first three with their 95 % intervals.

    Raises
    ------
    InputError
        Where the file cannot be read or names no topic of the run.
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


def topic_drift(
    run: Run, *, topics: Path | None = None, topic: str | None = None
) -> tuple[Drift, list[str]]:
    """Look for phrases of a run's topics that fade, grow or are new; see `topics.drift.drift`.

    Parameters
    ----------
    run : Run
    topics : Path, optional
        The definitions; `data/topics.toml` by default.
    topic : str, optional
        The id of one topic; all where left out.

    Returns
    -------
    drift : Drift
    notes : list of str
        Topics whose definition changed since the run, or that are in one of the two alone.

    Raises
    ------
    InputError
        Where the file cannot be read, or neither it nor the run has the topic.
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
    asked = both if topic is None else [topic]
    made = drift(
        run.papers,
        vectors=run.vectors,
        memberships=run.memberships,
        topics=[defined[name] for name in asked],
        phrases=phrases,
    )
    changed = [name for name in asked if defined[name].definition_hash != hashes[name]]
    notes = []
    if changed:
        notes.append(
            f"The definition of {', '.join(changed)} in {path.name} is not the one that the run "
            "was made with; run again to see its papers."
        )
    missing = [name for name in hashes if name not in defined]
    if missing and topic is None:
        notes.append(f"Left out, since {path.name} does not define it: {', '.join(missing)}.")
    return made, notes
