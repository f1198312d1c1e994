"""The topic map as one HTML file: colour, search, hover, click; or a list of a few papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ..views import map_points
from . import drawing
from .drawing import (
    COLOURINGS,
    PALE_POINTS,
    colouring,
    colourings,
    landmarks,
    paper_columns,
    sample,
    texts,
    topic_choices,
)
from .list_page import facts, list_page
from .page import asset, html_page, plotly_js, shown
from .words import count, sentence

if TYPE_CHECKING:
    from ..runs import Run


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
    drawn = sample(points)
    names = colourings(drawn)
    topics = topic_choices(drawn)
    data = {
        "papers": {
            **paper_columns(drawn),
            "why": texts(drawn["topics_why"]),
            "abstract": _abstracts(run, drawn),
        },
        "topics": topics,
        "colourings": [colouring(drawn, color=name) for name in names],
        "groups": landmarks(drawn),
        "near": _near(run, drawn),
    }
    return html_page(
        title=f"Topic map of {count(len(run.papers), 'paper')}, run {run.name}",
        body=_header(
            run,
            controls=_controls(names, labels=bool(data["groups"]), topics=topics),
            points=points,
        )
        + _PANEL.replace("{pale}", PALE_POINTS if data["groups"] else ""),
        scripts=[plotly_js(), asset("common.js"), asset("map.js")],
        style=asset("common.css") + asset("map.css"),
        data={"map-data": data},
    )


_PANEL = """
<main id="plot" aria-label="Topic map: a point is a paper, papers with alike abstracts lie close">
<p id="waiting" class="waiting muted">Drawing the map …</p>
<noscript><p class="waiting">The map is drawn by a script inside this file; please allow it.</p>
</noscript>
</main>
<aside id="panel" aria-label="Legend, search results and the paper in hand">
<section id="legend"><h2 id="legend-title"></h2><ul id="legend-entries"></ul>
<p class="hint">Click to isolate, again to show all; Ctrl or Shift adds.</p>
<button type="button" id="show-all" class="plain hidden">Show all</button></section>
<section id="hint"><p class="hint">A point is a paper; papers with alike abstracts lie close
together. {pale}Distances between far groups and the axes mean nothing. Hover for a summary,
click to open the paper; scroll to zoom, drag to move.</p></section>
<section id="paper" class="hidden" aria-label="Paper in hand"></section>
<section id="found" class="hidden"><h2 id="found-title"></h2>
<ul id="found-papers" class="papers"></ul>
<button type="button" id="more" class="plain hidden">Show more</button></section>
</aside>
"""


def _header(run: Run, *, controls: str, points: pd.DataFrame) -> str:
    clustering = run.manifest.get("clustering", {})
    why_none = sentence(clustering.get("why_none") or "")
    sampled = ""
    if len(points) > drawing.MOST_POINTS:
        sampled = (
            f". The map draws {drawing.MOST_POINTS:,} of {len(points):,} papers, evenly spaced by "
            "id; search and nearest papers know these only"
        )
    rule = sentence(clustering.get("rule") or "")
    details = (
        f"<details><summary>How the clusters were found</summary><p>{shown(rule)}</p></details>"
        if rule and not why_none
        else ""
    )
    return f"""<header>
<div class="what"><h1>Topic map</h1>
<p>{facts(run)}{sampled}</p>
{f"<p>{shown(why_none)}</p>" if why_none else ""}{details}</div>
{controls}
</header>"""


def _controls(names: list[str], *, labels: bool, topics: list[dict]) -> str:
    options = "".join(
        f'<option value="{i}">{COLOURINGS[name].lower()}</option>' for i, name in enumerate(names)
    )
    choices = "".join(
        f'<option value="{i}">{shown(topic["label"])} ({len(topic["rows"]):,})</option>'
        for i, topic in enumerate(topics)
    )
    topic = (
        '<label>Topic <select id="topic" autocomplete="off">'
        f'<option value="">all papers</option>{choices}</select></label>'
    )
    tick = '<label><input type="checkbox" id="labels" checked> Cluster names</label>'
    return f"""<div class="controls" role="search">
<label>Colour by <select id="colour" autocomplete="off">{options}</select></label>
{topic if topics else ""}
{tick if labels else ""}
<label>Search <input type="search" id="search" autocomplete="off" spellcheck="false"
placeholder="words in title or abstract"></label>
<span id="count" class="muted" role="status" aria-live="polite"></span>
</div>"""


def _abstracts(run: Run, points: pd.DataFrame) -> list[str]:
    abstracts = run.papers.set_index("paper_id")["abstract"]
    return texts(abstracts.reindex(points["paper_id"]))


def _near(run: Run, points: pd.DataFrame) -> list[list[tuple[int, float]]]:
    """Return each point's nearest papers that are drawn too: row number and similarity."""
    row_of = dict(zip(points["paper_id"], range(len(points)), strict=True))
    near: list[list[tuple[int, float]]] = [[] for _ in row_of]
    table = run.neighbours.sort_values(["paper_id", "rank"])
    for paper, other, similarity in zip(
        table["paper_id"], table["neighbour_id"], table["similarity"], strict=True
    ):
        if paper in row_of and other in row_of:
            near[row_of[paper]].append((row_of[other], round(float(similarity), 3)))
    return near
