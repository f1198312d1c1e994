"""What rose, fell or stayed, in Markdown for notebooks: the sentences of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.escaping import for_markdown

from ..findings.facts import Grounds
from ..findings.findings import find
from ..findings.formatting import label_of, set_text
from ..findings.sentences import Name, Part
from .common import check_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.runs import Run

    from ..findings.sentences import Told


def describe_verdicts(run: Run, *, kind: str | None = None) -> str:
    """Say which groups rose or fell, which are flat though they may not look so, and how sure.

    Parameters
    ----------
    run : Run
    kind : {"cluster", "topic"}, optional
        Groups of one kind; both where left out.

    Returns
    -------
    str
        How many groups there are of each verdict; a list of at most five that rose or fell, by
        how much, with intervals, papers counted and how sure it is; bursts and changes of course;
        at most three that are flat, or else of which no halving or doubling is possible. Where
        nothing can be said, why.

    Raises
    ------
    InputError
        Where `kind` is neither of the two.
    """
    if kind is not None:
        check_kind(kind)
    found = find(Grounds(run), kind=kind)
    lead = " ".join(part for part in (_set(found.counted), _set(found.over)) if part)
    parts = [lead, found.why_no_move, _items(found.moves), _items(found.events)]
    parts += [found.why_no_flat, _items((*found.flats, *found.unclear))]
    return "\n\n".join(part for part in parts if part)


def _items(told: Sequence[Told]) -> str:
    sure = {each.key: f" *({each.sure})*" for each in told if each.direction != "unclear"}
    return "\n".join(f"- {_set(each.parts)}{sure.get(each.key, '')}" for each in told)


def _set(parts: Sequence[Part]) -> str:
    return set_text(parts, name=_name, mark=lambda receipt: "")


def _name(part: Name) -> str:
    return f"**{for_markdown(label_of(part))}** ({part.key[0]})"
