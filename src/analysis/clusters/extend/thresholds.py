"""When a cluster is born, split or merged: every threshold of an extension."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of an extension.

    Attributes
    ----------
    least_part : int
        Papers that a part of a split, or a born cluster, has at least.
    newness : float
        A new paper is novel where the share of its neighbours that are new too is above
        p + newness (1 - p), p being the share of new papers in all.
    significance : float
        A cluster of a fresh look is news where so many new papers in it are less likely than this
        by chance (binomial), divided by the number of clusters looked at.
    apart : float
        Two groups are apart where the graph between them is less than this part as dense as
        within the looser one.
    together : float
        Clusters are one only where the graph between them is at least this part as dense.
    part_share, former_share : float
        Of a split: share of a part's old papers that come from one cluster. Of a merger: share of
        each former cluster's papers that are together now.
    look_after, revise_after : float
        New papers, as a part of those at the last fresh look (or the last revision), after which
        the papers are clustered afresh to look for news (or for splits and mergers).
    small_step, most_moved, most_moved_at_once : float
        In a step of at most `small_step` new papers, at most `most_moved` times the step of the
        old papers move, and never more than `most_moved_at_once` of them; what is beyond waits
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
