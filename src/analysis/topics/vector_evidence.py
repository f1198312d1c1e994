"""How near a paper's vector lies to a topic's papers: a linear score, learned from the run itself.

For each topic the phrases give a probability that a paper belongs. These probabilities weight two
means, of the papers that belong and of the others, and the score is the linear discriminant between
them (Fisher 1936; the covariance shrunk to a multiple of the identity, Friedman 1989). A paper that
contributed to the means is scored as if it had not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

SHRINKAGE = 3.0
FEW = 3.0
FEW_PAPERS = 10.0
TYPICAL = 1.0
LOWEST, HIGHEST = -3.0, 2.5


@dataclass(frozen=True)
class VectorFit:
    """What a run learned about its topics, as plain arrays.

    The score of a unit vector v is
    strength * clip(((v - centre) @ direction - offset) / scale, -3, 2.5); its nearness to the
    definition is certainty * clip(v @ text - level, -3, 2.5).

    Attributes
    ----------
    ids, hashes : tuple of str, length t
        The topics and the hashes of their definitions.
    centre : ndarray of float64, shape (d,)
    directions : ndarray of float64, shape (t, d)
    offsets, scales, strengths : ndarray of float64, shape (t,)
    texts : ndarray of float64, shape (t, d)
        Vectors of the definitions, divided by the standard deviation of the papers' cosines.
    levels, certainties : ndarray of float64, shape (t,)
    """

    ids: tuple[str, ...]
    hashes: tuple[str, ...]
    centre: np.ndarray
    directions: np.ndarray
    offsets: np.ndarray
    scales: np.ndarray
    strengths: np.ndarray
    texts: np.ndarray
    levels: np.ndarray
    certainties: np.ndarray


def definition_fit(
    vectors: np.ndarray, *, definitions: np.ndarray, brevity: Sequence[float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return `texts`, `levels` and `certainties` of a `VectorFit`.

    A paper whose cosine with the definition is one standard deviation above the mean of the n
    papers has a nearness of 0; all are multiplied by brevity
    and by n / (n + 10).

    Parameters
    ----------
    vectors : float (n, d)
    definitions : float (t, d)
        Unit vectors of label, description and phrases.
    brevity : sequence of float, length t
    """
    n, t = len(vectors), len(definitions)
    definitions = definitions.astype(np.float64)
    cosines = vectors.astype(np.float64) @ definitions.T if n else np.zeros((1, t))
    spreads = cosines.std(axis=0)
    known = spreads > 1e-6
    spreads = np.where(known, spreads, 1.0)
    levels = cosines.mean(axis=0) / spreads + TYPICAL
    return (
        definitions / spreads[:, None],
        levels,
        known * np.array(brevity) * (n / (n + FEW_PAPERS)),
    )


def definition_nearness(
    vectors: np.ndarray, *, near: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> np.ndarray:
    """Return how near papers are to the definitions: float64 (n, t)."""
    texts, levels, certainties = near
    return certainties * np.clip(vectors.astype(np.float64) @ texts.T - levels, LOWEST, HIGHEST)


def fit(
    vectors: np.ndarray,
    *,
    belongs: np.ndarray,
    ids: Sequence[str],
    hashes: Sequence[str],
    near: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
) -> tuple[VectorFit, np.ndarray]:
    """Learn where each topic lies, and score the same papers, each as if left out.

    Parameters
    ----------
    vectors : float (n, d)
    belongs : float (n, t)
        Probability that a paper belongs, so far.
    ids, hashes : sequences of str, length t
    near : texts, levels, certainties, optional
        From `definition_fit`; without them nothing is near a definition.

    Returns
    -------
    fitted : VectorFit
        `strengths` is m / (m + 3), where m is the expected number of papers of the topic: a topic
        with few papers gets a weak score.
    scores : float64 (n, t)
    """
    n, d = vectors.shape
    t = belongs.shape[1]
    near = near or (np.zeros((t, d)), np.zeros(t), np.zeros(t))
    centre = vectors.mean(axis=0, dtype=np.float64) if n else np.zeros(d)
    v = vectors.astype(np.float64) - centre
    spread = v.T @ v / max(n, 1)
    level = np.trace(spread) / d
    names = tuple(ids), tuple(hashes)
    if level < 1e-12:
        zeros = np.zeros(t)
        nothing = VectorFit(*names, centre, np.zeros((t, d)), zeros, zeros + 1, zeros, *near)
        return nothing, np.zeros((n, t))
    whitened = np.linalg.solve(spread + SHRINKAGE * level * np.eye(d), v.T).T
    squares = (whitened * v).sum(axis=1)
    fits = [_fit_topic(v, whitened, squares, p=belongs[:, number]) for number in range(t)]
    *parameters, scores = zip(*fits, strict=True)
    return VectorFit(*names, centre, *map(np.array, parameters), *near), np.column_stack(scores)


def _fit_topic(
    v: np.ndarray, whitened: np.ndarray, squares: np.ndarray, *, p: np.ndarray
) -> tuple[np.ndarray, float, float, float, np.ndarray]:
    """Return direction, offset, scale, strength and the papers' scores for one topic."""
    means, lines = [], []
    for weights in (p, 1 - p):
        total, sums, white_sums = weights.sum(), weights @ v, weights @ whitened
        means.append((sums / max(total, 1e-3), white_sums / max(total, 1e-3)))
        # The mean without paper i is (sums - w_i v_i) / (total - w_i); its products follow.
        left = np.maximum(total - weights, 1e-3)
        along, square = v @ white_sums, sums @ white_sums
        linear = (along - weights * squares) / left
        lines.append(linear - (square - 2 * weights * along + weights**2 * squares) / left**2 / 2)
    raw = lines[0] - lines[1]
    scale = float(raw.std())
    strength = float(p.sum() / (p.sum() + FEW))
    if scale < 1e-12:
        scale, strength = 1.0, 0.0
    direction = means[0][1] - means[1][1]
    offset = float((means[0][0] @ means[0][1] - means[1][0] @ means[1][1]) / 2)
    return direction, offset, scale, strength, strength * np.clip(raw / scale, LOWEST, HIGHEST)


def score(vectors: np.ndarray, *, fitted: VectorFit) -> np.ndarray:
    """Score papers that the fit did not see: float64 (n, t)."""
    raw = (vectors.astype(np.float64) - fitted.centre) @ fitted.directions.T - fitted.offsets
    return fitted.strengths * np.clip(raw / fitted.scales, LOWEST, HIGHEST)


def as_arrays(fitted: VectorFit) -> dict[str, np.ndarray]:
    """Return plain arrays by name, as a run stores them."""
    return {
        name: np.array(value, dtype=str) if isinstance(value, tuple) else value
        for name, value in asdict(fitted).items()
    }


def from_arrays(arrays: Mapping[str, np.ndarray]) -> VectorFit:
    """Return the fit that `as_arrays` turned into arrays.

    Older runs know nothing of the definitions' vectors; their topics are learned from scratch.
    """
    names = [tuple(arrays[name].tolist()) for name in ("ids", "hashes")]
    numbers = (arrays[n] for n in ("centre", "directions", "offsets", "scales", "strengths"))
    centre, directions, offsets, scales, strengths = numbers
    zeros = np.zeros(len(names[0]))
    texts = arrays.get("texts", np.zeros_like(directions))
    return VectorFit(
        *(names[0], names[1], centre),
        *(directions, offsets, scales, strengths, texts),
        *(arrays.get(name, zeros) for name in ("levels", "certainties")),
    )
