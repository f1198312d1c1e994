"""Train the built-in embedding: `python benchmarks/train_embedding.py --shared ../shared`.

`--teacher-more DIR` (from `teacher_vectors.py`, may be repeated) adds vectors of the teacher; the
model that ships was trained without (see `benchmarks/README.md`).

Five steps, all linear in the words, one thread, fixed seeds:

1. count words of 210,000 abstracts (none that a figure is measured on, see `training_texts`);
2. latent semantic vectors of the words, from all these texts (the texts' own geometry);
3. ridge regression from words to MiniLM's vectors of 37,000 of them (the teacher's geometry);
4. both joined, the common directions damped, reduced to 256 dimensions;
5. a few hundred steps of gradient descent on two losses: the student's similarities within a batch
   against the teacher's (Kullback-Leibler), and each title against its own abstract among those of
   a batch (InfoNCE). Rare words move little.

Then character n-grams are fitted to the words' vectors and all is rounded to int8.
"""

from __future__ import annotations

import argparse
import time
from array import array
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_limits
from training_texts import Training, training_papers

from analysis.embedding import builtin, model_file

TITLE_WEIGHT = 2
SOURCE_WEIGHTS = {"arxiv": 1.0, "acl": 0.5}
SOURCE_WEIGHT_ELSE = 1.5
"""How often a source's papers are drawn for the title loss, those of AI and daily papers most."""


@dataclass(frozen=True)
class Recipe:
    """Every number of the training; the defaults are those of the model that ships."""

    dimensions: int = 256
    min_papers_a_word: int = 5
    min_papers_a_compound: int = 20
    latent: int = 320
    latent_share: float = 0.6
    ridge: float = 1.0
    damping: float = 0.2
    steps: int = 200
    batch: int = 1536
    rate: float = 0.01
    teacher_loss: float = 1.0
    title_loss: float = 1.0
    teacher_heat: float = 0.1
    title_heat: float = 0.07
    rare: int = 20
    buckets: int = 8192
    gram_ridge: float = 0.1
    gram_stretch: float = 1.0
    held_out: int = 1200
    shortest_abstract: int = 15


class Timer:
    """Prints what was done and how long it took."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def say(self, what: str) -> None:
        """Print one step."""
        print(f"{time.perf_counter() - self._start:6.0f} s  {what}", flush=True)


def raw_tokens(texts: list[str], ids: dict[str, int]) -> list[array]:
    """Return each text's raw tokens as numbers, numbering new ones in `ids`."""
    return [
        array("i", [ids.setdefault(w, len(ids)) for w in model_file.raw_tokens(t)]) for t in texts
    ]


def compound_words(documents: list[set[int]], ids: dict[str, int], *, least: int) -> set[str]:
    """Return the words that a hyphenated token may stay: frequent with or without the hyphen."""
    seen: Counter[int] = Counter()
    for document in documents:
        seen.update(document)
    papers: Counter[str] = Counter()
    for word, at in ids.items():
        papers[model_file.singular(word)] += seen[at]
    return {word for word, n in papers.items() if n >= least}


def counted(rows: list[array], features: list[list[int]], n_words: int) -> sp.csr_matrix:
    """Return the sparse counts (n_texts, n_words) of the words in each text."""
    starts, indices, values = [0], array("i"), array("f")
    for row in rows:
        count = Counter(word for raw in row for word in features[raw])
        indices.extend(count.keys())
        values.extend(count.values())
        starts.append(len(indices))
    data = np.frombuffer(values, np.float32).copy(), np.frombuffer(indices, np.int32).copy()
    matrix = sp.csr_matrix((*data, np.array(starts)), shape=(len(rows), n_words))
    matrix.sort_indices()
    return matrix


def count_words(
    training: Training, *, recipe: Recipe
) -> tuple[list[str], np.ndarray, sp.csr_matrix, sp.csr_matrix]:
    """Return words (sorted), their papers, and the counts in titles and in abstracts."""
    ids: dict[str, int] = {}
    titles = raw_tokens(training.papers["title"].tolist(), ids)
    bodies = raw_tokens(training.papers["abstract"].tolist(), ids)
    documents = [set(t) | set(b) for t, b in zip(titles, bodies, strict=True)]
    compounds = compound_words(documents, ids, least=recipe.min_papers_a_compound)
    words: dict[str, int] = {}
    features = [
        [
            words.setdefault(w, len(words))
            for w in model_file.token_words(token, vocabulary=compounds)
        ]
        for token in ids
    ]
    x_title, x_body = (counted(rows, features, len(words)) for rows in (titles, bodies))
    papers = np.diff((x_title + x_body).tocsc().indptr)
    kept = sorted((w, at) for w, at in words.items() if papers[at] >= recipe.min_papers_a_word)
    order = [at for _, at in kept]
    return [w for w, _ in kept], papers[order], x_title[:, order], x_body[:, order]


def weighted(counts: sp.csr_matrix, idf: np.ndarray) -> sp.csr_matrix:
    """Return `(1 + ln count) * idf`, rows scaled to length 1."""
    out = counts.astype(np.float32).tocsr()
    out.data = (1 + np.log(out.data)).astype(np.float32) * idf[out.indices]
    norms = np.sqrt(np.asarray(out.multiply(out).sum(axis=1)).ravel())
    out.data /= np.repeat(np.maximum(norms, 1e-9), np.diff(out.indptr)).astype(np.float32)
    return out


def latent_words(x: sp.csr_matrix, *, k: int) -> np.ndarray:
    """Return the k leading right singular vectors by subspace iteration (Halko et al. 2011)."""
    xt = x.T.tocsr()
    start = np.random.default_rng(0).standard_normal((x.shape[1], k + 20))
    basis = start.astype(np.float32)
    for _ in range(4):
        basis = np.linalg.qr(xt @ (x @ basis))[0]
    reduced = x @ basis
    values, turn = np.linalg.eigh((reduced.T @ reduced).astype(np.float64))
    return (basis @ turn[:, np.argsort(-values)[:k]]).astype(np.float32)


def ridge(x: sp.csr_matrix, y: np.ndarray, *, strength: float, steps: int = 30) -> np.ndarray:
    """Solve (X'X + strength I) B = X'Y by conjugate gradients, all columns side by side."""
    xt = x.T.tocsr()
    solution = np.zeros((x.shape[1], y.shape[1]), np.float32)
    rest = (xt @ y).astype(np.float32)
    direction, size = rest.copy(), (rest * rest).sum(axis=0)
    for _ in range(steps):
        image = xt @ (x @ direction) + strength * direction
        step = size / ((direction * image).sum(axis=0) + 1e-20)
        solution += step * direction
        rest -= step * image
        new = (rest * rest).sum(axis=0)
        if np.sqrt(new.max()) < 1e-2:
            break
        direction = rest + (new / (size + 1e-20)) * direction
        size = new
    return solution


def unit(z: np.ndarray) -> np.ndarray:
    return z / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-9)


def joined(
    taught: np.ndarray, latent: np.ndarray, x: sp.csr_matrix, *, rows: np.ndarray, recipe: Recipe
) -> np.ndarray:
    """Damp the taught map's common directions, join the latent one, reduce the dimensions."""
    z = unit(x[rows] @ taught)
    spread, turn = np.linalg.eigh((z.T @ z).astype(np.float64) / len(z))
    damping = (np.maximum(spread, 0) + 1e-4) ** (-recipe.damping / 2)
    damped = taught @ (turn * damping).astype(np.float32)
    parts = [
        share * part / np.linalg.norm(x[rows] @ part, axis=1).mean()
        for part, share in ((damped, 1.0), (latent, recipe.latent_share))
    ]
    both = np.hstack(parts).astype(np.float32)
    some = np.random.default_rng(0).choice(x.shape[0], min(40_000, x.shape[0]), replace=False)
    z = unit(x[some] @ both)
    _, turn = np.linalg.eigh((z.T @ z).astype(np.float64))
    return (both @ turn[:, ::-1][:, : recipe.dimensions].astype(np.float32)).astype(np.float32)


def softmax(scores: np.ndarray) -> np.ndarray:
    out = np.exp(scores - scores.max(axis=1, keepdims=True))
    return out / out.sum(axis=1, keepdims=True)


def forward(x: sp.csr_matrix, map_: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    sums = x @ map_
    norms = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    return sums / norms, norms


def backward(x: sp.csr_matrix, z: np.ndarray, norms: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Gradient for the map from the gradient `g` for the unit vectors `z`."""
    return x.T @ ((g - (g * z).sum(axis=1, keepdims=True) * z) / norms)


def teacher_step(map_: np.ndarray, x: sp.csr_matrix, vectors: np.ndarray, *, recipe: Recipe):
    """Loss and gradient: neighbours in the batch as the teacher sees them."""
    z, norms = forward(x, map_)
    heat = recipe.teacher_heat
    mine, theirs = z @ z.T / heat, vectors @ vectors.T / heat
    np.fill_diagonal(mine, -1e4)
    np.fill_diagonal(theirs, -1e4)
    p, q = softmax(mine), softmax(theirs)
    loss = (q * (np.log(q + 1e-12) - np.log(p + 1e-12))).sum(axis=1).mean()
    d = (p - q) * (recipe.teacher_loss / (heat * len(z)))
    return loss, backward(x, z, norms, (d + d.T) @ z)


def title_step(map_: np.ndarray, titles: sp.csr_matrix, bodies: sp.csr_matrix, *, recipe: Recipe):
    """Loss and gradient: a title is nearest to its own abstract, and the other way round."""
    (zt, nt), (zb, nb) = forward(titles, map_), forward(bodies, map_)
    scores = zt @ zb.T / recipe.title_heat
    p, q = softmax(scores), softmax(scores.T).T
    loss = -np.log(np.diag(p) + 1e-9).mean()
    strength = recipe.title_loss / (recipe.title_heat * len(zt))
    d = ((p + q) / 2 - np.eye(len(zt), dtype=np.float32)) * strength
    return loss, backward(titles, zt, nt, d @ zb) + backward(bodies, zb, nb, d.T @ zt)


def refined(
    start, x, x_title, x_body, *, taught, vectors, sources, papers, timer: Timer, recipe: Recipe
) -> np.ndarray:
    """Adam with one second moment a word; a word of n papers moves by n / (n + rare)."""
    rng = np.random.default_rng(1)
    map_, moment = start.copy(), np.zeros_like(start)
    scale = np.zeros(len(start), np.float32)
    pace = (papers / (papers + recipe.rare)).astype(np.float32)[:, None]
    usable = (np.diff(x_title.indptr) >= 2) & (np.diff(x_body.indptr) >= recipe.shortest_abstract)
    usable[taught[len(vectors) :]] = False
    pool = np.flatnonzero(usable)
    chance = np.array([SOURCE_WEIGHTS.get(s, SOURCE_WEIGHT_ELSE) for s in sources[pool]])
    chance /= chance.sum()
    for step in range(1, recipe.steps + 1):
        some = rng.choice(pool, recipe.batch, replace=False, p=chance)
        title_loss, gradient = title_step(map_, x_title[some], x_body[some], recipe=recipe)
        some = rng.choice(len(vectors), recipe.batch, replace=False)
        loss, other = teacher_step(map_, x[taught[some]], vectors[some], recipe=recipe)
        gradient += other
        moment = 0.9 * moment + 0.1 * gradient
        scale = 0.99 * scale + 0.01 * (gradient * gradient).mean(axis=1)
        rate = recipe.rate * min(1, 2 * (1 - step / recipe.steps) + 0.05) / (1 - 0.9**step)
        size = np.sqrt(scale / (1 - 0.99**step))[:, None] + 1e-7
        map_ -= rate * pace * moment / size
        if step % 25 == 0:
            timer.say(f"step {step}: teacher loss {loss:.3f}, title loss {title_loss:.3f}")
    return map_


def fit_ngrams(
    words: list[str], vectors: np.ndarray, papers: np.ndarray, *, recipe: Recipe
) -> np.ndarray:
    """Fit one vector per bucket so that n-grams give a word's vector; frequent words count more.

    The vectors are fitted at length 1 and scaled to the median length of a rare word's vector.
    Those of unknown words are shorter, since spelling says little; `gram_stretch` lengthens them.
    """
    share = np.sqrt(np.minimum(papers, 50) / 50).astype(np.float32)
    lengths = np.maximum(np.linalg.norm(vectors, axis=1), 1e-9)
    groups = builtin.gram_matrix(words, n_buckets=recipe.buckets)
    target = vectors / lengths[:, None] * share[:, None]
    fitted = ridge((sp.diags(share) @ groups).tocsr(), target, strength=recipe.gram_ridge)
    rare = papers <= max(2 * recipe.min_papers_a_word - 1, papers.min())
    return fitted * np.median(lengths[rare]) * recipe.gram_stretch


def train(training: Training, *, out: Path, recipe: Recipe = Recipe()) -> str:
    """Train a model and write it to `out`; the same papers and recipe give the same bytes."""
    timer = Timer()
    counts = training.papers["source"].value_counts().to_dict()
    timer.say(f"{len(training.papers)} papers: {counts}")
    words, papers, x_title, x_body = count_words(training, recipe=recipe)
    n = len(training.papers)
    idf = (np.log((1 + n) / (1 + papers)) + 1).astype(np.float32)
    x = weighted(x_body + TITLE_WEIGHT * x_title, idf)
    x_title, x_body = weighted(x_title, idf), weighted(x_body, idf)
    timer.say(f"{len(words)} words, {x.nnz} counts")
    latent = latent_words(x, k=recipe.latent)
    timer.say("latent words")
    map_ = learned(
        x, x_title, x_body, latent, training=training, papers=papers, recipe=recipe, timer=timer
    )
    some = np.random.default_rng(0).choice(n, min(20_000, n), replace=False)
    middle = unit(x[some] @ map_).mean(axis=0)
    final = map_ * idf[:, None]
    digest = model_file.write_model(
        out, words=words, vectors=final, grams=fit_ngrams(words, final, papers, recipe=recipe),
        unknown=middle / np.linalg.norm(middle),
        meta={"format": model_file.FORMAT, "rules": model_file.RULES, "title_weight": TITLE_WEIGHT},
    )  # fmt: skip
    timer.say(f"{out.name}: {out.stat().st_size} bytes, SHA-256 {digest}")
    return digest


def learned(
    x, x_title, x_body, latent, *, training: Training, papers, recipe: Recipe, timer: Timer
) -> np.ndarray:
    """Return the words' vectors: ridge on the teacher, joined with the latent ones, refined."""
    taught = np.flatnonzero(training.papers["teacher_row"] >= 0)
    taught = np.random.default_rng(0).permutation(taught)
    rows = training.papers["teacher_row"].to_numpy()[taught]
    vectors = training.teacher[rows].astype(np.float32)
    held_out = len(taught) - recipe.held_out
    learn = taught[:held_out]
    linear = ridge(x[learn], vectors[:held_out], strength=recipe.ridge)
    cosine = (unit(x[taught[held_out:]] @ linear) * vectors[held_out:]).sum(axis=1).mean()
    timer.say(f"ridge, {len(learn)} papers; mean cosine on {recipe.held_out} others {cosine:.4f}")
    return refined(
        joined(linear, latent, x, rows=learn, recipe=recipe), x, x_title, x_body,
        taught=taught, vectors=vectors[:held_out], sources=training.papers["source"].to_numpy(),
        papers=papers, timer=timer, recipe=recipe,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--teacher-more", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--out", type=Path, default=builtin.MODEL_PATH)
    given = parser.parse_args()
    with threadpool_limits(1):
        train(training_papers(given.shared, more=given.teacher_more), out=given.out)


if __name__ == "__main__":
    main()
