"""The report as one HTML file: findings, charts, groups and methods, to read and to print."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from analysis.base.english import capital, count, listing, percent, sentence, snapshot_words, verb
from analysis.base.groups import grade, shown_groups
from analysis.base.schema import COUNTED_WEIGHT
from analysis.figures.frames import date_label, map_labels, map_places
from analysis.figures.style import GREY
from analysis.runs.comparison import compare_with_parent
from analysis.runs.newest import newest_of

from ..findings.facts import Facts
from ..findings.findings import select_findings
from ..findings.newest import newest_parts, newest_title
from ..markup import HTML, PLAIN, Part
from ..text.changes import change_parts
from ..text.groups import (
    by_size,
    changed_words,
    in_no_topic,
    topics_without_papers,
    why_no_clusters,
)
from ..text.run import periods_words, summary
from .charts import trend_charts
from .finding_views import PageFindings, ends_words, trend_view
from .html import html_page, plotly_js, render
from .methods import method_texts, quality, stability_words
from .picture import map_picture
from .scripts import asset, page_script

if TYPE_CHECKING:
    from analysis.runs import Run

MOST_UNDATED = 10
MOST_CHANGED_TOPICS, MOST_PHRASES = 3, 2
MOST_EXAMPLES = 3
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def report_page(run: Run) -> str:
    """Return `report.html` of a run.

    Parameters
    ----------
    run : Run
        An opened run of any size; the page says what a small one lacks.

    Returns
    -------
    str
        One self-contained page (`html.html_page`); the same run gives the same bytes.
    """
    charts = trend_charts(run)
    heading = f"Topics and trends in {count(len(run.papers), 'paper')}"
    return html_page(
        title=f"{heading}, run {run.name}",
        body=render(
            "report.html",
            run=run,
            heading=heading,
            snapshot=snapshot_words(run.manifest.get("snapshot_date")),
            version=str(run.manifest.get("versions", {}).get("papertide", "")),
            map=_map(run),
            trend_charts=charts,
            **_contents(run),
        ),
        scripts=[plotly_js(), page_script("report.js")] if charts else [],
        style=asset("common.css") + asset("report.css"),
        data={"report-data": [chart.data for chart in charts]} if charts else {},
    )


def _map(run: Run) -> dict[str, Any] | None:
    """Return the picture of the map as an address, and what is pale on it; None without a map."""
    points = map_places(run)
    if points.empty:
        return None
    picture = base64.b64encode(map_picture(points, map_labels(run))).decode("ascii")
    return {
        "picture": Markup(f"data:image/png;base64,{picture}"),
        "pale": f"{COUNTED_WEIGHT:g}" if points["cluster_id"].notna().any() else "",
    }


def _contents(run: Run) -> dict[str, Any]:
    facts = Facts(run)
    findings = PageFindings(select_findings(facts), facts=facts)
    comparison = compare_with_parent(run)
    changes: list[Part] = change_parts(comparison, target=HTML) if comparison else []
    newest = newest_of(run)
    sections = {
        "summary": "Summary",
        "newest": newest_title(newest),
        "moved": "What rose and what fell",
        "flat": "What may seem to have changed",
        "words": "Words",
        "changed": "What changed since the previous run",
        "map": "Map",
        "trends": "Trends",
        "topics": "Topics",
        "clusters": "Clusters",
        "sure": "How sure the findings are",
        "undated": "Papers without a date",
        "methods": "Methods and limits",
        "notes": "Footnotes",
    }
    empty = {
        "newest": newest.table.empty,
        "flat": not (findings.flats or findings.unclear or findings.why_no_flat),
        "words": not findings.words_counted,
        "changed": comparison is None,
        "sure": not findings.reading,
        "notes": not findings.notes,
    }
    return {
        "sections": {id: title for id, title in sections.items() if not empty.get(id)},
        "recount": " ".join(run.manifest.get("told_anew", [])),
        "summary": summary(run, target=PLAIN),
        "findings": findings,
        "newest": [_as_markup(part) for part in newest_parts(newest, target=HTML)],
        "changes": [_as_markup(part) for part in changes],
        "ends": ends_words(facts),
        "periods": periods_words(run, target=PLAIN),
        "topics": _group_table(facts, kind="topic"),
        "clusters": _group_table(facts, kind="cluster"),
        "undated": _undated(run),
        "methods": method_texts(run),
        "quality": quality(run),
        "notes": run.manifest.get("notes", []),
    }


def _as_markup(part: Part) -> Part:
    """Mark the texts of a part, which are escaped for HTML, as such."""
    return Part(part.title, tuple(map(Markup, part.text)), tuple(map(Markup, part.items)))


def _group_table(facts: Facts, *, kind: str) -> dict[str, Any]:
    run = facts.run
    groups = shown_groups(run.groups, kind=kind)
    groups = groups[groups["status"] != "retired"]
    if groups.empty:
        note = why_no_clusters(run) if kind == "cluster" else _why_no_topics(run)
        return {"groups": [], "note": note}
    groups, papers = by_size(groups), run.papers.set_index("paper_id")
    rows = [_group_row(group, papers=papers, facts=facts) for _, group in groups.iterrows()]
    in_one = "Each paper counts only in its primary cluster."
    notes = [in_one, *stability_words(run)] if kind == "cluster" else _topic_notes(run)
    return {"groups": rows, "ends": ends_words(facts), "note": " ".join(filter(None, notes))}


def _group_row(group: pd.Series, *, papers: pd.DataFrame, facts: Facts) -> dict[str, Any]:
    n = int(group["n_papers"])
    about = group["description"] if isinstance(group["description"], str) else ""
    if group["kind"] == "cluster" and len(group["terms"]):
        about = f"Terms: {listing([str(term) for term in group['terms']])}"
    words = grade(group["stability"])
    examples = papers.loc[[i for i in group["exemplars"][:MOST_EXAMPLES] if i in papers.index]]
    return {
        "label": group["label"],
        "color": group["color"] if _HEX.fullmatch(str(group["color"])) else GREY,
        "about": sentence(about),
        "grade": f"{capital(words)} ({group['stability']:.2f})." if words else "",
        "n": n,
        "share": percent(n, len(papers)) if len(papers) else "",
        "trend": trend_view((group["kind"], group["group_id"]), facts=facts),
        "examples": [
            {"title": title, "url": url, "date": date_label(published, precision)}
            for title, url, published, precision in zip(
                *(examples[c] for c in ("title", "url", "published", "published_precision")),
                strict=True,
            )
        ],
    }


def _why_no_topics(run: Run) -> str:
    without = topics_without_papers(run, target=PLAIN)
    said = str(run.manifest.get("topic_set", {}).get("said", ""))
    return " ".join(filter(None, [without, said])) or "There are no topics in this run."


def _topic_notes(run: Run) -> list[str]:
    n = in_no_topic(run)
    return [
        str(run.manifest.get("topic_set", {}).get("said", "")),
        topics_without_papers(run, target=PLAIN),
        f"{capital(count(n, 'paper'))} of {len(run.papers):,} {verb(n, 'is', 'are')} in no topic. "
        "A paper may be in several topics, so these numbers need not add up.",
        run.manifest.get("overrides", {}).get("said", ""),
        run.manifest.get("reclassified", {}).get("said", ""),
        _changed_topics(run),
    ]


def _changed_topics(run: Run) -> str:
    """Return which topics are written about in other words than before; empty if none is."""
    topics = run.manifest.get("vocabulary_drift", [])
    if not topics:
        return ""
    words = [
        f"{changed_words(topic, target=PLAIN, most=MOST_PHRASES)}."
        for topic in topics[:MOST_CHANGED_TOPICS]
    ]
    more = len(topics) - len(words)
    rest = [f"The words of {count(more, 'more topic')} changed too."] if more else []
    lead = (
        "The words of a topic may change while its subject stays the same, and its definition may "
        "then need new phrases."
    )
    return " ".join([lead, *words, *rest])


def _undated(run: Run) -> dict[str, Any]:
    papers = run.papers[run.papers["published"].isna()]
    first = papers.head(MOST_UNDATED)
    return {"n": len(papers), "papers": list(zip(first["title"], first["url"], strict=True))}
