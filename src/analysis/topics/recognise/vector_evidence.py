"""How near a paper's vector lies to a topic's papers: a linear score, learned from the run itself.

For each topic the phrases say, with a probability, which papers belong. Those probabilities weigh
two means, of the papers that belong and of the others, and the score is the linear discriminant
between them (Fisher 1936; the covariance shrunk to a multiple of the identity, Friedman 1989).
A paper that helped to make the means is scored as if it had not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

SHRINKAGE = 3.0
FEW = 10.0
LOWEST, HIGHEST = -3.0, 2.5


@dataclass(frozen=True)
class Fitted:
    """What a run learned of its topics, as plain arrays.

    `ids` and `hashes`: the t topics and their definitions; `centre` float64 (d,);
    `directions` (t, d); `offsets`, `scales`, `strengths` (t,). The score of a unit vector v is
    strength * clip(((v - centre) @ direction - offset) / scale, -3, 4).
    """

    ids: tuple[str, ...]
    hashes: tuple[str, ...]
    centre: np.ndarray
    directions: np.ndarray
    offsets: np.ndarray
    scales: np.ndarray
    strengths: np.ndarray


def fit(
    vectors: np.ndarray, *, belongs: np.ndarray, ids: Sequence[str], hashes: Sequence[str]
) -> tuple[Fitted, np.ndarray]:
    """Learn where each topic lies, and score the papers learned from, each without itself.

    Parameters
    ----------
    vectors : float (n, d)
    belongs : float (n, t)
        Probability that a paper belongs, so far.
    ids, hashes : sequences of str, length t

    Returns
    -------
    fitted : Fitted
        `strengths` is m / (m + 10) with m the expected papers of the topic: few say little.
    scores : float64 (n, t)
    """
    n, d = vectors.shape
    t = belongs.shape[1]
    centre = vectors.mean(axis=0, dtype=np.float64) if n else np.zeros(d)
    v = vectors.astype(np.float64) - centre
    spread = v.T @ v / max(n, 1)
    level = np.trace(spread) / d
    if level < 1e-12:
        zeros = np.zeros(t)
        nothing = Fitted(tuple(ids), tuple(hashes), centre, np.zeros((t, d)), zeros, zeros + 1,
                         zeros)  # fmt: skip
        return nothing, np.zeros((n, t))
    turned = np.linalg.solve(spread + SHRINKAGE * level * np.eye(d), v.T).T
    own = (turned * v).sum(axis=1)
    made = [_one(v, turned, own, p=belongs[:, number]) for number in range(t)]
    directions, offsets, scales, strengths, scores = (list(x) for x in zip(*made, strict=True))
    fitted = Fitted(
        tuple(ids), tuple(hashes), centre, np.array(directions), np.array(offsets),
        np.array(scales), np.array(strengths),
    )  # fmt: skip
    return fitted, np.column_stack(scores)


def _one(v: np.ndarray, turned: np.ndarray, own: np.ndarray, *, p: np.ndarray):
    """Direction, offset, scale, strength and the papers' scores for one topic."""
    means, lines = [], []
    for weights in (p, 1 - p):
        total, sums, turned_sums = weights.sum(), weights @ v, weights @ turned
        means.append((sums / max(total, 1e-3), turned_sums / max(total, 1e-3)))
        # The mean without paper i is (sums - w_i v_i) / (total - w_i); its products follow.
        left = np.maximum(total - weights, 1e-3)
        along, square = v @ turned_sums, sums @ turned_sums
        linear = (along - weights * own) / left
        lines.append(linear - (square - 2 * weights * along + weights**2 * own) / left**2 / 2)
    raw = lines[0] - lines[1]
    scale = float(raw.std())
    strength = float(p.sum() / (p.sum() + FEW))
    if scale < 1e-12:
        scale, strength = 1.0, 0.0
    direction = means[0][1] - means[1][1]
    offset = float((means[0][0] @ means[0][1] - means[1][0] @ means[1][1]) / 2)
    return direction, offset, scale, strength, strength * np.clip(raw / scale, LOWEST, HIGHEST)


def score(vectors: np.ndarray, *, fitted: Fitted) -> np.ndarray:
    """Score papers that the fit did not see: float64 (n, t)."""
    raw = (vectors.astype(np.float64) - fitted.centre) @ fitted.directions.T - fitted.offsets
    return fitted.strengths * np.clip(raw / fitted.scales, LOWEST, HIGHEST)


def as_arrays(fitted: Fitted) -> dict[str, np.ndarray]:
    """Return plain arrays by name, as a run keeps them."""
    out = {name: getattr(fitted, name) for name in _NUMBERS}
    return {name: np.array(getattr(fitted, name), dtype=str) for name in _TEXTS} | out


def from_arrays(arrays: Mapping[str, np.ndarray]) -> Fitted:
    """Return what `as_arrays` made plain."""
    texts = {name: tuple(arrays[name].tolist()) for name in _TEXTS}
    return Fitted(**texts, **{name: arrays[name] for name in _NUMBERS})


_TEXTS = ("ids", "hashes")
_NUMBERS = ("centre", "directions", "offsets", "scales", "strengths")
