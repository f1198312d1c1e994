"""Small pieces that the sentences on runs, groups and shares have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.english import count, sentence, verb
from analysis.base.errors import InputError
from analysis.base.escaping import for_markdown
from analysis.base.schema import KINDS

if TYPE_CHECKING:
    from analysis.runs import Run


def check_kind(kind: str) -> None:
    """Raise `InputError` where `kind` is neither "cluster" nor "topic"."""
    if kind not in KINDS:
        raise InputError(
            f"kind={kind!r}", allowed=" or ".join(KINDS), next_step="choose one of the two"
        )


def papers_of(run: Run) -> str:
    """Return the number of papers with its noun: 177 papers."""
    return count(len(run.papers), "paper")


def have(n: int) -> str:
    """Return the beginning of a sentence: 3 papers have."""
    return f"{count(n, 'paper')} {verb(n, 'has', 'have')}"


def why_none(run: Run, *, kind: str) -> str:
    """Return the sentence that says why a run has no groups of this kind."""
    reason = run.manifest["clustering"]["why_none"] if kind == "cluster" else ""
    return for_markdown(sentence(reason)) or f"There are no {kind}s in this run."
