"""The report as one HTML file: what was found, shown and explained, to read and to print."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from analysis.base.english import capital, count, listing, percent, sentence, snapshot_words
from analysis.base.groups import grade, groups_of
from analysis.figures import GREY
from analysis.figures.frames import date_label, map_points

from ..changes.section import what_changed
from ..charts import plotly_json as drawing
from ..charts.page import KINDS, place, trend_charts
from ..charts.plotly_json import (
    PALE_POINTS,
    colouring,
    colourings,
    landmarks,
    paper_columns,
    sample,
    snippets,
)
from ..findings.facts import Grounds
from ..findings.findings import find
from ..findings.html import told_sections
from ..tables.trend_cells import ends_words, trend_cell
from . import method_text as sentences
from .grade_words import stability_words
from .html import asset, html_page, link, plotly_js, shown

if TYPE_CHECKING:
    from analysis.runs import Run

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def report_page(run: Run) -> str:
    """Return `report.html` of a run.

    Parameters
    ----------
    run : Run
        An opened run of any size; what a small one lacks is said in its place.

    Returns
    -------
    str
        One self-contained page (`page.html_page`); the same run gives the same bytes.
    """
    data, map_part = _map(run)
    grounds = Grounds(run)
    charts, trends_part = trend_charts(run)
    data["charts"] += charts
    heading = f"Topics and trends in {count(len(run.papers), 'paper')}"
    drawn = bool(data["charts"])
    return html_page(
        title=f"{heading}, run {run.name}",
        body=_body(grounds, heading=heading, map_part=map_part, trends_part=trends_part),
        scripts=[plotly_js(), *(asset(f"{name}.js") for name in ("common", "figures", "report"))]
        if drawn
        else [],
        style=asset("common.css") + asset("report.css"),
        data={"report-data": data} if drawn else {},
    )


def _body(grounds: Grounds, *, heading: str, map_part: str, trends_part: str) -> str:
    run = grounds.run
    told = told_sections(find(grounds), grounds=grounds)
    parts = {
        "summary": ("Summary", sentences.summary(run)),
        "moved": told["moved"],
        "flat": told["flat"],
        "changed": ("What changed since the last run", what_changed(run)),
        "map": ("Map", map_part),
        "trends": ("Trends", trends_part),
        "topics": ("Topics", _groups(grounds, kind="topic")),
        "clusters": ("Clusters", _groups(grounds, kind="cluster")),
        "sure": told["sure"],
        "undated": ("Papers without a date", sentences.undated(run)),
        "methods": ("Methods and limits", sentences.methods(run)),
        "notes": told["notes"],
    }
    parts = {name: part for name, part in parts.items() if part[1]}
    links = " ".join(f'<a href="#{name}">{title}</a>' for name, (title, _) in parts.items())
    sections = "\n".join(
        f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>\n{text}\n</section>'
        for name, (title, text) in parts.items()
    )
    version = run.manifest.get("versions", {}).get("papertide", "")
    made = f"Papertide {shown(str(version))}" if version else "Papertide"
    snapshot = shown(snapshot_words(run.manifest.get("snapshot_date")))
    return f"""<header><h1>{shown(heading)}</h1>
<p>{capital(snapshot)} · run <span class="name">{shown(run.name)}</span></p>
<nav aria-label="Sections">{links}</nav></header>
<main>
{sections}
</main>
<footer>Made with {made} · run {shown(run.name)} · {snapshot}</footer>"""


def _map(run: Run) -> tuple[dict, str]:
    if run.map.empty:
        n = count(len(run.papers), "paper")
        return {"charts": []}, f"<p>A map is drawn from 15 papers on; here there are {n}.</p>"
    points = map_points(run)
    drawn = sample(points)
    chart = {"id": "topic-map", "kind": "map", **colouring(drawn, color=colourings(drawn)[0])}
    papers = {**paper_columns(drawn), "snippet": snippets(drawn)}
    data = {"charts": [chart], "papers": papers, "groups": landmarks(drawn)}
    by = {"cluster": "cluster", "topic": "strongest topic", "date": "date"}[chart["key"]]
    pale = PALE_POINTS if chart["key"] == "cluster" else ""
    part = (
        f"<p>Each point is a paper, coloured by its {by}; papers with alike abstracts lie close "
        f"together. {pale}Point at one to see what it is, click to open it. The file "
        "map.html shows the same map with a search and other colourings.</p>"
        + place("topic-map", words="Topic map", style="map")
    )
    if len(points) > drawing.MOST_POINTS:
        part += f'<p class="note">Drawn are {drawing.MOST_POINTS:,} of {len(points):,} papers.</p>'
    return data, part


def _groups(grounds: Grounds, *, kind: str) -> str:
    run = grounds.run
    groups = groups_of(run.groups, kind=kind)
    groups = groups[groups["status"] != "retired"]
    if groups.empty:
        reason = run.manifest.get("clustering", {}).get("why_none") if kind == "cluster" else ""
        return f"<p>{shown(sentence(reason or f'There are no {kind}s in this run'))}</p>"
    groups = groups.sort_values(["n_papers", "group_id"], ascending=[False, True])
    papers = run.papers.set_index("paper_id")
    rows = "\n".join(
        _row(group, papers=papers, trend=trend_cell((kind, group["group_id"]), grounds=grounds))
        for _, group in groups.iterrows()
    )
    return f"""<table><thead><tr><th scope="col">{KINDS[kind][:-1]}</th>
<th scope="col" class="num">Papers</th><th scope="col">Share</th>
<th scope="col">Trend{ends_words(grounds)}</th><th scope="col">Examples</th></tr></thead>
<tbody>
{rows}
</tbody></table>
{_under(run, kind=kind)}"""


def _under(run: Run, *, kind: str) -> str:
    if kind == "cluster":
        said = stability_words(run)
        return f'<p class="note">Each paper counts in its primary cluster alone.{said}</p>'
    n = sentences.in_no_topic(run)
    said = [sentences.by_hand(run), sentences.reclassified(run), sentences.changed_words(run)]
    more = "".join(f" {part}" for part in said if part)
    return (
        f'<p class="note">{capital(count(n, "paper"))} of {len(run.papers):,} '
        f"{'is' if n == 1 else 'are'} in no topic. A paper may be in several, so these numbers "
        f"need not add up.{more}</p>"
    )


def _row(group: pd.Series, *, papers: pd.DataFrame, trend: str) -> str:
    n = int(group["n_papers"])
    more = group["description"] if isinstance(group["description"], str) else ""
    if group["kind"] == "cluster" and len(group["terms"]):
        more = f"Terms: {listing([str(term) for term in group['terms']])}"
    color = group["color"] if _HEX.fullmatch(str(group["color"])) else GREY
    glyph = (
        '<svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">'
        f'<circle cx="8" cy="8" r="7" fill="{color}"/></svg>'
    )
    examples = "".join(
        f"<li>{link(papers.at[i, 'title'], url=papers.at[i, 'url'])} "
        f"<small>{date_label(papers.at[i, 'published'], papers.at[i, 'published_precision'])}"
        "</small></li>"
        for i in group["exemplars"][:3]
        if i in papers.index
    )
    small = f'<small dir="auto">{shown(sentence(more))}</small>' if more else ""
    if words := grade(group["stability"]):
        small += f"<small>{capital(words)} ({group['stability']:.2f}).</small>"
    share = percent(n, len(papers)) if len(papers) else ""
    return (
        f'<tr><th scope="row">{glyph} <bdi>{shown(group["label"])}</bdi>{small}</th>'
        f'<td class="num" data-unit="paper{"" if n == 1 else "s"}">{n:,}</td>'
        f'<td class="num">{share}</td><td class="trend">{trend}</td>'
        f"<td><ul>{examples}</ul></td></tr>"
    )
