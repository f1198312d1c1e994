"""The topic map for print: a poster of the papers with labelled clusters."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from analysis.base.schema import COUNTED_WEIGHT

from ..naming import named_groups
from ..style import INK
from .map_layers import draw_glow, draw_points, new_poster, write_around
from .map_names import draw_names, grey_marks
from .sheet import print_style, sentence_figure

TITLED_PAPERS = 60
"""Without clusters, up to this many papers are labelled with their titles."""

NO_MAP = "No paper has a position on the map."


def print_topic_map(
    points: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str = "",
    note: str = "",
    grey: bool = False,
) -> Figure:
    """Draw the map of papers with the labels of its clusters, for print.

    Labels never overlap, leave the figure or stand where most points are of other clusters; a
    label without room near its cluster has a leader line, and the notes give the number of labels
    without any room. The type size follows the number of papers. Broader clusters are large, pale
    headings where they have ground of their own (`naming.named_groups`). Without clusters, up to
    `TITLED_PAPERS` papers are labelled with their titles. Characters that no installed font can
    draw appear as `sheet.UNDRAWABLE`; right-to-left script is laid out by matplotlib (shaped and
    ordered from version 3.11 on).

    Parameters
    ----------
    points : DataFrame
        From `map_places` or `map_points`.
    labels : DataFrame
        From `map_labels`.
    title, subtitle : str, optional
        Headings.
    note : str, optional
        A sentence added to the notes, such as the source.
    grey : bool, default False
        For print without colour: clusters have different markers, shown beside their labels.

    Returns
    -------
    matplotlib.figure.Figure
        `map_layers.MAP_WIDTH` inches wide, as high as the map needs. A sentence if there are no
        points.
    """
    names = named_groups(labels, points=points) if len(labels) else _titles(points)
    with print_style([title or "", subtitle, note, *map(str, names["label"])]):
        if points.empty:
            return sentence_figure(NO_MAP, title=title)
        poster = new_poster(points)
        places = poster.places(points)
        marks = grey_marks(names[names["group_id"].isin(points["cluster_id"])]) if grey else {}
        room = (poster.width, poster.height)
        draw_glow(poster.axes, points, places=places, room=room, grey=grey)
        draw_points(poster.axes, points, places=places, marks=marks)
        n_left = draw_names(poster, names, points=points, marks=marks, grey=grey)
        foot = [*_notes(points, names, n_left=n_left, grey=grey), *([note] if note else [])]
        write_around(poster, title=title, subtitle=subtitle, foot=" ".join(foot))
        return poster.figure


def _titles(points: pd.DataFrame) -> pd.DataFrame:
    """Return one label per paper if there are few, in the form of `map_labels`."""
    few = points.iloc[: len(points) if len(points) <= TITLED_PAPERS else 0]
    columns = {"paper_id": "group_id", "title": "label"}
    titles = few[["paper_id", "title", "x", "y"]].rename(columns=columns)
    return titles.assign(level=0, color=INK, n_papers=1, parent_id=None)


def _notes(points: pd.DataFrame, names: pd.DataFrame, *, n_left: int, grey: bool) -> list[str]:
    out = ["Each point is a paper; papers with similar abstracts lie close together."]
    if points["cluster_id"].notna().any():
        by = "marker" if grey else "colour"
        out.append(f"Each cluster has its own {by}; larger labels have more papers.")
        if names["group_id"].isin(names["parent_id"].dropna()).any():
            out.append("Broader clusters are in grey.")
        if (points["cluster_weight"] < COUNTED_WEIGHT).any():
            out.append(f"Pale: weight in the cluster below {COUNTED_WEIGHT}.")
    if n_left:
        papers = "clusters" if points["cluster_id"].notna().any() else "papers"
        out.append(f"{n_left:,} of {len(names):,} {papers} are not labelled for lack of room.")
    return out
