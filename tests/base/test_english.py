"""Small pieces of English: counts, snapshots, periods."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from analysis.base.english import count, period_label, snapshot_words
from analysis.papers import PaperUnion, read_snapshot
from analysis.pipeline.papers import _union_line
from analysis.pipeline.run import _snapshot_lines


@pytest.mark.parametrize(
    ("n", "words"), [(0, "no papers"), (1, "1 paper"), (2, "2 papers"), (1234, "1,234 papers")]
)
def test_a_noun_agrees_with_its_number(n, words):
    assert count(n, "paper") == words


def test_progress_lines_agree_with_one_paper(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("title,abstract,date\nOne,About one.,2024-01-01\n", encoding="utf-8")
    read = read_snapshot([path], today=date(2024, 2, 1))
    assert _snapshot_lines(read)[0] == "1 paper, 1 dated"
    union = PaperUnion(
        read.papers, pd.Series(dtype="str"), (), ("a",), (), (), (), renamed={}, notes=()
    )
    assert _union_line(union, run="0001").startswith("Extends run 0001: 1 new paper, 0 known")


def test_a_snapshot_is_named_by_its_day():
    assert snapshot_words("2025-03-17") == "snapshot of 17 March 2025"
    assert snapshot_words("2025-03-17", iso=True) == "snapshot of 2025-03-17"
    assert snapshot_words(None) == snapshot_words(None, iso=True) == "snapshot of unknown date"


@pytest.mark.parametrize(
    ("freq", "label"),
    [("month", "2024-08"), ("quarter", "2024 Q3"), ("half-year", "2024 H2"), ("year", "2024")],
)
def test_a_period_has_a_short_name(freq, label):
    assert period_label(pd.Timestamp("2024-08-01"), freq=freq) == label
