"""From chosen papers to the definition of a topic, and to their trend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.english import count, period_label
from analysis.base.errors import InputError
from analysis.base.escaping import clean
from analysis.clusters import cluster_terms, count_phrases
from analysis.topics.growth.candidates import Group, own_shares, texts_of
from analysis.topics.growth.drafts import Draft, as_toml, folded, slug, strong_and_weak
from analysis.trends import choose_period, reference_day, trends

if TYPE_CHECKING:
    from analysis.runs import Run

SELECTION_ID = "selection"
COMPARED = 1500
N_EXEMPLARS = 3
_LEAST_LIFT = 2
_COLOR = "#4269d0"


def topic_toml(run: Run, label: str, *, rows: Sequence[int]) -> str:
    """Write a definition of a topic from chosen papers.

    Parameters
    ----------
    run : Run
    label : str
        Name of the topic; its id is made from it and differs from those of the run.
    rows : sequence of int
        Rows of the chosen papers in `run.papers`.

    Returns
    -------
    str
        One `[[topic]]` that `topics.read_topics` accepts: the phrases that set the chosen papers
        apart from the others (at most 1,500 on either side are read, evenly spaced), and as
        exemplars the three papers nearest to the middle of the choice.

    Raises
    ------
    InputError
        Where no paper is chosen, or the label is empty.
    """
    label = clean(str(label))
    problems = [] if len(rows) else ["no paper is chosen"]
    problems += [] if label else ["an empty name"]
    if problems:
        raise InputError(
            problems,
            allowed="at least one chosen paper, and a name for the topic",
            next_step="choose papers on the map or with view.select(...), then name them",
        )
    chosen = np.unique(np.asarray(rows, dtype="int64"))
    compared, own = _compared(len(run.papers), chosen=chosen)
    strong, weak = _phrases(run.papers.iloc[compared], own=own, label=label)
    taken = set(run.groups["group_id"])
    others = len(compared) - len(own)
    draft = Draft(
        id=slug(label, taken=taken),
        label=label,
        description=f"DRAFT, please edit: is about {', '.join([*strong, *weak][:3]) or label}. "
        "When does a paper belong here?",
        strong=strong,
        weak=weak,
        exemplars=tuple(run.papers["paper_id"].iloc[_middle(run.vectors, rows=chosen)]),
        remark=f"From {count(len(chosen), 'paper')} chosen in run {run.name}; "
        f"{len(own):,} of them compared with {count(others, 'other paper')}.",
    )
    return as_toml(draft)


def selection_trend(run: Run, *, rows: Sequence[int]) -> pd.DataFrame:
    """Count chosen papers by period, with their share of all papers and its interval.

    Parameters
    ----------
    run : Run
    rows : sequence of int
        Rows of the chosen papers in `run.papers`.

    Returns
    -------
    DataFrame
        As `views.share_table`, with one group "selection" in the periods of the run (where the
        run has none, in those that `trends.choose_period` finds); empty where no period can be
        formed.
    """
    day = run.manifest.get("snapshot_date")
    given = date.fromisoformat(day) if day else None
    reference = reference_day(run.papers, snapshot_date=given)
    freq = run.manifest["period"]["freq"] or choose_period(run.papers, reference=reference).freq
    look = {"group_id": SELECTION_ID, "label": f"{count(len(rows), 'chosen paper')}"}
    if freq is None or not len(rows):
        return pd.DataFrame(columns=["group_id", "label"])
    table = trends(
        pd.DataFrame(
            {
                "paper_id": run.papers["paper_id"].iloc[list(rows)],
                "kind": "topic",
                "group_id": SELECTION_ID,
                "weight": np.float32(1),
                "is_primary": True,
            }
        ),
        papers=run.papers,
        groups=pd.DataFrame({"kind": ["topic"], "group_id": [SELECTION_ID]}),
        freq=freq,
        reference=reference,
    )
    labels = [period_label(period, freq=freq) for period in table["period"]]
    return table.assign(**look, color=_COLOR, symbol="circle", period_label=labels)


def _compared(n: int, *, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of chosen and other papers, at most so many of each, and where the chosen ones stand."""
    own, others = (_spaced(rows) for rows in (chosen, np.setdiff1d(np.arange(n), chosen)))
    compared = np.sort(np.concatenate([own, others]))
    return compared, np.searchsorted(compared, own)


def _spaced(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    if len(rows) <= COMPARED:
        return rows
    return rows[np.linspace(0, len(rows) - 1, COMPARED).astype("int64")]


def _phrases(
    papers: pd.DataFrame, *, own: NDArray[np.int64], label: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    labels = np.ones(len(papers), dtype="int64")
    labels[own] = 0
    counts = count_phrases(list(papers["title"]), list(papers["abstract"]))
    found = cluster_terms(counts, labels=labels)
    group = Group(SELECTION_ID, label, own, tuple(found.terms[0]))
    shares = own_shares(group, texts=texts_of(papers, fold=folded))
    least = min(0.5, _LEAST_LIFT * len(own) / len(papers))
    telling = [place for place, share in enumerate(shares) if share >= least]
    return strong_and_weak(
        [group.terms[place] for place in telling], own=[shares[place] for place in telling]
    )


def _middle(vectors: NDArray[np.float32], *, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    nearness = vectors[rows].astype("float64") @ vectors[rows].mean(axis=0, dtype="float64")
    return rows[np.argsort(-nearness, kind="stable")[:N_EXEMPLARS]]
