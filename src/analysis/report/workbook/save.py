"""A run as a workbook: its sheets, and the first one, which explains them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.base.english import count, snapshot_words
from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal
from analysis.base.files import written_whole
from analysis.base.schema import KINDS

from .sheets import Column, Sheet, changes, events, groups, papers, shares, trends, verdicts

if TYPE_CHECKING:
    from analysis.runs import Run

MOST_PAPERS_UNASKED = 3_000
"""A run's own workbook lists up to this many papers, which takes half a second."""


def save_workbook(run: Run, path: Path | str, *, with_papers: bool | None = None) -> Path:
    """Write the tables of a run as one Excel workbook, complete or not at all.

    Sheets: README (explains each sheet and column), groups, verdicts, trends (one row per group
    and period), topic shares and cluster shares (one row per group, one column per period),
    events, changes since the previous run, papers (without abstracts). No text is read as a
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
    from .write import write_workbook

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
    sheets += [events(run), changes(run), *([papers(run)] if with_papers else [])]
    first = _readme(run, sheets=sheets, with_papers=with_papers)
    try:
        with written_whole(path) as temporary:
            write_workbook([first, *sheets], temporary, title=f"Papertide, run {run.name}")
    except OSError as error:
        raise InputError(
            f"{for_terminal(str(path))} cannot be written ({error.strerror or error})",
            allowed="a file in an existing, writable folder",
            next_step="create the folder, or choose another path",
        ) from error
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
    frame = pd.DataFrame(rows, columns=["sheet", "column", "meaning"])
    columns = [
        Column("sheet", frame["sheet"], "text", "", 16),
        Column("column", frame["column"], "text", "", 20),
        Column("what it is", frame["meaning"], "text", "", 110),
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
