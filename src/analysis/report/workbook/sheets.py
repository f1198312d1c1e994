"""The sheets of a run's workbook, one function each; `columns.csv` says what their columns are."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.base.english import period_label
from analysis.base.groups import counted_memberships, grade, primary_memberships
from analysis.base.schema import KINDS
from analysis.figures.frames import share_table

if TYPE_CHECKING:
    from analysis.runs import Run

_LABEL_WIDTH = 34


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    name : str
        Its heading.
    values : Series or sequence
    form : {"text", "whole", "share", "number", "p", "day", "date", "link"}
        "share" is shown in per cent, "date" is a day whose precision is given in `precision`.
    meaning : str
        One line for the first sheet.
    width : float
        In characters.
    precision : sequence of str, optional
        "day", "month" or "year" of each date.
    """

    name: str
    values: Sequence[object] | pd.Series
    form: str
    meaning: str
    width: float = 12
    precision: Sequence[str] | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name (at most 31 characters), what a row is, columns of equal length."""

    name: str
    meaning: str
    columns: Sequence[Column]

    @property
    def n_rows(self) -> int:
        """The number of rows without the heading."""
        return len(self.columns[0].values) if self.columns else 0


def groups(run: Run) -> Sheet:
    """Return the clusters and topics, those with the most papers first."""
    rows = _by_size(run)
    labels = dict(zip(run.groups["group_id"], run.groups["label"], strict=True))
    n = len(run.papers)
    rows = rows.assign(
        part=rows["n_papers"] / (n or np.nan),
        broader=[labels.get(i) for i in rows["parent_id"]],
        grade=[grade(value) for value in rows["stability"]],
        terms=["; ".join(map(str, terms)) for terms in rows["terms"]],
    )
    return _sheet("groups", "One row per cluster or topic.", rows)


def verdicts(run: Run) -> Sheet:
    """Return the verdict on each group over the full periods."""
    rows = _in_order(run, run.verdicts)
    rows = rows.assign(sign_flips=_yes(rows["sign_flips"]))
    return _sheet("verdicts", "One row per group: how its share moved over the full periods.", rows)


def trends(run: Run) -> Sheet:
    """Return the shares, one row per group and period."""
    rows = pd.concat([share_table(run, kind=kind).assign(kind=kind) for kind in KINDS[::-1]])
    rows = rows.assign(complete=_yes(~rows["is_partial"].astype("bool")))
    return _sheet("trends", "One row per group and period.", rows)


def shares(run: Run, *, kind: str) -> Sheet:
    """Return the shares of one kind, one row per group and one column per period."""
    rows = share_table(run, kind=kind)
    wide = rows.pivot(index="group_id", columns="period", values="share")
    wide = wide.reindex(rows["group_id"].unique())
    partial = set(rows.loc[rows["is_partial"], "period"])
    freq = str(rows["freq"].iloc[0]) if len(rows) else ""
    columns = _names(rows.drop_duplicates("group_id"))[1:]
    for period in wide.columns:
        incomplete = " (not complete)" if period in partial else ""
        name = period_label(period, freq=freq) + incomplete
        columns.append(Column(name, wide[period], "share", "", 10))
    meaning = f"Share of each {kind} by period: the numbers of the sheet trends, for a chart."
    return Sheet(f"{kind} shares", meaning, columns)


def events(run: Run) -> Sheet:
    """Return bursts and changes of course."""
    return _sheet("events", "One row per burst or change of course.", _in_order(run, run.events))


def changes(run: Run) -> Sheet:
    """Return how many papers each group has more or fewer than in the previous run, and why."""
    meaning = "One row per group: its papers in the previous run and now, and why they differ."
    return _sheet("changes", meaning, _in_order(run, run.changes))


def papers(run: Run) -> Sheet:
    """Return the papers, newest first, without their abstracts."""
    rows = run.papers.sort_values(["published", "paper_id"], ascending=[False, True])
    clusters = _labels(run, primary_memberships(run.memberships, kind="cluster"))
    topics = counted_memberships(run.memberships, kind="topic")
    topics = topics.sort_values(["paper_id", "weight", "group_id"], ascending=[True, False, True])
    in_topics = _labels(run, topics)
    rows = rows.assign(
        cluster=[clusters.get(i) for i in rows["paper_id"]],
        topics=[in_topics.get(i) for i in rows["paper_id"]],
    )
    sheet = _sheet("papers", "One row per paper, newest first.", rows, named=False)
    precision = rows["published_precision"].tolist()
    columns = [
        Column(c.name, c.values, c.form, c.meaning, c.width, precision) if c.form == "date" else c
        for c in sheet.columns
    ]
    return Sheet(sheet.name, sheet.meaning, columns)


def _sheet(name: str, meaning: str, rows: pd.DataFrame, *, named: bool = True) -> Sheet:
    """Return a sheet with the columns that `columns.csv` lists for it."""
    columns = _names(rows) if named else []
    for line in _columns():
        if line["sheet"] == name:
            values, width = rows[line["field"]], float(line["width"])
            columns.append(Column(line["heading"], values, line["form"], line["meaning"], width))
    return Sheet(name, meaning, columns)


@cache
def _columns() -> list[dict[str, str]]:
    file = resources.files("analysis.report") / "workbook" / "columns.csv"
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def _names(rows: pd.DataFrame) -> list[Column]:
    return [
        Column("kind", rows["kind"], "text", "cluster or topic.", 9),
        Column("group", rows["label"], "text", "Label of the group.", _LABEL_WIDTH),
        Column("group_id", rows["group_id"], "text", "As in every other table.", 14),
    ]


def _labels(run: Run, rows: pd.DataFrame) -> dict[str, str]:
    """Return the labels of each paper's groups, joined by "; "."""
    labels = run.groups.set_index(["kind", "group_id"])["label"].astype(str)
    keys = pd.MultiIndex.from_frame(rows[["kind", "group_id"]])
    named = pd.Series(labels.reindex(keys).to_numpy(), index=rows["paper_id"], dtype="object")
    return named.groupby(level=0).agg("; ".join).to_dict()


def _in_order(run: Run, rows: pd.DataFrame) -> pd.DataFrame:
    """Add labels and sort: topics first, groups with the most papers first."""
    order = _by_size(run)[["kind", "group_id", "label"]]
    order = order.assign(place=np.arange(len(order)))
    joined = rows.merge(order, on=["kind", "group_id"], how="left")
    return joined.sort_values("place", kind="stable", ignore_index=True)


def _by_size(run: Run) -> pd.DataFrame:
    parts = [run.groups[run.groups["kind"] == kind] for kind in KINDS[::-1]]
    order = ["n_papers", "group_id"]
    return pd.concat([part.sort_values(order, ascending=[False, True]) for part in parts])


def _yes(values: pd.Series) -> list[str]:
    return ["yes" if value else "no" for value in values]
