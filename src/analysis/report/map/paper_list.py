"""What stands in place of a map where there are too few papers for one: the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.base.english import capital, count, day_words
from analysis.base.groups import counted_memberships
from analysis.figures.frames import date_label

from ..page.html import asset, html_page, link, shown

if TYPE_CHECKING:
    from analysis.runs import Run


def list_page(run: Run) -> str:
    """Return the page that lists every paper: date, topics, abstract, nearest papers; no script."""
    n = len(run.papers)
    few = (
        f"{capital(count(n, 'paper'))} {'is' if n == 1 else 'are'} too few for a map, "
        "which is drawn from 15 papers on; here is the list."
    )
    topics = _topics(run)
    known = run.papers.set_index("paper_id")
    near = _near(run)
    items = "\n".join(
        _item(paper, topics=topics.get(paper_id, ""), near=near.get(paper_id, []), known=known)
        for paper_id, paper in known.iterrows()
    )
    return html_page(
        title=f"{capital(count(n, 'paper'))}, run {run.name}",
        body=f"""<header><h1>The papers</h1><p>{facts(run)}</p></header>
<main>
<p>{few}</p>
<ol>
{items}
</ol>
</main>""",
        scripts=[],
        style=asset("common.css") + asset("list.css"),
        data={},
    )


def facts(run: Run) -> str:
    """Return what a page is about, as HTML: papers, date of the snapshot, name of the run."""
    date = run.manifest.get("snapshot_date")
    day = f"snapshot of {day_words(date)}" if date else "date of the snapshot unknown"
    n_papers = capital(count(len(run.papers), "paper"))
    return f'{n_papers} · {shown(day)} · run <span class="name">{shown(run.name)}</span>'


def _item(paper: pd.Series, *, topics: str, near: list[str], known: pd.DataFrame) -> str:
    date = date_label(paper["published"], paper["published_precision"])
    abstract = paper["abstract"] if isinstance(paper["abstract"], str) else ""
    text = shown(abstract) if abstract else "The source has no abstract."
    others = "".join(
        f"<li>{link(known.at[other, 'title'], url=known.at[other, 'url'])}</li>" for other in near
    )
    more = f"<p>Nearest papers</p><ul>{others}</ul>" if near else ""
    return f"""<li>{link(paper["title"], url=paper["url"])}
<p class="muted">{shown(f"{date} · {topics}" if topics else date)}</p>
<details><summary>Abstract{" and nearest papers" if near else ""}</summary>
<p dir="auto">{text}</p>{more}</details></li>"""


def _topics(run: Run) -> dict[Any, str]:
    labels = run.groups[run.groups["kind"] == "topic"].set_index("group_id")["label"]
    rows = counted_memberships(run.memberships, kind="topic")
    rows = rows.sort_values(["paper_id", "weight", "group_id"], ascending=[True, False, True])
    return rows["group_id"].map(labels).groupby(rows["paper_id"]).agg(", ".join).to_dict()


def _near(run: Run) -> dict[Any, list[str]]:
    rows = run.neighbours.sort_values(["paper_id", "rank"])
    return rows.groupby("paper_id")["neighbour_id"].agg(list).to_dict()
