"""`papertide snapshot`: what would be read of some files, without writing anything."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.base.schema import PRECISIONS

from .common import debug_option, ends_well

if TYPE_CHECKING:
    import pandas as pd

    from analysis.papers.snapshot import Snapshot

_SHOWN = 5


@dataclass(frozen=True)
class Shown:
    """What the command tells: the content of `--json`, and the same as text."""

    content: dict[str, Any]
    text: str


def snapshot_options(command: Any) -> Any:
    """Add the options that decide what is read of the files of a snapshot."""
    from analysis.sources import MAX_MB

    for option in (
        click.option("--max-mb", type=click.IntRange(min=1), default=MAX_MB, show_default=True,
                     metavar="N", help="Refuse files larger than this, unpacked."),
        click.option("--duplicates", type=click.Choice(["all", "exact"]), default="all",
                     show_default=True, help="all: merge papers that are nearly alike too; exact: "
                     "only those of one id or title."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command("snapshot", short_help="Show what would be read of files.")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--format", default="auto", show_default=True, metavar="NAME",
              help="auto, or one of hf-page, html, csv, json, jsonl, parquet, xml, bibtex, ris, "
              "pubmed, wos for every file.")  # fmt: skip
@click.option("--dates", type=click.Path(path_type=Path), metavar="FILE", multiple=True,
              help="CSV with title or arxiv_id and a month or day; repeatable.")  # fmt: skip
@snapshot_options
@debug_option
@ends_well
def snapshot_command(
    files: tuple[Path, ...],
    as_json: bool,
    format: str,
    dates: tuple[Path, ...],
    max_mb: int,
    duplicates: str,
) -> None:
    """Show what would be read of FILE...: papers, dates, duplicates and what is left out.

    Nothing is written. Files given together are one snapshot. The dates files that `papertide run`
    uses by default are used here too.
    """
    from analysis.base.resources import data_file, dates_index
    from analysis.papers.snapshot import read_snapshot
    from analysis.sources import read_dates

    date_files = dates or (data_file("arxiv_ids.csv"),)
    read = read_snapshot(
        files,
        format=format,
        dates=read_dates(date_files),
        today=date.today(),
        max_mb=max_mb,
        duplicates=duplicates,
        index=dates_index(),
    )
    shown = shown_snapshot(read)
    if as_json:
        click.echo(json.dumps(shown.content, ensure_ascii=True, indent=2))
    else:
        click.echo(shown.text)


def shown_snapshot(read: Snapshot) -> Shown:
    """Return what `papertide snapshot` prints of a snapshot."""
    from .snapshot_text import snapshot_text

    content = _content(read)
    return Shown(content=content, text=snapshot_text(content))


def _content(read: Snapshot) -> dict[str, Any]:
    from analysis.papers.duplicates.account import duplicates_told

    papers = read.papers
    formats = list(dict.fromkeys(entry["format"] for entry in read.inputs))
    n_undated = int(papers["published"].isna().sum())
    undated = papers[papers["published"].isna()]
    return {
        "format": formats[0] if len(formats) == 1 else "mixed",
        "papers": len(papers),
        "undated": n_undated,
        "dropped": read.dropped,
        "without_abstract": int(papers["abstract"].isna().sum()),
        "date": read.date.isoformat() if read.date else None,
        "date_from": read.date_from,
        "files": [dict(entry) for entry in read.inputs],
        "precision": {
            name: n
            for name in PRECISIONS
            if (n := int((papers["published_precision"] == name).sum()))
        },
        "years": _years(papers["published"]),
        "undated_titles": undated["title"].head(_SHOWN).tolist(),
        "duplicates": duplicates_told(read),
        "columns": [c for c in papers.columns if c not in _OURS],
        "notes": read.notes,
        "sample": [_paper(row) for row in _sample(papers)],
    }


_OURS = frozenset(
    ("paper_id", "title", "abstract", "published", "published_precision", "listed", "source",
     "url", "text_hash", "aliases")
)  # fmt: skip


def _years(published: pd.Series) -> dict[str, int]:
    counts = published.dropna().dt.year.value_counts().sort_index()
    return {str(int(year)): int(n) for year, n in counts.items()}


def _or_none(value: object) -> Any:
    return value if isinstance(value, str) else None


def _sample(papers: pd.DataFrame) -> list[Any]:
    """Return up to five papers, evenly spread over the table."""
    step = max(len(papers) // _SHOWN, 1)
    return list(papers.iloc[::step].head(_SHOWN).itertuples())


def _paper(row: Any) -> dict[str, Any]:
    dated = row.published == row.published
    digits = {"year": 4, "month": 7}.get(row.published_precision, 10)
    return {
        "paper_id": row.paper_id,
        "title": row.title,
        "published": row.published.date().isoformat()[:digits] if dated else None,
        "abstract": _or_none(row.abstract),
        "source": row.source,
        "provenance": _or_none(getattr(row, "provenance", None)),
    }
