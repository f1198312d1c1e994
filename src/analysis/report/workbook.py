"""A run as an Excel workbook: a sheet for each table, and the first one, which explains them.

`assets/workbook-columns.csv` lists the columns of the sheets and what they are.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.base.english import count, period_label, snapshot_words
from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal
from analysis.base.files import written_whole
from analysis.base.groups import broader_groups, counted_memberships, grade, primary_memberships
from analysis.base.outputs import writing
from analysis.base.schema import KINDS
from analysis.figures.frames import share_table

from .xlsx import Column, Sheet, write_workbook

if TYPE_CHECKING:
    from analysis.runs import Run

MOST_PAPERS_UNASKED = 3_000
"""A run's own workbook lists up to this many papers, which takes half a second."""
_LABEL_WIDTH = 34


def save_workbook(run: Run, path: Path | str, *, with_papers: bool | None = None) -> Path:
    """Write the tables of a run as one Excel workbook, complete or not at all.

    Sheets: README (explains each sheet and column), groups, verdicts, trends (one row per group
    and period), topic shares and cluster shares (one row per group, one column per period),
    events, words, changes since the previous run, papers (without abstracts). No text is read as a
    formula, whatever it begins with; links are http(s) only. The same run gives the same bytes.

    Parameters
    ----------
    run : Run
    path : Path or str
        Ends in .xlsx. An existing file is replaced.
    with_papers : bool, optional
        Whether to list the papers; by default up to 3,000 of them.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the name does not end in .xlsx or the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise InputError(
            f"a workbook named {for_terminal(path.name)}",
            allowed="a name that ends in .xlsx",
            next_step="change the ending",
        )
    if with_papers is None:
        with_papers = len(run.papers) <= MOST_PAPERS_UNASKED
    sheets = [groups(run), verdicts(run), trends(run)]
    sheets += [shares(run, kind=kind) for kind in KINDS[::-1]]
    sheets += [events(run), words(run), changes(run), *([papers(run)] if with_papers else [])]
    first = _readme(run, sheets=sheets, with_papers=with_papers)
    allowed, step = (
        "a file in an existing, writable folder",
        "create the folder, or choose another path",
    )
    with writing(path, allowed=allowed, next_step=step), written_whole(path) as temporary:
        write_workbook([first, *sheets], temporary, title=f"Papertide, run {run.name}")
    return path


def _readme(run: Run, *, sheets: list[Sheet], with_papers: bool) -> Sheet:
    rows = [("This workbook", "", line) for line in _about(run)]
    if not with_papers:
        text = (
            f"The {len(run.papers):,} papers are not listed here; tables/papers.csv has them, and "
            "`papertide report` writes a workbook with them."
        )
        rows.append(("papers", "", text))
    for sheet in sheets:
        rows.append((sheet.name, "", sheet.meaning))
        rows += [
            (sheet.name, column.name, column.meaning) for column in sheet.columns if column.meaning
        ]
    headings = {"sheet": 16, "column": 20, "what it is": 110}
    columns = [
        Column(name, cells, "text", "", width)
        for (name, width), cells in zip(headings.items(), zip(*rows, strict=True), strict=True)
    ]
    return Sheet("README", "What this workbook holds.", columns)


def _about(run: Run) -> list[str]:
    counts, period = run.manifest["counts"], run.manifest["period"]
    snapshot = snapshot_words(run.manifest["snapshot_date"], iso=True)
    by = f"Periods are based on the day on which papers were {period.get('by', 'published')}."
    lines = [
        f"Run {run.name}: {count(counts['papers'], 'paper')} from a {snapshot}, "
        f"{counts['dated']:,} of them dated, {count(counts['clusters'], 'cluster')}, "
        f"{count(counts['topics'], 'topic')}.",
        "A cluster is a group that emerges from the data, a topic one that was defined beforehand. "
        "A share is the papers of a group in a period, divided by all dated papers of that period; "
        "the denominator is this collection, not all research.",
        *run.manifest.get("told_anew", []),
        str(period.get("reason") or ""),
        by if period.get("freq") else "",
    ]
    return [line for line in lines if line]


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
    rows = _in_order(run, run.verdicts[run.verdicts["kind"] != "word"])
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
    """Return bursts, humps, steps and other turns."""
    rows = run.events[run.events["kind"] != "word"]
    return _sheet("events", "One row per burst, hump, step or other turn.", _in_order(run, rows))


def words(run: Run) -> Sheet:
    """Return the words with their verdicts, those that moved first."""
    verdicts = run.verdicts[run.verdicts["kind"] == "word"]
    rows = run.words.rename(columns={"word_id": "group_id", "n_papers": "n"})
    rows = rows.merge(verdicts, on="group_id", how="left")
    rows = rows.assign(
        forms=["; ".join(map(str, forms)) for forms in rows["forms"]],
        p_adjusted=rows["p_adjusted"].astype("float64"),
        still=~rows["direction"].isin(("rising", "falling")),
    )
    order = ["still", "p_adjusted", "n", "group_id"]
    rows = rows.sort_values(order, ascending=[True, True, False, True], ignore_index=True)
    return _sheet("words", "One row per phrase that no group carries.", rows, named=False)


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
        replace(column, precision=precision) if column.form == "date" else column
        for column in sheet.columns
    ]
    return replace(sheet, columns=columns)


def _sheet(name: str, meaning: str, rows: pd.DataFrame, *, named: bool = True) -> Sheet:
    """Return a sheet with the columns that `workbook-columns.csv` lists for it."""
    columns = _names(rows) if named else []
    for line in _columns():
        if line["sheet"] == name:
            values, width = rows[line["field"]], float(line["width"])
            columns.append(Column(line["heading"], values, line["form"], line["meaning"], width))
    return Sheet(name, meaning, columns)


@cache
def _columns() -> list[dict[str, str]]:
    file = resources.files("analysis.report") / "assets" / "workbook-columns.csv"
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
    order = pd.concat([order, broader_groups(run.groups)[order.columns]])
    order = order.assign(place=np.arange(len(order)))
    joined = rows.merge(order, on=["kind", "group_id"], how="left")
    return joined.sort_values("place", kind="stable", ignore_index=True)


def _by_size(run: Run) -> pd.DataFrame:
    """Return topics, then clusters, those with the most papers first."""
    order = ["kind", "n_papers", "group_id"]
    return run.groups.sort_values(order, ascending=[False, False, True])


def _yes(values: pd.Series) -> list[str]:
    return ["yes" if value else "no" for value in values]
