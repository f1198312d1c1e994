"""Columns that ride along, of any values: the pages are written, and nothing wrong is shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from analysis.report import map_page, report_page, write_csv_tables
from analysis.report.page.map_values import _value
from analysis.runs import tables_of
from page_runs import made_run

N = 30
ODD = {
    "beyond float32": [1e300 * (i + 1) for i in range(N)],
    "one beyond float32": [3.5e38, *map(float, range(N - 1))],
    "the ends of float64": [(-1) ** i * 1.7e308 / (i + 1) for i in range(N)],
    "infinite": [np.inf, -np.inf, np.nan] * 10,
    "finite and infinite": [np.inf, -np.inf, *map(float, range(N - 2))],
    "denormal": [5e-324 * i for i in range(N)],
    "ends of int64": [-(2**63), 2**63 - 1, *range(N - 2)],
    "uint64": pd.array([2**64 - 1 - i for i in range(N)], dtype="uint64"),
    "nullable": pd.array([None if i % 2 else i for i in range(N)], dtype="Int64"),
    "truth or null": pd.array([True, False, None] * 10, dtype="boolean"),
    "decimal": [Decimal(10) ** 60 * i for i in range(N)],
    "days": [dt.date(1, 1, 1) + dt.timedelta(i) for i in range(N)],
    "durations": pd.to_timedelta(range(N), unit="D"),
    "bytes": [bytes([i, 255, 0]) for i in range(N)],
    "lists": [[i, None] for i in range(N)],
    "records": [{"a": {"b": i}} for i in range(N)],
    "nulls": [None] * N,
    "categories": pd.Categorical(["a", "b</script>", "c"] * 10),
    "controls": ["a\0b\x1b\u202e"] * N,
    "5,000 digits": ["9" * 5000] * N,
}
NAMES = ("", " ", "__proto__", "x" * 300, "a\nb", "</script>", "=1+1", "index", "state", "0")


def with_column(name: str, values: object):
    run = made_run(N)
    return replace(run, papers=run.papers.assign(**{name: values}))


@pytest.mark.parametrize("kind", ODD)
def test_pages_and_tables_take_columns_of_any_values(tmp_path, kind: str):
    run = with_column("rider", ODD[kind])
    assert "</html>" in map_page(run)
    assert "</html>" in report_page(run)
    write_csv_tables(tables_of(run), tmp_path / "tables")
    assert len(pd.read_csv(tmp_path / "tables" / "papers.csv")) == N


@pytest.mark.parametrize("name", NAMES)
def test_pages_take_columns_of_any_name(name: str):
    page = map_page(with_column(name, np.arange(N) * 1.5))
    assert page.count("</script>") == map_page(made_run(N)).count("</script>")


@pytest.mark.parametrize("kind", ["beyond float32", "one beyond float32", "the ends of float64"])
def test_numbers_that_the_page_cannot_hold_are_no_colouring(kind: str):
    assert _value(pd.Series(ODD[kind])) is None


def test_infinite_numbers_are_left_out_of_a_colouring():
    told, numbers = _value(pd.Series(ODD["finite and infinite"]))
    assert (told["low"], told["high"]) == (0, N - 3)
    assert np.isnan(numbers[:2]).all()
    np.testing.assert_array_equal(numbers[2:], np.arange(N - 2))
