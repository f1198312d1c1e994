"""What the parts of a comparison have in common: a heading with text, names, titles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from analysis.base.english import listing
from analysis.base.escaping import first_lines
from analysis.runs.comparison import Comparison

from ..markup import Target

MOST_PAPERS = 5
MOST_LISTED = 5
_LONG_TITLE, _LONG_LABEL = 120, 80


class Part(NamedTuple):
    """A heading, paragraphs and a list; all of it escaped for the target."""

    title: str
    text: tuple[str, ...]
    items: tuple[str, ...] = ()


def name_of(comparison: Comparison, kind: str, group_id: str, *, target: Target) -> str:
    """Return a group's label in quotation marks, its id if it has none."""
    return quoted(str(comparison.labels.get((kind, group_id), group_id)), target=target)


def quoted(label: str, *, target: Target) -> str:
    """Return a label in quotation marks, cut if it is very long."""
    return f"“{target.text(first_lines(label, limit=_LONG_LABEL))}”"


def titles(comparison: Comparison, ids: Sequence[str], *, target: Target) -> str:
    """Return the titles of the first few papers, and how many more there are."""
    known = [i for i in ids if i in comparison.titles.index]
    rows = comparison.titles.loc[known[:MOST_PAPERS]]
    names = [
        target.paper(first_lines(str(title), limit=_LONG_TITLE), url)
        for title, url in zip(rows["title"], rows["url"], strict=True)
    ]
    more = len(ids) - len(names)
    return listing([*names, f"{more:,} more"] if more > 0 else names)


def fit_words(comparison: Comparison) -> str:
    """Return what reassigned papers to clusters: a fresh fit, or the events of the lineage."""
    return "by a fresh fit" if comparison.fresh else "by births, splits and mergers"
