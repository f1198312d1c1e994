"""What the cluster stage found, as tables of the schema."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.base.schema import conform, empty


def neighbour_table(
    papers: pd.DataFrame, *, indices: np.ndarray, similarities: np.ndarray
) -> pd.DataFrame:
    """Write the table `neighbours`.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, n rows.
    indices, similarities : ndarray, shape (n, k)
        From `nearest_neighbours`.
    """
    n, k = indices.shape
    ids = papers["paper_id"].to_numpy()
    frame = pd.DataFrame(
        {
            "paper_id": np.repeat(ids, k),
            "rank": np.tile(np.arange(1, k + 1), n),
            "neighbour_id": ids[indices.ravel()],
            "similarity": similarities.ravel(),
        }
    )
    return conform(frame, name="neighbours")


def map_table(papers: pd.DataFrame, *, places: np.ndarray) -> pd.DataFrame:
    """Write the table `map`.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, n rows.
    places : ndarray of float32, shape (n, 2)
        From `map_layout`; no row where there is no map.
    """
    if not len(places):
        return empty("map")
    frame = pd.DataFrame(places, columns=["x", "y"])
    return conform(frame.assign(paper_id=papers["paper_id"].to_numpy(), state="new"), name="map")
