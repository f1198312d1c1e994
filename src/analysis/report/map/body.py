"""The parts of the map page that stand in its HTML: header, controls, map, dates, table, panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.base.english import sentence
from analysis.base.escaping import for_html
from analysis.base.schema import COUNTED_WEIGHT

from ..page.html import shown
from .paper_list import facts

if TYPE_CHECKING:
    from analysis.runs import Run

_ICONS = {
    "move": "M8 1v14M1 8h14M8 1L6 3M8 1l2 2M8 15l-2-2M8 15l2-2M1 8l2-2M1 8l2 2M15 8l-2-2M15 8l-2 2",
    "box": "M2 2h3M7 2h2M11 2h3v3M14 7v2M14 11v3h-3M9 14H7M5 14H2v-3M2 9V7M2 5V2",
    "lasso": "M8 2c4 0 6.4 1.7 6.4 4.1S12 10.400 8 10.400 1.600 8.500 1.600 6.100 4 2 8 2z"
    "M4.800 9.900c-.8 1.500.5 2.400 0 4.300",
    "in": "M8 2v12M2 8h12",
    "out": "M2 8h12",
    "whole": "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
    "picture": "M8 2v8M4.500 7L8 10.500 11.500 7M2 13.500h12",
}


def page_body(run: Run, *, meta: dict[str, Any], topics: list[dict[str, Any]]) -> str:
    """Return the body of `map.html`.

    Parameters
    ----------
    run : Run
    meta : dict
        `Columns.meta` of the page.
    topics : list of dict
        What the map can be narrowed to: `label`, `group` (place in `meta["groups"]`, -1 for "in no
        topic") and `n`.
    """
    clusters = any(group["kind"] == "cluster" for group in meta["groups"])
    return (
        _header(run, cut=meta["cut"])
        + _map(meta["n"])
        + _panel(meta["colourings"], topics=topics, clusters=clusters, labels=meta["labels"])
        + '<p id="said" class="unseen" role="status" aria-live="polite"></p>\n'
    )


def _header(run: Run, *, cut: int) -> str:
    clustering = run.manifest.get("clustering", {})
    why_none = sentence(clustering.get("why_none") or "")
    rule = sentence(clustering.get("rule") or "")
    details = (
        f"<details><summary>How the clusters were found</summary><p>{shown(rule)}</p></details>"
        if rule and not why_none
        else ""
    )
    said = (
        f"<p>So many papers fit into one file with the first {cut} characters of each abstract; "
        "the search knows these and the titles.</p>"
        if cut
        else ""
    )
    return f"""<header>
<div class="what"><h1>Topic map</h1>
<p>{facts(run)}</p>
{f"<p>{shown(why_none)}</p>" if why_none else ""}{said}{details}</div>
<div class="controls" role="search">
<label>Search <input type="search" id="search" autocomplete="off" spellcheck="false"
placeholder="words, or “a phrase”" maxlength="300"></label>
<button type="button" id="theme" class="edged" title="Light or dark">
<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 1a7 7 0 1 0 0 14z"/>
<circle cx="8" cy="8" r="6.3"/></svg><span class="unseen">Light or dark: </span>
<span id="theme-words">System</span></button>
</div>
</header>
"""


def _map(n: int) -> str:
    return f"""<main>
<div id="state"><p id="count" role="status" aria-live="polite">{n:,} papers</p>
<button type="button" id="unselect" class="plain hidden">Drop the selection</button>
<button type="button" id="reset" class="plain hidden">Reset all</button>
<button type="button" id="table-open" class="edged" aria-expanded="false"
aria-controls="table">Table</button></div>
<div id="plot" role="application" tabindex="0" aria-label="Topic map: a point is a paper, papers
with alike abstracts lie close" aria-describedby="keys">
<canvas id="points" aria-hidden="true"></canvas><canvas id="over" aria-hidden="true"></canvas>
{_tools()}
<p id="waiting" class="waiting muted">Drawing the map …</p>
<noscript><p class="waiting">The map is drawn by a script inside this file; please allow it.</p>
</noscript>
</div>
<p id="keys" class="unseen">Arrows move the map, plus and minus zoom, 0 shows all of it. Shift with
an arrow goes to the next paper in that direction, Enter opens it. The button Table lists the
papers.</p>
{_DATES}{_TABLE}</main>
"""


def _tools() -> str:
    modes = {
        "move": ("tool-move", "Move the map"),
        "box": ("tool-box", "Select with a box (or hold Shift in the map)"),
        "lasso": ("tool-lasso", "Select with a lasso"),
    }
    steps = {
        "in": ("zoom-in", "Zoom in"),
        "out": ("zoom-out", "Zoom out"),
        "whole": ("zoom-whole", "Show the whole map"),
        "picture": ("picture", "Save this view as a picture"),
    }
    pressed = ' aria-pressed="false"'
    buttons = "".join(
        f'<button type="button" id="{name}" title="{words}" aria-label="{words}"'
        f"{pressed if icon in modes else ''}>"
        f'<svg viewBox="0 0 16 16" aria-hidden="true"><path d="{_ICONS[icon]}"/></svg></button>'
        for icon, (name, words) in {**modes, **steps}.items()
    )
    return f'<div class="tools" role="toolbar" aria-label="Map tools">{buttons}</div>'


_DATES = """<section id="dates" aria-label="Papers over time">
<div class="dates-head"><h2>Dates</h2> <span id="date-words" class="muted"></span>
<button type="button" id="play" class="edged" aria-pressed="false">Play</button></div>
<div class="bars"><canvas id="bars" aria-hidden="true"></canvas>
<button type="button" id="date-from" class="handle" role="slider" aria-label="From"></button>
<button type="button" id="date-to" class="handle" role="slider" aria-label="To"></button></div>
</section>
"""


def _heads() -> str:
    names = {
        "title": "Title",
        "date": "Date",
        "cluster": "Cluster",
        "weight": "Weight",
        "topic": "Topics",
    }
    heads = [
        f'<th scope="col" data-sort="{key}"><button type="button">{name}</button></th>'
        for key, name in names.items()
    ]
    return "".join([heads[0], '<th scope="col"><span class="unseen">Link</span></th>', *heads[1:]])


_TABLE = f"""<section id="table" class="hidden" aria-label="Table of papers">
<div class="table-head"><div role="group" aria-label="Which papers">
<button type="button" id="show-found" aria-pressed="true">Found</button>
<button type="button" id="show-view" aria-pressed="false">In view</button>
<button type="button" id="show-selected" aria-pressed="false">Selected (0)</button></div>
<span id="page-words" class="muted" role="status" aria-live="polite"></span>
<button type="button" id="page-back">Back</button><button type="button" id="page-on">Next</button>
<button type="button" id="csv">Save as CSV</button>
<button type="button" id="table-shut">Close</button></div>
<div id="table-scroll" tabindex="0" role="region" aria-label="Papers, scrollable"><table>
<thead><tr><th scope="col"><span class="unseen">Selected</span></th>{_heads()}</tr></thead>
<tbody id="rows"></tbody></table></div>
</section>
"""


def _panel(
    colourings: list[dict[str, str]],
    *,
    topics: list[dict[str, Any]],
    clusters: bool,
    labels: list[dict[str, Any]],
) -> str:
    options = "".join(
        f'<option value="{i}">{shown(one["name"])}</option>' for i, one in enumerate(colourings)
    )
    choices = "".join(
        f'<option value="{topic["group"]}">{shown(topic["label"])} ({topic["n"]:,})</option>'
        for topic in topics
    )
    topic = (
        '<label>Topic <select id="topic" autocomplete="off">'
        f'<option value="">all papers</option>{choices}</select></label>'
    )
    weight = f"""<label class="slider">Weight in its cluster <span id="weight-words"
class="muted">any</span><input type="range" id="weight" min="0" max="1" step="0.05" value="0"
autocomplete="off" title="{for_html("Hide papers that are poorly placed")}"></label>"""
    tick = (
        '<label><input type="checkbox" id="labels" checked autocomplete="off"> '
        "Cluster names</label>"
    )
    pale = (
        f"Pale points lie between clusters: their weight in their own is under {COUNTED_WEIGHT:g}. "
        if clusters
        else ""
    )
    return f"""<aside id="panel" aria-label="Filters, legend, papers found and the paper in hand">
<section id="paper" class="hidden" aria-label="Paper in hand"></section>
<section id="filters" aria-label="Filters">{topic if topics else ""}
{weight if clusters else '<span id="weight-words" class="hidden"></span>'}</section>
<section id="legend" aria-label="Legend"><div class="legend-head"><label>Colour by
<select id="colour" autocomplete="off">{options}</select></label>{tick if labels else ""}</div>
<ul id="legend-entries"></ul>
<p class="hint" id="legend-hint">Click to keep one, again for all; Ctrl adds.</p></section>
<section id="found" class="hidden" aria-label="Papers found"><h2 id="found-title"></h2>
<ul id="found-papers" class="papers"></ul>
<button type="button" id="more" class="plain hidden">All of them as a table</button></section>
<section id="hint"><p class="hint">A point is a paper; papers with alike abstracts lie close
together. {pale}Distances between far groups mean nothing. Point at one for a summary, click for
the abstract and the nearest papers; scroll to zoom, drag to move, Shift and drag to select.</p>
</section>
</aside>
"""
