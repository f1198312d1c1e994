"""What an extension says of itself: drift, events, and how its clusters came about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.base.progress import Progress
from analysis.clusters import Extension, quality
from analysis.clusters.extend.new_papers import NewPapersFit, fit_line, fit_of_new_papers

if TYPE_CHECKING:
    from analysis.runs import Run


def parent_account(parent: Run) -> dict[str, Any]:
    """Return the parent's account of its clusters; runs of earlier versions lack some entries."""
    account = dict(parent.manifest["clustering"])
    for name in ("looked_at", "revised_at"):
        account.setdefault(name, len(parent.papers))
    return account


def extended_account(
    account: dict[str, Any], *, extension: Extension, parent: Run, n: int
) -> dict[str, Any]:
    """Return how the clusters came about, for the manifest and the pages."""
    base = account.get("base_rule") or account["rule"]
    fitted = ""
    if extension.fresh is not None:
        fitted = "All papers were clustered from scratch to look for new clusters. "
    waiting = ""
    if extension.waiting:
        waiting = (
            f"{extension.waiting} further changes wait for a later run, because a small step may "
            "not move so many papers. "
        )
    rule = (
        f"Clusters extended from run {parent.name}: known papers keep theirs, new ones join the "
        f"one that most of their neighbours are in. {fitted}{waiting}At the start of the series: "
        f"{base[:1].lower() + base[1:] if base[:2] != 'HD' else base}"
    )
    return {
        **account,
        "rule": rule,
        "base_rule": base,
        "looked_at": n if extension.fresh is not None else account["looked_at"],
        "revised_at": n if extension.reviewed else account["revised_at"],
        "waiting": extension.waiting,
    }


def extended_quality(parent: Run, *, weights: np.ndarray, drift: NewPapersFit) -> dict[str, Any]:
    """Return drift, the share of well placed papers, and the parent's figures of terms."""
    return {
        **{key: parent.quality.get(key) for key in ("coherence_npmi", "diversity")},
        "share_well_placed": quality.share_well_placed(weights),
        "drift": drift.as_dict(),
    }


def announce(
    figures: NewPapersFit, *, extension: Extension, names: Sequence[str], progress: Progress
) -> None:
    """Report drift and events."""
    progress.say(fit_line(figures))
    for event in extension.events:
        others = ", ".join(names[other] for other in event.others[:5])
        progress.say(f"{event.what}: {names[event.cluster]}{f' ({others})' if others else ''}")


def drift_of(
    extension: Extension,
    *,
    weights: np.ndarray,
    neighbours: np.ndarray,
    known: np.ndarray,
    account: dict[str, Any],
) -> NewPapersFit:
    """Measure how well the new papers fit, those that have -1 in `known`.

    Runs of earlier versions do not record the last fit.
    """
    n_fresh = account.get("fitted_at", account["revised_at"])
    return fit_of_new_papers(
        extension.numbers, weights=weights, neighbours=neighbours, is_new=known < 0, n_fresh=n_fresh
    )
