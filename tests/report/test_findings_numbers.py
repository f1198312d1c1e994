"""Every number in what the report and the brief say of trends stands in the run's tables.

The pages are read as a reader has them: sentences, marks, and footnotes that name table, key and
columns. The tables are read back from the run's files; nothing of the code that made the
sentences is asked but how a cell of a column is written.
"""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from analysis.report import report_page
from analysis.report.findings.brief import brief
from analysis.report.findings.numbers import FORMS
from analysis.runs import Run, read_run
from page_runs import made_run, written
from told_runs import planted_run

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
FORM_OF = {
    "share": ("share",),
    "share_low": ("share number",),
    "share_high": ("share",),
    "share_first": ("share",),
    "share_last": ("share",),
    "label_first": ("share",),
    "label_last": ("share",),
    "share_before": ("share",),
    "share_during": ("share",),
    "share_peak": ("share",),
    "share_now": ("share",),
    "peak": ("month", "quarter", "half-year", "year"),
    "ratio": ("fold", "change"),
    "ratio_low": ("fold", "change", "change number"),
    "ratio_high": ("fold", "change", "change number"),
    "doubling_years": ("span",),
    "n_papers": ("number",),
    "n_total": ("number",),
    "n_periods": ("number",),
    "strength": ("times", "change"),
    "period": ("month", "quarter", "half-year", "year"),
    "start": ("month", "quarter", "half-year", "year"),
    "end": ("month", "quarter", "half-year", "year"),
    "first": ("share",),
    "last": ("share",),
    "power": ("chance",),
}
"""How the cells of a column may be written; all other columns are in no sentence."""

Told = list[tuple[str, list[int]]]


def without_tags(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def of_html(page: str) -> tuple[Told, dict[int, str]]:
    """Return sentences with the numbers of their footnotes, and the footnotes' first sentences."""
    told = []
    for html in re.findall(r'<p class="sentence">(.*?)</p>', page, flags=re.DOTALL):
        marks = [int(n) for n in re.findall(r'href="#note-(\d+)"', html)]
        text = re.sub(r"<sup>.*?</sup>|<strong>.*?</strong>", "", html)
        told.append((without_tags(text), marks))
    notes = re.findall(r'<li id="note-(\d+)">(.*?)(?:\. |\.?$|\. ?<a)', page, flags=re.MULTILINE)
    return told, {int(n): without_tags(text) for n, text in notes}


def of_markdown(page: str) -> tuple[Told, dict[int, str]]:
    """Do the same with the brief, without its first lines and its closing paragraphs."""
    told = []
    for line in page.split("\n"):
        marks = [int(n) for n in re.findall(r"\[\^(\d+)\]", line)]
        if marks and not line.startswith("[^"):
            told.append((re.sub(r"\[\^\d+\]|\*\*.*?\*\*", "", line), marks))
    notes = re.findall(r"^\[\^(\d+)\]: `(.*?)`", page, flags=re.MULTILINE)
    return told, {int(n): text for n, text in notes}


READERS = {"report": (report_page, of_html), "brief": (brief, of_markdown)}


def cells(note: str, *, folder: Path) -> dict[str, object]:
    """Read the cells that a footnote names from the run's files."""
    where, named = note.split(": ", 1)
    table, *key = where.split(", ")
    columns = [part.split(" ")[0] for part in named.split(", ")]
    if table == "manifest.json":
        value = json.loads((folder / table).read_text(encoding="utf-8"))
        for part in key[0].split("."):
            value = value[int(part)] if isinstance(value, list) else value[part]
        return {column: value[column] for column in columns}
    rows = pd.read_parquet(folder / f"{table}.parquet")
    for pair in key:
        column, value = pair.split(" ", 1)
        rows = rows[rows[column].astype("str").str.startswith(value)] if column in (
            "period", "start") else rows[rows[column].isin(value.split(" or "))]  # fmt: skip
    if re.fullmatch(r"(no|\d+) rows?", named):
        return {"rows": len(rows)}
    assert len(rows) == 1, note
    return {column: rows[column].iloc[0] for column in columns}


def written_ways(note: str, *, folder: Path) -> set[str]:
    """Return every number that may be written of a footnote's cells."""
    out: set[str] = set()
    for column, value in cells(note, folder=folder).items():
        forms = ("number",) if column == "rows" else FORM_OF.get(column, ())
        if value is not None and value == value:
            out |= {n for form in forms for n in NUMBER.findall(FORMS[form](value))}
    return out


def unproved(told: Told, *, notes: dict[int, str], folder: Path) -> list[tuple[str, str]]:
    """Return the numbers of sentences that are in none of the cells of their footnotes."""
    lacking = []
    for text, marks in told:
        allowed = set().union(*(written_ways(notes[n], folder=folder) for n in marks), set())
        lacking += [(number, text) for number in NUMBER.findall(text) if number not in allowed]
    return lacking


@pytest.fixture(scope="module")
def runs(tmp_path_factory, bundled) -> dict[str, tuple[Run, Path]]:
    """Runs with the folders that hold their tables."""
    folder = tmp_path_factory.mktemp("told")
    made = {f"{n} papers": made_run(n) for n in (0, 1, 14, 60, 120)}
    made["planted"] = planted_run()
    made["planted, few papers"] = planted_run(per_month=30, growth=0.0)
    out = {}
    for name, run in made.items():
        path = written(run, folder / name.replace(" ", "-").replace(",", ""))
        out[name] = (read_run(path), path)
    return {**out, "bundled": (bundled, bundled.path)}


NAMES = ("0 papers", "1 papers", "14 papers", "60 papers", "120 papers", "planted",
         "planted, few papers", "bundled")  # fmt: skip


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("name", NAMES)
def test_every_number_told_is_a_cell_of_its_footnotes(runs, name, kind):
    run, folder = runs[name]
    told, notes = READERS[kind][1](READERS[kind][0](run))
    assert unproved(told, notes=notes, folder=folder) == []
    assert any(marks for _, marks in told) == bool(len(run.verdicts))
    assert sorted(notes) == list(range(1, len(notes) + 1))
    assert {n for _, marks in told for n in marks} == set(notes)


@pytest.mark.parametrize("kind", READERS)
def test_a_wrong_number_is_found(runs, kind):
    run, folder = runs["planted"]
    told, notes = READERS[kind][1](READERS[kind][0](run))
    tried = 0
    for text, marks in told:
        for number in set(NUMBER.findall(text)):
            other = f"1{number.replace(',', '')}9"
            changed = [(text.replace(number, other, 1), marks)]
            assert unproved(changed, notes=notes, folder=folder), (number, other)
            tried += 1
    assert tried > 60


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("table", ["verdicts", "trends", "events"])
def test_another_table_is_found(runs, kind, table, tmp_path):
    """The same page does not agree with tables in which every number is another."""
    run, folder = runs["planted"]
    for path in folder.glob("*"):
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    frame = pd.read_parquet(folder / f"{table}.parquet")
    for column in set(FORM_OF) & set(frame.columns):
        if frame[column].dtype.kind in "fi":
            frame[column] = frame[column] * 3 + 1
    frame.to_parquet(tmp_path / f"{table}.parquet")
    told, notes = READERS[kind][1](READERS[kind][0](run))
    assert unproved(told, notes=notes, folder=folder) == []
    assert unproved(told, notes=notes, folder=tmp_path)


def test_the_groups_tables_tell_what_trends_holds(runs):
    run, folder = runs["planted"]
    page = report_page(run)
    rows = pd.read_parquet(folder / "trends.parquet")
    rows = rows[~rows["is_partial"]]
    held = {FORMS[form](value) for column in ("share", "share_low", "share_high")
            for form in ("share", "share number") for value in rows[column]}  # fmt: skip
    told = re.findall(r'<td class="trend">(.*?)</td>', page, flags=re.DOTALL)
    assert len(told) == len(run.groups)
    for html in told:
        numbers = NUMBER.findall(without_tags(html))
        assert len(numbers) == 6 or "under" in html
        assert set(numbers) <= {n for text in held for n in NUMBER.findall(text)}


def test_the_table_of_power_tells_what_the_manifest_holds(runs):
    run, folder = runs["planted"]
    power = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["period"]["power"]
    table = re.search(r'<table class="power">.*?</table>', report_page(run), re.DOTALL)[0]
    rows = re.findall(r"<tr><th[^>]*>([^<]*)</th><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>", table)
    pairs = [power[i : i + 2] for i in range(0, len(power), 2)]
    assert [tuple(row) for row in rows] == [
        (FORMS["share"](up["first"]), FORMS["chance"](up["power"]), FORMS["chance"](down["power"]))
        for up, down in pairs
    ]
