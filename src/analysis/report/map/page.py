"""The topic map as one HTML file: explore, filter, select; or a list of a few papers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.base.english import count
from analysis.figures.frames import map_points
from analysis.figures.frames.groups import map_labels

from ..charts.plotly_json import topic_choices
from ..page.html import asset, html_page
from .body import page_body
from .columns import map_columns
from .paper_list import list_page

if TYPE_CHECKING:
    from analysis.runs import Run

NO_TOPIC = -1
"""What the script reads as "in no topic" in place of a group's number."""

SCRIPTS = (
    *("common", "map-data", "map-search", "map-view", "map-colour", "map-density", "map-paint"),
    *("map-labels", "map-scene", "map-filters", "map-dates", "map-input", "map-panel"),
    *("map-hand", "map-table", "map-link", "map-controls", "map"),
)
"""The page's scripts in `assets/`, in the order in which they build on one another."""


def map_page(run: Run) -> str:
    """Return `map.html` of a run.

    Parameters
    ----------
    run : Run
        An opened run. Where `run.map` has no rows, too few papers for a map, the page lists them.

    Returns
    -------
    str
        One self-contained page (`page.html_page`); the same run gives the same bytes.
    """
    if run.map.empty:
        return list_page(run)
    points = map_points(run)
    columns = map_columns(run, points, labels=map_labels(run))
    return html_page(
        title=f"Topic map of {count(len(run.papers), 'paper')}, run {run.name}",
        body=page_body(run, meta=columns.meta, topics=_topics(points, meta=columns.meta)),
        scripts=["\n".join(asset(f"{name}.js") for name in SCRIPTS)],
        style=asset("common.css") + asset("map.css"),
        data={"map-data": columns.meta},
        packed={"map-points": columns.points},
        late={
            "map-texts": columns.texts,
            "map-near": columns.near,
            "map-abstracts": columns.abstracts,
        },
    )


def _topics(points: Any, *, meta: dict[str, Any]) -> list[dict[str, Any]]:
    places = {(g["kind"], g["id"]): i for i, g in enumerate(meta["groups"])}
    return [
        {
            "label": topic["label"],
            "n": len(topic["rows"]),
            "group": places.get(("topic", topic["id"]), NO_TOPIC),
        }
        for topic in topic_choices(points)
    ]
