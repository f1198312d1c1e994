"""What it brings to learn the words that the built-in embedding does not know.

Run with `python benchmarks/bench_new_words.py --shared ../shared`. Labelled papers are embedded
with and without learned words, as they are and with the commonest words of each label masked: each
becomes an invented word. Printed: 10-nearest-neighbour accuracy and the AMI of the clusters with
the labels. About three minutes.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_mutual_info_score

from analysis.clusters.find.fit import find_clusters
from analysis.clusters.find.graph import centre_vectors, nearest_neighbours
from analysis.embedding import embed, paper_texts
from analysis.embedding.builtin import all_word_counts, load_model
from analysis.embedding.new_words import learn_words

NEIGHBOURS = 10


def masked(texts: Sequence[str], labels: np.ndarray, *, per_label: int) -> list[str]:
    """Replace the words that tell each label best by words that the model cannot know."""
    model = load_model()
    counts = all_word_counts(texts, model=model)
    papers_of = Counter(word for count in counts for word in count)
    by_label: dict[str, Counter[str]] = defaultdict(Counter)
    for count, label in zip(counts, labels, strict=True):
        by_label[label].update(dict.fromkeys(count, 1))
    chosen: set[str] = set()
    for label, inside in by_label.items():
        n = int((labels == label).sum())
        rest = max(len(texts) - n, 1)
        gain = {w: inside[w] / n - (papers_of[w] - inside[w]) / rest for w in inside}
        known = sorted((w for w in inside if w in model.rows), key=lambda w: (-gain[w], w))
        chosen.update(known[:per_label])
    invented = {w: "q" + hashlib.sha256(w.encode()).hexdigest()[:9] for w in chosen}
    word = re.compile(r"[^\W_]+")

    def instead(match: re.Match[str]) -> str:
        token = match.group().lower()
        return invented.get(token) or invented.get(token.removesuffix("s")) or match.group()

    return [word.sub(instead, text) for text in texts]


def figures(vectors: np.ndarray, labels: np.ndarray) -> str:
    near = nearest_neighbours(centre_vectors(vectors), k=NEIGHBOURS)[0]
    votes = [Counter(labels[row]).most_common(1)[0][0] for row in near]
    accuracy = float(np.mean([vote == label for vote, label in zip(votes, labels, strict=True)]))
    found = find_clusters(vectors).numbers
    return f"{accuracy:.3f} {adjusted_mutual_info_score(labels, found):.3f}"


def compare(name: str, papers: pd.DataFrame, *, label: str, per_label: int) -> None:
    labels = papers[label].astype(str).to_numpy()
    abstracts = papers["abstract"].astype(object).where(papers["abstract"].notna(), None)
    texts = paper_texts(papers["title"].tolist(), abstracts.tolist())
    if per_label:
        texts = masked(texts, labels, per_label=per_label)
    learned = learn_words(texts)
    n = len(learned.words) if learned else 0
    before, after = embed(texts), embed(texts, learned=learned)
    print(
        f"{name:42} {figures(before, labels)}   {figures(after, labels)}   {n:,} words", flush=True
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    folder = parser.parse_args().shared / "corpora"
    arxiv = pd.read_parquet(folder / "arxiv_labelled_16x1000.parquet").sample(3000, random_state=5)
    others = pd.read_parquet(folder / "other_fields.parquet").dropna(subset=["abstract"])
    medicine = others[others["field"] == "medicine"]
    print(f"{'':42} n-grams       learned")
    for per_label in (0, 15, 40):
        compare(f"arXiv, {per_label} a label masked", arxiv, label="category", per_label=per_label)
    sample = others.sample(4000, random_state=1)
    for per_label in (0, 40):
        name = f"other fields, {per_label} a label masked"
        compare(name, sample, label="field", per_label=per_label)
    compare("medicine by group", medicine, label="group", per_label=0)


if __name__ == "__main__":
    main()
