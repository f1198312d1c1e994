"""The topic map as one HTML file: explore, filter, select; or a list of a few papers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.base.english import capital, count, sentence, snapshot_words
from analysis.base.groups import counted_memberships
from analysis.base.schema import COUNTED_WEIGHT
from analysis.figures.frames import date_label, map_labels, map_points

from ..page.charts import topic_choices
from ..page.html import asset, html_page, render
from .columns import map_columns

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
        An opened run. If `run.map` has no rows, because there are too few papers for a map, the
        page lists the papers.

    Returns
    -------
    str
        One self-contained page (`page.html_page`); the same run gives the same bytes.
    """
    if run.map.empty:
        return list_page(run)
    points = map_points(run)
    columns = map_columns(run, points, labels=map_labels(run))
    clustering = run.manifest.get("clustering", {})
    has_clusters = any(group["kind"] == "cluster" for group in columns.meta["groups"])
    return html_page(
        title=f"Topic map of {count(len(run.papers), 'paper')}, run {run.name}",
        body=render(
            "map.html",
            **_head(run),
            n=columns.meta["n"],
            cut=columns.meta["cut"],
            why_none=sentence(clustering.get("why_none") or ""),
            rule=sentence(clustering.get("rule") or ""),
            colourings=columns.meta["colourings"],
            topics=_topics(points, meta=columns.meta),
            pale=f"{COUNTED_WEIGHT:g}" if has_clusters else "",
            has_labels=bool(columns.meta["labels"]),
        ),
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


def list_page(run: Run) -> str:
    """Return the page that lists every paper: date, topics, abstract, nearest papers; no script."""
    papers = run.papers.set_index("paper_id")
    topics, nearest = _topic_lists(run), _nearest(run)
    items = [
        {
            "title": paper["title"],
            "url": paper["url"],
            "date": date_label(paper["published"], paper["published_precision"]),
            "topics": topics.get(paper_id, ""),
            "abstract": paper["abstract"] if isinstance(paper["abstract"], str) else "",
            "nearest": [
                (papers.at[other, "title"], papers.at[other, "url"])
                for other in nearest.get(paper_id, [])
            ],
        }
        for paper_id, paper in papers.iterrows()
    ]
    return html_page(
        title=f"{capital(count(len(papers), 'paper'))}, run {run.name}",
        body=render("list.html", **_head(run), n=len(papers), papers=items),
        scripts=[],
        style=asset("common.css") + asset("list.css"),
        data={},
    )


def _head(run: Run) -> dict[str, str]:
    return {
        "run": run.name,
        "snapshot": snapshot_words(run.manifest.get("snapshot_date")),
        "n_papers": capital(count(len(run.papers), "paper")),
    }


def _topics(points: pd.DataFrame, *, meta: dict[str, Any]) -> list[dict[str, Any]]:
    places = {(g["kind"], g["id"]): i for i, g in enumerate(meta["groups"])}
    return [
        {
            "label": topic["label"],
            "n": len(topic["rows"]),
            "group": places.get(("topic", topic["id"]), NO_TOPIC),
        }
        for topic in topic_choices(points)
    ]


def _topic_lists(run: Run) -> dict[Any, str]:
    labels = run.groups[run.groups["kind"] == "topic"].set_index("group_id")["label"]
    rows = counted_memberships(run.memberships, kind="topic")
    rows = rows.sort_values(["paper_id", "weight", "group_id"], ascending=[True, False, True])
    return rows["group_id"].map(labels).groupby(rows["paper_id"]).agg(", ".join).to_dict()


def _nearest(run: Run) -> dict[Any, list[str]]:
    rows = run.neighbours.sort_values(["paper_id", "rank"])
    return rows.groupby("paper_id")["neighbour_id"].agg(list).to_dict()
