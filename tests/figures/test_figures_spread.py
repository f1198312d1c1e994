"""Labels side by side, and lines of text: nothing on another, nothing moved without need."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.figures.changes import ratio_words
from analysis.figures.shares import spread_labels
from analysis.figures.style import columns_of, times, wrap

PLACES = st.lists(st.floats(0, 1, allow_subnormal=False), min_size=1, max_size=30)


def test_labels_with_room_stay_where_they_are():
    assert spread_labels([0.2, 0.8, 0.5], sizes=[0.1] * 3, low=0, high=1) == pytest.approx(
        [0.2, 0.8, 0.5]
    )


def test_two_labels_of_one_place_move_apart_alike_and_keep_their_order():
    assert spread_labels([0.5, 0.5], sizes=[0.2, 0.2], low=0, high=1) == pytest.approx([0.4, 0.6])


def test_a_tall_label_takes_more_room():
    # centres must be (0.3 + 0.1) / 2 apart; both move by half of what lacks
    found = spread_labels([0.5, 0.5], sizes=[0.3, 0.1], low=0, high=1)
    assert found == pytest.approx([0.4, 0.6])


def test_labels_at_the_edge_are_pushed_inside():
    assert spread_labels([0.0, 0.0], sizes=[0.2, 0.2], low=0, high=1) == pytest.approx([0.1, 0.3])
    assert spread_labels([1.0], sizes=[0.2], low=0, high=1) == pytest.approx([0.9])


def test_without_room_for_all_they_are_squeezed_alike():
    found = spread_labels([0.5] * 4, sizes=[0.5] * 4, low=0, high=1)
    assert found == pytest.approx([0.125, 0.375, 0.625, 0.875])


def test_no_label_is_no_place():
    assert spread_labels([], sizes=[], low=0, high=1) == []


@given(PLACES)
def test_labels_never_touch_and_lie_inside(wanted):
    size = min(0.05, 1 / len(wanted))
    found = spread_labels(wanted, sizes=[size] * len(wanted), low=0, high=1)
    ordered = sorted(found)
    assert all(b - a >= size - 1e-9 for a, b in itertools.pairwise(ordered))
    assert ordered[0] >= size / 2 - 1e-9
    assert ordered[-1] <= 1 - size / 2 + 1e-9
    pairs = sorted(zip(wanted, found, strict=True))
    assert [place for _, place in pairs] == pytest.approx(ordered)


@given(PLACES)
def test_no_other_places_are_nearer_to_the_wanted(wanted):
    size = 1 / (2 * len(wanted))
    found = spread_labels(wanted, sizes=[size] * len(wanted), low=-100, high=100)
    moved = sum((a - b) ** 2 for a, b in zip(wanted, found, strict=True))
    # a regular ladder around the mean also keeps labels apart
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    start = sum(wanted) / len(wanted) - size * (len(wanted) - 1) / 2
    ladder = sum((wanted[i] - start - size * rank) ** 2 for rank, i in enumerate(order))
    assert moved <= ladder + 1e-9


def test_wide_characters_take_two_columns():
    assert columns_of("日本語 ab") == 9
    assert wrap("日本語日本語日本語", width=7) == ["日本語", "日本語", "日本語"]
    assert wrap("日本語日本語", width=8, lines=1) == ["日本語…"]
    assert wrap("日", width=1) == ["日"]


def test_long_words_break_after_a_hyphen():
    assert wrap("Vision-Language-Action Models", width=20) == ["Vision-Language-", "Action Models"]
    assert wrap("a" * 25, width=10) == ["a" * 10, "a" * 10, "a" * 5]
    assert wrap("a-" + "b" * 20, width=10) == ["a-bbbbbbbb", "b" * 10, "bb"]


@given(st.text(max_size=300), st.integers(2, 40))
def test_no_line_is_wider_than_asked(text, width):
    assert all(columns_of(line) <= width for line in wrap(text, width=width))


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(0.004, "0.00"), (0.07, "0.07"), (0.6, "0.6"), (3.51, "3.5"), (9.96, "10"), (4e5, "1,000+")],
)
def test_ratios_in_words(ratio, words):
    assert times(ratio) == words
    assert times(float("nan")) == "?"


@pytest.mark.parametrize(
    ("ratio", "low", "high", "words"),
    [
        (3.51, 2.3, 5.3, "×3.5 (2.3–5.3)"),
        (798.0, 400.0, 1600.0, ""),
        (0.002, 0.001, 0.004, ""),
        (13.0, 2.0, 50.0, ""),
        (np.nan, np.nan, np.nan, ""),
    ],
)
def test_a_ratio_that_says_little_is_left_out(ratio, low, high, words):
    row = pd.Series({"ratio": ratio, "ratio_low": low, "ratio_high": high})
    assert ratio_words(row) == words
