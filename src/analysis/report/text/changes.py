"""What differs between two runs, in Markdown for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.escaping import for_markdown
from analysis.runs.compare import compare_opened

from ..changes.basics import Part, Target
from ..changes.sentences import change_parts
from ..findings.markdown import linked

if TYPE_CHECKING:
    from analysis.runs import Run


def describe_changes(old: Run, new: Run) -> str:
    """Say what changed from one run to another.

    Parameters
    ----------
    old, new : Run
        Two runs of one series, in any order; others are compared as far as they can be.

    Returns
    -------
    str
        Paragraphs and lists: papers added, gone and revised; clusters born, split, merged or
        dormant where the runs record it; papers that moved, and why; the shares that changed
        most, taken apart; shares reported by the old run that the new one contradicts. One
        sentence where the two are one run, or share no paper.
    """
    if old.name == new.name and old.path == new.path:
        return f"Both are run {for_markdown(old.name)}: nothing changed."
    found = compare_opened(old, new)
    if not found.papers.both:
        return (
            f"Runs {for_markdown(old.name)} and {for_markdown(new.name)} have no paper in common, "
            "so there is nothing to say of what changed."
        )
    target = Target(text=for_markdown, paper=linked)
    parts = change_parts(found, target=target)
    return "\n\n".join(_markdown(part) for part in parts)


def _markdown(part: Part) -> str:
    items = "\n".join(f"- {item}" for item in part.items)
    return "\n\n".join(text for text in (f"#### {part.title}", *part.text, items) if text)
