"""Tables as CSV: cells of one line, read back as they were."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pandas as pd
import pytest

from analysis.base.schema import empty
from analysis.report import write_csv_tables
from hostile import HOSTILE
from page_runs import made_run

# CSV


def test_cells_hold_one_line_of_plain_text(tmp_path):
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2024-05-27", None, "2024-05-27T10:30"], format="ISO8601"),
            "weight": np.array([0.1, np.nan, 1 / 3], dtype="float32"),
            "share": [0.1, 1 / 3, np.nan],
            "n": [1, 2, 3],
            "ok": [True, False, True],
            "terms": [["a", "b"], [], np.array(["c"])],
            "text": ['two\nlines, "quoted"', None, "plain"],
        }
    )
    write_csv_tables({"t": frame}, tmp_path / "tables")
    assert (tmp_path / "tables" / "t.csv").read_bytes().decode() == (
        "day,weight,share,n,ok,terms,text\n"
        '2024-05-27,0.1,0.1,1,true,a; b,"two lines, ""quoted"""\n'
        ",,0.3333333333333333,2,false,,\n"
        "2024-05-27T10:30:00,0.33333334,,3,true,c,plain\n"
    )


def test_every_table_of_a_run_reads_back(tmp_path):
    run = made_run(64, n_undated=2, texts=HOSTILE)
    names = ("papers", "neighbours", "memberships", "map", "groups", "trends")
    tables = {name: getattr(run, name) for name in names}
    write_csv_tables(tables, tmp_path)
    for name, frame in tables.items():
        raw = (tmp_path / f"{name}.csv").read_bytes()
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8"))))
        assert rows[0] == list(frame.columns)
        assert len(rows) == len(frame) + 1 == raw.count(b"\n")
        assert not re.search(rb"[\x00-\x09\x0b-\x1f]", raw)
    back = pd.read_csv(tmp_path / "trends.csv")
    assert back["share"].tolist() == pytest.approx(run.trends["share"].tolist(), abs=0, nan_ok=True)
    weights = pd.read_csv(tmp_path / "memberships.csv")["weight"].astype("float32")
    assert weights.tolist() == run.memberships["weight"].tolist()
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_csv_tables(tables, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_an_empty_table_is_its_header(tmp_path):
    write_csv_tables({"map": empty("map")}, tmp_path)
    assert (tmp_path / "map.csv").read_text() == "paper_id,x,y,state\n"
