"""One snapshot from one or more files: the one place that knows the order of the steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal, normalised_title, short_hash
from analysis.base.schema import TABLES
from analysis.sources.dates.files import add_arxiv_ids
from analysis.sources.dates.fill import date_by_id, with_dates
from analysis.sources.dates.parsing import EARLIEST, GRACE, file_date
from analysis.sources.files.input_file import FORMATS_IN_WORDS, MAX_MB
from analysis.sources.files.read_file import FORMATS
from analysis.sources.files.read_files import Part, inputs_of, read_parts
from analysis.sources.records.extra_columns import tidy_values
from analysis.sources.records.paper_rows import papers_of

from .duplicates.exact import assign_ids
from .duplicates.merge import LEVELS, merge_rows

__all__ = ["FORMATS", "Snapshot", "dropped_line", "read_snapshot"]

ADDED_LATER = ("in_snapshot", "first_run", "last_run")
"""Columns of the papers table that belong to a run and not to a snapshot."""

DUPLICATE = "duplicate"
NO_TITLE = "no title"


@dataclass(frozen=True)
class Snapshot:
    """What the input files held.

    Attributes
    ----------
    papers : DataFrame
        The papers table of `schema`, without `in_snapshot`, `first_run` and `last_run`; sorted by
        `paper_id`, the same for any order of the rows and files; further columns of the input
        ride along, sorted by name.
    dropped : mapping of str to int
        What did not become a paper, by reason.
    notes : list of str
        Lines to show, not escaped for any target.
    date : date or None
        The snapshot's day.
    date_from : str
        "given" | "content" | "file name" | "unknown".
    inputs : list of dict
        For each file its `name` (base name), `bytes`, `sha256`, `format` and `n_papers`; these
        sum to the rows of `papers` and the duplicates dropped.
    merged : DataFrame
        One row a duplicate; see `merging.Merged`.
    near : DataFrame
        One row a pair of papers left apart although they are much alike; see `alike.Alike`.
    """

    papers: pd.DataFrame
    dropped: dict[str, int]
    notes: list[str]
    date: date | None
    date_from: str
    inputs: list[dict[str, Any]]
    merged: pd.DataFrame
    near: pd.DataFrame


def read_snapshot(
    paths: Sequence[Path],
    *,
    format: str = "auto",
    snapshot_date: date | None = None,
    dates: pd.DataFrame | None = None,
    today: date,
    max_mb: int = MAX_MB,
    duplicates: str = "all",
    index: Path | None = None,
) -> Snapshot:
    """Read the files of one snapshot.

    Parameters
    ----------
    paths : sequence of Path
        One or more files; each is a saved Hugging Face papers page, CSV, JSON, JSON Lines or
        Parquet.
    format : str
        One of `FORMATS`; "auto" tells it from each file's content.
    snapshot_date : date, optional
        The snapshot's day; without it the content's, else one in a file name, else unknown.
    dates : DataFrame, optional
        From `read_dates`: arXiv ids by title and dates for what the files do not date.
    today : date
        Where the snapshot's day is unknown, dates more than `GRACE` after this one are refused.
    max_mb : int
        Megabytes that each file may have, unpacked.
    duplicates : str
        "all" merges papers that are nearly alike too, "exact" only those of one id or title.
    index : Path, optional
        From `dates_index.add_to_index`: dates what is not dated by its source, its arXiv id or
        `dates`, in this order of trust; a later one only adds precision within the same month or
        year.

    Returns
    -------
    Snapshot

    Raises
    ------
    InputError
        For every file that is missing, unreadable, of no known format, or a table without a title
        or an abstract column, all together; and where no paper is left.
    """
    _check_call(paths, snapshot_date=snapshot_date, today=today)
    if duplicates not in LEVELS:
        raise InputError(
            f"duplicates {for_terminal(duplicates)} is not known",
            allowed=", ".join(LEVELS),
            next_step="leave it out to merge all duplicates",
        )
    latest = (snapshot_date or today) + GRACE
    parts = read_parts(paths, format=format, latest=latest, max_mb=max_mb)
    day, date_from = _snapshot_day(parts, given=snapshot_date, today=today)
    latest = (day or today) + GRACE
    notes = [note for part in parts for note in part.rows.notes]
    frames, dropped, counts = [], Counter[str](), Counter[tuple[Path, str]]()
    for part in parts:
        rows, refused = papers_of(
            part.rows.frame, listed=part.listed, source=part.format, latest=latest
        )
        frames.append(rows.assign(file=part.named))
        dropped.update(part.rows.dropped)
        dropped[NO_TITLE] += len(part.rows.frame) - len(rows)
        counts[part.file.path, part.format] += len(rows)
        notes += [f"{part.file.name}: {line}" for line in refused]
    papers = pd.concat(frames, ignore_index=True)
    if papers.empty:
        raise _nothing_left(paths, dropped=dropped)
    n_rows = len(papers)
    merged = merge_rows(_with_ids(papers, dates=dates), level=duplicates)
    papers = merged.papers
    dropped[DUPLICATE] += n_rows - len(papers)
    papers, future = date_by_id(papers, latest=latest)
    papers, refused = with_dates(papers, dates=dates, latest=latest)
    if index is not None:
        from analysis.sources.dates.index import look_up

        local = look_up(index, papers=papers)
        papers, _ = with_dates(papers, dates=local, latest=latest, source="local-metadata")
    return Snapshot(
        papers=_finished(papers),
        dropped={reason: count for reason, count in sorted(dropped.items()) if count},
        notes=[*notes, *refused, *future, *_no_abstracts(papers)],
        date=day,
        date_from=date_from,
        inputs=inputs_of(parts, counts=counts),
        merged=merged.rows,
        near=merged.near,
    )


def dropped_line(dropped: Mapping[str, int]) -> str:
    """Return the one line that counts what was dropped, by reason; empty where nothing was."""
    if not dropped:
        return ""
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(dropped.items()))
    return f"Dropped: {reasons}"


def _check_call(paths: Sequence[Path], *, snapshot_date: date | None, today: date) -> None:
    if not paths:
        raise InputError(
            "no snapshot was given", allowed=FORMATS_IN_WORDS, next_step="name at least one file"
        )
    if snapshot_date is not None and not EARLIEST <= snapshot_date <= today + GRACE:
        raise InputError(
            f"the snapshot's date is {snapshot_date.isoformat()}",
            allowed=f"a day from {EARLIEST.isoformat()} to {(today + GRACE).isoformat()}",
            next_step="give the day on which the page was saved or the table exported",
        )


def _snapshot_day(
    parts: Sequence[Part], *, given: date | None, today: date
) -> tuple[date | None, str]:
    if given is not None:
        return given, "given"
    days = [part.rows.day for part in parts]
    newest = pd.concat([part.listed["date"] for part in parts]).max()
    days += [] if pd.isna(newest) else [newest.date()]
    for candidates, date_from in (
        (days, "content"),
        ([file_date(part.named) for part in parts], "file name"),
    ):
        plausible = [d for d in candidates if d is not None and EARLIEST <= d <= today + GRACE]
        if plausible:
            return max(plausible), date_from
    return None, "unknown"


def _with_ids(papers: pd.DataFrame, *, dates: pd.DataFrame | None) -> pd.DataFrame:
    """Add `paper_id`, and give the columns that ride along one type each."""
    papers = papers.assign(title_key=papers["title"].map(normalised_title).astype("str"))
    if dates is not None:
        papers = add_arxiv_ids(papers, dates=dates)
    papers = papers.assign(paper_id=assign_ids(papers))
    ours = [*TABLES["papers"].columns, "title_key", "arxiv_id", "source_id", "file"]
    riders = papers[[column for column in papers.columns if column not in ours]]
    return pd.concat([papers[[c for c in ours if c in papers]], tidy_values(riders)], axis=1)


def _no_abstracts(papers: pd.DataFrame) -> list[str]:
    count = int(papers["abstract"].isna().sum())
    if not count:
        return []
    subject = "1 paper has" if count == 1 else f"{count:,} papers have"
    return [f"{subject} no abstract; {'it is' if count == 1 else 'they are'} placed by title"]


def _finished(papers: pd.DataFrame) -> pd.DataFrame:
    """Give the table the columns, dtypes and order of the schema."""
    is_arxiv = papers["arxiv_id"].notna() & (papers["paper_id"] == papers["arxiv_id"])
    addresses = ("https://arxiv.org/abs/" + papers["paper_id"]).where(is_arxiv)
    bodies = papers["title"] + "\n" + papers["abstract"].fillna("")
    papers = papers.assign(
        url=papers["url"].fillna(addresses),
        text_hash=[short_hash(body, length=16) for body in bodies],
    )
    table = TABLES["papers"]
    ours = {c: d for c, d in table.columns.items() if c not in ADDED_LATER}
    internal = ("title_key", "arxiv_id", "source_id", "file", "first_id")
    if papers["provenance"].isna().all():
        papers = papers.drop(columns="provenance")
    riders = sorted(c for c in papers.columns if c not in ours and c not in internal)
    casts = {column: "object" if dtype == "list" else dtype for column, dtype in ours.items()}
    out = papers[[*ours, *riders]].astype(casts)
    return out.sort_values(list(table.key), kind="stable", ignore_index=True)


def _nothing_left(paths: Sequence[Path], *, dropped: Mapping[str, int]) -> InputError:
    names = ", ".join(for_terminal(str(path)) for path in paths)
    reasons = dropped_line({reason: n for reason, n in dropped.items() if n})
    return InputError(
        f"{names}: no paper is left ({reasons[0].lower()}{reasons[1:]})",
        allowed="at least one row with a title",
        next_step="check that the title column holds the titles",
    )
