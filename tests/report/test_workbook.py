"""The workbook of a run: what is in its sheets, and that no text in them is obeyed."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from analysis import InputError, save_workbook
from analysis.base.schema import conform
from analysis.figures.frames import share_table
from analysis.report import xlsx as writing
from analysis.report.workbook import MOST_PAPERS_UNASKED, Column, Sheet
from analysis.report.xlsx import LONGEST_TEXT, for_workbook, write_workbook
from analysis.runs import Run
from hostile import HOSTILE
from page_runs import made_run

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "<r>1</r>"]
SHEETS = ["README", "groups", "verdicts", "trends", "topic shares", "cluster shares", "events",
          "words", "changes", "papers"]  # fmt: skip


def opened(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def table(book: openpyxl.Workbook, name: str) -> pd.DataFrame:
    head, *rows = book[name].iter_rows(values_only=True)
    return pd.DataFrame(rows, columns=list(head))


@pytest.fixture(scope="module")
def run() -> Run:
    return made_run(70, n_undated=2)


@pytest.fixture(scope="module")
def book(run, tmp_path_factory) -> openpyxl.Workbook:
    return opened(save_workbook(run, tmp_path_factory.mktemp("book") / "a.xlsx"))


# what is in it


def test_the_sheets_stand_in_this_order_each_with_a_frozen_heading_and_a_filter(book):
    assert book.sheetnames == SHEETS
    for page in book.worksheets:
        assert page.freeze_panes == "A2"
        last = openpyxl.utils.get_column_letter(page.max_column)
        assert page.auto_filter.ref == f"A1:{last}{max(page.max_row, 2)}"
        assert all(cell.font.bold for cell in page[1])
        assert page.column_dimensions["A"].width >= 9


def test_every_column_of_every_sheet_is_explained(book):
    told = table(book, "README").fillna("")
    for name in SHEETS[1:]:
        means = dict(told.loc[told["sheet"] == name, ["column", "what it is"]].to_numpy())
        assert means[""]
        wide = name.endswith("shares")
        heads = [cell.value for cell in book[name][1]]
        lacking = [h for h in heads if h not in means and not (wide and re.match(r"20\d\d", h))]
        assert lacking == (["title"] if name == "papers" else [])


def test_trends_are_the_tables_numbers(run, book):
    rows = pd.concat([share_table(run, kind=kind) for kind in ("topic", "cluster")])
    found = table(book, "trends")
    assert found["group_id"].tolist() == rows["group_id"].tolist()
    assert found["papers"].tolist() == rows["n_papers"].tolist()
    assert found["from"].tolist() == rows["period"].tolist()
    np.testing.assert_allclose(found["share"].astype(float), rows["share"])
    np.testing.assert_allclose(found["share high"].astype(float), rows["share_high"])
    page = book["trends"]
    forms = {cell.value: page.cell(2, cell.column).number_format for cell in page[1]}
    assert (forms["share"], forms["from"], forms["papers"]) == ("0.0%", "yyyy-mm-dd", "#,##0")


@pytest.mark.parametrize("kind", ["topic", "cluster"])
def test_the_wide_sheet_has_a_row_a_group_and_a_column_a_period(run, book, kind):
    rows = share_table(run, kind=kind)
    found = table(book, f"{kind} shares")
    periods = rows.drop_duplicates("period").sort_values("period")
    names = [
        label + (" (not complete)" if partial else "")
        for label, partial in zip(periods["period_label"], periods["is_partial"], strict=True)
    ]
    assert list(found.columns) == ["group", "group_id", *names]
    assert found["group_id"].tolist() == rows["group_id"].unique().tolist()
    for i, group in enumerate(found["group_id"]):
        own = rows[rows["group_id"] == group].sort_values("period")
        np.testing.assert_allclose(found.loc[i, names].astype(float), own["share"])


def test_verdicts_and_groups_carry_their_labels(run, book):
    verdicts = table(book, "verdicts")
    labels = dict(zip(run.groups["group_id"], run.groups["label"], strict=True))
    assert verdicts["group"].tolist() == [labels[i] for i in verdicts["group_id"]]
    assert set(verdicts["verdict"]) == {"too few to say"}
    assert verdicts["p"].isna().all()
    groups = table(book, "groups")
    assert sorted(groups["group_id"]) == sorted(run.groups["group_id"])
    assert groups["share of papers"][0] == pytest.approx(groups["papers"][0] / 70)


def test_a_real_runs_verdicts_are_the_tables_numbers(bundled, tmp_path):
    found = table(opened(save_workbook(bundled, tmp_path / "a.xlsx")), "verdicts")
    rows = bundled.verdicts.set_index(["kind", "group_id"])
    rows = rows.loc[list(zip(found["kind"], found["group_id"], strict=True))]
    assert found["verdict"].tolist() == rows["direction"].tolist()
    names = {"ratio": "ratio", "p adjusted": "p_adjusted", "share last": "share_last",
             "slope a year": "log_odds_per_year", "Theil-Sen a year": "theil_sen"}  # fmt: skip
    for ours, theirs in names.items():
        assert rows[theirs].notna().any()
        np.testing.assert_allclose(found[ours].astype(float), rows[theirs].astype(float))


def test_papers_are_listed_newest_first_with_links_and_dates_as_known(run, tmp_path):
    papers = run.papers.copy()
    papers.loc[0, "published_precision"], papers.loc[1, "published_precision"] = "year", "month"
    papers.loc[2, "published"] = pd.Timestamp("1899-07-01")
    papers.loc[3, "url"] = "javascript:alert(1)"
    made = replace(run, papers=conform(papers, name="papers"))
    book = opened(save_workbook(made, tmp_path / "a.xlsx"))
    found = table(book, "papers")
    assert len(found) == 70
    assert "abstract" not in found
    dated = found["published"].iloc[:67]
    assert dated.tolist() == sorted(dated, reverse=True)
    page = book["papers"]
    where = {cell.value: cell.row for cell in page["F"]}
    forms = [page.cell(where[f"2301.0000{i}"], 2).number_format for i in (0, 1, 4)]
    assert forms == ["yyyy", "yyyy-mm", "yyyy-mm-dd"]
    assert page.cell(where["2301.00002"], 2).value == "1899-07-01"
    link = page.cell(where["2301.00004"], 3)
    assert link.hyperlink.target == link.value == "https://arxiv.invalid/abs/2301.00004"
    assert page.cell(where["2301.00003"], 3).hyperlink is None
    assert page.cell(where["2301.00068"], 2).value is None
    assert page.cell(where["2301.00008"], 5).value == "Pretraining; Fine-tuning"


def test_papers_of_a_large_run_are_left_out_unless_asked_for(run, tmp_path, monkeypatch):
    assert MOST_PAPERS_UNASKED == 3000
    monkeypatch.setattr("analysis.report.workbook.MOST_PAPERS_UNASKED", 69)
    book = opened(save_workbook(run, tmp_path / "a.xlsx"))
    assert book.sheetnames == SHEETS[:-1]
    said = table(book, "README").query("sheet == 'papers'")["what it is"].item()
    assert "70 papers are not listed here; tables/papers.csv" in said
    asked = opened(save_workbook(run, tmp_path / "b.xlsx", with_papers=True))
    assert asked.sheetnames == SHEETS


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 30])
def test_small_runs_have_the_same_sheets(n, tmp_path):
    made = made_run(n, n_undated=min(n, 1), freq=None if n < 7 else "quarter")
    book = opened(save_workbook(made, tmp_path / "a.xlsx"))
    assert book.sheetnames == SHEETS
    assert len(table(book, "papers")) == n
    assert len(table(book, "trends")) == len(made.trends)


# texts


def test_no_text_is_a_formula_a_link_or_markup(tmp_path):
    texts = [*HOSTILE, *FORMULAS]
    made = made_run(70, texts=texts)
    path = save_workbook(made, tmp_path / "a.xlsx")
    book = opened(path)
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    kept = {cell.value for cell in cells if cell.data_type == "s"}
    assert {"=1+1", "+1", "-1", "@SUM(A1)", "=1", "<r>1</r> "} <= kept
    assert '=HYPERLINK("http://example.invalid")' in kept
    links = {cell.hyperlink.target for cell in cells if cell.hyperlink}
    assert links <= {text for text in texts if text.startswith("http")}
    with zipfile.ZipFile(path) as parts:
        pages = [parts.read(name) for name in parts.namelist() if "sheets/sheet" in name]
    assert len(pages) == len(SHEETS)
    assert not [page for page in pages if b"<f>" in page or b"<f " in page]


@pytest.mark.parametrize("text", [*HOSTILE, *FORMULAS, "a\ufffe\uffffb"])
def test_a_text_reads_back_as_it_was_cleaned(text, tmp_path):
    page = Sheet("t", "", [Column("c", [text], "text", "")])
    write_workbook([page], tmp_path / "a.xlsx", title=text)
    cell = opened(tmp_path / "a.xlsx")["t"]["A2"]
    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert cell.value == for_workbook(text)


def test_what_excel_reads_as_a_character_is_written_so_that_it_does_not(tmp_path):
    page = Sheet("t", "", [Column("c", ["_x0041_"], "text", "")])
    write_workbook([page], tmp_path / "a.xlsx", title="t")
    # ECMA-376, 22.9.2.19: _x005F_ is the underscore; openpyxl leaves it as it stands.
    assert opened(tmp_path / "a.xlsx")["t"]["A2"].value == "_x005F_x0041_"


def test_a_long_text_is_cut_with_a_note_counted_as_excel_counts():
    assert for_workbook("a" * LONGEST_TEXT) == "a" * LONGEST_TEXT
    for text in ("a" * (LONGEST_TEXT + 1), "🧪" * 20_000):
        cut = for_workbook(text)
        assert cut.endswith("(cut here: a cell holds no more)")
        assert LONGEST_TEXT - 2 <= len(cut.encode("utf-16-le")) // 2 <= LONGEST_TEXT
        assert set(cut.split(" …")[0]) == {text[0]}


# limits


def test_links_and_rows_beyond_the_limits_are_texts_and_a_note(tmp_path, monkeypatch):
    assert (writing.MOST_LINKS, writing.MOST_ROWS) == (65_530, 1_048_576)
    monkeypatch.setattr(writing, "MOST_LINKS", 2)
    monkeypatch.setattr(writing, "MOST_ROWS", 5)
    urls = [f"https://arxiv.invalid/{i}" for i in range(6)]
    page = Sheet("t", "", [Column("link", urls, "link", "")])
    write_workbook([page], tmp_path / "a.xlsx", title="t")
    cells = [row[0] for row in opened(tmp_path / "a.xlsx")["t"].iter_rows(min_row=2)]
    assert [cell.value for cell in cells[:3]] == urls[:3]
    assert [bool(cell.hyperlink) for cell in cells] == [True, True, False, False]
    assert cells[3].value == "3 more rows do not fit here; the CSV file has all."


def test_an_address_too_long_for_a_link_is_a_text(tmp_path):
    urls = [f"https://a.invalid/{'x' * n}" for n in (100, 3000)]
    write_workbook([Sheet("t", "", [Column("c", urls, "link", "")])], tmp_path / "a.xlsx", title="")
    page = opened(tmp_path / "a.xlsx")["t"]
    assert [page[f"A{i}"].value for i in (2, 3)] == urls
    assert [bool(page[f"A{i}"].hyperlink) for i in (2, 3)] == [True, False]


def test_what_is_no_number_is_an_empty_cell(tmp_path):
    values = [1.5, np.nan, np.inf, -np.inf, 0.0]
    page = Sheet("t", "", [Column("n", values, "number", ""), Column("w", range(5), "whole", "")])
    write_workbook([page], tmp_path / "a.xlsx", title="t")
    assert table(opened(tmp_path / "a.xlsx"), "t")["n"].fillna(-1).tolist() == [1.5, -1, -1, -1, 0]


# the file


def test_the_same_run_gives_the_same_bytes(run, tmp_path):
    one, two = (save_workbook(run, tmp_path / f"{i}.xlsx") for i in "12")
    assert one.read_bytes() == two.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.xlsx", "2.xlsx"]


def test_what_cannot_be_written_is_said_and_leaves_nothing(run, tmp_path):
    with pytest.raises(InputError, match=r"ends in \.xlsx"):
        save_workbook(run, tmp_path / "a.xls")
    with pytest.raises(InputError, match="cannot write"):
        save_workbook(run, tmp_path / "no" / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_no_file(run, tmp_path, monkeypatch):
    def stop(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "_write_sheet", stop)
    with pytest.raises(KeyboardInterrupt):
        save_workbook(run, tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []
