"""Words that the built-in model does not know, learned from their contexts in the corpus itself.

An unknown word has the vector of its character n-grams, which says little of its meaning. A word
that stands in many papers is known by what else these say: its vector is the mean of the papers'
vectors, made of the words that the model knows, less the mean of all papers, at the length that
known words of such frequency have. The rarer the word, the more of its n-grams is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from .builtin import all_word_counts, gram_vectors, load_model, unit_sums, weight_matrix
from .model_file import Model

FEWEST_PAPERS = 5
"""Papers that say a word which is learned."""

LEAST_SHARE = 0.005
"""Share that such words have among the words of the papers; below, none is learned."""

FEWEST_TEXTS = 200
MOST_TEXTS = 20_000
"""Texts that are looked at: of more, every second, third … one."""

MOST_UNKNOWN = 0.1
"""Share of unknown words above which a note says so."""

_IN_NOTES = 5
_COMMON = 0.1
_N_GRAMS = 5.0
_MANY = 0.5
_MOST_NAMED = 20


@dataclass(frozen=True)
class LearnedWords:
    """Words and their vectors, float32 (n_words, d)."""

    words: tuple[str, ...]
    vectors: np.ndarray


def learn_words(texts: Sequence[str], *, embedding: str = "builtin") -> LearnedWords | None:
    """Learn the frequent words of texts that the built-in model does not know.

    Parameters
    ----------
    texts : sequence of str
        "title. abstract" each, in canonical order; the same texts give the same bytes.
    embedding : str
        Others than the built-in one learn nothing.

    Returns
    -------
    LearnedWords or None
        None for fewer than `FEWEST_TEXTS`, and where unknown words are too few to matter.
    """
    if len(texts) < FEWEST_TEXTS or embedding != "builtin":
        return None
    model = load_model()
    counts = all_word_counts(_sample(texts), model=model)
    papers_of = _papers_of_unknown(counts, model=model)
    words = sorted(word for word, n in papers_of.items() if n >= FEWEST_PAPERS)
    n_words = sum(map(len, counts))
    if not words or sum(papers_of[word] for word in words) < LEAST_SHARE * n_words:
        return None
    known = weight_matrix(counts, columns=model.rows)
    papers = unit_sums(known @ model.vectors, model=model)
    columns = {word: column for column, word in enumerate(words)}
    says = weight_matrix(counts, columns=columns)
    says.data[:] = 1
    n_papers = np.array([papers_of[word] for word in words], np.float32)[:, None]
    contexts = (says.T @ (papers - papers.mean(axis=0))) / n_papers
    lengths = np.maximum(np.linalg.norm(contexts, axis=1, keepdims=True), 1e-9)
    contexts *= _usual_length(known, model=model) / lengths
    share = n_papers / (n_papers + np.float32(_N_GRAMS))
    vectors = share * contexts + (1 - share) * gram_vectors(words, model.grams)
    return LearnedWords(tuple(words), vectors.astype(np.float32))


def _sample(texts: Sequence[str]) -> Sequence[str]:
    return texts[:: -(-len(texts) // MOST_TEXTS)] if texts else texts


def _papers_of_unknown(counts: Sequence[Mapping[str, int]], *, model: Model) -> dict[str, int]:
    papers_of: dict[str, int] = {}
    for count in counts:
        for word in count:
            if word not in model.rows:
                papers_of[word] = papers_of.get(word, 0) + 1
    return papers_of


def _usual_length(known: sp.csr_matrix, *, model: Model) -> float:
    """Return the median length of vectors of known words that are neither rare nor common."""
    n_papers = np.bincount(known.indices, minlength=known.shape[1])
    chosen = (n_papers >= FEWEST_PAPERS) & (n_papers <= _COMMON * known.shape[0])
    rows = np.flatnonzero(chosen) if chosen.any() else np.flatnonzero(n_papers)
    return float(np.median(np.linalg.norm(model.vectors[rows], axis=1))) if len(rows) else 1.0


def with_learned(model: Model, learned: LearnedWords | None) -> Model:
    """Return a model that knows the learned words too."""
    if learned is None:
        return model
    first = len(model.vectors)
    rows = {**model.rows, **{word: first + i for i, word in enumerate(learned.words)}}
    return replace(model, rows=rows, vectors=np.vstack([model.vectors, learned.vectors]))


def unknown_words(texts: Sequence[str], *, learned: LearnedWords | None) -> dict[str, Any]:
    """Return how many words of texts the model does not know, ready for JSON.

    Parameters
    ----------
    texts : sequence of str
    learned : LearnedWords or None

    Returns
    -------
    dict
        `share` of the words, each once a paper, that neither the model knows nor is learned;
        `share_before` learning; `median` and `p90` of the papers' shares; `papers_above_half`;
        `learned`, the number of words learned; `commonest`, up to 20 words unknown to the model.
    """
    model = load_model()
    counts = all_word_counts(_sample(texts), model=model)
    taught = set(learned.words) if learned else set()
    papers_of = _papers_of_unknown(counts, model=model)
    n_words = max(sum(map(len, counts)), 1)
    shares = [
        sum(word not in model.rows and word not in taught for word in count) / len(count)
        for count in counts
        if count
    ] or [0.0]
    unknown = {word: n for word, n in papers_of.items() if word not in taught}
    return {
        "share": round(sum(unknown.values()) / n_words, 4),
        "share_before": round(sum(papers_of.values()) / n_words, 4),
        "median": round(float(np.median(shares)), 4),
        "p90": round(float(np.quantile(shares, 0.9)), 4),
        "papers_above_half": int(sum(share > _MANY for share in shares)),
        "learned": len(taught),
        "commonest": sorted(papers_of, key=lambda word: (-papers_of[word], word))[:_MOST_NAMED],
    }


def unknown_notes(account: Mapping[str, Any]) -> list[str]:
    """Return lines on an account of `unknown_words`: what was learned, what stays unknown."""
    named = ", ".join(f"“{word}”" for word in account["commonest"][:_IN_NOTES])
    notes = []
    if account["learned"]:
        notes.append(
            f"{account['learned']:,} words that the built-in embedding does not know ({named} …) "
            f"were learned from the papers themselves: {account['share_before']:.1%} of all words "
            f"were unknown, {account['share']:.1%} are"
        )
    if account["share"] > MOST_UNKNOWN:
        notes.append(
            f"{account['share']:.0%} of the words are not known to the built-in embedding"
            + ("" if account["learned"] else f" ({named} …)")
            + "; another one can be given with --embedding"
        )
    return notes


# as plain arrays in a run


def learned_arrays(learned: LearnedWords | None) -> dict[str, np.ndarray]:
    """Return learned words as plain arrays; {} if there are none."""
    if learned is None:
        return {}
    words = np.frombuffer("\n".join(learned.words).encode("utf-8", "replace"), np.uint8)
    return {"learned_words": words, "learned_vectors": learned.vectors}


def learned_from_arrays(arrays: Mapping[str, np.ndarray]) -> LearnedWords | None:
    """Return the learned words of a run; None if it has none."""
    if "learned_words" not in arrays:
        return None
    words = arrays["learned_words"].tobytes().decode().split("\n")
    return LearnedWords(tuple(words), np.asarray(arrays["learned_vectors"], np.float32))
