"""`papertide snapshot`: what would be read of some files, without writing anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..schema import PRECISIONS
from .common import debug_option, ends_well

if TYPE_CHECKING:
    import pandas as pd

    from ..sources import Snapshot

WIDTH = 100
_SHOWN = 5
_IN_WORDS = {
    "hf-page": "saved text of a Hugging Face papers page",
    "hf-html": "saved HTML of a Hugging Face papers page",
    "hf-daily": "Hugging Face daily papers API",
    "arxiv-atom": "arXiv API",
    "arxiv-oai": "arXiv OAI-PMH",
    "arxiv-json": "arXiv metadata snapshot",
    "openalex": "OpenAlex works",
    "semantic-scholar": "Semantic Scholar papers",
    "bibtex": "BibTeX",
    "ris": "RIS",
    "pubmed": "PubMed text",
    "wos": "Web of Science text",
    "wos-csv": "Web of Science table",
    "scopus-csv": "Scopus CSV",
    "ieee-csv": "IEEE Xplore CSV",
    "dimensions-csv": "Dimensions CSV",
    "lens-csv": "Lens CSV",
    "pubmed-csv": "PubMed CSV",
    "zotero-csv": "Zotero CSV",
    "csv": "CSV",
    "json": "JSON",
    "jsonl": "JSON Lines",
    "parquet": "Parquet",
}


@dataclass(frozen=True)
class Shown:
    """What the command tells: the content of `--json`, and the same as text."""

    content: dict[str, Any]
    text: str


def snapshot_options(command: Any) -> Any:
    """Add the options that decide what is read of the files of a snapshot."""
    from ..sources import MAX_MB

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
    from ..resources import data_file, dates_index
    from ..sources import read_dates, read_snapshot

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
    content = _content(read)
    return Shown(content=content, text=_text(content))


def _content(read: Snapshot) -> dict[str, Any]:
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
        "duplicates": _duplicates(read),
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


def _duplicates(read: Snapshot) -> dict[str, Any]:
    merged, near = read.merged, read.near
    rules = merged["rule"].value_counts()
    return {
        "merged": len(merged),
        "rules": {str(rule): int(n) for rule, n in rules.items()},
        "years": _years(merged["published"]) if len(merged) else {},
        "rows": [
            {
                "paper_id": row.paper_id,
                "title": row.title,
                "other_title": row.other_title,
                "other_id": _or_none(row.other_id),
                "source": row.source,
                "file": row.file,
                "rule": row.rule,
            }
            for row in merged.itertuples()
        ],
        "near_misses": near.to_dict("records"),
    }


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


def _text(content: dict[str, Any]) -> str:
    parts = [
        _files_text(content["files"]),
        _counts_text(content),
        _years_text(content["years"], merged=content["duplicates"]["years"]),
        _duplicates_text(content["duplicates"]),
        "\n".join(_wrapped(f"Note: {note}") for note in content["notes"]),
        _sample_text(content["sample"], n_papers=content["papers"]),
        "Nothing was written. papertide run with the same files analyses these papers.",
    ]
    return "\n\n".join(part for part in parts if part)


def _files_text(files: Sequence[dict[str, Any]]) -> str:
    from ..show import text_table
    from ..text import first_lines, for_terminal

    rows = [
        [
            first_lines(for_terminal(entry["name"]), limit=40),
            _IN_WORDS.get(entry["format"], entry["format"]),
            _size(entry["bytes"]),
            f"{entry['n_papers']:,}",
        ]
        for entry in files
    ]
    return text_table(rows, header=["file", "read as", "size", "records"], right=(2, 3))


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.1f} MB" if n_bytes >= 100_000 else f"{n_bytes / 1e3:,.1f} kB"


def _counts_text(content: dict[str, Any]) -> str:
    n, undated = content["papers"], content["undated"]
    without = content["without_abstract"]
    told = f"{without:,} of them without an abstract" if without else "all with an abstract"
    lines = [f"{_papers(n)}, {told if n > 1 or not without else 'without an abstract'}."]
    precision = ", ".join(f"{v:,} to the {k}" for k, v in content["precision"].items())
    lines.append(f"Dated: {n - undated:,}{f' ({precision})' if precision else ''}.")
    if undated:
        named = "; ".join(_title(title) for title in content["undated_titles"])
        more = undated - len(content["undated_titles"])
        lines.append(f"Undated: {undated:,}: {named}{f'; and {more:,} more' if more else ''}.")
    dropped = ", ".join(f"{count:,} {reason}" for reason, count in content["dropped"].items())
    lines.append(f"Left out: {dropped or 'nothing'}.")
    day = content["date"]
    told = f"{day} (from: {content['date_from']})"
    unknown = "unknown; --snapshot-date of papertide run gives it"
    lines.append(f"Day of the snapshot: {told if day else unknown}.")
    return "\n".join(_wrapped(line) for line in lines)


def _papers(count: int) -> str:
    return "1 paper" if count == 1 else f"{count:,} papers"


def _years_text(years: dict[str, int], *, merged: dict[str, int]) -> str:
    from ..show import text_table

    if not years:
        return ""
    most = max(years.values())
    rows = [
        [year, f"{n:,}", f"{merged.get(year, 0):,}" if merged else "", "#" * round(40 * n / most)]
        for year, n in years.items()
    ]
    n_more = len(rows) - 2 * _SHOWN - 5
    if n_more > 0:
        early = sum(list(years.values())[:n_more])
        rows = [["earlier", f"{early:,}", "", ""], *rows[n_more:]]
    return text_table(
        rows, header=["year", "papers", "merged" if merged else "", "bar"], right=(1, 2)
    )


def _duplicates_text(duplicates: dict[str, Any]) -> str:
    near = duplicates["near_misses"]
    lines = []
    if duplicates["merged"]:
        rules = ", ".join(f"{n:,} {rule}" for rule, n in duplicates["rules"].items())
        lines.append(f"Merged: {duplicates['merged']:,} records into others ({rules}).")
        pairs = [
            f"  {_title(row['other_title'])} ({row['source']}) into {row['paper_id']} "
            f"{_title(row['title'])}"
            for row in duplicates["rows"]
        ]
        lines += _some(pairs, what="merged")
    if near:
        lines.append(f"Much alike but left apart: {len(near):,}.")
        pairs = [
            f"  {_title(row['title'])} and {_title(row['other_title'])}: {row['why']}"
            for row in near
        ]
        lines += _some(pairs, what="near_misses")
    if lines:
        lines.append("--duplicates exact merges records of one id or title only.")
    return "\n".join(_wrapped(line) for line in lines)


def _some(lines: list[str], *, what: str) -> list[str]:
    more = len(lines) - _SHOWN
    return [*lines[:_SHOWN], *([f"  and {more:,} more (--json names all)"] if more > 0 else [])]


def _title(title: str) -> str:
    from ..text import first_lines, for_terminal

    return f"“{first_lines(for_terminal(title), limit=60)}”"


def _sample_text(sample: Sequence[dict[str, Any]], *, n_papers: int) -> str:
    from ..text import first_lines, for_terminal

    lines = ["A sample:" if n_papers > len(sample) else "The papers:"]
    for paper in sample:
        title = first_lines(for_terminal(paper["title"]), limit=84)
        lines.append(f"  {paper['published'] or 'undated':10}  {title}")
        abstract = paper["abstract"]
        shown = first_lines(for_terminal(abstract), limit=84) if abstract else "(no abstract)"
        lines.append(f"  {'':10}  {shown}")
    return "\n".join(lines)


def _wrapped(line: str) -> str:
    import textwrap

    from ..text import for_terminal

    indent = "  " if line.startswith("  ") else ""
    return textwrap.fill(for_terminal(line), WIDTH, initial_indent=indent,
                         subsequent_indent=indent + "  ", break_long_words=False)  # fmt: skip
