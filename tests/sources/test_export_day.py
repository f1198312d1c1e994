"""The day on which records were exported is the snapshot's date, where the file says it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from analysis.papers.snapshot import Snapshot, read_snapshot

TODAY = date(2026, 1, 1)

WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
TI Rust on old bridges
AB We look at rust.
PD DEC
PY 2023
UT WOS:1
DA 2023-06-30
ER

PT J
TI Rust on new bridges
AB We look at new rust.
EA MAY 2023
UT WOS:2
DA 2023-07-02
ER

EF
"""
WOS_TAB = "PT\tTI\tAB\tPY\tPD\tUT\tEA\tDA\nJ\tRust\tWe look.\t2023\tJAN 5\tWOS:1\t\t2023-07-02\n"
RIS = """TY  - JOUR
TI  - Moss on roofs
AB  - We look at moss.
PY  - 2022
N1  - Export Date: 03 November 2023; Cited By: 4
ER  -
"""
WOS_BIB = """@article{ WOS:1,
Title = {Moss on walls},
Abstract = {The loss is \\{small\\
   } and moss wins.},
Year = {2022}, Month = {JUN},
DA = {2023-11-05},
}
"""
BIBDESK = "@article{a, title={Moss}, year={2020}, date-added={2021-02-03 10:20:30 +0100}}"
ZOTERO = (
    '"Key","Item Type","Publication Year","Title","Publication Title","Abstract Note","Date",'
    '"Date Added"\n"A","journalArticle","2020","Moss","J","On moss.","2020-03",'
    '"2021-04-05 10:11:12"\n"B","journalArticle","2020","Rust","J","On rust.","2020-05",'
    '"2021-03-05 10:11:12"\n'
)
DIMENSIONS = (
    '"About the data: Exported on Mar 04, 2024. Criteria: ""moss"""\n'
    "Rank,Publication ID,DOI,Title,Abstract,PubYear\n1,pub.1,10.5555/x,Moss,On moss.,2020\n"
)
PLAIN = "title,abstract,date,Export Date\nMoss,On moss.,2020-03,2022-02-01\n"
ADDED = "title,abstract,date,date added\nMoss,On moss.,2020-03,2022-02-01\n"


def snap(text: str, folder: Path) -> Snapshot:
    path = folder / "export"
    path.write_text(text, encoding="utf-8")
    return read_snapshot([path], today=TODAY)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (WOS, date(2023, 7, 2)),
        (WOS_TAB, date(2023, 7, 2)),
        (RIS, date(2023, 11, 3)),
        (WOS_BIB, date(2023, 11, 5)),
        (BIBDESK, date(2021, 2, 3)),
        (ZOTERO, date(2021, 4, 5)),
        (DIMENSIONS, date(2024, 3, 4)),
        (PLAIN, date(2022, 2, 1)),
    ],
)
def test_the_day_of_export_is_the_snapshots_date(text: str, day: date, tmp_path: Path) -> None:
    read = snap(text, tmp_path)
    assert (read.date, read.date_from) == (day, "content")
    assert read.papers["published"].notna().all()


def test_any_other_column_of_days_says_nothing(tmp_path: Path) -> None:
    assert snap(ADDED, tmp_path).date is None


def test_a_day_given_by_the_user_counts_more(tmp_path: Path) -> None:
    (tmp_path / "export").write_text(WOS)
    read = read_snapshot([tmp_path / "export"], today=TODAY, snapshot_date=date(2023, 8, 1))
    assert (read.date, read.date_from) == (date(2023, 8, 1), "given")


def test_issues_dated_ahead_of_the_export_keep_their_month(tmp_path: Path) -> None:
    papers = snap(WOS, tmp_path).papers.set_index("title")
    assert papers["published"].dt.strftime("%Y-%m").to_dict() == {
        "Rust on old bridges": "2023-12",
        "Rust on new bridges": "2023-05",
    }


def test_an_escaped_brace_that_was_wrapped_does_not_end_the_entry(tmp_path: Path) -> None:
    paper = snap(WOS_BIB, tmp_path).papers.iloc[0]
    assert paper["abstract"].endswith("and moss wins.")
    assert (paper["published"].month, paper["published_precision"]) == (6, "month")


def test_a_line_break_after_a_double_backslash_stays() -> None:
    from analysis.sources.formats import Content
    from analysis.sources.formats.bibtex import read_bibtex

    text = "@article{a, title={Moss}, abstract={One\\\\\n} , year={2020}}"
    frame = read_bibtex(Content(text.encode(), text, shown="p")).frame
    assert frame["year"].tolist() == ["2020"]


def test_every_broken_entry_is_named() -> None:
    from analysis.sources.formats import Content
    from analysis.sources.formats.bibtex import read_bibtex

    text = "@article{a, title={Moss}}\n@article{b, title={Rust\n\n@article{c, title={Lamps}}\n"
    rows = read_bibtex(Content(text.encode(), text, shown="p"))
    assert rows.dropped == {"broken entry": 1}
    assert rows.notes == ("p: 1 entry is broken and left out (line 2: @article{b, title={Rust)",)


def test_a_date_long_after_the_arxiv_id_is_told(tmp_path: Path) -> None:
    rows = ["2401.00001,2024-02-28", "2401.00002,2024-03-01", "2401.00003,2025", "hep-th/9901001,2"]
    rows += ["2312.00009,2024-02", "2401.00004,2023-01-01"]
    table = "arxiv_id,date,title,abstract\n" + "".join(
        f"{row},Lamp {i},On lamp number {i}.\n" for i, row in enumerate(rows)
    )
    notes = [note for note in snap(table, tmp_path).notes if "arXiv id" in note]
    assert notes == [
        "2 papers have a date two months or more after the month of the arXiv id (such as "
        "2312.00009, dated 2024-02-01): trends count the date"
    ]
