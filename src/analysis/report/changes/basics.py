"""What the parts of a comparison have in common, whatever the target they are told for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from analysis.base.english import listing
from analysis.base.escaping import first_lines
from analysis.runs.compare import Comparison

MOST_PAPERS = 5
MOST_LISTED = 5
_LONG_TITLE, _LONG_LABEL = 120, 80


class Target(NamedTuple):
    """How a place shows a text of the input, and a paper's title with its address."""

    text: Callable[[str], str]
    paper: Callable[[str, object], str]


class Part(NamedTuple):
    """A heading, paragraphs and a list; all of it escaped for the target."""

    title: str
    text: tuple[str, ...]
    items: tuple[str, ...] = ()


def name_of(found: Comparison, kind: str, group_id: str, *, target: Target) -> str:
    """Return a group's label in quotation marks, its id where it has none."""
    return quoted(str(found.labels.get((kind, group_id), group_id)), target=target)


def quoted(label: str, *, target: Target) -> str:
    """Return a label in quotation marks, cut where it is very long."""
    return f"“{target.text(first_lines(label, limit=_LONG_LABEL))}”"


def titles(found: Comparison, ids: Sequence[str], *, target: Target) -> str:
    """Return the titles of the first few papers, and how many more there are."""
    known = [i for i in ids if i in found.titles.index]
    rows = found.titles.loc[known[:MOST_PAPERS]]
    names = [
        target.paper(first_lines(str(title), limit=_LONG_TITLE), url)
        for title, url in zip(rows["title"], rows["url"], strict=True)
    ]
    more = len(ids) - len(names)
    return listing([*names, f"{more:,} more"] if more > 0 else names)


def fit_words(found: Comparison) -> str:
    """Return by what clusters were refitted: a fresh fit, or what the lineage lists."""
    return "by a fresh fit" if found.fresh else "by births, splits and merges"
