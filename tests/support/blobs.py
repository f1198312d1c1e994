"""Vectors of made-up clusters whose members are known, and the neighbours among them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.clusters import centre_vectors
from analysis.clusters.find.graph import directed_graph, nearest_neighbours


def blobs(
    sizes: Sequence[int], *, seed: int = 0, spread: float = 0.45, d: int = 40
) -> tuple[np.ndarray, np.ndarray]:
    """Return centred unit vectors of `len(sizes)` clusters, and which cluster each is in."""
    random = np.random.default_rng(seed)
    middles = random.normal(size=(len(sizes), d))
    truth = np.repeat(np.arange(len(sizes)), sizes)
    vectors = middles[truth] + spread * random.normal(size=(len(truth), d))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return centre_vectors(vectors.astype(np.float32)), truth


def angles(*degrees: float) -> np.ndarray:
    """Return unit vectors in the plane: the cosine of two is that of the angle between them."""
    turned = np.deg2rad(np.array(degrees, dtype=np.float64))
    return np.column_stack([np.cos(turned), np.sin(turned)]).astype(np.float32)


def near_of(vectors: np.ndarray, rows: np.ndarray, *, k: int = 15):
    """Return the graph of the papers in `rows`, as an extension makes it."""
    return directed_graph(*nearest_neighbours(vectors, rows=rows, k=k), n=len(vectors))
