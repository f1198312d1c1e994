"""What became of clusters from run to run: kept, born, split, merged, dormant."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.schema import LINEAGE, empty
from analysis.clusters.lineage import dormant_clusters, lineage_rows
from clustered import primaries, rows

# lineage


def test_what_stays_is_kept_with_its_share():
    assert rows(primaries(a="1" * 10), primaries(a="1111111122", b="11")) == [
        ("kept", "c0001", "c0001", 8, 0.8),
        ("born", "c0002", "c0001", 2, 1.0),
    ]


def test_every_row_names_the_run_before():
    old, new = primaries(a="1112"), primaries(a="1122", b="3")
    found = lineage_rows(old, new, previous_run="0001")
    assert found["previous_run"].tolist() == ["0001"] * len(found)
    assert len(found) >= 2


def test_a_cluster_of_new_papers_is_born_from_nothing():
    assert rows(primaries(a="1" * 3), primaries(a="1" * 3, b="22")) == [
        ("kept", "c0001", "c0001", 3, 1.0),
        ("born", "c0002", None, 0, 0.0),
    ]


def test_a_split_names_each_part_and_the_smaller_one_is_born_too():
    old = primaries(a="1" * 30, b="2" * 5)
    new = primaries(a="1" * 18 + "3" * 12, b="33333")
    assert rows(old, new) == [
        ("kept", "c0001", "c0001", 18, 0.6),
        ("split", "c0001", "c0001", 18, 1.0),
        ("retired", "c0002", "c0002", 0, 0.0),
        ("born", "c0003", "c0001", 12, 0.706),
        ("split", "c0003", "c0001", 12, 0.706),
    ]


@pytest.mark.parametrize(
    ("part", "joins", "is_split"), [(10, 0, True), (9, 0, False), (12, 8, True), (12, 9, False)]
)
def test_a_part_has_ten_papers_of_which_six_in_ten_come_from_one_cluster(part, joins, is_split):
    old = primaries(a="1" * (20 + part), b="2" * (20 + joins))
    new = primaries(a="1" * 20 + "3" * part, b="2" * 20 + "3" * joins)
    found = [row for row in rows(old, new) if row[0] == "split"]
    assert [row[1] for row in found] == (["c0001", "c0003"] if is_split else [])


def test_a_merger_names_each_former_cluster_and_the_smaller_is_retired():
    old = primaries(a="1" * 20, b="2" * 10)
    new = primaries(a="1" * 20, b="1" * 6 + "3" * 4)
    assert rows(old, new) == [
        ("kept", "c0001", "c0001", 20, 1.0),
        ("merged", "c0001", "c0001", 20, 1.0),
        ("merged", "c0001", "c0002", 6, 0.6),
        ("retired", "c0002", "c0002", 0, 0.0),
        ("born", "c0003", "c0002", 4, 1.0),
    ]


@pytest.mark.parametrize(
    ("b", "events"),
    [
        ("1" * 5 + "3" * 5, {"kept", "born", "retired"}),  # under 60 %
        ("1" * 9, {"kept", "retired"}),  # fewer than ten papers
        ("1" * 8 + "2" * 2, {"kept"}),  # the id lives on
    ],
)
def test_what_is_no_merger(b, events):
    old = primaries(a="1" * 20, b="2" * len(b))
    assert {row[0] for row in rows(old, primaries(a="1" * 20, b=b))} == events


def test_thresholds_are_settings():
    old, new = primaries(a="1" * 8), primaries(a="11111333")
    assert "split" not in {row[0] for row in rows(old, new)}
    assert "split" in {row[0] for row in rows(old, new, least=3)}
    old, new = primaries(a="1" * 20, b="2" * 10), primaries(a="1" * 20, b="1" * 5 + "3" * 5)
    assert "merged" in {row[0] for row in rows(old, new, share=0.5)}


def test_ids_whose_papers_are_all_gone_are_retired():
    old, new = primaries(a="11", b="7"), primaries(a="11")
    assert rows(old, new)[1][:2] == ("retired", "c0007")


def test_no_clusters_no_lineage():
    none = pd.Series(dtype="str")
    pd.testing.assert_frame_equal(lineage_rows(none, none, previous_run="0001"), empty("lineage"))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("123"), st.sampled_from("1245")), max_size=60))
def test_laws_of_the_lineage(pairs):
    old = primaries(a="".join(one for one, _ in pairs))
    new = primaries(a="".join(other for _, other in pairs))
    found = lineage_rows(old, new, previous_run="0001")
    by_event = {event: set(found.loc[found["event"] == event, "group_id"]) for event in LINEAGE}
    assert by_event["kept"] == set(old) & set(new)
    assert by_event["born"] == set(new) - set(old)
    assert by_event["retired"] == set(old) - set(new)
    assert not found.duplicated(["group_id", "event", "previous_group_id"]).any()
    assert found["overlap"].between(0, 1).all()
    for event in ("split", "merged"):
        rows_of = found[found["event"] == event]
        assert (rows_of["overlap"] >= np.float32(0.6)).all()
    other = lineage_rows(old.iloc[::-1], new.sample(frac=1, random_state=1), previous_run="0001")
    pd.testing.assert_frame_equal(found, other)


# dormant


def trend(*counts: int, total: int = 100, partial: tuple[int, ...] = ()) -> pd.DataFrame:
    """The trends of c0001, with c0002 as the rest of each month."""
    months = pd.date_range("2024-01-01", periods=len(counts), freq="MS").as_unit("us")
    parts = []
    for name, own in (("c0001", counts), ("c0002", [total - n for n in counts])):
        parts.append(pd.DataFrame({"group_id": name, "period": months, "n_papers": own}))
    frame = pd.concat(parts).assign(kind="cluster", n_total=total)
    return frame.assign(is_partial=frame["period"].isin(months[list(partial)]))


@pytest.mark.parametrize(
    ("counts", "partial", "dormant"),
    [
        ((2, 2, 0, 0, 0, 0), (), True),  # 4 of 200, times 400: 8
        ((2, 1, 0, 0, 0, 0), (), False),  # 6
        ((5, 5, 0, 0, 0), (), False),  # three months of silence, and one with five
        ((5, 5, 0, 1, 0, 0), (), False),
        ((5, 5, 0, 0, 0, 0, 0), (6,), True),
        ((5, 5, 0, 0, 0, 0, 1), (6,), False),  # a sign of life in the month that is not over
        ((0, 0, 0, 0), (), False),  # nothing before
        ((5, 0, 0), (), False),
    ],
)
def test_who_is_dormant(counts, partial, dormant):
    assert dormant_clusters(trend(*counts, partial=partial)) == (("c0001",) if dormant else ())


def test_thresholds_of_dormancy_are_settings():
    assert dormant_clusters(trend(2, 1, 0, 0, 0, 0), expected=6) == ("c0001",)
    assert dormant_clusters(trend(5, 5, 0, 0, 0), periods=3) == ("c0001",)


def test_a_month_that_lists_little_makes_nothing_dormant():
    table = trend(5, 5, 0, 0, 0, 0)
    late = table["period"] >= pd.Timestamp("2024-03-01")
    assert dormant_clusters(table.assign(n_total=table["n_total"].mask(late, 20))) == ()


def test_topics_and_empty_tables_are_never_dormant():
    assert dormant_clusters(empty("trends")) == ()
    assert dormant_clusters(trend(9, 9, 0, 0, 0, 0).assign(kind="topic")) == ()
