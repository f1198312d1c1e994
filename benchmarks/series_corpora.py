"""Corpora, their vectors and their cold fits for bench_series.py; fits are kept: they are slow."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn.metrics import adjusted_mutual_info_score

from analysis.clusters import centre_vectors, find_clusters
from analysis.clusters.extend.extend import Extension, FreshFit, extend_clusters
from analysis.clusters.extend.splits_and_mergers import Thresholds
from analysis.embedding import embed, embedding_version, paper_texts

DAILY = "hf_daily_2024-05_2025-12"
ARXIV = "arxiv_labelled_16x1000"


@dataclass(frozen=True)
class Corpus:
    """Papers in the order of their ids, their vectors, and where fits are kept."""

    papers: pd.DataFrame
    vectors: np.ndarray
    work: Path

    @property
    def year(self) -> np.ndarray:
        """Year of publication of each paper."""
        return self.papers["published"].dt.year.to_numpy()


def load(name: str, *, shared: Path, work: Path) -> Corpus:
    """Read a corpus; its vectors are made once."""
    work.mkdir(parents=True, exist_ok=True)
    papers = pd.read_parquet(shared / "corpora" / f"{name}.parquet")
    papers = papers.rename(columns={"id": "paper_id"}).drop_duplicates("paper_id")
    papers = papers.sort_values("paper_id", ignore_index=True)
    papers["published"] = pd.to_datetime(papers["published"])
    file = work / f"{name}-{embedding_version('builtin')}.npy"
    if not file.exists():
        texts = paper_texts(papers["title"], papers["abstract"])
        np.save(file, embed(texts, embedding="builtin"))
    return Corpus(papers, np.load(file), work)


def _key(corpus: Corpus, rows: np.ndarray) -> str:
    """Name a fit by its vectors; when the code that fits changes, the folder is to be deleted."""
    return hashlib.sha256(corpus.vectors[rows].tobytes()).hexdigest()[:16]


def fresh_fit(corpus: Corpus, rows: np.ndarray) -> tuple[np.ndarray, sp.csr_matrix, int]:
    """Return labels, graph and smallest cluster size of a fit that knows nothing of others."""
    file = corpus.work / f"cold-{_key(corpus, rows)}.npz"
    if not file.exists():
        found = find_clusters(corpus.vectors[rows])
        graph, least = found.graph.tocsr(), int(found.settings.get("min_cluster_size", 0))
        keep(file, labels=found.numbers, graph=graph, least=least)
    stored = np.load(file)
    shape = (len(rows), len(rows))
    graph = sp.csr_matrix((stored["data"], stored["indices"], stored["indptr"]), shape=shape)
    return stored["labels"], graph, int(stored["least"])


def keep(file: Path, *, labels: np.ndarray, graph: sp.csr_matrix, least: int) -> None:
    """Write a cold fit."""
    np.savez_compressed(
        file, labels=labels, data=graph.data, indices=graph.indices, indptr=graph.indptr,
        least=least,
    )  # fmt: skip


def subsample_scores(
    corpus: Corpus, rows: np.ndarray, *, truth: np.ndarray, rng: np.random.Generator
) -> list[float]:
    """Return the AMI of cold fits on five 95 % subsamples with the true groups of their papers."""
    file = corpus.work / f"subsamples-{_key(corpus, rows)}.json"
    if not file.exists():
        scores = []
        for _ in range(5):
            some = np.sort(rng.choice(rows, round(0.95 * len(rows)), replace=False))
            labels = find_clusters(corpus.vectors[some]).numbers
            scores.append(float(adjusted_mutual_info_score(truth[some], labels)))
        file.write_text(json.dumps(scores), encoding="utf-8")
    return [float(score) for score in json.loads(file.read_text(encoding="utf-8"))]


@dataclass(frozen=True)
class State:
    """Where a series stands: its papers by row of the corpus, their clusters, the last looks."""

    rows: np.ndarray
    labels: np.ndarray
    looked: int
    revised: int
    arrived: np.ndarray


def begun(corpus: Corpus, rows: np.ndarray) -> State:
    """Begin a series with a cold fit."""
    return State(
        rows, fresh_fit(corpus, rows)[0], len(rows), len(rows), np.zeros(len(rows), dtype=np.int64)
    )


def extended(
    corpus: Corpus, state: State, *, rows: np.ndarray, limits: Thresholds
) -> tuple[State, Extension, np.ndarray]:
    """Carry a series on to `rows`, which hold those that it has; return `old` labels, -1 new, too.

    Numbers of clusters stay, as ids do in a run: one that was merged away is not given again.
    """
    known = np.full(len(corpus.papers), -1, dtype=np.int64)
    known[state.rows] = state.labels
    old = known[rows]
    used, dense = np.unique(old[old >= 0], return_inverse=True)
    compact = old.copy()
    compact[old >= 0] = dense
    came = np.full(len(corpus.papers), int(state.arrived.max()) + 1, dtype=np.int64)
    came[state.rows] = state.arrived
    found = extend_clusters(
        centre_vectors(corpus.vectors[rows]),
        numbers=compact,
        is_new=old < 0,
        revised=np.zeros(len(rows), dtype=bool),
        n_last_fit=state.looked,
        n_last_review=state.revised,
        fit=lambda: FreshFit(*fresh_fit(corpus, rows)),
        arrived=came[rows],
        limits=limits,
    )
    beyond = np.arange(int(found.numbers.max()) + 1 - len(used)) + int(known.max()) + 1
    names = np.concatenate([used, beyond]).astype(np.int64)
    after = State(
        rows,
        names[found.numbers],
        len(rows) if found.fresh is not None else state.looked,
        len(rows) if found.reviewed else state.revised,
        came[rows],
    )
    return after, found, old


def best_set_f1(labels: np.ndarray, truth: np.ndarray, *, among: np.ndarray | None = None) -> float:
    """Return the F1 of the best set of clusters for a group, taken purest first.

    Of one cluster alone it is that cluster's F1; `among` are the clusters that may be taken.
    """
    names = np.unique(labels[truth]) if among is None else among
    best, taken = 0.0, np.zeros(len(labels), dtype=bool)
    for name in sorted(names, key=lambda one: -truth[labels == one].mean()):
        taken |= labels == name
        best = max(best, 2 * float((taken & truth).sum()) / float(taken.sum() + truth.sum()))
    return best
