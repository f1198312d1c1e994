"""A run as a workbook: which sheets it has, and the first one, which explains them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.base.english import snapshot_words
from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal
from analysis.base.files import written_whole
from analysis.base.schema import KINDS

from .sheet import Column, Sheet
from .sheets import changes, events, groups, papers, shares, trends, verdicts

if TYPE_CHECKING:
    from analysis.runs import Run

MOST_PAPERS_UNASKED = 3_000
"""Papers up to which a run's own workbook lists them: half a second of writing."""


def save_workbook(run: Run, path: Path | str, *, with_papers: bool | None = None) -> Path:
    """Write the tables of a run as one Excel workbook, whole or not at all.

    Sheets: README (what each sheet and column is), groups, verdicts, trends (a row a group and
    period), topic shares and cluster shares (a row a group, a column a period), events, changes
    since the last run, papers (without abstracts). Texts are texts, whatever they begin with;
    links lead to http(s) alone. The same run gives the same bytes.

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
        Where the ending is another one or the file cannot be written.
    """
    from .write import write_workbook

    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise InputError(
            f"a workbook named {for_terminal(path.name)}",
            allowed="a name that ends in .xlsx",
            next_step="choose this ending",
        )
    if with_papers is None:
        with_papers = len(run.papers) <= MOST_PAPERS_UNASKED
    sheets = [groups(run), verdicts(run), trends(run), *(shares(run, kind=k) for k in KINDS[::-1]),
              events(run), changes(run), *([papers(run)] if with_papers else [])]  # fmt: skip
    first = _readme(run, sheets=sheets, with_papers=with_papers)
    try:
        with written_whole(path) as temporary:
            write_workbook([first, *sheets], temporary, title=f"Papertide, run {run.name}")
    except OSError as error:
        raise InputError(
            f"{for_terminal(str(path))} cannot be written ({error.strerror or error})",
            allowed="a file in an existing folder that you may write to",
            next_step="create the folder, or choose another path",
        ) from error
    return path


def _readme(run: Run, *, sheets: list[Sheet], with_papers: bool) -> Sheet:
    rows = [("This workbook", "", line) for line in _about(run)]
    if not with_papers:
        rows.append(("papers", "", (
            f"The {len(run.papers):,} papers are not listed here; tables/papers.csv has them, and "
            "`papertide report` writes a workbook with them."
        )))  # fmt: skip
    for sheet in sheets:
        rows.append((sheet.name, "", sheet.means))
        rows += [(sheet.name, column.name, column.means) for column in _told_once(sheet)]
    frame = pd.DataFrame(rows, columns=["sheet", "column", "means"])
    columns = [
        Column("sheet", frame["sheet"], "text", "", 16),
        Column("column", frame["column"], "text", "", 20),
        Column("what it is", frame["means"], "text", "", 110),
    ]
    return Sheet("README", "What this workbook holds.", columns)


def _told_once(sheet: Sheet) -> list[Column]:
    return [column for column in sheet.columns if column.means]


def _about(run: Run) -> list[str]:
    counts, day = run.manifest["counts"], run.manifest["snapshot_date"]
    taken = f"a {snapshot_words(day, iso=True)}"
    period = run.manifest["period"]
    lines = [
        f"Run {run.name}: {counts['papers']:,} papers from {taken}, {counts['dated']:,} of them "
        f"dated, {counts['clusters']:,} clusters, {counts['topics']:,} topics.",
        "A cluster is a group that the data show, a topic one that was defined before. A share is "
        "the papers of a group in a period, divided by all dated papers of that period; the "
        "denominator is this collection, not all research.",
        *run.manifest.get("told_anew", []),
        str(period.get("reason") or ""),
        f"Periods are told by the day on which papers were {period.get('by', 'published')}."
        if period.get("freq")
        else "",
    ]
    return [line for line in lines if line]
