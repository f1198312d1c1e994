"""The topic map for print: a poster of the papers, with their clusters named on it."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from analysis.base.schema import COUNTED_WEIGHT

from ..style import INK
from .map_layers import draw_glow, draw_points, grey_marks, new_poster, write_around
from .map_names import draw_names
from .sheet import print_style, sentence_figure

TITLED_PAPERS = 60
"""Without clusters, up to so many papers are named by their titles."""

PARTS = " · "
"""Stands between the names of parts in a broader cluster's label."""

NO_MAP = "No paper has a place on the map."


def print_topic_map(
    points: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    title: str | None = None,
    subtitle: str = "",
    note: str = "",
    grey: bool = False,
) -> Figure:
    """Draw the map of papers with the names of its clusters, for print.

    No name stands on another or leaves the figure; one that found no room near its cluster has a
    leader line, and those that found none at all are counted at the foot. The size of a name
    follows the number of papers. Broader clusters are large quiet headings, but for those whose
    label only repeats the names of their parts, which stand there anyway. Without clusters, up to
    `TITLED_PAPERS` papers carry their titles. Characters that no installed font can draw
    appear as `base.UNDRAWABLE`; right-to-left script is set as matplotlib sets it (shaped and
    ordered from version 3.11 on).

    Parameters
    ----------
    points : DataFrame
        From `views.map_places` or `views.map_points`.
    labels : DataFrame
        From `landmarks.map_labels`.
    title, subtitle : str, optional
        Headings.
    note : str, optional
        A sentence added at the foot, such as the source.
    grey : bool, default False
        For print without colour: a cluster is known by its marker, which stands beside its name.

    Returns
    -------
    matplotlib.figure.Figure
        `map_layers.MAP_WIDTH` inches wide, as high as the map asks. A sentence where there is no
        point.
    """
    names = _without_repeats(labels) if len(labels) else _titles(points)
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


def _without_repeats(labels: pd.DataFrame) -> pd.DataFrame:
    """Leave out broader clusters whose label is put together from the labels of their parts."""
    parts = labels.groupby("parent_id")["label"].agg(set)
    told = [
        group not in parts.index or not set(str(label).split(PARTS)) <= parts[group]
        for group, label in zip(labels["group_id"], labels["label"], strict=True)
    ]
    return labels[told].reset_index(drop=True)


def _titles(points: pd.DataFrame) -> pd.DataFrame:
    """Return a label a paper where there are few, in the form of `landmarks.map_labels`."""
    few = points.iloc[: len(points) if len(points) <= TITLED_PAPERS else 0]
    columns = {"paper_id": "group_id", "title": "label"}
    named = few[["paper_id", "title", "x", "y"]].rename(columns=columns)
    return named.assign(level=0, color=INK, n_papers=1, parent_id=None)


def _notes(points: pd.DataFrame, names: pd.DataFrame, *, n_left: int, grey: bool) -> list[str]:
    out = ["A point is a paper; near one another are papers about similar things."]
    if points["cluster_id"].notna().any():
        by = "marker" if grey else "colour"
        out.append(f"Each cluster has its {by}; its name is the larger, the more papers it has.")
        if names["group_id"].isin(names["parent_id"].dropna()).any():
            out.append("Broader clusters stand in grey.")
        if (points["cluster_weight"] < COUNTED_WEIGHT).any():
            out.append(f"Pale: weight in the cluster below {COUNTED_WEIGHT}.")
    if n_left:
        papers = "clusters" if points["cluster_id"].notna().any() else "papers"
        out.append(f"{n_left:,} of {len(names):,} {papers} are not named for want of room.")
    return out
