"""The topic map as one HTML file: explore, filter, select; or a list of a few papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.base.english import capital, count, listing, sentence, snapshot_words
from analysis.base.escaping import clean
from analysis.base.groups import broader_clusters, counted_memberships, grade
from analysis.base.schema import COUNTED_WEIGHT
from analysis.figures.frames import date_label, map_labels, map_points, symbols
from analysis.figures.naming import named_groups

from ..findings.facts import Facts
from ..findings.sentences import GLYPHS
from ..findings.words import word_searches
from .charts import topic_choices
from .html import html_page, render
from .map_data import Columns, Places, map_columns
from .scripts import asset, page_script

if TYPE_CHECKING:
    from analysis.runs import Run

NO_TOPIC = -1
"""What the script reads as "in no topic" in place of a group's number."""

MOST_WORDS = 12


@dataclass(frozen=True)
class MapContent:
    """A run's map before it becomes a page or a widget: its body, its style, its data."""

    body: str
    style: str
    columns: Columns


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
    content = map_content(run)
    return html_page(
        title=f"Topic map of {count(len(run.papers), 'paper')}, run {run.name}",
        body=content.body,
        scripts=[page_script("map/page.js")],
        style=content.style,
        data={"map-data": content.columns.meta},
        packed={"map-points": content.columns.points},
        late={
            "map-texts": content.columns.texts,
            "map-near": content.columns.near,
            "map-abstracts": content.columns.abstracts,
        },
    )


def map_content(run: Run, *, is_widget: bool = False) -> MapContent:
    """Return what the page and the notebook's widget show; `run.map` must not be empty.

    A widget has no button for light and dark, and is no landmark of the page that it is part of.
    """
    points = map_points(run)
    groups = _groups(run)
    place = {(group["kind"], group["id"]): i for i, group in enumerate(groups)}
    labels = _labels(named_groups(map_labels(run), points=points), place=place)
    columns = map_columns(run, points, groups=groups, labels=labels, place=place)
    clustering = run.manifest.get("clustering", {})
    topics = [
        {
            "label": topic["label"],
            "n": len(topic["rows"]),
            "group": place.get(("topic", topic["id"]), NO_TOPIC),
        }
        for topic in topic_choices(points)
    ]
    has_clusters = any(kind == "cluster" for kind, _ in place)
    body = render(
        "map.html",
        **_head(run),
        n=columns.meta["n"],
        cut=columns.meta["cut"],
        why_none=sentence(clustering.get("why_none") or ""),
        rule=sentence(clustering.get("rule") or ""),
        colourings=columns.meta["colourings"],
        facets=_facet_names(columns.meta["colourings"]),
        topics=topics,
        words=[
            {**word, "glyph": GLYPHS[word["direction"]]}
            for word in word_searches(Facts(run), most=MOST_WORDS)
        ],
        pale=f"{COUNTED_WEIGHT:g}" if has_clusters else "",
        has_labels=bool(labels),
        is_widget=is_widget,
    )
    return MapContent(body, asset("common.css") + asset("map.css"), columns)


def _facet_names(colourings: Sequence[Mapping[str, str]]) -> str:
    """Return the columns that the page can filter by, for the line that opens them."""
    names = [one["name"] for one in colourings if one["kind"] == "values"]
    return listing([*names[:2], f"{len(names) - 2} more"] if len(names) > 3 else names)


def list_page(run: Run) -> str:
    """Return the page that lists every paper: date, topics, abstract, nearest papers; no script."""
    return html_page(
        title=f"{capital(count(len(run.papers), 'paper'))}, run {run.name}",
        body=list_body(run),
        scripts=[],
        style=asset("common.css") + asset("list.css"),
        data={},
    )


def list_body(run: Run) -> str:
    """Return the list of every paper as HTML in which every text is escaped."""
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
    return str(render("list.html", **_head(run), n=len(papers), papers=items))


def _head(run: Run) -> dict[str, str]:
    return {
        "run": run.name,
        "snapshot": snapshot_words(run.manifest.get("snapshot_date")),
        "n_papers": capital(count(len(run.papers), "paper")),
    }


def _groups(run: Run) -> list[dict[str, Any]]:
    groups = run.groups.sort_values(["kind", "group_id"])
    # Shapes are assigned within a kind; broader clusters are a kind of their own here.
    kind = groups["kind"].where(~groups["group_id"].isin(broader_clusters(groups)), "broader")
    shapes = pd.Series("circle", index=groups.index)
    for _, rows in groups.groupby(kind):
        shapes[rows.index] = symbols(rows["color"])
    columns = ["kind", "group_id", "label", "color", "parent_id", "stability"]
    return [
        {
            "kind": kind,
            "id": group_id,
            "label": clean(label),
            "color": color,
            "symbol": shapes[index],
            "parent": parent if isinstance(parent, str) else None,
            "grade": grade(stability),
        }
        for index, kind, group_id, label, color, parent, stability in groups[columns].itertuples()
    ]


def _labels(names: pd.DataFrame, *, place: Places) -> list[dict[str, Any]]:
    broader = set(names["parent_id"].dropna())
    return [
        {
            "level": int(level),
            "group": place["cluster", group_id],
            "spots": [[round(x, 3), round(y, 3)] for x, y in spots],
            "n": int(n),
            "leaf": group_id not in broader,
        }
        for level, group_id, spots, n in names[
            ["level", "group_id", "spots", "n_papers"]
        ].itertuples(index=False)
    ]


def _topic_lists(run: Run) -> dict[Any, str]:
    labels = run.groups[run.groups["kind"] == "topic"].set_index("group_id")["label"]
    rows = counted_memberships(run.memberships, kind="topic")
    rows = rows.sort_values(["paper_id", "weight", "group_id"], ascending=[True, False, True])
    return rows["group_id"].map(labels).groupby(rows["paper_id"]).agg(", ".join).to_dict()


def _nearest(run: Run) -> dict[Any, list[str]]:
    rows = run.neighbours.sort_values(["paper_id", "rank"])
    return rows.groupby("paper_id")["neighbour_id"].agg(list).to_dict()
