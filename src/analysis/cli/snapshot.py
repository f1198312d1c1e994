"""`papertide snapshot`: what would be read from files, without writing anything."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.base.english import count
from analysis.base.escaping import first_lines, for_terminal
from analysis.base.schema import PRECISIONS, TABLES
from analysis.sources import MAX_MB
from analysis.sources.formats import FORMAT_NAMES, format_words

from .common import (
    files_argument,
    handle_errors,
    json_option,
    number_option,
    path_option,
    text_table,
    wrap_text,
)

if TYPE_CHECKING:
    import pandas as pd

    from analysis.papers.snapshot import Snapshot

_SHOWN = 5
_MOST_YEARS = 15

format_option = click.option(
    "--format",
    default="auto",
    show_default=True,
    metavar="NAME",
    help=f"Format of every file: auto, or one of {', '.join(FORMAT_NAMES[1:])}.",
)
max_mb_option = number_option(
    "--max-mb", default=MAX_MB, help="Refuse files larger than N megabytes, unpacked."
)
columns_option = click.option(
    "--columns",
    metavar="title=NAME,…",
    help="Columns under other names: title, abstract, date, year, …; abstract=none: titles alone.",
)
duplicates_option = click.option(
    "--duplicates",
    type=click.Choice(["all", "exact"]),
    default="all",
    show_default=True,
    help="all: also merge papers that are nearly identical; exact: only those with the same id or "
    "title.",
)


@click.command("snapshot", short_help="Preview what would be read from files.")
@files_argument
@json_option
@format_option
@columns_option
@path_option(
    "--dates",
    multiple=True,
    help="CSV with dates of papers: title or arxiv_id, and a month or day; repeatable.",
)
@duplicates_option
@max_mb_option
@handle_errors
def snapshot_command(
    files: tuple[Path, ...],
    as_json: bool,
    format: str,
    columns: str | None,
    dates: tuple[Path, ...],
    duplicates: str,
    max_mb: int,
) -> None:
    """Show what would be read from FILE...: papers, dates, duplicates and what is left out.

    Several files are read together as one snapshot, with the same default dates files as in
    `papertide run`. Nothing is written.
    """
    from analysis.base.files import data_file, dates_index
    from analysis.papers.snapshot import read_snapshot
    from analysis.sources import read_dates
    from analysis.sources.columns import given_columns

    snapshot = read_snapshot(
        files,
        format=format,
        dates=read_dates(dates or (data_file("arxiv_ids.csv"),)),
        today=date.today(),
        max_mb=max_mb,
        duplicates=duplicates,
        index=dates_index(),
        columns=given_columns(columns),
    )
    content = _content(snapshot)
    if as_json:
        click.echo(json.dumps(content, ensure_ascii=True, indent=2))
    else:
        click.echo(_text(content))


# JSON


def _content(snapshot: Snapshot) -> dict[str, Any]:
    from analysis.papers.duplicates import duplicate_summary
    from analysis.papers.languages import LANGUAGE, table_languages

    papers = snapshot.papers
    formats = list(dict.fromkeys(entry["format"] for entry in snapshot.inputs))
    undated = papers[papers["published"].isna()]
    precisions = papers["published_precision"].value_counts()
    own_columns = {*TABLES["papers"].columns} - {"in_snapshot", "first_run", "last_run"}
    own_columns.add(LANGUAGE)
    return {
        "format": formats[0] if len(formats) == 1 else "mixed",
        "papers": len(papers),
        "undated": len(undated),
        "dropped": snapshot.dropped,
        "languages": table_languages(snapshot.papers),
        "without_abstract": int(papers["abstract"].isna().sum()),
        "date": snapshot.date.isoformat() if snapshot.date else None,
        "date_from": snapshot.date_from,
        "files": [dict(entry) for entry in snapshot.inputs],
        "precision": {name: int(precisions[name]) for name in PRECISIONS if name in precisions},
        "years": _years(papers["published"]),
        "undated_titles": undated["title"].head(_SHOWN).tolist(),
        "duplicates": duplicate_summary(papers, merged=snapshot.merged, near=snapshot.near),
        "boilerplate": snapshot.boilerplate.entry,
        "columns": [column for column in papers.columns if column not in own_columns],
        "notes": snapshot.notes,
        "sample": [_paper(row) for row in _sample(papers)],
    }


def _years(published: pd.Series) -> dict[str, int]:
    counts = published.dropna().dt.year.value_counts().sort_index()
    return {str(int(year)): int(n) for year, n in counts.items()}


def _sample(papers: pd.DataFrame) -> list[Any]:
    """Return up to five papers, evenly spread over the table."""
    step = max(len(papers) // _SHOWN, 1)
    return list(papers.iloc[::step].head(_SHOWN).itertuples())


def _paper(row: Any) -> dict[str, Any]:
    dated = row.published == row.published
    digits = {"year": 4, "month": 7}.get(row.published_precision, 10)
    provenance = getattr(row, "provenance", None)
    return {
        "paper_id": row.paper_id,
        "title": row.title,
        "published": row.published.date().isoformat()[:digits] if dated else None,
        "abstract": row.abstract if isinstance(row.abstract, str) else None,
        "source": row.source,
        "provenance": provenance if isinstance(provenance, str) else None,
    }


# Text, at most 100 columns wide


def _text(content: dict[str, Any]) -> str:
    parts = [
        _files_text(content["files"]),
        _counts_text(content),
        _years_text(content["years"], by_year=content["duplicates"]["by_year"]),
        _duplicates_text(content["duplicates"]),
        _lines(f"Note: {note}" for note in content["notes"]),
        _sample_text(content["sample"], n_papers=content["papers"]),
        "Nothing was written. papertide run with the same files analyses these papers.",
    ]
    return "\n\n".join(filter(None, parts))


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(wrap_text(line, hanging="  ") for line in lines)


def _files_text(files: Sequence[dict[str, Any]]) -> str:
    rows = [
        [
            first_lines(for_terminal(entry["name"]), limit=40),
            format_words(entry["format"]),
            _size(entry["bytes"]),
            f"{entry['n_papers']:,}",
        ]
        for entry in files
    ]
    return text_table(rows, header=["file", "read as", "size", "records"], right=(2, 3))


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.1f} MB" if n_bytes >= 100_000 else f"{n_bytes / 1e3:,.1f} kB"


def _counts_text(content: dict[str, Any]) -> str:
    n, undated, without = content["papers"], content["undated"], content["without_abstract"]
    abstracts = f"{without:,} of them without an abstract" if without else "all with an abstract"
    if n <= 1 and without:
        abstracts = "without an abstract"
    precision = ", ".join(f"{v:,} to the {k}" for k, v in content["precision"].items())
    lines = [
        f"{count(n, 'paper')}, {abstracts}.",
        f"Dated: {n - undated:,}{f' ({precision})' if precision else ''}.",
    ]
    if undated:
        titles = "; ".join(map(_quoted, content["undated_titles"]))
        more = undated - len(content["undated_titles"])
        lines.append(f"Undated: {undated:,}: {titles}{f'; and {more:,} more' if more else ''}.")
    dropped = ", ".join(f"{number:,} {reason}" for reason, number in content["dropped"].items())
    lines.append(f"Left out: {dropped or 'nothing'}.")
    lines += _boilerplate_lines(content["boilerplate"])
    day = "unknown; set it with --snapshot-date of papertide run"
    if content["date"]:
        day = f"{content['date']} (from: {content['date_from']})"
    return _lines([*lines, f"Day of the snapshot: {day}."])


def _boilerplate_lines(found: dict[str, Any]) -> list[str]:
    """Return a line on what of the abstracts is not analysed; none if all is."""
    parts = [
        f"{words} in {count(found[name], 'abstract')}"
        for name, words in (
            ("lines", "lines of publishers, licences or repositories"),
            ("headings", "headings"),
        )
        if found[name]
    ]
    return [f"Stored, but not analysed: {', '.join(parts)}."] if parts else []


def _years_text(years: dict[str, int], *, by_year: list[dict[str, int]]) -> str:
    """Return the papers of each year; if some were merged, the records before that too."""
    if not years:
        return ""
    most = max(years.values())
    names = ["records", "merged", "papers"] if any(row["merged"] for row in by_year) else ["papers"]
    counts = [[row[name] for name in names] for row in by_year]
    rows = [
        [str(row["year"]), *(f"{n:,}" for n in numbers), "#" * round(40 * row["papers"] / most)]
        for row, numbers in zip(by_year, counts, strict=True)
    ]
    n_more = len(rows) - _MOST_YEARS
    if n_more > 0:
        sums = [f"{sum(column):,}" for column in zip(*counts[:n_more], strict=True)]
        rows = [["earlier", *sums, ""], *rows[n_more:]]
    return text_table(rows, header=["year", *names, "bar"], right=range(1, len(names) + 1))


def _duplicates_text(duplicates: dict[str, Any]) -> str:
    merged, near = duplicates["merged"], duplicates["near_misses"]
    lines = []
    if merged:
        rules = ", ".join(f"{n:,} {rule}" for rule, n in duplicates["rules"].items())
        into = "1 record into another" if merged == 1 else f"{merged:,} records into others"
        lines.append(f"Merged: {into} ({rules}).")
        lines += _first_few(
            f"  {_quoted(row['other_title'])} ({row['source']}) into {row['paper_id']} "
            f"{_quoted(row['title'])}"
            for row in duplicates["rows"]
        )
    if near:
        lines.append(f"Very similar but kept apart: {len(near):,}.")
        lines += _first_few(
            f"  {_quoted(row['title'])} and {_quoted(row['other_title'])}: {row['why']}"
            for row in near
        )
    if lines:
        lines.append("--duplicates exact merges only records with the same id or title.")
    return _lines(lines)


def _first_few(lines: Iterable[str]) -> list[str]:
    every = list(lines)
    more = len(every) - _SHOWN
    return [*every[:_SHOWN], *[f"  and {more:,} more (--json lists all)"] * (more > 0)]


def _quoted(title: str) -> str:
    return f"“{first_lines(for_terminal(title), limit=60)}”"


def _sample_text(sample: Sequence[dict[str, Any]], *, n_papers: int) -> str:
    lines = ["A sample:" if n_papers > len(sample) else "The papers:"]
    for paper in sample:
        abstract = paper["abstract"] or "(no abstract)"
        for head, text in ((paper["published"] or "undated", paper["title"]), ("", abstract)):
            lines.append(f"  {head:10}  {first_lines(for_terminal(text), limit=84)}")
    return "\n".join(lines)
