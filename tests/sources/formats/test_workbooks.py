"""Excel workbooks: cells, headers and sheets; what is too large, broken or another file."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from analysis.base.errors import InputError
from analysis.papers.snapshot import Snapshot, read_snapshot
from analysis.sources import read_dates
from analysis.sources.formats.tables import workbooks
from analysis.sources.input_file import File
from analysis.sources.read_files import read_part
from hostile import HOSTILE

TODAY = date(2026, 1, 1)
XLS = Path(__file__).parents[2] / "data" / "sources" / "wos.xls"
BODY = "We walked along the canal and counted barges, locks and weirs for a whole summer."
PLAIN = {"Sheet1": [("Title", "Abstract", "Year"), ("Barges", BODY, 2019), ("Locks", None, 2020.0)]}


def book(sheets: dict[str, list[tuple]], *, hidden: tuple[str, ...] = ()) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def shared_strings(rows: list[list[str]]) -> bytes:
    """A workbook that holds every text once, however many cells have it."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def changed(data: bytes, **members: bytes) -> bytes:
    """A workbook with other contents in the members whose names end so."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            stem = Path(name).stem
            new.writestr(name, members.get(stem, old.read(name)))
    return out.getvalue()


def snap(tmp_path: Path, data: bytes, **how: object) -> Snapshot:
    (tmp_path / "p.xlsx").write_bytes(data)
    return read_snapshot([tmp_path / "p.xlsx"], today=TODAY, **how)


def refused(tmp_path: Path, data: bytes, **how: object) -> str:
    with pytest.raises(InputError) as caught:
        snap(tmp_path, data, **how)
    return str(caught.value)


def frame_of(data: bytes) -> pd.DataFrame:
    part = read_part(File(Path("p.xlsx"), data), format="auto", latest=TODAY)
    return part.rows.frame


def test_a_sheet_is_read_like_a_table(tmp_path):
    read = snap(tmp_path, book(PLAIN))
    assert read.inputs[0]["format"] == "xlsx"
    papers = read.papers.set_index("title")
    assert papers.loc["Barges", "abstract"] == BODY
    assert pd.isna(papers.loc["Locks", "abstract"])
    assert papers["published"].dt.year.to_dict() == {"Barges": 2019, "Locks": 2020}
    assert (papers["published_precision"] == "year").all()
    text = "Title,Abstract,Year\nBarges,{},2019\nLocks,,2020\n".format(BODY.replace(",", ""))
    table = [tuple(line.split(",")) for line in text.splitlines()]
    (tmp_path / "p.csv").write_text(text)
    same = read_snapshot([tmp_path / "p.csv"], today=TODAY).papers
    pd.testing.assert_frame_equal(
        snap(tmp_path, book({"a": table})).papers.drop(columns="source"),
        same.drop(columns="source"),
    )


def test_cells_become_text_numbers_and_days():
    rows = [
        ("title", "abstract", "when", "cites", "share", "open", "gone"),
        ("A", "one_x000D_\ntwo", datetime(2019, 3, 9), 7.0, 0.5, True, "#N/A"),
        ("B", " ", datetime(2019, 3, 9, 12, 30), -2, 1e300, False, "#REF!"),
        ("C", "_x005F_x", date(2020, 1, 1), None, None, None, None),
    ]
    frame = frame_of(book({"s": rows}))
    assert frame["abstract"].tolist() == ["one\r\ntwo", None, "_x"]
    assert frame["when"].tolist() == ["2019-03-09", "2019-03-09 12:30:00", "2020-01-01"]
    assert frame["cites"].tolist() == [7, -2, None]
    assert frame["share"].tolist() == [0.5, 1e300, None]
    assert frame["open"].tolist() == [True, False, None]
    assert frame["gone"].isna().all()


def test_lines_above_the_header_blank_rows_and_repeated_headers_are_no_papers(tmp_path):
    rows = [
        ("Export of the canal library",),
        (),
        (None, "Title", "Abstract", "Year"),
        (None, "Barges", BODY, 2019),
        (),
        (None, "Title", "Abstract", "Year"),
        (None, "Locks", BODY[::-1], 2020, None, "a cell without a header"),
    ]
    read = snap(tmp_path, book({"s": rows}))
    assert sorted(read.papers["title"]) == ["Barges", "Locks"]
    assert read.dropped == {"repeated header": 1}
    assert "a cell without a header" in read.papers["column"].tolist()


def test_every_visible_sheet_with_titles_is_read_whatever_its_columns_are_called(tmp_path):
    sheets = {
        "Search": [("TS=barge*",), ("1 May",)],
        "English": [("Title", "Abstract", "Year"), ("Barges", BODY, 2019)],
        "German": [("Jahr", "Titel", "Note"), (2020, "Schleusen", "x")],
        "Old": [("Title", "Abstract"), ("Never", "to be read")],
    }
    read = snap(tmp_path, book(sheets, hidden=("Old",)))
    papers = read.papers.set_index("title")
    assert papers["sheet"].to_dict() == {"Barges": "English", "Schleusen": "German"}
    assert papers["published"].dt.year.to_dict() == {"Barges": 2019, "Schleusen": 2020}
    shown = str(tmp_path / "p.xlsx")
    assert f"{shown}: sheet Old is hidden and was left out" in read.notes
    assert f"{shown}: sheet Search was left out (it has no title column)" in read.notes


def test_columns_are_proposed_and_given_where_no_sheet_has_a_title(tmp_path):
    rows = [("Kopf", "Inhaltstext")]
    rows += [(f"The canal of number {i} and its locks", f"{i} {BODY} " * 4) for i in range(9)]
    data = book({"s": rows, "t": [("x",), ("y",)]})
    assert "--columns 'title=Kopf,abstract=Inhaltstext'" in refused(tmp_path, data)
    read = snap(tmp_path, data, columns={"title": "Kopf", "abstract": "Inhaltstext"})
    assert len(read.papers) == 9
    assert any("sheet t was left out (another has more cells)" in note for note in read.notes)


@pytest.mark.parametrize(
    ("header", "format", "row"),
    [
        (
            ("Publication Type", "Article Title", "Abstract", "Publication Date",
             "Publication Year", "UT (Unique WOS ID)"),
            "wos-excel",
            ("J", "Barges", BODY, "JUL 8", 2019, "WOS:1"),
        ),
        (
            ("AU", "TI", "SO", "PY", "AB", "PD"),
            "bibliometrix-csv",
            ("POE A", "BARGES", "CANALS", 2019, BODY.upper(), "JUL 8"),
        ),
        (
            ("PMID", "Title", "Authors", "Journal/Book", "Create Date"),
            "xlsx",
            (4711, "Barges", "Poe A", "Canals", datetime(2019, 7, 8)),
        ),
        (
            ("id", "doi", "display_name", "publication_date", "abstract"),
            "xlsx",
            ("https://openalex.org/W1", "https://doi.org/10.1000/1", "Barges", "2019-07-08", BODY),
        ),
    ],
)  # fmt: skip
def test_tables_of_services(tmp_path, header, format, row):
    read = snap(tmp_path, book({"savedrecs": [header, row]}))
    assert read.inputs[0]["format"] == format
    paper = read.papers.iloc[0]
    assert paper["title"] == "Barges"
    assert paper["abstract"] == BODY or ("abstract" not in header and "AB" not in header)
    assert str(paper["published"].date()) == "2019-07-08" or "PMID" in header


def test_excel_97_is_read_like_its_successor():
    read = read_snapshot([XLS], today=TODAY)
    assert read.inputs[0]["format"] == "wos-excel"
    papers = read.papers.set_index("title")
    dates = papers["published"].dt.strftime("%Y-%m-%d").to_dict()
    assert dates == {
        "Barges on slow canals": "2019-07-08",
        "Locks and weirs": "2020-03-01",
        "Tow paths as habitats": "2021-01-01",
        "Treidelpfade im Winter": "2018-02-03",
    }
    assert papers.loc["Locks and weirs", "Times Cited"] == 2 - 2
    assert any("Old is hidden" in note for note in read.notes)
    assert any("Notes was left out" in note for note in read.notes)


def test_workbooks_within_a_zip_and_as_files_of_dates(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("a.xlsx", book(PLAIN))
        archive.write(XLS, "b.xls")
    read = read_snapshot([tmp_path / "all.zip"], today=TODAY)
    assert len(read.papers) == 6
    (tmp_path / "d.xlsx").write_bytes(book({"d": [("title", "published"), ("Barges", "2019-05")]}))
    assert read_dates([tmp_path / "d.xlsx"])["published"].notna().all()


def test_texts_that_are_stored_once_are_read_wherever_they_stand():
    frame = frame_of(shared_strings([["title", "abstract"], ["A", "B"], ["B", "A"], ["A", "A"]]))
    assert frame.to_numpy().tolist() == [["A", "B"], ["B", "A"], ["A", "A"]]


def test_hostile_texts_pass_like_those_of_a_csv():
    legal = [
        s
        for s in HOSTILE
        if s.isascii() and openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.search(s) is None
    ]
    rows = [("title", "abstract"), *((f"T{i} {s}", s) for i, s in enumerate(legal))]
    frame = frame_of(book({"s": rows}))
    assert len(frame) == len(legal) > 5


# limits and broken files


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet_xml(rows: str) -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()


@pytest.mark.timeout(120)
def test_few_bytes_that_are_many_are_refused(tmp_path):
    padded = changed(book(PLAIN), styles=b"<a>" + b" " * 30_000_000)
    assert len(padded) < 100_000
    assert "unpacked, is larger than 20 MB" in refused(tmp_path, padded, max_mb=20)

    repeated = shared_strings([["title", "abstract"], *[["a" * 9000, "b" * 9000]] * 1500])
    assert len(repeated) < 100_000
    assert "unpacked, is larger than 20 MB" in refused(tmp_path, repeated, max_mb=20)

    wide = "".join(f'<row r="{i}"><c r="XFD{i}"><v>1</v></c></row>' for i in range(1, 3000))
    data = changed(book(PLAIN), sheet1=sheet_xml(wide))
    assert "unpacked, is larger than 20 MB" in refused(tmp_path, data, max_mb=20)


@pytest.mark.timeout(120)
def test_rows_that_a_sheet_cannot_have_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_ROWS", 1000)
    far = '<row r="1"><c><v>1</v></c></row><row r="99999999999"><c><v>1</v></c></row>'
    said = refused(tmp_path, changed(book(PLAIN), sheet1=sheet_xml(far)))
    assert "sheet Sheet1 has more than 1,000 rows" in said


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (book(PLAIN)[:-40], "is a zip file that cannot be unpacked"),
        (changed(book(PLAIN), sheet1=b"<worksheet><sheetData><row>"), "cannot be read"),
        (changed(book(PLAIN), workbook=b"<x/>"), "no rows below a header"),
        (
            changed(book(PLAIN), workbook=b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
            "no rows below",
        ),
        (
            changed(book(PLAIN), sheet1=b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
            "cannot be read",
        ),
        (book({"s": [("Title", "Abstract")]}), "no rows below a header"),
        (book({"s": []}), "no rows below a header"),
        (XLS.read_bytes()[:600], "cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cannot be read"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
    ],
)
def test_broken_and_foreign_files_are_told(tmp_path, data, problem):
    said = refused(tmp_path, data)
    assert problem in said
    assert "Next:" in said


def test_office_files_of_other_kinds_are_told(tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", "<x/>")
    said = refused(tmp_path, file.getvalue())
    assert "office file of a kind that is not read" in said
    assert "save the sheet as .xlsx or as CSV" in said
    (tmp_path / "d.csv").write_bytes(file.getvalue())
    with pytest.raises(InputError, match="is a zip file, and no Excel workbook"):
        read_dates([tmp_path / "d.csv"])
