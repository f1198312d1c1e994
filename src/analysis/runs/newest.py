"""What is different in the newest full period of a run, and what only the rerun made different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.base.groups import broader_clusters
from analysis.trends import newest_period

from .causes import counted_papers
from .new_clusters import group_directions
from .series import parent_of

if TYPE_CHECKING:
    from .run import Run

Key = tuple[str, str]
"""Kind and id of a group."""

MIN_RESTATED = 0.01
"""Shares that the rerun moved by less than one percentage point are not told."""


@dataclass(frozen=True)
class Newest:
    """The newest full period of a run beside the periods before it.

    Attributes
    ----------
    run : Run
    table : DataFrame
        See `newest_period`; with the groups' labels.
    counted : DataFrame
        See `counted_papers`.
    """

    run: Run
    table: pd.DataFrame
    counted: pd.DataFrame

    @property
    def freq(self) -> str:
        """The length of the periods."""
        return str(self.run.trends["freq"].iloc[0]) if len(self.run.trends) else ""

    @cached_property
    def span(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """First and last day of the period."""
        period = self.table["period"].iloc[0]
        trends = self.run.trends
        return period, trends.loc[trends["period"] == period, "period_end"].iloc[0]

    @property
    def told(self) -> pd.DataFrame:
        """The rows of groups whose share differs, the surest first; words after groups."""
        rows = self.table[self.table["change"] != "not known"]
        order = ["is_word", "p_adjusted", "n_papers", "kind", "group_id"]
        rows = rows.assign(is_word=rows["kind"] == "word")
        rows = rows.sort_values(order, ascending=[True, True, False, True, True])
        return rows.drop(columns="is_word").reset_index(drop=True)

    def papers(self, key: Key, *, before: bool = False) -> tuple[str, ...]:
        """Return the ids of a group's papers in the period, or in those before it."""
        rows = self._by_group.get(key)
        if rows is None:
            return ()
        start, end = self.span
        if before:
            earlier = (rows["day"] < start) & (rows["day"] >= self._first_before)
            return tuple(rows.loc[earlier, "paper_id"])
        inside = rows["day"].between(start, end + pd.Timedelta(days=1), inclusive="left")
        return tuple(rows.loc[inside, "paper_id"])

    @cached_property
    def _by_group(self) -> Mapping[Key, pd.DataFrame]:
        rows = self.counted
        if self.freq != "year":
            rows = rows[rows["day_precision"] != "year"]
        groups = rows.groupby(["kind", "group_id"], sort=False)
        return {(str(kind), str(group)): part for (kind, group), part in groups}

    @property
    def _before(self) -> pd.DataFrame:
        """Periods and totals of those that the newest is set against."""
        trends = self.run.trends
        full = trends[~trends["is_partial"] & (trends["n_total"] > 0)]
        periods = full.drop_duplicates("period").sort_values("period")
        periods = periods[periods["period"] < self.span[0]]
        return periods.tail(int(self.table["periods_12"].iloc[0]))[["period", "n_total"]]

    @cached_property
    def _first_before(self) -> pd.Timestamp:
        return self._before["period"].iloc[0]

    def restated(self) -> pd.DataFrame:
        """Return the groups whose earlier shares the rerun moved.

        Returns
        -------
        DataFrame
            `kind`, `group_id`, `run` (the parent), `share_then` and `share_now`: shares of the
            periods before, pooled, as the parent reported them and as this run counts them. Without
            the last of them, which may have been partial then. Groups that moved by `MIN_RESTATED`
            at least, the largest first.
        """
        parent = parent_of(self.run).get("run", "")
        rows = self.run.restated[self.run.restated["run"] == parent]
        rows = rows.merge(self._before.iloc[:-1], on="period").dropna(
            subset=["share_then", "share_now"]
        )
        parts = {name: (rows[name] * rows["n_total"]) for name in ("share_then", "share_now")}
        key = ["kind", "group_id"]
        sums = rows.assign(**parts).groupby(key)[[*parts, "n_total"]].sum()
        shares = sums[list(parts)].div(sums["n_total"], axis=0).reset_index()
        moved = (shares["share_now"] - shares["share_then"]).abs()
        shares = shares.assign(run=parent, moved=moved)[moved >= MIN_RESTATED]
        shares = shares.sort_values(["moved", *key], ascending=[False, True, True])
        return shares[[*key, "run", "share_then", "share_now"]].reset_index(drop=True)

    def born(self) -> pd.DataFrame:
        """Return the clusters that this run opened: `group_id`, `n_papers` in the period, `label`.

        The one with the most papers comes first.
        """
        trends, names = self.run.trends, _born(self.run)
        rows = trends[(trends["period"] == self.span[0]) & (trends["kind"] == "cluster")]
        rows = rows[rows["group_id"].isin(names)][["kind", "group_id", "n_papers"]]
        rows = rows.assign(label=_labels(self.run, rows))
        return rows.sort_values(
            ["n_papers", "group_id"], ascending=[False, True], ignore_index=True
        )

    def farthest(self, *, most: int) -> tuple[str, ...]:
        """Return the ids of papers of the period that are least like any cluster.

        By the largest cosine between the paper's vector and the direction of a cluster, both less
        the mean of all papers.
        """
        means = {key: v for key, v in group_directions(self.run).items() if key[0] == "cluster"}
        if not means:
            return ()
        clusters = [key for key in self._by_group if key[0] == "cluster"]
        ids = sorted({name for key in clusters for name in self.papers(key)})
        row_of = pd.Series(np.arange(len(self.run.papers)), index=self.run.papers["paper_id"])
        vectors = self.run.vectors.astype("float64")
        centred = vectors[row_of[ids].to_numpy()] - vectors.mean(axis=0)
        length = np.maximum(np.linalg.norm(centred, axis=1), 1e-12)
        nearest = (centred @ np.stack(list(means.values())).T).max(axis=1) / length
        return tuple(ids[i] for i in np.argsort(nearest, kind="stable")[:most])


def newest_of(run: Run) -> Newest:
    """Return what is different in the newest full period of a run.

    Every period is counted by the groups of this run: a split, a merger or a fresh fit moves the
    shares before and after alike, and no difference comes from it. Clusters that this run opened
    are not compared: most of their papers are those that it was opened for, and few older papers
    were moved into it. Nothing is compared if only chosen groups are shown: a test of these alone
    would turn chance into findings.
    """
    counted = counted_papers(run)
    trends = run.trends.head(0) if "shown_groups" in run.manifest else run.trends
    is_born = (trends["kind"] == "cluster") & trends["group_id"].isin(_born(run))
    table = newest_period(trends[~is_born], papers=counted)
    return Newest(run, table.assign(label=_labels(run, table)), counted)


def _born(run: Run) -> frozenset[str]:
    """Return the ids of the clusters that a run opened, by a birth or a split."""
    lineage = run.lineage
    parts = (lineage["event"] == "split") & (lineage["group_id"] != lineage["previous_group_id"])
    new = lineage[(lineage["event"] == "born") | parts]
    return frozenset(new["group_id"]) if parent_of(run) else frozenset()


def _labels(run: Run, table: pd.DataFrame) -> list[str]:
    groups, words = run.groups, run.words
    keys = zip(groups["kind"], groups["group_id"], strict=True)
    labels = dict(zip(keys, groups["label"].astype(str), strict=True))
    labels |= {("broader", name): labels["cluster", name] for name in broader_clusters(groups)}
    names = zip(words["word_id"], words["label"].astype(str), strict=True)
    labels |= {("word", word): label for word, label in names}
    return [labels[key] for key in zip(table["kind"], table["group_id"], strict=True)]
