"""Measure topics as a hurried user writes them: `python benchmarks/bench_hurried_topics.py`.

`hurried_topics.toml` has 75 topics of five phrases for four corpora with a proxy of the truth:
medicine (MeSH headings), arXiv of 16 categories, workshops of the ACL Anthology, and daily papers
(keywords). Each is recognised in a large sample and in one of 300 papers. Half of the topics, by a
hash of their ids, are for development; `--part held-back` measures the others.

Beside the recogniser: a strong phrase anywhere; a strong phrase in the title or two sentences; and
the cosine between a paper's vector and that of label, description and phrases, with the threshold
that is best for all development topics together (and, which nobody has, the best for each topic).
"""

from __future__ import annotations

import argparse
import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.embedding import embed, paper_texts
from analysis.topics import Topic, definition_text, recognise_topics
from analysis.topics.phrase_evidence import TITLE, sentence_roles
from analysis.topics.phrases import STRONG, find_phrases, phrase_matcher, sequences

LARGE, SMALL, LEAST_POSITIVE = 2400, 300, 5
PARTS = ("development", "held-back")
METHODS = ("recogniser", "any phrase", "phrase rule", "cosine", "cosine, best each")


@dataclass(frozen=True)
class Corpus:
    """Papers, their vectors, the topics of one part, and which papers belong (n, t)."""

    name: str
    papers: pd.DataFrame
    vectors: np.ndarray
    topics: list[Topic]
    truth: np.ndarray


def corpora(shared: Path, *, part: str) -> Iterator[Corpus]:
    """Yield each corpus, large and small, with the topics that have at least five papers in it."""
    content = tomllib.loads(Path(__file__).with_name("hurried_topics.toml").read_text("utf-8"))
    for name, read in READERS.items():
        tables = [t for t in content["topic"] if t["corpus"] == name and _part(t["id"]) == part]
        every = read(shared / "corpora").sort_values("paper_id", ignore_index=True)
        for size in (LARGE, SMALL):
            papers = every.sample(min(size, len(every)), random_state=size).sort_index()
            papers = papers.reset_index(drop=True)
            truth = np.column_stack(
                [_belongs(papers, table=table, corpus=name) for table in tables]
            )
            enough = truth.sum(axis=0) >= LEAST_POSITIVE
            topics = [_topic(table) for table, kept in zip(tables, enough, strict=True) if kept]
            vectors = embed(paper_texts(papers["title"], papers["abstract"]))
            yield Corpus(f"{name} {len(papers):,}", papers, vectors, topics, truth[:, enough])


def _part(identifier: str) -> str:
    return PARTS[int(hashlib.md5(identifier.encode()).hexdigest(), 16) % 2 == 0]


def _topic(table: dict[str, Any]) -> Topic:
    phrases = {name: tuple(table[name]) for name in ("strong", "weak")}
    return Topic(table["id"], table["label"], table["description"], **phrases)


def _belongs(papers: pd.DataFrame, *, table: dict[str, Any], corpus: str) -> np.ndarray:
    if corpus == "medicine":
        return papers["marks"].map(
            lambda marks: any(fnmatchcase(mark, t) for mark in marks for t in table["truth"])
        )
    return papers["marks"].map(lambda marks: any(t in m for m in marks for t in table["truth"]))


def _medicine(folder: Path) -> pd.DataFrame:
    frame = pd.read_parquet(folder / "other_fields.parquet").rename(columns={"id": "paper_id"})
    frame = frame[(frame["field"] == "medicine") & frame["keywords"].notna()]
    frame = frame[frame["abstract"].notna()]
    marks = frame["keywords"].map(lambda text: [word.strip() for word in text.split(";")])
    return frame.assign(marks=marks)[COLUMNS]


def _arxiv(folder: Path) -> pd.DataFrame:
    frame = pd.read_parquet(folder / "arxiv_labelled_16x1000.parquet")
    marks = frame["category"].map(lambda category: [category])
    return frame.rename(columns={"id": "paper_id"}).assign(marks=marks)[COLUMNS]


def _acl(folder: Path) -> pd.DataFrame:
    content = tomllib.loads(Path(__file__).with_name("hurried_topics.toml").read_text("utf-8"))
    wanted = [t for table in content["topic"] if table["corpus"] == "acl" for t in table["truth"]]
    frame = pd.read_parquet(folder / "acl_anthology_58k.parquet").rename(columns={"id": "paper_id"})
    frame = frame[frame["abstract"].notna()]
    frame = frame[frame["venue"].map(lambda v: any(t in str(v) for t in wanted))]
    return frame.assign(marks=frame["venue"].map(lambda venue: [venue]))[COLUMNS]


def _daily(folder: Path) -> pd.DataFrame:
    frame = pd.read_parquet(folder / "hf_daily_2024-05_2025-12.parquet")
    frame = frame.rename(columns={"id": "paper_id"})
    marks = frame["keywords"].map(lambda words: [word.lower() for word in words if word])
    return frame.assign(marks=marks)[marks.map(len) > 2][COLUMNS]


COLUMNS = ["paper_id", "title", "abstract", "marks"]
READERS = {"medicine": _medicine, "arxiv": _arxiv, "acl": _acl, "daily": _daily}


# methods


def strong_counts(papers: pd.DataFrame, *, topics: list[Topic]) -> tuple[np.ndarray, np.ndarray]:
    """Return whether a strong phrase stands in the title, and in how many sentences, (n, t)."""
    look = phrase_matcher([(p, i, STRONG) for i, topic in enumerate(topics) for p in topic.strong])
    title = np.zeros((len(papers), len(topics)), dtype=bool)
    count = np.zeros((len(papers), len(topics)), dtype=int)
    for row, (name, abstract) in enumerate(zip(papers["title"], papers["abstract"], strict=True)):
        for role, text in sentence_roles(name, abstract):
            lists = sequences(text)
            own = {hit.pattern.owner for ws in lists for hit in find_phrases(ws, matcher=look)}
            if role == TITLE:
                title[row, sorted(own)] = True
            else:
                count[row, sorted(own)] += 1
    return title, count


def cosines(corpus: Corpus) -> np.ndarray:
    """Return the cosines between papers and "label. description phrases", (n, t)."""
    return corpus.vectors @ embed([definition_text(topic) for topic in corpus.topics]).T


def weights(corpus: Corpus) -> np.ndarray:
    """Return the recogniser's weights, (n, t)."""
    made = recognise_topics(
        corpus.papers,
        vectors=corpus.vectors,
        topics=corpus.topics,
        definitions=embed([definition_text(topic) for topic in corpus.topics]),
    )
    wide = made.memberships.pivot(index="paper_id", columns="group_id", values="weight")
    names = [topic.id for topic in corpus.topics]
    return wide.reindex(index=corpus.papers["paper_id"], columns=names).fillna(0.0).to_numpy()


def measures(given: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return precision, recall and F1 of each topic, (3, t)."""
    right = (given & truth).sum(axis=0)
    precision = right / np.maximum(given.sum(axis=0), 1)
    recall = right / truth.sum(axis=0)
    return np.stack([precision, recall, 2 * right / (given.sum(axis=0) + truth.sum(axis=0))])


def best_threshold(pairs: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Return the threshold with the best mean F1 over all topics of all corpora."""
    grid = np.arange(0.05, 0.7, 0.01)
    scores = [np.concatenate([measures(v >= g, t)[2] for v, t in pairs]).mean() for g in grid]
    return float(grid[int(np.argmax(scores))])


def best_each(values: np.ndarray, truth: np.ndarray) -> np.ndarray:
    grid = np.arange(0.0, 0.8, 0.005)
    table = np.stack([measures(values >= g, truth) for g in grid])
    best = table[:, 2].argmax(axis=0)
    return table[best, :, np.arange(truth.shape[1])].T


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--part", choices=PARTS, default=PARTS[0])
    given = parser.parse_args()
    development = [(cosines(c), c.truth) for c in corpora(given.shared, part=PARTS[0])]
    threshold = best_threshold(development)
    print(f"{given.part}; cosine from {threshold:.2f}\n")
    print("| corpus | topics |", " | ".join(METHODS), "| recall, title | rule's |")
    rows = []
    for corpus in corpora(given.shared, part=given.part):
        title, count = strong_counts(corpus.papers, topics=corpus.topics)
        made = weights(corpus) >= 0.5
        near = cosines(corpus)
        results = [
            measures(made, corpus.truth),
            measures(title | (count > 0), corpus.truth),
            measures(title | (count > 1), corpus.truth),
            measures(near >= threshold, corpus.truth),
            best_each(near, corpus.truth),
        ]
        titled = title & corpus.truth
        in_title = (made & titled).sum() / titled.sum()
        rows.append(np.stack(results))
        cells = [f"{r[2].mean():.3f} ({r[0].mean():.2f}/{r[1].mean():.2f})" for r in results]
        print(f"| {corpus.name} | {len(corpus.topics)} | {' | '.join(cells)} | {in_title:.3f} |")
    every = np.concatenate(rows, axis=2).mean(axis=2)
    cells = [f"{r[2]:.3f} ({r[0]:.2f}/{r[1]:.2f})" for r in every]
    print(f"| all | {sum(r.shape[2] for r in rows)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
