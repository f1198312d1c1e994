"""The report's findings on one page of Markdown, with the same footnotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.base.english import capital, count, snapshot_words
from analysis.base.escaping import for_markdown

from .facts import Grounds
from .findings import Findings, find
from .footnotes import numbered, papers_words, short_title, source_words
from .formatting import label_of, set_text
from .markdown import linked
from .receipts import Receipt
from .sentences import Name, Part, Told
from .sureness import READING, power_words

if TYPE_CHECKING:
    from analysis.runs import Run

_MOST_PAPERS, _LONG_TITLE = 2, 60

_DENOMINATOR = (
    "Shares are parts of the papers of this snapshot, not of all research: a rise can be a change "
    "in what the listing chose to show. Charts, groups and methods are in report.html, every "
    "number in tables/."
)


def brief(run: Run) -> str:
    """Return `brief.md` of a run: what rose, fell or stayed, how sure, and where it is read off.

    Parameters
    ----------
    run : Run

    Returns
    -------
    str
        Markdown with footnotes (`[^1]`); texts of the input are escaped. The same run gives the
        same bytes.
    """
    grounds = Grounds(run)
    found = find(grounds)
    power = power_words(grounds)
    lead = (*found.counted, *([" ", *found.over] if found.over else []))
    numbers = numbered([lead, *(each.parts for each in found.told), power])
    snapshot = snapshot_words(run.manifest.get("snapshot_date"))
    head = f"{count(len(run.papers), 'paper')}, {snapshot}, run {_code(run.name)}"
    parts = [
        "# What rose, what fell, what stayed",
        f"{capital(head)}.",
        *(
            [for_markdown(" ".join(run.manifest["told_anew"]))]
            if "told_anew" in run.manifest
            else []
        ),
        *_sections(found, lead=lead, numbers=numbers),
        *(["## How sure can this be", _set(power, numbers=numbers)] if power else []),
        *([READING] if len(run.verdicts) else []),
        _DENOMINATOR,
        "\n".join(_note(each, number=n, grounds=grounds) for each, n in numbers.items()),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _sections(found: Findings, *, lead: Sequence[Part], numbers: dict[Receipt, int]) -> list[str]:
    def items(told: Sequence[Told]) -> str:
        return "\n".join(_item(each, numbers=numbers) for each in told)

    return [
        "## What rose and what fell",
        _set(lead, numbers=numbers),
        found.why_no_move,
        items(found.moves),
        *(["### Bursts and turns of other groups", items(found.events)] if found.events else []),
        *(["## What may seem to have changed"] if found.flats or found.why_no_flat else []),
        items(found.flats),
        found.why_no_flat,
        items(found.unclear),
    ]


def _item(told: Told, *, numbers: dict[Receipt, int]) -> str:
    sure = f" *({told.sure})*" if told.direction != "unclear" else ""
    return f"- {_set(told.parts, numbers=numbers)}{sure}"


def _set(parts: Sequence[Part], *, numbers: dict[Receipt, int]) -> str:
    return set_text(parts, name=_name, mark=lambda receipt: f"[^{numbers[receipt]}]")


def _name(part: Name) -> str:
    return f"**{for_markdown(label_of(part))}** ({part.key[0]})"


def _note(receipt: Receipt, *, number: int, grounds: Grounds) -> str:
    titles = grounds.titles(receipt.papers[:_MOST_PAPERS])
    links = [linked(short_title(title, limit=_LONG_TITLE), url) for title, url in titles]
    said = _code(source_words(receipt, grounds=grounds))
    return f"[^{number}]: {said}.{papers_words(receipt, shown_as=links)}"


def _code(text: str) -> str:
    """Return our own words as they are; names that a code span cannot hold are escaped."""
    return for_markdown(text) if "`" in text else f"`{text}`"
