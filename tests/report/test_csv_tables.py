"""CSV tables: cell by cell as the csv module writes them, and safe for spreadsheets."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.escaping import for_csv
from analysis.report.csv_tables import write_csv_tables
from analysis.runs import tables_of
from hostile import HOSTILE
from page_runs import made_run

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "\u202e=1"]
BITS = {"float32": np.uint32, "float64": np.uint64}


def plainly(frame: pd.DataFrame) -> bytes:
    """Write a table cell by cell with the csv module."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([for_csv(str(column)) for column in frame.columns])
    columns = [
        list(frame[c].to_numpy()) if frame[c].dtype == np.float32 else frame[c].tolist()
        for c in frame.columns
    ]
    writer.writerows([[cell(value) for value in row] for row in zip(*columns, strict=True)])
    return file.getvalue().encode()


def cell(value: object) -> str:
    """Return the text of one cell."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return "; ".join(cell(item) for item in value)
    if isinstance(value, dict):
        return for_csv(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat().removesuffix("T00:00:00")
    return for_csv(value) if isinstance(value, str) else str(value)


def written(frame: pd.DataFrame, folder: Path, *, safe: bool = False) -> bytes:
    write_csv_tables({"t": frame}, folder, safe=safe)
    return (folder / "t.csv").read_bytes()


def odd_frame() -> pd.DataFrame:
    texts = [text.replace("\ud800", "\ufffd") for text in [*HOSTILE, *FORMULAS, "", 'a "b", c']]
    n = len(texts)
    days = pd.Series(pd.date_range("1890-01-31", periods=n, freq="1000D")).astype("M8[us]")
    days[3] = pd.NaT
    numbers = np.resize([0.0, -0.0, 1.0, -2.5, 1e-4, 9.9e-5, 1e6, 1e16, 3e-30, np.nan, np.inf], n)
    return pd.DataFrame({
        "text": pd.Series(texts, dtype="str"),
        "often": pd.Series(np.resize(["a", 'b "c"', None, "-1"], n), dtype="str"),
        "missing": pd.Series([None, *texts[1:]], dtype="str"),
        "f4": numbers.astype("float32"),
        "f8": numbers,
        "int": np.arange(n) - 3,
        "bool": np.arange(n) % 2 == 0,
        "day": days,
        "moment": days + pd.Timedelta(hours=7, seconds=3),
        "list": pd.Series([texts[i : i + i % 3] for i in range(n)], dtype="object"),
        "=column, odd": pd.Series([{"a": 1, "b": texts[i]} if i % 2 else i / 7 for i in range(n)],
                                  dtype="object"),
    })  # fmt: skip


@pytest.mark.parametrize("n", [0, 1, 2, 30])
def test_the_bytes_are_those_of_the_csv_module(n, tmp_path):
    frame = odd_frame().head(n)
    assert written(frame, tmp_path) == plainly(frame)


def test_tables_of_a_run_are_those_of_the_csv_module(bundled):
    folder = bundled.path / "tables"
    for name, frame in tables_of(bundled).items():
        assert (folder / f"{name}.csv").read_bytes() == plainly(frame), name


@pytest.mark.parametrize("values", [["", "a"], [None, "a,b"], []])
def test_an_empty_cell_of_an_only_column_is_quoted_as_csv_does(values, tmp_path):
    frame = pd.DataFrame({"only": pd.Series(values, dtype="str")})
    assert written(frame, tmp_path) == plainly(frame)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=50))
def test_any_float_is_written_as_numpy_writes_it(tmp_path_factory, dtype, bits):
    numbers = np.array(bits, dtype="uint64").astype(BITS[dtype]).view(dtype)
    frame = pd.DataFrame({"x": numbers, "n": 0})
    assert written(frame, tmp_path_factory.getbasetemp()) == plainly(frame)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_shares_and_weights_are_written_as_numpy_writes_them(dtype, tmp_path):
    rng = np.random.default_rng(0)
    numbers = np.concatenate([rng.random(3000), 10 ** rng.uniform(-6, 8, 3000)]).astype(dtype)
    frame = pd.DataFrame({"x": numbers})
    assert written(frame, tmp_path).decode().split() == ["x", *(str(x) for x in numbers)]


# safe for spreadsheets


def test_safe_texts_get_an_apostrophe_and_nothing_else_changes(tmp_path):
    frame = odd_frame()
    plain, safe = (
        list(csv.DictReader(io.StringIO(written(frame, tmp_path, safe=s).decode(), newline="")))
        for s in (False, True)
    )
    changed = set()
    for before, after in zip(plain, safe, strict=True):
        for (column, value), (name, now) in zip(before.items(), after.items(), strict=True):
            assert name == ("'" + column if column.startswith("=") else column)
            if now != value:
                assert now == f"'{value}"
                assert value[0] in "=+-@＝＋－＠"
                changed.add(column)
            else:
                obeyed = column in ("text", "often", "missing", "list") and value.startswith(
                    ("=", "+", "-", "@", "＝"))  # fmt: skip
                assert not obeyed
    assert changed == {"text", "often", "missing", "list"}
    numbers = {row["f8"] for row in safe} | {row["int"] for row in safe}
    assert {"-2.5", "-0.0", "-3"} <= numbers


def test_tables_with_hostile_texts_are_safe_in_every_text_cell(tmp_path):
    texts = [*HOSTILE, *FORMULAS]
    write_csv_tables(tables_of(made_run(70, texts=texts)), tmp_path, safe=True)
    for path in tmp_path.iterdir():
        text = path.read_bytes().decode()
        for row in csv.reader(io.StringIO(text, newline="")):
            for value in row:
                number = value.lstrip("-").replace(".", "").replace("e", "").isdigit()
                assert number or not value.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert "'=HYPERLINK" in (tmp_path / "papers.csv").read_text(encoding="utf-8")
