"""The report's section on what changed since the run that this one continues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.runs.compare import of_its_parent

from ..page.html import link, shown
from .basics import Part, Target
from .sentences import change_parts

if TYPE_CHECKING:
    from analysis.runs import Run


def what_changed(run: Run) -> str:
    """Return as HTML what changed since the last run; empty where the run continues no other.

    Parameters
    ----------
    run : Run
        Its tables `changes`, `moves`, `lineage` and `restated` are read.
    """
    found = of_its_parent(run)
    if found is None:
        return ""
    target = Target(text=lambda text: f"<bdi>{shown(text)}</bdi>", paper=_paper)
    parts = "\n".join(_html(part) for part in change_parts(found, target=target))
    return (
        f'{parts}\n<p class="note">Parts add up as printed. All numbers stand in '
        "tables/changes.csv, moves.csv, lineage.csv and restated.csv.</p>"
    )


def _paper(title: str, url: object) -> str:
    return link(title, url=url)


def _html(part: Part) -> str:
    text = "".join(f"<p>{line}</p>" for line in part.text)
    items = "".join(f"<li>{item}</li>" for item in part.items)
    return f"<h3>{part.title}</h3>{text}" + (f"<ul>{items}</ul>" if items else "")
