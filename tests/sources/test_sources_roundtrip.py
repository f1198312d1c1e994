"""What is written is read back the same: our own tables, and other programs' formats."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from analysis.base.escaping import clean, normalised_title
from analysis.papers.boilerplate import missing_abstracts
from analysis.papers.snapshot import read_snapshot
from analysis.report.export import export_run
from analysis.sources.dates import MISSING
from analysis.sources.large.filtering import filter_file
from analysis.sources.texts.markup import plain_text

TODAY = date(2026, 1, 1)
Paper = dict[str, str]
CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Co", "Cs", "Cn"))


def texts(least: int) -> st.SearchStrategy[str]:
    return st.text(CHARACTERS, min_size=least, max_size=60).map(clean)


@st.composite
def papers(draw: st.DrawFn) -> list[Paper]:
    """One to five papers of different titles, with dates to the day, month or year."""
    found = []
    for i in range(draw(st.integers(1, 5))):
        title = draw(texts(1))
        assume(any(c.isalnum() for c in title))
        abstract = draw(texts(0))
        day = draw(st.dates(date(1950, 1, 1), date(2025, 12, 31))).isoformat()
        found.append(
            {
                "title": f"Paper {i} {title}",
                "abstract": "" if abstract.casefold() in MISSING else f"Of {abstract}".strip(),
                "published": day[: draw(st.sampled_from((4, 7, 10)))],
            }
        )
    assume(len({normalised_title(paper["title"]) for paper in found}) == len(found))
    return found


def as_csv(found: list[Paper], path: Path) -> None:
    pd.DataFrame(found).to_csv(path, index=False)


def as_tabs(found: list[Paper], path: Path) -> None:
    pd.DataFrame(found).to_csv(path, index=False, sep="\t", encoding="utf-16")


def as_parquet(found: list[Paper], path: Path) -> None:
    pd.DataFrame(found).to_parquet(path)


def as_json(found: list[Paper], path: Path) -> None:
    path.write_text(json.dumps({"papers": found}, ensure_ascii=False, indent=1), encoding="utf-8")


def as_lines(found: list[Paper], path: Path) -> None:
    path.write_text("".join(json.dumps(paper) + "\n" for paper in found), encoding="utf-8")


def as_filtered(found: list[Paper], path: Path) -> None:
    lines = path.with_suffix(".jsonl")
    as_lines(found, lines)
    filter_file(lines, out=path, replace=True)


def as_ris(found: list[Paper], path: Path) -> None:
    records = [
        f"TY  - JOUR\nTI  - {p['title']}\nAB  - {p['abstract']}\nDA  - "
        f"{(p['published'].replace('-', '/') + '///')[: 10 if len(p['published']) > 7 else 8]}\n"
        "ER  - \n"
        for p in found
    ]
    path.write_text("\n".join(records), encoding="utf-8")


def as_bibtex(found: list[Paper], path: Path) -> None:
    entries = []
    for i, paper in enumerate(found):
        year, month = paper["published"][:4], paper["published"][5:7]
        fields = {"title": paper["title"], "abstract": paper["abstract"], "year": year}
        fields |= {"month": str(int(month))} if month else {}
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
        entries.append(f"@article{{key{i},\n{lines}}}\n")
    path.write_text("\n".join(entries), encoding="utf-8")


WRITERS: list[Callable[[list[Paper], Path], None]] = [
    as_csv,
    as_tabs,
    as_parquet,
    as_json,
    as_lines,
    as_filtered,
    as_ris,
    as_bibtex,
]


def told(path: Path) -> dict[str, tuple[str, str]]:
    """Return abstract and date of each title, as read."""
    found = read_snapshot([path], today=TODAY, duplicates="exact").papers
    digits = {"year": 4, "month": 7, "day": 10}
    return {
        row.title: (
            row.abstract if isinstance(row.abstract, str) else "",
            row.published.date().isoformat()[: digits[row.published_precision]],
        )
        for row in found.itertuples()
    }


@pytest.mark.parametrize("write", WRITERS, ids=[write.__name__ for write in WRITERS])
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(found=papers())
def test_what_is_written_is_read_back(
    write: Callable[[list[Paper], Path], None],
    found: list[Paper],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    titles, abstracts = ([paper[name] for paper in found] for name in ("title", "abstract"))
    assume(not any(missing_abstracts(titles, abstracts)))  # placeholders are read as missing
    both = [*titles, *abstracts]
    assume([plain_text(text) for text in both] == both)  # and markup as plain text
    path = tmp_path_factory.mktemp("trip") / "p"
    if write is as_bibtex:  # its signs need escaping, and its dates end with the month
        # and what looks like mojibake is mended there.
        signs = "\\{}$%&#_~^`'\"@-ÂÃÄÅâãÐÑ"
        assume(not any(c in signs for p in found for c in p["title"] + p["abstract"]))
        found = [paper | {"published": paper["published"][:7]} for paper in found]
    write(found, path)
    assert told(path) == {p["title"]: (p["abstract"], p["published"]) for p in found}


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(found=papers())
def test_a_table_of_papers_is_a_snapshot_again(
    found: list[Paper], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("again")
    as_json(found, folder / "p.json")
    first = read_snapshot([folder / "p.json"], today=TODAY).papers
    first.to_parquet(folder / "papers.parquet")
    again = read_snapshot([folder / "papers.parquet"], today=TODAY).papers
    columns = ["paper_id", "title", "abstract", "published", "published_precision", "text_hash"]
    assert again[columns].equals(first[columns])


def test_what_is_exported_is_a_snapshot_again(bundled, tmp_path):
    out = tmp_path / "papers.csv"
    export_run(bundled, to="csv", out=out)
    read = read_snapshot([out], today=TODAY)
    was = bundled.papers.set_index("paper_id").sort_index()
    now = read.papers.set_index("paper_id").sort_index()
    assert now.index.tolist() == was.index.tolist()
    for column in ("title", "abstract", "published", "published_precision", "url"):
        assert now[column].tolist() == was[column].tolist(), column
