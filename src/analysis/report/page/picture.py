"""A picture of the map, for the report and for notebooks that are shown without a kernel."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd

from analysis.figures.printed import print_topic_map

_DPI, _DPI_ALONE = 76, 125
_SAMPLE = 20_000


def map_picture(
    points: pd.DataFrame, labels: pd.DataFrame, *, subtitle: str = "", note: str = ""
) -> bytes:
    """Draw the map as PNG, a few tens of kilobytes.

    Parameters
    ----------
    points : DataFrame
        From `map_points` or `map_places`; an even sample of more than 20,000 is drawn.
    labels : DataFrame
        From `map_labels`.
    subtitle, note : str, optional
        Written above and below it; without both, the picture is the map alone, finer.
    """
    from PIL import Image

    rows = np.unique(np.linspace(0, len(points) - 1, min(len(points), _SAMPLE)).astype("int64"))
    figure = print_topic_map(points.iloc[rows], labels, subtitle=subtitle, note=note)
    box, is_alone = None, not (subtitle or note)
    if is_alone:
        box = figure.axes[0].get_window_extent().transformed(figure.dpi_scale_trans.inverted())
    full, small = BytesIO(), BytesIO()
    figure.savefig(full, format="png", dpi=_DPI_ALONE if is_alone else _DPI, bbox_inches=box)
    # Other methods give the few pixels of a point the colour of their neighbours.
    few = Image.open(full).convert("RGB").quantize(method=Image.Quantize.FASTOCTREE)
    few.save(small, format="png", optimize=True)
    return small.getvalue()
