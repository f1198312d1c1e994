"""Topics of a run compared with labelled papers: rows matched to papers, then scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.english import count
from analysis.base.errors import InputError
from analysis.base.escaping import first_lines
from analysis.base.schema import COUNTED_WEIGHT

from ..find_paper import PaperIndex, paper_by_id, paper_index, papers_by_title
from .gold import Gold
from .measures import Array, reliability, score_table


@dataclass(frozen=True)
class GoldMatch:
    """A labelled file matched to the papers of a run.

    Attributes
    ----------
    rows : DataFrame
        `paper_id` str unique, then as in `Gold.rows`; sorted by `paper_id`.
    unmatched : tuple of str
        The line and name of each row of the file that names no paper, or more than one.
    """

    rows: pd.DataFrame
    unmatched: tuple[str, ...]


@dataclass(frozen=True)
class LabelledPapers:
    """Labels and weights of the labelled papers of a run, as arrays of papers by topics.

    Attributes
    ----------
    papers : tuple of str
        Ids, sorted; only papers with a label.
    topics : tuple of str
    labels : ndarray of float64
        1, 0 or NaN (unknown).
    weights : ndarray of float32
        The memberships' weights; 0 where none is stored, that is under .05.
    notes : tuple of str
        What was left out, and why.
    unmatched : tuple of str
        As in `GoldMatch`.
    """

    papers: tuple[str, ...]
    topics: tuple[str, ...]
    labels: Array
    weights: NDArray[np.float32]
    notes: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scores:
    """The figures of `score`.

    Attributes
    ----------
    table : DataFrame
        See `measures.score_table`.
    reliability : DataFrame
        See `measures.reliability`.
    n_papers : int
        Number of labelled papers that the figures are based on.
    notes, unmatched : tuple of str
    """

    table: pd.DataFrame
    reliability: pd.DataFrame
    n_papers: int
    notes: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()


def score(
    memberships: pd.DataFrame,
    *,
    gold: Gold,
    papers: pd.DataFrame,
    topics: Sequence[str] | None = None,
    evidence: pd.DataFrame | None = None,
    thresholds: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Scores:
    """Compare a run's topics with labelled papers; the figures are those of `score_table`.

    If the file has a column `drawn` (from `sample_for_labelling`), only rows that say "random"
    count: the others were chosen near the threshold, where errors are most frequent. Labels of
    papers that `evidence` shows to be decided by hand are left out too.

    Parameters
    ----------
    memberships : DataFrame
        Of the run; rows of kind "topic" are read.
    gold : Gold
        From `read_gold`.
    papers : DataFrame
        Of the run.
    topics : sequence of str, optional
        Ids to score, in this order; by default those of `gold`.
    evidence : DataFrame, optional
        Of the run.
    thresholds : mapping of str to float, optional
        By topic; .5 for topics that are missing.
    seed : int
        Of the bootstrap.

    Returns
    -------
    Scores

    Raises
    ------
    InputError
        If two rows of the file label one paper differently.
    """
    known = labelled_papers(memberships, gold=gold, papers=papers, topics=topics, evidence=evidence)
    chosen = thresholds or {}
    cuts = [chosen.get(topic, COUNTED_WEIGHT) for topic in known.topics]
    given = known.weights >= np.array(cuts, dtype="float32")
    table = score_table(
        known.labels, weights=known.weights, given=given, topics=known.topics, seed=seed
    )
    bins = reliability(known.labels, weights=known.weights)
    return Scores(table, bins, len(known.papers), known.notes, known.unmatched)


def labelled_papers(
    memberships: pd.DataFrame,
    *,
    gold: Gold,
    papers: pd.DataFrame,
    topics: Sequence[str] | None = None,
    evidence: pd.DataFrame | None = None,
) -> LabelledPapers:
    """Bring labels and weights together; parameters as for `score`."""
    match = match_gold(gold, papers=papers)
    rows, notes = _random_rows(match.rows)
    names = tuple(gold.topics if topics is None else topics)
    labels = rows.set_index("paper_id").reindex(columns=list(names)).astype("float64")
    if evidence is not None:
        manual = evidence[(evidence["how"] == "override") & (evidence["kind"] == "topic")]
        decided = _grid(manual.assign(one=1.0), column="one", like=labels) > 0
        n = int((decided & labels.notna()).to_numpy().sum())
        if n:
            labels = labels.mask(decided)
            notes.append(f"{count(n, 'label')} left out: decided by hand")
    labels = labels[labels.notna().any(axis=1)]
    of_topics = memberships[memberships["kind"] == "topic"]
    weights = _grid(of_topics, column="weight", like=labels).fillna(0).to_numpy(dtype="float32")
    ids = tuple(labels.index)
    return LabelledPapers(ids, names, labels.to_numpy(), weights, tuple(notes), match.unmatched)


def _random_rows(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    if not rows["drawn"].any():
        return rows, []
    random = rows[rows["drawn"] == "random"]
    note = (
        f"only the {len(random):,} papers drawn at random count; {len(rows) - len(random):,} "
        "others, chosen near the threshold or added by hand, would bias the figures"
    )
    chances = random["chance"].dropna()
    if len(chances) and chances.max() > 1.5 * chances.min():
        note += "; the random papers come from samples of different size but count equally here"
    return random, [note]


def _grid(rows: pd.DataFrame, *, column: str, like: pd.DataFrame) -> pd.DataFrame:
    rows = rows[rows["paper_id"].isin(like.index) & rows["group_id"].isin(like.columns)]
    wide = rows.pivot(index="paper_id", columns="group_id", values=column)
    return wide.reindex(index=like.index, columns=like.columns).astype("float64")


def match_gold(gold: Gold, *, papers: pd.DataFrame) -> GoldMatch:
    """Find the paper of each labelled row.

    A row is matched by its id, with or without a version, or by an alias of the paper; if that
    names no paper, by its title apart from case and punctuation. A row whose id names one paper
    and whose title names another is not matched. Rows on the same paper are joined: a label takes
    precedence over an empty cell, "random" over "near".

    Parameters
    ----------
    gold : Gold
    papers : DataFrame
        `paper_id`, `title`, `aliases`.

    Returns
    -------
    GoldMatch

    Raises
    ------
    InputError
        If two rows label the same paper differently.
    """
    index = paper_index(papers)
    rows = gold.rows
    names = zip(rows["arxiv_id"], rows["title"], strict=True)
    candidates = [_candidates(index, arxiv_id, title) for arxiv_id, title in names]
    unmatched = [
        f"line {row.line}: {_shown(row.arxiv_id, row.title)}"
        + (" (names more than one paper)" if ids else "")
        for row, ids in zip(rows.itertuples(), candidates, strict=True)
        if len(ids) != 1
    ]
    is_unique = np.array([len(ids) == 1 for ids in candidates], dtype="bool")
    first = pd.Series([(*ids, "")[0] for ids in candidates], index=rows.index, dtype="str")
    matched = rows.assign(paper_id=first)[is_unique]
    if problems := _contradictions(matched, topics=gold.topics):
        raise InputError(
            [f"{gold.file}, {problem}" for problem in problems],
            allowed="one label for each paper and topic",
            next_step="correct one of the lines, or clear the cell of a paper that is in doubt",
        )
    matched = matched.sort_values(["paper_id", "line"], kind="stable")
    # "random" is the larger of the two words, and both are larger than none.
    drawn = matched.groupby("paper_id")["drawn"].transform("max")
    joined = matched.assign(drawn=drawn).groupby("paper_id", as_index=False).first()
    joined = joined.reindex(columns=["paper_id", *rows.columns])
    return GoldMatch(joined.astype({"paper_id": "str", **rows.dtypes}), tuple(unmatched))


def _candidates(index: PaperIndex, arxiv_id: str, title: str) -> tuple[str, ...]:
    by_id = paper_by_id(index, text=arxiv_id) if arxiv_id else None
    by_title = papers_by_title(index, text=title)
    if by_id is None:
        return by_title
    return (by_id,) if not by_title or by_id in by_title else (by_id, *by_title)


def _shown(arxiv_id: str, title: str) -> str:
    quoted = f"“{first_lines(title, limit=60)}”" if title else ""
    return " ".join(filter(None, (first_lines(arxiv_id, limit=40), quoted)))


def _contradictions(matched: pd.DataFrame, *, topics: Sequence[str]) -> list[str]:
    problems = []
    for topic in topics:
        known = matched[matched[topic].notna()]
        n_labels = known.groupby("paper_id")[topic].nunique()
        for paper_id in n_labels[n_labels > 1].index:
            lines = " and ".join(map(str, known.loc[known["paper_id"] == paper_id, "line"]))
            problems.append(f"lines {lines}: paper {paper_id} is labelled 0 and 1 for {topic}")
    return problems
