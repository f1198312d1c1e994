"""When a cluster is born, split or merged: every threshold of an extension."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of an extension.

    Attributes
    ----------
    least_part : int
        Fewest papers of a part of a split, or of a born cluster.
    newness : float
        A new paper is novel if the share of its neighbours that are new too is above
        p + newness (1 - p), p being the share of new papers among all.
    significance : float
        A cluster of a fresh fit is born if so many new papers in it are less likely than this by
        chance (binomial), divided by the number of clusters tested.
    apart : float
        Two groups are apart if the graph between them is less than this fraction as dense as
        within the looser one.
    together : float
        Clusters are merged only if the graph between them is at least this fraction as dense.
    part_share, former_share : float
        Of a split: share of a part's old papers that come from one cluster. Of a merger: share of
        each former cluster's papers that are together now.
    look_after, revise_after : float
        New papers, as a fraction of those at the last fresh fit (or the last revision), after
        which the papers are clustered from scratch to look for births (or for splits and mergers).
    small_step, most_moved, most_moved_at_once : float
        In a step of at most `small_step` new papers, at most `most_moved` times the step of the
        old papers move, and never more than `most_moved_at_once` of them; further changes wait
        for a later run.
    """

    least_part: int = 10
    newness: float = 0.4
    significance: float = 1e-3
    apart: float = 0.25
    together: float = 0.1
    part_share: float = 0.6
    former_share: float = 0.6
    look_after: float = 0.05
    revise_after: float = 0.2
    small_step: float = 0.1
    most_moved: float = 0.45
    most_moved_at_once: float = 0.028
