"""The papers of a run that a labelled file speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import first_lines

from ..find_paper import PaperIndex, paper_by_id, paper_index, papers_by_title
from .gold import Gold


@dataclass(frozen=True)
class Matched:
    """A labelled file matched with the papers of a run.

    Attributes
    ----------
    rows : DataFrame
        `paper_id` str unique, then as in `Gold.rows`; sorted by `paper_id`.
    unmatched : tuple of str
        One text a row of the file that names no paper, or more than one: its line and its name.
    """

    rows: pd.DataFrame
    unmatched: tuple[str, ...]


def match_gold(gold: Gold, *, papers: pd.DataFrame) -> Matched:
    """Find the paper of each labelled row.

    A row is matched by its id, with or without a version, or an alias of the paper; where that
    names no paper, by its title without case and punctuation. A row whose id names one paper and
    whose title names another is not matched. Rows on the same paper are joined: a label comes
    before an empty cell, "random" before "near".

    Parameters
    ----------
    gold : Gold
    papers : DataFrame
        `paper_id`, `title`, `aliases`.

    Returns
    -------
    Matched

    Raises
    ------
    InputError
        Where two rows label the same paper differently.
    """
    index = paper_index(papers)
    rows = gold.rows
    found = [_named(index, a, t) for a, t in zip(rows["arxiv_id"], rows["title"], strict=True)]
    unmatched = [
        f"line {row.line}: {_shown(row.arxiv_id, row.title)}"
        + (" (names more than one paper)" if ids else "")
        for row, ids in zip(rows.itertuples(), found, strict=True)
        if len(ids) != 1
    ]
    alone = np.array([len(ids) == 1 for ids in found], dtype="bool")
    first = pd.Series([(*ids, "")[0] for ids in found], index=rows.index, dtype="str")
    matched = rows.assign(paper_id=first)[alone]
    if problems := _contradictions(matched, topics=gold.topics):
        raise InputError(
            [f"{gold.file}, {problem}" for problem in problems],
            allowed="one label for each paper and topic",
            next_step="correct one of the lines, or empty the cell of a paper that is in doubt",
        )
    matched = matched.sort_values(["paper_id", "line"], kind="stable")
    most = matched.groupby("paper_id")["drawn"].transform("max")
    # "random" is the larger of the two words, and both are larger than none.
    joined = matched.assign(drawn=most).groupby("paper_id", as_index=False).first()
    joined = joined.reindex(columns=["paper_id", *rows.columns])
    return Matched(joined.astype({"paper_id": "str", **rows.dtypes}), tuple(unmatched))


def _named(index: PaperIndex, arxiv_id: str, title: str) -> tuple[str, ...]:
    by_id = paper_by_id(index, text=arxiv_id) if arxiv_id else None
    by_title = papers_by_title(index, text=title)
    if by_id is None:
        return by_title
    return (by_id,) if not by_title or by_id in by_title else (by_id, *by_title)


def _shown(arxiv_id: str, title: str) -> str:
    quoted = f"“{first_lines(title, limit=60)}”" if title else ""
    return " ".join(part for part in (first_lines(arxiv_id, limit=40), quoted) if part)


def _contradictions(matched: pd.DataFrame, *, topics: Sequence[str]) -> list[str]:
    problems = []
    for topic in topics:
        known = matched[matched[topic].notna()]
        spread = known.groupby("paper_id")[topic].nunique()
        for paper_id in spread[spread > 1].index:
            own = known[known["paper_id"] == paper_id]
            lines = " and ".join(str(line) for line in own["line"])
            problems.append(f"lines {lines}: paper {paper_id} is labelled 0 and 1 for {topic}")
    return problems
