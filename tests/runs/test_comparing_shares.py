"""A change of share taken apart: hand-worked numbers and laws."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.schema import CAUSES
from analysis.runs.shares import PARTS, largest_remainder, printed_change, share_change, share_parts

NOTHING = dict.fromkeys(CAUSES, 0)


def row(n_old: int, n_total_old: int, n_total_new: int, **causes: int) -> dict[str, int]:
    """Make a row of table `changes` from the old count and the causes."""
    return {
        **NOTHING, **causes, "n_old": n_old, "n_new": n_old + sum(causes.values()),
        "n_total_old": n_total_old, "n_total_new": n_total_new,
    }  # fmt: skip


@st.composite
def rows(draw: st.DrawFn) -> dict[str, int]:
    """Draw any row that counts can make: as many papers as there are, causes that sum up."""
    n_total_old, n_total_new = draw(st.integers(1, 3000)), draw(st.integers(1, 3000))
    n_old, n_new = draw(st.integers(0, n_total_old)), draw(st.integers(0, n_total_new))
    causes = {cause: draw(st.integers(-50, 50)) for cause in CAUSES[1:]}
    causes["added"] = n_new - n_old - sum(causes.values())
    return row(n_old, n_total_old, n_total_new, **causes)


def test_a_change_by_hand():
    # 10 of 100 to 15 of 200: +6 added, -2 gone, +1 refit.
    parts = share_parts(row(10, 100, 200, added=6, gone=-2, refit=1))
    assert parts == {
        "added": Fraction(6, 200), "gone": Fraction(-2, 200), "override": 0, "definition": 0,
        "revised": 0, "refit": Fraction(1, 200), "total": Fraction(10, 200) - Fraction(10, 100),
    }  # fmt: skip
    assert sum(parts.values()) == Fraction(15, 200) - Fraction(10, 100) == Fraction(-25, 1000)


def test_a_change_as_printed_by_hand():
    # 1/3 to 2/7: 33.3 % to 28.6 %, -4.7. Exact parts: 1/7 = 14.29, -2/21 - 2/21... of the whole.
    made = printed_change(row(1, 3, 7, added=1))
    assert (made.old, made.new, made.change) == (Decimal("33.3"), Decimal("28.6"), Decimal("-4.7"))
    # Exact: +14.2857 and -19.0476, down to 14.2 and -19.1 (sum -4.9); both remainders go up.
    assert made.parts["added"] == Decimal("14.3")
    assert made.parts["total"] == Decimal("-19.0")


def test_without_a_denominator_there_is_no_share():
    for totals in ((0, 5), (5, 0), (0, 0)):
        assert share_parts(row(0, *totals)) == {}
        assert share_change(row(0, *totals)) is None
        assert printed_change(row(0, *totals)) is None


def test_nothing_changed_prints_nothing():
    made = printed_change(row(5, 30, 30))
    assert made.change == 0
    assert set(made.parts.values()) == {Decimal("0.0")}


def test_largest_remainder_by_hand():
    parts = {"a": Fraction(12, 10), "b": Fraction(17, 10), "c": Fraction(-9, 10)}
    # Down: 1, 1, -1 (sum 1); the whole is 2, and b has the largest remainder.
    assert largest_remainder(parts, total=2) == {"a": 1, "b": 2, "c": -1}
    # The first of equal remainders.
    halves = {"a": Fraction(1, 2), "b": Fraction(1, 2)}
    assert largest_remainder(halves, total=1) == {"a": 1, "b": 0}


@pytest.mark.parametrize("total", [-1, 3])
def test_a_whole_out_of_reach_is_refused(total):
    with pytest.raises(ValueError, match="cannot be printed as"):
        largest_remainder({"a": Fraction(1, 2), "b": Fraction(1, 2)}, total=total)


@given(rows())
def test_parts_add_up_exactly(made):
    change = Fraction(made["n_new"], made["n_total_new"]) - Fraction(
        made["n_old"], made["n_total_old"]
    )
    assert tuple(share_parts(made)) == PARTS
    assert sum(share_parts(made).values()) == change == share_change(made)


@given(rows(), st.integers(0, 3))
def test_what_is_printed_adds_up(made, digits):
    printed = printed_change(made, digits=digits)
    assert printed.old + printed.change == printed.new
    assert sum(printed.parts.values()) == printed.change
    unit = Decimal(1).scaleb(-digits)
    for name, exact in share_parts(made).items():
        shown = printed.parts[name]
        assert abs(Fraction(shown) - 100 * exact) < Fraction(unit)
        assert not exact or shown * (1 if exact > 0 else -1) >= 0
        assert exact or shown == 0
        assert shown.as_tuple().exponent == -digits
    for count, total, shown in (("n_old", "n_total_old", printed.old),
                                ("n_new", "n_total_new", printed.new)):  # fmt: skip
        assert abs(Fraction(shown) - Fraction(100 * made[count], made[total])) <= Fraction(unit) / 2


@given(st.lists(st.fractions(-100, 100), min_size=1, max_size=8))
def test_largest_remainder_rounds_each_down_or_up(values):
    parts = {str(k): value for k, value in enumerate(values)}
    total = floor(sum(values))
    rounded = largest_remainder(parts, total=total)
    assert sum(rounded.values()) == total
    assert all(floor(parts[k]) <= n <= floor(parts[k]) + 1 for k, n in rounded.items())
    # Who is rounded up has no smaller remainder than who is not.
    up = [parts[k] % 1 for k, n in rounded.items() if n > parts[k]]
    down = [parts[k] % 1 for k, n in rounded.items() if n <= parts[k]]
    assert not up or not down or min(up) >= max(down)


def test_halves_go_up_so_that_whole_parts_add_up():
    """From 12.5 to 7.5 per cent: to even neighbours that were 12 and 8, with parts of -5."""
    made = printed_change(row(5, 40, 40, refit=-2), digits=0)
    assert (made.old, made.new, made.change) == (13, 8, -5)
    assert sum(made.parts.values()) == -5
