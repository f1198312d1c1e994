"""Labels of the same clusters by Papertide, an earlier Papertide and other systems.

    python benchmarks/labels.py FILE [--sample N] [--before FOLDER] [--peer PYTHON]
        [--sheets FOLDER --seed N]

FILE is a corpus in any format that Papertide reads. It is embedded with the builtin vectors and
clustered once; every system labels these clusters. `--before` names a folder with the source of an
earlier revision (`git archive 3bc40d8 src | tar x -C FOLDER`), `--peer` an interpreter that has
`bertopic` and `turftopic` (see `peer_labels.py`). Printed are the labels, the coverage and
precision of Papertide's own, and, if FILE is a table with a column `keywords` (lists or texts
divided by commas), how far the labels of each system agree with the keywords, which none sees:

- share: of a cluster's papers that have keywords, those of which a keyword contains a phrase of the
  label, word by word, or is contained in one with at least two words;
- precision: of all papers of which a keyword agrees with the label so, those in the cluster;
- F1 of the two; and
- words: for each content word of a label, of all papers with that word in a keyword those in the
  cluster, then the mean over the label's words.

All are means over clusters. Plurals, hyphens and case make no difference.

`--sheets` writes what a reader grades without knowing which system made which label: for each of
14 clusters, evenly over the sizes, in an order that the seed decides, the labels under letters, the
five papers nearest the centroid (E) and five others at random (R). `key.json` says whose they are.
Labels that are the same words in another order share a letter.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.base.words import content_words
from analysis.clusters import find_clusters
from analysis.clusters.labels.labels import MIXED, ClusterTerms, cluster_terms
from analysis.clusters.labels.phrases import count_phrases
from analysis.embedding import embed, paper_texts
from analysis.papers import read_snapshot

NOW, BEFORE = "Papertide", "Papertide, before"
_LABELS_BEFORE = """
import json, sys
from pathlib import Path
import numpy as np
from analysis.clusters.labels.labels import cluster_terms
from analysis.clusters.labels.phrases import count_phrases
folder = Path(sys.argv[1])
papers = json.loads((folder / "papers.json").read_text(encoding="utf-8"))
counts = count_phrases(papers["title"], papers["abstract"])
print(json.dumps(cluster_terms(counts, numbers=np.load(folder / "numbers.npy")).headings))
"""
_ON_SHEET, _EACH, _SHOWN = 14, 5, 200
_IN_BRACKETS = re.compile(r"\s*\(([^)]*)\)")


def labels_of_all(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    numbers: np.ndarray,
    before: Path | None = None,
    peer: str | None = None,
) -> tuple[dict[str, list[str]], ClusterTerms]:
    """Return one label per cluster by each system, and what Papertide says of its own."""
    made = cluster_terms(count_phrases(papers["title"], papers["abstract"]), numbers=numbers)
    labels = {NOW: made.headings}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "vectors.npy", vectors)
        np.save(folder / "numbers.npy", numbers)
        texts = paper_texts(papers["title"], papers["abstract"])
        (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
        columns = papers[["title", "abstract"]].astype(object)
        columns = columns.where(columns.notna(), None).to_dict("list")
        (folder / "papers.json").write_text(json.dumps(columns), encoding="utf-8")
        if before:
            source = {"PYTHONPATH": str(before.resolve() / "src")}
            labels[BEFORE] = _run([sys.executable, "-c", _LABELS_BEFORE, name], **source)
        if peer:
            script = str(Path(__file__).with_name("peer_labels.py"))
            offline = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
            words = _run([peer, script, name], **offline)
            labels |= {system: [", ".join(w) for w in own] for system, own in words.items()}
    return labels, made


def _run(command: Sequence[str], **environment: str):
    with tempfile.TemporaryDirectory() as elsewhere:
        done = subprocess.run(
            command,
            check=True,
            stdout=subprocess.PIPE,
            env={**os.environ, **environment},
            cwd=elsewhere,
        )
    return json.loads(done.stdout.splitlines()[-1])


# agreement with keywords


def keyword_agreement(
    labels: Sequence[str], *, keywords: Sequence[Sequence[str]], numbers: np.ndarray
) -> dict[str, float]:
    """Return the means over clusters of the four measures that the head of this file defines."""
    folded = [[content_words(keyword) for keyword in own] for own in keywords]
    kept = np.array([bool(own) for own in folded])
    rows = np.flatnonzero(kept)
    of_row = numbers[rows]
    runs = [set().union(*map(_runs, folded[row])) for row in rows]
    whole = [{"".join(words) for words in folded[row] if len(words) > 1} for row in rows]
    vocabulary = [set().union(*folded[row]) for row in rows]
    measured = []
    for cluster, label in enumerate(labels):
        phrases = [words for phrase in label_phrases(label) if (words := content_words(phrase))]
        names = {"".join(words) for words in phrases}
        inner = set().union(*map(_runs, phrases))
        agrees = np.array(
            [bool(names & r or inner & w) for r, w in zip(runs, whole, strict=True)], dtype=bool
        )
        inside = of_row == cluster
        if not inside.any():
            continue
        share = agrees[inside].mean()
        precision = inside[agrees].mean() if agrees.any() else 0.0
        f1 = 2 * (agrees & inside).sum() / (agrees.sum() + inside.sum())
        words = sorted({word for phrase in phrases for word in phrase})
        has = [np.array([word in v for v in vocabulary], dtype=bool) for word in words]
        of_words = [inside[h].mean() if h.any() else 0.0 for h in has]
        measured.append((share, precision, f1, np.mean(of_words) if of_words else 0.0))
    return dict(zip(("share", "precision", "F1", "words"), np.mean(measured, axis=0), strict=True))


def label_phrases(label: str) -> list[str]:
    """Return the phrases of a label; an acronym in brackets is one of its own."""
    text = label.removeprefix(MIXED)
    return [*_IN_BRACKETS.sub("", text).split(", "), *_IN_BRACKETS.findall(text)]


def _runs(words: Sequence[str]) -> set[str]:
    """Return every run of words, written as one."""
    ends = range(1, len(words) + 1)
    return {"".join(words[start:end]) for end in ends for start in range(end)}


def coverage_line(made: ClusterTerms) -> str:
    """Return the figures of Papertide's own labels on one line."""
    coverage = np.array([label.coverage for label in made.labels])
    precision = np.array([label.precision for label in made.labels])
    mixed = np.array([label.is_mixed for label in made.labels])
    bare = coverage[~mixed]
    return (
        f"coverage: median {np.nanmedian(coverage):.2f}, least of a bare label {bare.min():.2f}, "
        f"bare labels under .4: {(bare < 0.4).sum()}; mixed: {mixed.sum()} of {len(mixed)}; "
        f"precision: median {np.nanmedian(precision):.2f}"
    )


# sheets for readers


def write_sheets(
    labels: Mapping[str, Sequence[str]],
    *,
    papers: pd.DataFrame,
    vectors: np.ndarray,
    numbers: np.ndarray,
    folder: Path,
    seed: int,
) -> None:
    """Write sheet.txt and key.json; see the head of this file."""
    random = np.random.default_rng(seed)
    by_size = np.argsort(-np.bincount(numbers), kind="stable")
    places = np.linspace(0, len(by_size) - 1, min(_ON_SHEET, len(by_size))).round().astype(int)
    lines, key = [], {}
    for cluster in random.permutation(by_size[places]).tolist():
        rows = np.flatnonzero(numbers == cluster)
        nearness = vectors[rows] @ vectors[rows].mean(axis=0)
        nearest = rows[np.argsort(-nearness, kind="stable")[:_EACH]]
        others = np.setdiff1d(rows, nearest)
        lines.append(f"\n### {cluster + 1}: {len(rows)} papers")
        alike: dict[tuple[str, ...], list[str]] = {}
        for system, texts in labels.items():
            alike.setdefault(tuple(sorted(texts[cluster].split(", "))), []).append(system)
        systems = list(alike.values())
        for letter, place in zip("PQRSTUVW", random.permutation(len(systems)), strict=False):
            lines.append(f"  {letter}: {labels[systems[place][0]][cluster]}")
            key[f"{cluster + 1} {letter}"] = systems[place]
        chosen = random.choice(others, min(_EACH, len(others)), replace=False)
        lines += [f"E {_shown(papers, row)}" for row in nearest]
        lines += [f"R {_shown(papers, row)}" for row in chosen]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sheet.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "key.json").write_text(json.dumps(key, indent=1), encoding="utf-8")


def _shown(papers: pd.DataFrame, row: int) -> str:
    abstract = papers["abstract"].iloc[row]
    begins = " ".join(abstract[:_SHOWN].split()) if isinstance(abstract, str) else ""
    return f"{papers['title'].iloc[row]} || {begins}"


# the command


def read(path: Path, *, sample: int | None) -> tuple[pd.DataFrame, list[list[str]] | None]:
    """Return the papers, and the keywords of each if the file is a table that has them."""
    papers = read_snapshot([path], today=date.today()).papers
    if sample:
        papers = papers[papers["abstract"].notna()]
        papers = papers.sample(min(sample, len(papers)), random_state=1)
    papers = papers.sort_values("paper_id", ignore_index=True)
    readers = {".parquet": pd.read_parquet, ".csv": pd.read_csv}
    table = readers[path.suffix](path) if path.suffix in readers else pd.DataFrame()
    if "keywords" not in table:
        return papers, None
    own = dict(zip(table["title"].str.split().str.join(" "), table["keywords"], strict=True))
    return papers, [_as_list(own.get(" ".join(title.split()))) for title in papers["title"]]


def _as_list(value: object) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in re.split("[,;]", value)]
    return [str(part) for part in value] if isinstance(value, list | tuple | np.ndarray) else []


def print_labels(labels: Mapping[str, Sequence[str]], *, made: ClusterTerms, numbers) -> None:
    """Print every system's label of each cluster, the largest cluster first."""
    for cluster, size in enumerate(np.bincount(numbers)):
        own = made.labels[cluster]
        print(f"\ncluster {cluster + 1}: {size} papers")
        for system, texts in labels.items():
            tested = f"  [{own.coverage:.2f}, {own.precision:.2f}]" if system == NOW else ""
            print(f"  {system + ':':<34} {texts[cluster]}{tested}")


def main() -> None:
    """Label and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--sample", type=int, help="label only so many papers, all with abstract")
    parser.add_argument("--before", type=Path, help="folder with src/ of an earlier revision")
    parser.add_argument("--peer", help="interpreter with bertopic and turftopic")
    parser.add_argument("--sheets", type=Path, help="folder for sheet.txt and key.json")
    parser.add_argument("--seed", type=int, default=1, help="of the sheets")
    given = parser.parse_args()
    papers, keywords = read(given.file, sample=given.sample)
    vectors = embed(paper_texts(papers["title"], papers["abstract"]))
    numbers = find_clusters(vectors).numbers
    labels, made = labels_of_all(
        papers, vectors=vectors, numbers=numbers, before=given.before, peer=given.peer
    )
    print(f"{given.file.name}: {len(papers):,} papers, {numbers.max() + 1} clusters")
    print_labels(labels, made=made, numbers=numbers)
    if given.sheets:
        write_sheets(
            labels,
            papers=papers,
            vectors=vectors,
            numbers=numbers,
            folder=given.sheets,
            seed=given.seed,
        )
    print(f"\n{NOW}: {coverage_line(made)}")
    if keywords:
        print(f"\nagreement with keywords of {sum(map(bool, keywords)):,} papers\n")
        print("| | share | precision | F1 | words |\n|---|---:|---:|---:|---:|")
        for system, texts in labels.items():
            found = keyword_agreement(texts, keywords=keywords, numbers=numbers)
            print(f"| {system} | " + " | ".join(f"{v:.2f}" for v in found.values()) + " |")


if __name__ == "__main__":
    main()
