"""The texts that the built-in embedding may learn from: everything but what it is judged on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.base.escaping import normalised_title

_VERSION = re.compile(r"v\d+$")
_HEADER_LINES = 5


@dataclass(frozen=True)
class Training:
    """Papers to learn from, one row each, and the teacher's vectors of some of them.

    `papers` has `paper_id`, `title`, `abstract`, `source`, `teacher_row` (-1: none); `teacher` is
    float16 (m, 384) as `teacher_row` counts.
    """

    papers: pd.DataFrame
    teacher: np.ndarray


def snapshot_papers(shared: Path) -> pd.DataFrame:
    """Return title and abstract of the papers of the saved listing page."""
    lines = (shared / "seed" / "hf-trending-2025-03-17.txt").read_text(encoding="utf-8")
    pairs = [line for line in lines.split("\n") if line.strip()][_HEADER_LINES:]
    return pd.DataFrame({"title": pairs[0::2], "abstract": pairs[1::2]})


def judged_papers(shared: Path) -> tuple[set[str], set[str]]:
    """Return the ids and the normalised titles of all papers that figures are measured on."""
    labelled = pd.read_parquet(shared / "corpora" / "arxiv_labelled_16x1000.parquet")
    gold = pd.read_csv(shared / "gold" / "topics_dev.csv", dtype={"arxiv_id": str})
    known = pd.read_csv(shared / "seed" / "arxiv_ids.csv", dtype=str)
    titles = [*labelled["title"], *gold["title"], *snapshot_papers(shared)["title"]]
    ids = [*labelled["id"], *gold["arxiv_id"].dropna()]
    ids += [i for column in known if "id" in column.lower() for i in known[column].dropna()]
    return {plain_id(i) for i in ids}, {normalised_title(t) for t in titles}


def plain_id(paper_id: str) -> str:
    """Return an arXiv id without its version."""
    return _VERSION.sub("", str(paper_id))


def training_papers(shared: Path, *, more: Sequence[Path] = ()) -> Training:
    """Collect the teacher's papers, 120,000 of arXiv and the ACL Anthology, less the judged ones.

    `more` are folders written by `teacher_vectors.py`; their vectors are joined by `paper_id`.
    Asserts that no judged paper is left, by id and by normalised title.
    """
    corpora = shared / "corpora"
    parts = []
    texts = pd.read_parquet(corpora / "minilm_teacher_texts.parquet")
    parts.append(texts.assign(teacher_row=np.arange(len(texts))))
    for name, source in (("arxiv_120k", "arxiv"), ("acl_anthology_58k", "acl")):
        frame = pd.read_parquet(corpora / f"{name}.parquet")
        parts.append(frame.assign(source=source, teacher_row=-1))
    columns = ["id", "title", "abstract", "source", "teacher_row"]
    papers = pd.concat([part[columns] for part in parts], ignore_index=True)
    papers = papers.rename(columns={"id": "paper_id"})
    papers[["title", "abstract"]] = papers[["title", "abstract"]].fillna("")
    papers["plain_id"] = papers["paper_id"].map(plain_id)
    papers["key"] = papers["title"].map(normalised_title)
    judged_ids, judged_titles = judged_papers(shared)
    judged = papers["plain_id"].isin(judged_ids) | papers["key"].isin(judged_titles)
    papers = papers[~judged & (papers["source"] != "seed")].drop_duplicates("key")
    assert not set(papers["plain_id"]) & judged_ids
    assert not set(papers["key"]) & judged_titles
    with np.load(corpora / "minilm_teacher.npz", allow_pickle=False) as archive:
        teacher = archive["vectors"]
    return with_more(Training(papers=papers.reset_index(drop=True), teacher=teacher), more=more)


def with_more(training: Training, *, more: Sequence[Path]) -> Training:
    """Add the vectors of further papers from folders of `NNNNNN.npz` (`ids`, `vectors`).

    Asserts that each id is a training paper, so no judged one, and has no vector yet. Files are
    read in the order of their names, so the result does not depend on who wrote them.
    """
    papers, parts = training.papers.copy(), [training.teacher]
    free = papers.index[papers["teacher_row"] < 0]
    row_of = pd.Series(free, index=papers.loc[free, "paper_id"])
    assert row_of.index.is_unique, "two papers without a vector have one id"
    taken, n = set(), len(training.teacher)
    for path in sorted(p for folder in more for p in Path(folder).glob("[0-9]" * 6 + ".npz")):
        with np.load(path, allow_pickle=False) as archive:
            ids, vectors = archive["ids"].tolist(), archive["vectors"].astype(np.float16)
        assert len(ids) == len(vectors), f"{path.name}: {len(ids)} ids, {len(vectors)} vectors"
        strange = [i for i in ids if i not in row_of.index]
        assert not strange, f"{path.name}: no free training paper {strange[:3]}"
        assert not taken & set(ids), f"{path.name} repeats papers of another file"
        taken |= set(ids)
        papers.loc[row_of[ids].to_numpy(), "teacher_row"] = np.arange(n, n + len(ids))
        parts.append(vectors)
        n += len(ids)
    return Training(papers=papers, teacher=np.vstack(parts))
