"""Counts of papers before and after: an exact test, and its correction for many of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom


@lru_cache(maxsize=100_000)
def fisher(k_first: int, n_first: int, k_second: int, n_second: int) -> float:
    """Return the two-sided p of Fisher's exact test on `k_first` of `n_first` and the second.

    With all four margins fixed, the first count is hypergeometric; p is the probability of every
    table that is no likelier than the one seen.

    Parameters
    ----------
    k_first, n_first, k_second, n_second : int
        Papers counted and papers in all, on either side.

    Returns
    -------
    float
        From 0 to 1; 1 where one side has no papers or nothing was counted.

    Raises
    ------
    ValueError
        Where a count is below 0 or above its total.

    References
    ----------
    R. A. Fisher (1935), "The logic of inductive inference", JRSS 98:39-82.
    """
    if not (0 <= k_first <= n_first and 0 <= k_second <= n_second):
        raise ValueError("a count must lie between 0 and its total")
    counted = k_first + k_second
    if not n_first or not n_second or not counted:
        return 1.0
    possible = np.arange(max(0, counted - n_second), min(counted, n_first) + 1)
    chances = hypergeom.pmf(possible, n_first + n_second, counted, n_first)
    seen = chances[k_first - possible[0]]
    # Equally likely tables differ in the last digits.
    return float(min(1.0, chances[chances <= seen * (1 + 1e-7)].sum()))


def benjamini_hochberg(p: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the p values corrected for their number, in the order given.

    Sorted upwards, the i-th of m becomes the least of m p_j / j over j >= i: rejecting those up
    to .05 keeps the expected share of false ones among them below .05.

    Parameters
    ----------
    p : sequence of float, length m

    Returns
    -------
    ndarray of float64, shape (m,)

    References
    ----------
    Y. Benjamini and Y. Hochberg (1995), "Controlling the false discovery rate", JRSS B
    57:289-300.
    """
    values = np.asarray(p, dtype="float64")
    m = len(values)
    order = np.argsort(values, kind="stable")
    scaled = values[order] * m / np.arange(1, m + 1)
    adjusted = np.minimum.accumulate(scaled[::-1])[::-1]
    out = np.empty(m)
    out[order] = np.minimum(adjusted, 1.0)
    return out


def unit(vector: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return a vector, or each row of a matrix, at length 1; a vector of zeros stays so."""
    long = vector.astype("float64")
    return long / np.maximum(np.linalg.norm(long, axis=-1, keepdims=True), 1e-12)
