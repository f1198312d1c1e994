"""How often clusters are found again, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.english import capital, count, verb

if TYPE_CHECKING:
    from analysis.runs import Run


def stability_words(run: Run) -> str:
    """Return what the grades of the clusters mean and how many papers are contested.

    Returns
    -------
    str
        HTML that begins with a space; "" where nothing was measured.
    """
    said = run.manifest.get("clustering", {}).get("grades")
    text = ""
    if said:
        text = (
            f" How often a cluster is found again was measured on {said['subsamples']} subsamples "
            f"of 80 % of {count(said['papers'], 'paper')}: the figure is the mean Jaccard "
            "similarity with the most similar cluster of each (Hennig 2007), 1 where it always "
            "comes out the same; from .75 on it is called often, from .5 on sometimes, else seldom."
        )
    n = run.quality.get("contested")
    if n:
        text += (
            f" {capital(count(n, 'paper'))} {verb(n, 'lies', 'lie')} between two clusters: the two "
            "highest weights are within .1 of each other."
        )
    return text
