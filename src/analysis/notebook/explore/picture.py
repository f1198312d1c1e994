"""A picture of a view for viewers without widgets: code hosts, exports, e-mail."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.figures.printed import print_topic_map
from analysis.figures.style import GREY

SENTENCE = (
    "This is a picture of the map. Run the cell in JupyterLab to search it and select papers."
)
_DPI = 76
_SAMPLE = 20_000
_COLORS = 96


def map_picture(
    points: pd.DataFrame, labels: pd.DataFrame, *, bright: NDArray[np.bool_], words: str
) -> bytes:
    """Draw the map as PNG, a few tens of kilobytes.

    Parameters
    ----------
    points : DataFrame
        From `map_points`, n rows.
    labels : DataFrame
        From `map_labels`.
    bright : ndarray of bool, shape (n,)
        Papers that stand out; the others are grey.
    words : str
        What is shown; written above the map.
    """
    from PIL import Image

    faded = points.assign(
        cluster_color=points["cluster_color"].where(bright, GREY),
        cluster_weight=points["cluster_weight"].where(bright, 0.0),
    )
    rows = np.unique(np.linspace(0, len(points) - 1, min(len(points), _SAMPLE)).astype("int64"))
    figure = print_topic_map(faded.iloc[rows], labels, subtitle=words, note=SENTENCE)
    full, small = BytesIO(), BytesIO()
    figure.savefig(full, format="png", dpi=_DPI)
    Image.open(full).convert("RGB").quantize(_COLORS).save(small, format="png", optimize=True)
    return small.getvalue()
