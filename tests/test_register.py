from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.extension.identities import likeness, match_fresh
from analysis.extension.ledger import Entry, Event, Ledger
from analysis.extension.lineage import dormant_clusters, lineage_rows
from analysis.extension.register import (
    continued,
    ledger_text,
    new_ids,
    opened,
    read_ledger,
    standing,
)
from analysis.schema import LINEAGE, STATUSES, conform, empty
from hostile import HOSTILE

JANUARY, FEBRUARY, MARCH = date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)


def groups(**sizes: int) -> pd.DataFrame:
    """Table `groups` with these clusters, and a topic that the register leaves alone."""
    rows = [
        {"kind": "cluster", "group_id": name, "label": f"On {name}", "n_papers": n,
         "terms": [name, "word"], "color": "#123456", "parent_id": None,
         "status": "active" if n else "retired"}
        for name, n in sizes.items()
    ]  # fmt: skip
    rows.append({**rows[0], "kind": "topic", "group_id": "data", "n_papers": 5})
    frame = pd.DataFrame(rows).assign(description="", definition_hash=None, stability=np.nan)
    frame["exemplars"] = [[] for _ in rows]
    return conform(frame, name="groups")


def primaries(**clusters: str) -> pd.Series:
    """Primary clusters, one paper a letter: `a="112"` puts papers a0, a1, a2 into 1, 1 and 2."""
    out = {f"{k}{n:03d}": f"c{int(c, 16):04d}"
           for k, text in clusters.items() for n, c in enumerate(text)}  # fmt: skip
    return pd.Series(out, dtype="str")


def rows(old: pd.Series, new: pd.Series, **settings: object) -> list[tuple]:
    found = lineage_rows(old, new, previous_run="0001", **settings)
    assert set(found["previous_run"]) <= {"0001"}
    columns = ["event", "group_id", "previous_group_id", "n_shared", "overlap"]
    return [
        (*(None if pd.isna(v) else v for v in row[:4]), round(float(row[4]), 3))
        for row in found[columns].itertuples(index=False)
    ]


# lineage


def test_what_stays_is_kept_with_its_share():
    assert rows(primaries(a="1" * 10), primaries(a="1111111122", b="11")) == [
        ("kept", "c0001", "c0001", 8, 0.8),
        ("born", "c0002", "c0001", 2, 1.0),
    ]


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
    old = primaries(a="11")
    assert rows(old, old, previous_ids=["c0001", "c0007"])[1][:2] == ("retired", "c0007")


def test_no_clusters_no_lineage():
    none = pd.Series(dtype="str")
    pd.testing.assert_frame_equal(lineage_rows(none, none, previous_run="0001"), empty("lineage"))


@settings(max_examples=40, deadline=None)
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


# the register


def carried(ledger: Ledger, name: str, day: date | None, *, quiet=(), placed=(), **sizes: int):
    """One more run in which these clusters are dormant or have new papers."""
    found = standing(ledger, dormant=quiet, placed=placed, snapshot_date=day)
    table = groups(**sizes)
    states = table["group_id"].map(found.statuses).fillna(table["status"])
    return continued(
        ledger, groups=table.assign(status=states), lineage=found.lineage, run=name,
        snapshot_date=day,
    )  # fmt: skip


def told(ledger: Ledger, name: str) -> tuple[str, list[tuple[str, str]]]:
    entry = ledger.entry(name)
    return entry.status, [(event.run, event.event) for event in entry.events]


def test_the_first_run_opens_the_register():
    ledger = opened(groups(c0002=4, c0001=6), run="0001", snapshot_date=JANUARY)
    assert (ledger.next_id, ledger.runs) == (3, {"0001": "2025-01-31"})
    assert ledger.entries[0] == Entry(
        "c0001", "On c0001", "0001", "0001", colour="#123456", terms=("c0001", "word"),
        sizes={"0001": 6},
    )  # fmt: skip
    assert [entry.id for entry in ledger.entries] == ["c0001", "c0002"]
    assert new_ids(ledger, n=2) == ["c0003", "c0004"]
    assert opened(empty("groups"), run="0001").entries == ()


def test_dormant_then_retired_then_revived():
    ledger = opened(groups(c0001=6, c0002=9), run="0001", snapshot_date=JANUARY)
    ledger = carried(ledger, "0002", FEBRUARY, quiet=["c0001"], c0001=6, c0002=9)
    assert told(ledger, "c0001") == ("dormant", [("0002", "dormant")])
    # The same snapshot again, or one of unknown date, retires nothing.
    for day in (FEBRUARY, None):
        again = carried(ledger, "0003", day, quiet=["c0001"], c0001=6, c0002=9)
        assert told(again, "c0001") == ("dormant", [("0002", "dormant")])
    retired = carried(again, "0004", MARCH, quiet=["c0001"], c0001=6, c0002=9)
    assert told(retired, "c0001") == ("retired", [("0002", "dormant"), ("0004", "retired")])
    still = carried(retired, "0005", None, c0001=6, c0002=9)
    assert told(still, "c0001")[0] == "retired"
    back = carried(still, "0006", None, placed=["c0001"], c0001=7, c0002=9)
    assert told(back, "c0001")[0] == "active"
    assert told(back, "c0001")[1][-1] == ("0006", "revived")
    assert back.entry("c0001").sizes["0006"] == 7
    # A dormant one that has papers again is revived as well.
    awake = carried(ledger, "0003", MARCH, c0001=8, c0002=9)
    assert told(awake, "c0001") == ("active", [("0002", "dormant"), ("0003", "revived")])


def test_split_and_merged_stand_with_both_and_the_merged_id_stays_retired():
    ledger = opened(groups(c0001=30, c0002=20), run="0001")
    old = primaries(a="1" * 30, b="2" * 20)
    new = primaries(a="1" * 18 + "3" * 12, b="1" * 20)
    lineage = lineage_rows(old, new, previous_run="0001")
    ledger = continued(
        ledger, groups=groups(c0001=38, c0002=0, c0003=12), lineage=lineage, run="0002"
    )
    assert ledger.next_id == 4
    one, two, three = ledger.entries
    assert two.status == "retired"
    assert (two.last_run, two.sizes) == ("0001", {"0001": 20})
    assert (two.children, one.parents) == (("c0001",), ("c0002",))
    assert [(e.event, e.other, e.n_shared) for e in two.events] == [
        ("merged", "c0001", 20),
        ("retired", "", 0),
    ]
    assert (three.parents, one.children) == ((), ())  # 18 of 38 old papers: no split
    found = standing(ledger, dormant=(), placed=["c0002"], snapshot_date=MARCH)
    assert found.statuses["c0002"] == "retired"
    assert found.lineage.empty


def test_parts_of_a_split_are_parents_and_children():
    ledger = opened(groups(c0001=30), run="0001")
    lineage = lineage_rows(
        primaries(a="1" * 30), primaries(a="1" * 18 + "2" * 12), previous_run="0001"
    )
    ledger = continued(ledger, groups=groups(c0001=18, c0002=12), lineage=lineage, run="0002")
    one, two = ledger.entries
    assert (one.children, two.parents) == (("c0002",), ("c0001",))
    assert one.events == (Event("0002", "split", "c0002", 12, 1.0),)
    assert [e.event for e in two.events] == ["born", "split"]
    assert two.first_run == "0002"


def test_a_cluster_that_the_run_lacks_is_retired_and_loses_nothing():
    ledger = opened(groups(c0001=6, c0002=9), run="0001")
    later = continued(ledger, groups=groups(c0001=6), lineage=empty("lineage"), run="0002")
    assert later.entry("c0002") == replace(ledger.entry("c0002"), status="retired")
    assert later.next_id == 3


def test_an_id_is_never_given_again():
    ledger = opened(groups(c0001=6, c0004=9), run="0001")
    with pytest.raises(ValueError, match="c0003"):
        continued(ledger, groups=groups(c0003=6), lineage=empty("lineage"), run="0002")


def test_inputs_stay_as_they_were():
    ledger, table = opened(groups(c0001=6), run="0001"), groups(c0001=7)
    copies = ledger_text(ledger), table.copy(deep=True)
    continued(ledger, groups=table, lineage=empty("lineage"), run="0002")
    assert ledger_text(ledger) == copies[0]
    pd.testing.assert_frame_equal(table, copies[1])


# the file

TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12))
IDS = st.integers(1, 30000).map(lambda n: f"c{n:04d}")
EVENT = st.builds(Event, TEXTS, st.sampled_from(LINEAGE), IDS, st.integers(0, 999), st.floats(0, 1))
ENTRY = st.builds(
    Entry, IDS, TEXTS, TEXTS, TEXTS, status=st.sampled_from(STATUSES), colour=TEXTS,
    broader=st.one_of(st.just(""), IDS),
    terms=st.lists(TEXTS, max_size=3).map(tuple), parents=st.lists(IDS, max_size=2).map(tuple),
    children=st.lists(IDS, max_size=2).map(tuple),
    sizes=st.dictionaries(TEXTS, st.integers(0, 10**6), max_size=3),
    events=st.lists(EVENT, max_size=3).map(tuple),
)  # fmt: skip
LEDGER = st.builds(
    Ledger, st.integers(30001, 10**6), st.dictionaries(TEXTS, TEXTS, max_size=3),
    st.lists(ENTRY, max_size=4, unique_by=lambda entry: entry.id).map(tuple),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(LEDGER)
def test_what_is_written_is_read_back(tmp_path_factory, ledger):
    path = tmp_path_factory.getbasetemp() / "ledger.toml"
    path.write_text(ledger_text(ledger), encoding="utf-8")
    assert read_ledger(path) == ledger
    assert ledger_text(read_ledger(path)) == ledger_text(ledger)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_labels_stay_in_their_line(tmp_path, text):
    entry = opened(groups(c0001=3), run="0001").entries[0]
    plain = Ledger(2, {"0001": ""}, (entry,))
    ledger = replace(plain, entries=(replace(entry, label=text, terms=(text,), colour=text),))
    written = ledger_text(ledger)
    assert len(written.splitlines()) == len(ledger_text(plain).splitlines())
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in written.replace("\n", ""))
    (tmp_path / "ledger.toml").write_text(written, encoding="utf-8")
    assert read_ledger(tmp_path / "ledger.toml") == ledger


def test_the_file_reads_well():
    lineage = lineage_rows(
        primaries(a="1" * 30), primaries(a="1" * 18 + "2" * 12), previous_run="0001"
    )
    ledger = opened(groups(c0001=30), run="0001", snapshot_date=JANUARY)
    ledger = continued(ledger, groups=groups(c0001=18, c0002=12), lineage=lineage, run="0002")
    head, _, body = ledger_text(ledger).partition("next_id")
    assert all(line.startswith("#") or not line for line in head.splitlines())
    assert "register of the clusters" in head
    assert (
        body
        == """ = 3

[runs] # and the dates of their snapshots
"0001" = "2025-01-31"
"0002" = ""

[[cluster]]
id = "c0001"
label = "On c0001"
first_run = "0001"
last_run = "0002"
status = "active"
colour = "#123456"
terms = ["c0001", "word"]
parents = []
children = ["c0002"]

[cluster.sizes]
"0001" = 30
"0002" = 18

[[cluster.events]]
run = "0002"
event = "split"
with = "c0002"
n_shared = 12
overlap = 1.0

[[cluster]]
id = "c0002"
label = "On c0002"
first_run = "0002"
last_run = "0002"
status = "active"
colour = "#123456"
terms = ["c0002", "word"]
parents = ["c0001"]
children = []

[cluster.sizes]
"0002" = 12

[[cluster.events]]
run = "0002"
event = "born"
with = "c0001"
n_shared = 12
overlap = 1.0

[[cluster.events]]
run = "0002"
event = "split"
with = "c0001"
n_shared = 12
overlap = 1.0
"""
    )


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("next_id = 3", "next_id = 'x'"), "next_id is missing or no number"),
        (("next_id = 3", "next_id = 2"), "next_id is 2, but c0002 is given"),
        (('id = "c0002"', 'id = "c0001"'), "cluster c0001 is there twice"),
        (('id = "c0002"', 'id = "../x"'), "cluster 2: id '../x' is none such as c0001"),
        (('status = "active"', 'status = "asleep"'), "cluster c0001: status is not one of active"),
        (("terms = [", "terms = [1, "), "cluster c0001: terms is missing or no list of texts"),
        (("label = ", "lable = "), "cluster c0001: label is missing or no text"),
        (('"0001" = 6', '"0001" = -6'), "cluster c0001: sizes is no table of numbers"),
        (("[runs]", "[turns]"), "runs is missing or no table of texts"),
        (("[[cluster]]", "[[cluster]"), "not TOML"),
    ],
)
def test_a_damaged_register_is_refused(tmp_path, change, problem):
    text = ledger_text(opened(groups(c0001=6, c0002=9), run="0001"))
    path = tmp_path / "ledger.toml"
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_ledger(path)
    assert any(p.startswith(f"{path}: {problem}") for p in caught.value.problems)
    assert "--extend RUN" in caught.value.next_step


def test_a_missing_register_is_named(tmp_path):
    with pytest.raises(InputError, match=r"ledger\.toml: No such file"):
        read_ledger(tmp_path / "ledger.toml")


def test_a_long_register_is_read_quickly(tmp_path):
    sizes = {f"c{n:04d}": n for n in range(1, 301)}
    ledger = opened(groups(**sizes), run="0001")
    ledger = replace(ledger, entries=tuple(
        replace(entry, sizes={f"{n:04d}": n for n in range(60)}) for entry in ledger.entries
    ))  # fmt: skip
    path = tmp_path / "ledger.toml"
    path.write_text(ledger_text(ledger), encoding="utf-8")
    assert read_ledger(path) == ledger
    assert len(tomllib.loads(path.read_text(encoding="utf-8"))["cluster"]) == 300


# a fresh fit beside the run before


def counted(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    out = np.zeros((old.max() + 1, new.max() + 1), dtype="int64")
    np.add.at(out, (old, new), 1)
    return out


NINE = [f"c{n:04d}" for n in range(1, 10)]


@pytest.mark.parametrize("seed", range(5))
def test_permuted_labels_come_back(seed):
    generator = np.random.default_rng(seed)
    old = np.repeat(np.arange(9), 30)
    order = generator.permutation(9)
    new = order[old]
    moved = generator.random(len(new)) < 0.2
    new = np.where(moved, generator.integers(0, 9, len(new)), new)
    found = match_fresh(counted(old, new), ids=NINE)
    assert [found[order[k]] for k in range(9)] == NINE


def test_a_vanished_cluster_stays_unmatched_and_a_new_one_is_new():
    old = np.repeat([0, 1, 2], 20)
    new = np.concatenate([np.repeat([0, 1], 20), np.tile([0, 1], 10)])
    shared = np.column_stack([counted(old, new), np.zeros(3, dtype="int64")])
    assert match_fresh(shared, ids=NINE[:3]) == ["c0001", "c0002", None]


def test_of_a_split_the_largest_part_keeps_the_id():
    assert match_fresh(np.array([[12, 18]]), ids=["c0001"]) == [None, "c0001"]


def test_of_a_merger_the_largest_former_one_is_meant():
    assert match_fresh(np.array([[12], [18]]), ids=NINE[:2]) == ["c0002"]


def test_centroids_and_terms_decide_where_no_paper_is_shared():
    centroids = (np.eye(3), np.array([[0.0, 2, 0], [0.1, 0, 5], [1, 1, 1]]))
    terms = ([["a"], ["B", "b2"], ["c"]], [["b", "b2"], ["c"], ["x"]])
    none = np.zeros((3, 3), dtype="int64")
    found = match_fresh(none, ids=NINE[:3], centroids=centroids, terms=terms)
    assert found == ["c0002", "c0003", None]
    assert match_fresh(none, ids=NINE[:3]) == [None, None, None]


def test_papers_say_more_than_words():
    centroids = (np.eye(2), np.eye(2)[::-1])
    shared = np.array([[20, 0], [0, 20]])
    assert match_fresh(shared, ids=NINE[:2], centroids=centroids) == NINE[:2]


def test_likeness_by_hand():
    """4 of 10 + 4 - 4 papers: .4; trust 10 / 13, so .538 of the papers and .462 of the cosine."""
    centroids = (np.array([[1.0, 0]]), np.array([[3.0, 4]]))
    shared = np.array([[4, 6]])
    found = likeness(shared, centroids=(centroids[0], np.repeat(centroids[1], 2, axis=0)))
    weight = 0.7 * 10 / 13
    assert found[0, 0] == pytest.approx(weight * 0.4 + (1 - weight) * 0.6)


def test_the_price_decides_what_is_alike():
    shared = np.array([[4, 6]])
    assert match_fresh(shared, ids=["c0001"], price=0.3) == [None, None]
    assert match_fresh(shared, ids=["c0001"], price=0.5) == [None, "c0001"]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_nothing_to_match(shape):
    assert match_fresh(np.zeros(shape, dtype="int64"), ids=NINE[: shape[0]]) == [None] * shape[1]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=1, max_size=5))
def test_a_match_is_one_to_one_and_hangs_on_no_order(table):
    shared = np.array(table)
    ids = NINE[: len(shared)]
    found = match_fresh(shared, ids=ids)
    given_ids = [name for name in found if name]
    assert len(set(given_ids)) == len(given_ids)
    assert match_fresh(shared[::-1], ids=ids[::-1]) == found
