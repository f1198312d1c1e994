"""What `papertide snapshot` prints where no JSON is asked for, at most 100 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from analysis.base.escaping import first_lines, for_terminal

from .show_text import text_table

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


def snapshot_text(content: dict[str, Any]) -> str:
    """Return the content of `--json` as text."""
    parts = [
        _files_text(content["files"]),
        _counts_text(content),
        _years_text(content["years"], by_year=content["duplicates"]["by_year"]),
        _duplicates_text(content["duplicates"]),
        "\n".join(_wrapped(f"Note: {note}") for note in content["notes"]),
        _sample_text(content["sample"], n_papers=content["papers"]),
        "Nothing was written. papertide run with the same files analyses these papers.",
    ]
    return "\n\n".join(part for part in parts if part)


def _files_text(files: Sequence[dict[str, Any]]) -> str:

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


def _years_text(years: dict[str, int], *, by_year: list[dict[str, int]]) -> str:
    """Return the papers of each year; where some were merged, the records before that too."""
    if not years:
        return ""
    most = max(years.values())
    names = ["records", "merged", "papers"] if any(row["merged"] for row in by_year) else ["papers"]
    counts = [[row[name] for name in names] for row in by_year]
    rows = [
        [str(row["year"]), *(f"{n:,}" for n in told), "#" * round(40 * row["papers"] / most)]
        for row, told in zip(by_year, counts, strict=True)
    ]
    n_more = len(rows) - 2 * _SHOWN - 5
    if n_more > 0:
        early = [f"{sum(column):,}" for column in zip(*counts[:n_more], strict=True)]
        rows = [["earlier", *early, ""], *rows[n_more:]]
    return text_table(rows, header=["year", *names, "bar"], right=range(1, len(names) + 1))


def _duplicates_text(duplicates: dict[str, Any]) -> str:
    near = duplicates["near_misses"]
    lines = []
    if duplicates["merged"]:
        rules = ", ".join(f"{n:,} {rule}" for rule, n in duplicates["rules"].items())
        n = duplicates["merged"]
        told = "1 record into another" if n == 1 else f"{n:,} records into others"
        lines.append(f"Merged: {told} ({rules}).")
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
    return f"“{first_lines(for_terminal(title), limit=60)}”"


def _sample_text(sample: Sequence[dict[str, Any]], *, n_papers: int) -> str:
    lines = ["A sample:" if n_papers > len(sample) else "The papers:"]
    for paper in sample:
        title = first_lines(for_terminal(paper["title"]), limit=84)
        lines.append(f"  {paper['published'] or 'undated':10}  {title}")
        abstract = paper["abstract"]
        shown = first_lines(for_terminal(abstract), limit=84) if abstract else "(no abstract)"
        lines.append(f"  {'':10}  {shown}")
    return "\n".join(lines)


def _wrapped(line: str) -> str:
    from analysis.base.escaping import for_terminal

    indent = "  " if line.startswith("  ") else ""
    return textwrap.fill(for_terminal(line), WIDTH, initial_indent=indent,
                         subsequent_indent=indent + "  ", break_long_words=False)  # fmt: skip
