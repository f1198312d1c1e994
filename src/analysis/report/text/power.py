"""How large a change must be to be found, in Markdown for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.escaping import for_markdown

from ..findings.facts import Grounds
from ..findings.formatting import set_text
from ..findings.sentences import Name, Part
from ..findings.sureness import READING, power_words

if TYPE_CHECKING:
    from analysis.runs import Run

_NONE = (
    "This run has no verdicts: dates must fill at least four whole periods, or nothing can be said "
    "to rise, fall or stay."
)
_UNKNOWN = "How large a change would have been found is not known of this run."


def describe_power(run: Run) -> str:
    """Say how often doublings and halvings would be found, and how to read what was found.

    Parameters
    ----------
    run : Run

    Returns
    -------
    str
        Two paragraphs; one sentence where the run has no verdicts.
    """
    if run.verdicts.empty:
        return _NONE
    said = _set(power_words(Grounds(run)))
    return f"{said or _UNKNOWN}\n\n{READING}"


def _set(parts: tuple[Part, ...]) -> str:
    return set_text(parts, name=_name, mark=lambda receipt: "")


def _name(part: Name) -> str:
    return for_markdown(str(part.key[1]))
