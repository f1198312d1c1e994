"""The report's findings on one page of Markdown, with the same footnotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.base.english import capital, count, snapshot_words
from analysis.base.escaping import for_markdown

from ..markup import MARKDOWN, markdown_link
from .facts import Facts
from .findings import Findings, select_findings
from .power import READING, power_words
from .receipts import Part, Receipt, footnote_numbers, papers_words, set_parts, short_title
from .sentences import Finding

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
    numbers = footnote_numbers([findings.lead, *(each.parts for each in findings.single), power])
    snapshot = snapshot_words(run.manifest.get("snapshot_date"))
    recount = " ".join(run.manifest.get("told_anew", []))
    paragraphs = [
        "# What rose, what fell, what stayed",
        f"{capital(count(len(run.papers), 'paper'))}, {snapshot}, run {_code(run.name)}.",
        for_markdown(recount),
        *_sections(findings, numbers=numbers),
        *(["## How sure the findings are", _set(power, numbers=numbers)] if power else []),
        READING if len(run.verdicts) else "",
        _DENOMINATOR,
        "\n".join(_note(each, number=n, facts=facts) for each, n in numbers.items()),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def _sections(findings: Findings, *, numbers: dict[Receipt, int]) -> list[str]:
    def items(some: Sequence[Finding]) -> str:
        return "\n".join(_item(each, numbers=numbers) for each in some)

    events = ["### Bursts and changes of course of other groups", items(findings.events)]
    flat = findings.flats or findings.why_no_flat
    return [
        "## What rose and what fell",
        _set(findings.lead, numbers=numbers),
        findings.why_no_move,
        items(findings.moves),
        *(events if findings.events else []),
        "## What may seem to have changed" if flat else "",
        items(findings.flats),
        findings.why_no_flat,
        items(findings.unclear),
    ]


def _item(finding: Finding, *, numbers: dict[Receipt, int]) -> str:
    sure = f" *({finding.sure})*" if finding.direction != "unclear" else ""
    return f"- {_set(finding.parts, numbers=numbers)}{sure}"


def _set(parts: Sequence[Part], *, numbers: dict[Receipt, int]) -> str:
    return set_parts(parts, target=MARKDOWN, mark=lambda receipt: f"[^{numbers[receipt]}]")


def _note(receipt: Receipt, *, number: int, facts: Facts) -> str:
    titles = facts.titles(receipt.papers[:_MOST_PAPERS])
    links = [markdown_link(short_title(title, limit=_LONG_TITLE), url) for title, url in titles]
    papers = papers_words(receipt, examples=links)
    return f"[^{number}]: {_code(facts.source(receipt))}.{papers}"


def _code(text: str) -> str:
    """Return our own words as they are; names that a code span cannot hold are escaped."""
    return for_markdown(text) if "`" in text else f"`{text}`"
