"""Whether a snapshot belongs to a series at all."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

SMALLEST_JUDGED = 20
LEAST_NEAR = 0.2
_MEMBERS = 0.05


def share_near(vectors: np.ndarray, *, labels: np.ndarray, is_new: np.ndarray) -> float:
    """Return the share of new papers that lie as near to some cluster as most of its members do.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        Unit rows, centred.
    labels : ndarray of int64, shape (n,)
        Clusters of known papers; those of new ones do not count.
    is_new : ndarray of bool, shape (n,)

    Returns
    -------
    float
        Share of new papers whose cosine with a cluster's centroid is at least that of 95 % of its
        members, for any cluster; 1 where there is no new paper.
    """
    if not is_new.any():
        return 1.0
    near = np.zeros(int(is_new.sum()), dtype=bool)
    with threadpool_limits(1):
        for cluster in np.unique(labels[~is_new & (labels >= 0)]):
            own = vectors[~is_new & (labels == cluster)]
            centroid = own.mean(axis=0)
            centroid = centroid / max(float(np.linalg.norm(centroid)), 1e-12)
            limit = np.quantile(own @ centroid, _MEMBERS)
            near |= vectors[is_new] @ centroid >= limit
    return float(near.mean())
