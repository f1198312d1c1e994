"""The report's findings on one page of Markdown, with the same footnotes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from analysis.base.english import capital, count, listing, snapshot_words
from analysis.base.escaping import for_markdown
from analysis.base.groups import shown_groups
from analysis.figures.frames import group_papers
from analysis.runs.newest import newest_of

from ..markup import MARKDOWN, markdown_link, markdown_parts
from .facts import Facts
from .findings import READING, power_words, select_findings
from .newest import newest_parts, newest_title
from .receipts import Receipt, footnote_numbers, papers_words, set_parts, short_title
from .sentences import Finding
from .words import words_named

if TYPE_CHECKING:
    from analysis.runs import Run

_MOST_PAPERS, _LONG_TITLE = 2, 60

_DENOMINATOR = (
    "Shares are relative to the papers of this snapshot, not to all research: a rise can be a "
    "change in what the listing chose to show. Charts, groups and methods are in report.html, all "
    "numbers in tables/."
)


def brief(run: Run) -> str:
    """Return `brief.md` of a run: what rose, fell or stayed, how sure it is, and the sources.

    Parameters
    ----------
    run : Run

    Returns
    -------
    str
        Markdown with footnotes (`[^1]`); texts of the input are escaped. The same run gives the
        same bytes.
    """
    facts = Facts(run)
    findings = select_findings(facts)
    power = power_words(facts)
    named = words_named(findings.words, facts=facts)
    singles = [each.parts for each in findings.single]
    after = len(findings.moves)
    numbers = footnote_numbers([findings.lead, *singles[:after], named, *singles[after:], power])
    snapshot = snapshot_words(run.manifest.get("snapshot_date"))

    def mark(receipt: Receipt) -> str:
        return f"[^{numbers[receipt]}]"

    paragraphs = [
        "# What rose, what fell, what stayed",
        f"{capital(count(len(run.papers), 'paper'))}, {snapshot}, run {_code(run.name)}.",
        for_markdown(" ".join(run.manifest.get("told_anew", []))),
        *_newest(run),
        *(_groups(run) if not findings.moves and not findings.flats else []),
        "## What rose and what fell",
        set_parts(findings.lead, target=MARKDOWN, mark=mark),
        findings.why_no_move,
        finding_list(findings.moves, mark=mark),
        set_parts(findings.untold, target=MARKDOWN),
        set_parts(named, target=MARKDOWN, mark=mark),
        "### Bursts and turns of other groups" if findings.events else "",
        finding_list(findings.events, mark=mark),
        "## What may seem to have changed" if findings.flats or findings.why_no_flat else "",
        finding_list(findings.flats, mark=mark),
        findings.why_no_flat,
        finding_list(findings.unclear, mark=mark),
        "## How sure the findings are" if power else "",
        set_parts(power, target=MARKDOWN, mark=mark),
        READING if len(run.verdicts) else "",
        _DENOMINATOR,
        "\n".join(_note(each, number=n, facts=facts) for each, n in numbers.items()),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def _groups(run: Run) -> list[str]:
    """Return the clusters with papers of each: what can be said where nothing rose or fell."""
    rows = shown_groups(run.groups, kind="cluster").sort_values(
        ["n_papers", "group_id"], ascending=[False, True]
    )
    items = []
    for row in rows.itertuples():
        papers = group_papers(run, row.group_id, n=_MOST_PAPERS)
        titles = zip(papers["title"], papers["url"], strict=True)
        links = [markdown_link(short_title(title, limit=_LONG_TITLE), url) for title, url in titles]
        size = count(int(row.n_papers), "paper")
        items.append(f"- **{MARKDOWN.text(row.label)}**: {size}, for example {listing(links)}.")
    return ["## What the papers are about", "\n".join(items)] if items else []


def _newest(run: Run) -> list[str]:
    """Return the heading and the text on the newest full period; nothing if it is not compared."""
    newest = newest_of(run)
    if newest.table.empty:
        return []
    movements = newest_parts(newest, target=MARKDOWN)[:1]
    return [f"## {newest_title(newest)}", markdown_parts(movements)]


def finding_list(
    findings: Sequence[Finding], *, mark: Callable[[Receipt], str] | None = None
) -> str:
    """Return findings as a Markdown list, each with how sure it is; `mark` as for `set_parts`."""
    items = []
    for finding in findings:
        sure = f" *({finding.sure})*" if finding.direction != "unclear" else ""
        items.append(f"- {set_parts(finding.parts, target=MARKDOWN, mark=mark)}{sure}")
    return "\n".join(items)


def _note(receipt: Receipt, *, number: int, facts: Facts) -> str:
    titles = facts.titles(receipt.papers[:_MOST_PAPERS])
    links = [markdown_link(short_title(title, limit=_LONG_TITLE), url) for title, url in titles]
    papers = papers_words(receipt, examples=links)
    return f"[^{number}]: {_code(facts.source(receipt))}.{papers}"


def _code(text: str) -> str:
    """Return our own words as they are; names that a code span cannot hold are escaped."""
    return for_markdown(text) if "`" in text else f"`{text}`"
