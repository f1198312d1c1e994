"""Sentences with receipts, set for a place: plain text, HTML, Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from analysis.base.escaping import clean, first_lines

from .receipts import Mark, Receipt, Value
from .sentences import Name, Part

_LONG_LABEL = 80


def set_text(
    parts: Sequence[Part], *, name: Callable[[Name], str], mark: Callable[[Receipt], str]
) -> str:
    """Join parts of sentences into one text.

    Parameters
    ----------
    parts : sequence of str, Value, Mark and Name
    name, mark : function
        How a group's name, escaped for the place, and a footnote's place are shown. Our own words
        and the numbers (digits, points, commas, months and "%") hold nothing to escape.
    """
    out = []
    for part in parts:
        if isinstance(part, Name):
            out.append(name(part))
        elif isinstance(part, Mark):
            out.append(mark(part.receipt))
        else:
            out.append(part.text if isinstance(part, Value) else part)
    return "".join(out)


def label_of(part: Name) -> str:
    """Return a group's label on one line, cut where it is very long; its id where it has none."""
    return first_lines(clean(part.label), limit=_LONG_LABEL) or part.key[1]


def plain(parts: Sequence[Part]) -> str:
    """Return parts of sentences as plain text without footnotes; names in quotation marks."""

    def name(part: Name) -> str:
        return f"“{label_of(part)}” ({part.key[0]})"

    return set_text(parts, name=name, mark=lambda receipt: "")
