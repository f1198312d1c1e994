"""A snapshot read from one or more files: rows to papers, duplicates merged, dates filled in."""

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
from analysis.sources.dates import EARLIEST, GRACE, file_date
from analysis.sources.fill_dates import (
    add_arxiv_ids,
    date_from_files,
    date_from_ids,
    later_than_ids,
)
from analysis.sources.formats import FORMATS_IN_WORDS
from analysis.sources.input_file import MAX_MB
from analysis.sources.paper_rows import paper_rows, tidy_values
from analysis.sources.read_files import Input, Part, input_entries, read_parts

from .boilerplate import Boilerplate, find_boilerplate, missing_abstracts
from .duplicates import LEVELS, merge_rows
from .exact_duplicates import assign_ids
from .languages import LANGUAGE, language_counts, language_notes, languages_of
from .notes import text_notes

ADDED_LATER = ("in_snapshot", "first_run", "last_run")
"""Columns of the papers table that belong to a run and not to a snapshot."""

DUPLICATE = "duplicate"
NO_TITLE = "no title"
_MOST_NAMED = 20
_INTERNAL = ("title_key", "arxiv_id", "source_id", "file", "first_id", "analysed")


@dataclass(frozen=True)
class Snapshot:
    """The contents of the input files.

    Attributes
    ----------
    papers : DataFrame
        The papers table of `schema`, without `in_snapshot`, `first_run` and `last_run`; sorted by
        `paper_id`, the same for any order of the rows and files; further columns of the input
        follow, sorted by name.
    dropped : mapping of str to int
        Records that did not become a paper, by reason.
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
        One row per duplicate; see `MergedPapers`.
    near : DataFrame
        One row per pair of similar papers that were not merged; see `NearDuplicates`.
    boilerplate : Boilerplate
        Placeholders that became null, and what abstracts hold that is not analysed.
    """

    papers: pd.DataFrame
    dropped: dict[str, int]
    notes: list[str]
    date: date | None
    date_from: str
    inputs: list[dict[str, Any]]
    merged: pd.DataFrame
    near: pd.DataFrame
    boilerplate: Boilerplate


def read_snapshot(
    inputs: Sequence[Input],
    *,
    format: str = "auto",
    snapshot_date: date | None = None,
    dates: pd.DataFrame | None = None,
    today: date,
    max_mb: int = MAX_MB,
    duplicates: str = "all",
    index: Path | None = None,
    columns: Mapping[str, str] | None = None,
) -> Snapshot:
    """Read the files of one snapshot.

    Parameters
    ----------
    inputs : sequence of Path or DataFrame
        One or more files in formats of `sources.FORMAT_NAMES`, folders of such files, or
        DataFrames with one row per paper.
    format : str
        One of `sources.FORMAT_NAMES`; "auto" recognises it by each file's content.
    snapshot_date : date, optional
        The snapshot's day; without it the content's, else one in a file name, else unknown.
    dates : DataFrame, optional
        From `read_dates`: arXiv ids by title, and dates for papers that the files do not date.
    today : date
        If the snapshot's day is unknown, dates more than `GRACE` after this one are refused.
    max_mb : int
        Megabytes that each file may have, unpacked.
    duplicates : str
        "all" merges near duplicates too, "exact" only rows with one id or title.
    index : Path, optional
        From `add_to_index`: dates papers that are not dated by their source, their arXiv id or
        `dates`, in this order of trust; a later one only adds precision within the same month or
        year.
    columns : mapping of str to str, optional
        Which columns of tables hold what, such as {"title": "Heading", "date": "When"}.

    Returns
    -------
    Snapshot

    Raises
    ------
    InputError
        If files are missing, unreadable, of unknown format, or tables without a title or an
        abstract column (all are listed together); and if no paper is left.
    """
    _check_call(inputs, snapshot_date=snapshot_date, today=today)
    if duplicates not in LEVELS:
        raise InputError(
            f"duplicates {for_terminal(duplicates)} is not known",
            allowed=", ".join(LEVELS),
            next_step="leave it out to merge all duplicates",
        )
    latest = (snapshot_date or today) + GRACE
    parts = read_parts(inputs, format=format, latest=latest, max_mb=max_mb, columns=columns)
    day, date_from = _snapshot_day(parts, given=snapshot_date, today=today)
    latest = (day or today) + GRACE
    notes = [note for part in parts for note in part.rows.notes]
    frames, dropped, counts = [], Counter[str](), Counter[tuple[Path, str]]()
    for part in parts:
        rows, refused = paper_rows(
            part.rows.frame, listed=part.listed, source=part.format, latest=latest
        )
        frames.append(rows.assign(file=part.name))
        dropped.update(part.rows.dropped)
        dropped[NO_TITLE] += len(part.rows.frame) - len(rows)
        counts[part.file.path, part.format] += len(rows)
        notes += [f"{part.file.name}: {line}" for line in refused]
    papers = pd.concat(frames, ignore_index=True)
    if papers.empty:
        raise _nothing_left([part.file.shown for part in parts], dropped=dropped)
    n_rows = len(papers)
    papers, boilerplate = _without_placeholders(papers)
    merged = merge_rows(_with_ids(papers, dates=dates), level=duplicates)
    papers = merged.papers
    dropped[DUPLICATE] += n_rows - len(papers)
    papers, on_languages = _with_languages(papers)
    papers, on_dates = _with_dates(papers, dates=dates, index=index, latest=latest)
    return Snapshot(
        papers=_paper_table(papers),
        dropped={reason: count for reason, count in sorted(dropped.items()) if count},
        notes=[*notes, *on_dates, *boilerplate.notes, *text_notes(papers), *on_languages],
        date=day,
        date_from=date_from,
        inputs=input_entries(parts, counts=counts),
        merged=merged.rows,
        near=merged.near,
        boilerplate=boilerplate,
    )


def dropped_line(dropped: Mapping[str, int]) -> str:
    """Return one line that counts dropped records by reason; empty if there are none."""
    if not dropped:
        return ""
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(dropped.items()))
    return f"Dropped: {reasons}"


def _check_call(inputs: Sequence[Input], *, snapshot_date: date | None, today: date) -> None:
    if not inputs:
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
        ([file_date(part.name) for part in parts], "file name"),
    ):
        plausible = [d for d in candidates if d is not None and EARLIEST <= d <= today + GRACE]
        if plausible:
            return max(plausible), date_from
    return None, "unknown"


def _without_placeholders(papers: pd.DataFrame) -> tuple[pd.DataFrame, Boilerplate]:
    """Make placeholders null, and add the abstracts as they are analysed, `analysed`."""
    titles = papers["title"].tolist()
    texts = papers["abstract"].astype("object").where(papers["abstract"].notna(), None)
    missing = missing_abstracts(titles, texts.tolist())
    kept = texts.mask(pd.Series(missing, index=texts.index), None)
    found, analysed = find_boilerplate(titles, kept.tolist(), placeholders=sum(missing))
    columns = {
        name: pd.Series(values, index=papers.index, dtype="str")
        for name, values in (("abstract", kept.tolist()), ("analysed", analysed))
    }
    return papers.assign(**columns), found


def _with_languages(papers: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Add `text_language` if any paper is not in English, and say how many are not."""
    abstracts = papers["analysed"].astype("object").where(papers["analysed"].notna(), None)
    codes = languages_of(papers["title"].tolist(), abstracts.tolist())
    notes = language_notes(language_counts(codes))
    papers = papers.drop(columns=LANGUAGE, errors="ignore")
    if notes:
        values = [code or None for code in codes]
        papers = papers.assign(**{LANGUAGE: pd.Series(values, index=papers.index, dtype="str")})
    return papers, notes


def _with_ids(papers: pd.DataFrame, *, dates: pd.DataFrame | None) -> pd.DataFrame:
    """Add `paper_id`, and give the further columns of the input one type each."""
    papers = papers.assign(title_key=papers["title"].map(normalised_title).astype("str"))
    if dates is not None:
        papers = add_arxiv_ids(papers, dates=dates)
    papers = papers.assign(paper_id=assign_ids(papers))
    ours = [*TABLES["papers"].columns, *_INTERNAL]
    extra = papers[[column for column in papers.columns if column not in ours]]
    return pd.concat([papers[[c for c in ours if c in papers]], tidy_values(extra)], axis=1)


def _with_dates(
    papers: pd.DataFrame, *, dates: pd.DataFrame | None, index: Path | None, latest: date
) -> tuple[pd.DataFrame, list[str]]:
    """Date papers by their arXiv ids, by dates files and by the local index, with notes."""
    late = later_than_ids(papers)
    papers, future = date_from_ids(papers, latest=latest)
    papers, refused = date_from_files(papers, dates=dates, latest=latest)
    if index is not None:
        from analysis.sources.dates_index import look_up_dates

        local = look_up_dates(index, papers=papers)
        papers, _ = date_from_files(papers, dates=local, latest=latest, source="local-metadata")
    return papers, [*refused, *future, *late]


def _paper_table(papers: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the columns, dtypes and order of the schema."""
    is_arxiv = papers["arxiv_id"].notna() & (papers["paper_id"] == papers["arxiv_id"])
    addresses = ("https://arxiv.org/abs/" + papers["paper_id"]).where(is_arxiv)
    bodies = papers["title"] + "\n" + papers["abstract"].fillna("")
    papers = papers.assign(
        url=papers["url"].fillna(addresses),
        text_hash=[short_hash(body, length=16) for body in bodies],
    )
    table = TABLES["papers"]
    ours = {c: d for c, d in table.columns.items() if c not in ADDED_LATER}
    if papers["provenance"].isna().all():
        papers = papers.drop(columns="provenance")
    extra = sorted(c for c in papers.columns if c not in ours and c not in _INTERNAL)
    casts = {column: "object" if dtype == "list" else dtype for column, dtype in ours.items()}
    out = papers[[*ours, *extra]].astype(casts)
    return out.sort_values(list(table.key), kind="stable", ignore_index=True)


def _nothing_left(shown: Sequence[str], *, dropped: Mapping[str, int]) -> InputError:
    names = ", ".join(list(dict.fromkeys(shown))[:_MOST_NAMED])
    reasons = dropped_line({reason: n for reason, n in dropped.items() if n})
    return InputError(
        f"{names}: no paper is left ({reasons[0].lower()}{reasons[1:]})",
        allowed="at least one row with a title",
        next_step="check that the title column holds the titles",
    )
