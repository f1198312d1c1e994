"""A change of share in words: from what to what, and what it is made of."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analysis.base.english import capital, count, listing
from analysis.runs.compare import printed_change, share_change

MOST_GROUPS = 5
_TAILS = {
    "override": "by decisions by hand",
    "definition": "by another definition",
    "revised": "by revised texts or dates",
}


def changed_most(
    changes: pd.DataFrame, *, fit: str, name: Callable[[str, str], str], most: int = MOST_GROUPS
) -> list[str]:
    """Return a sentence for each of the groups whose share changed most, topics first.

    Parameters
    ----------
    changes : DataFrame
        Table `changes`.
    fit : str
        What a refit is for clusters here: "by a fresh fit", say.
    name : function of kind and group id
        Returns the group's name, escaped.
    most : int
        So many of each kind; groups whose share is the same as printed are left out.
    """
    said = []
    for kind in ("topic", "cluster"):
        rows = changes[changes["kind"] == kind].to_dict("records")
        rows = sorted(rows, key=lambda row: (-abs(share_change(row) or 0), row["group_id"]))
        told = [change_words(row, name=name(kind, row["group_id"]), fit=fit) for row in rows]
        said += [words for words in told if words][:most]
    return said


def change_words(row: dict, *, name: str, fit: str) -> str:
    """Say how one group's share changed and by what; empty where it is the same as printed.

    Parameters
    ----------
    row : dict
        A row of table `changes`.
    name : str
        Of the group, escaped.
    fit : str
        As in `changed_most`.
    """
    change = printed_change(row)
    if change is None or not change.change:
        return ""
    # Topics are recognised anew in every run, from all its papers.
    tails = {**_TAILS, "refit": fit if row["kind"] == "cluster" else "as recognised anew"}
    parts = [
        f"{signed(value)} from {_papers(cause, int(row[cause]), tail=tails.get(cause, ''))}"
        for cause, value in change.parts.items()
        if cause != "total" and row[cause]
    ]
    old, new = int(row["n_total_old"]), int(row["n_total_new"])
    if change.parts["total"]:
        more = f"{abs(new - old):,} {'more' if new > old else 'fewer'} in all"
        parts.append(f"{signed(change.parts['total'])} from {more}")
    points = "point" if abs(change.change) == 1 else "points"
    return (
        f"{capital(row['kind'])} {name}: {change.old} % ({row['n_old']:,} of {old:,}) to "
        f"{change.new} % ({row['n_new']:,} of {new:,}), {signed(change.change)} {points}: "
        f"{listing(parts)}."
    )


def signed(value: object) -> str:
    """Return a number with its sign, a true minus among them: +0.8, −0.3, 0.0."""
    text = f"{value:+}"
    return text.lstrip("+-") if not value else text.replace("-", "−")


def decimal(value: float) -> str:
    """Return a percentage with one digit after the point; a dash where it is not known."""
    return "–" if pd.isna(value) else f"{value:.1f}"


def _papers(cause: str, n: int, *, tail: str) -> str:
    if cause == "added":
        return count(n, "added paper")
    if cause == "gone":
        return f"{count(-n, 'paper')} gone"
    return f"{count(abs(n), 'paper')} {'more' if n > 0 else 'fewer'} {tail}"
