"""The register of clusters, run by run, and its file."""

import tomllib
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.base.schema import LINEAGE, STATUSES, conform, empty
from analysis.clusters.ledger import Entry, Event, Ledger, ledger_text, read_ledger
from analysis.clusters.lineage import lineage_rows
from analysis.clusters.register import cluster_statuses, update_register
from clustered import primaries
from hostile import HOSTILE

JANUARY, FEBRUARY, MARCH = date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)


def groups(**sizes: int) -> pd.DataFrame:
    """Table `groups` with these clusters, and a topic that the register leaves alone."""
    rows = [
        {
            "kind": "cluster",
            "group_id": name,
            "label": f"On {name}",
            "n_papers": n,
            "terms": [name, "word"],
            "color": "#123456",
            "parent_id": None,
            "status": "active" if n else "retired",
        }
        for name, n in sizes.items()
    ]
    rows.append({**rows[0], "kind": "topic", "group_id": "data", "n_papers": 5})
    frame = pd.DataFrame(rows).assign(
        description="",
        definition_hash=None,
        stability=np.nan,
        label_coverage=np.nan,
        label_precision=np.nan,
    )
    frame["exemplars"] = [[] for _ in rows]
    return conform(frame, name="groups")


# the register


def first_run(table: pd.DataFrame, run: str, snapshot_date: date | None = None) -> Ledger:
    lineage = empty("lineage")
    return update_register(
        Ledger(), groups=table, lineage=lineage, run=run, snapshot_date=snapshot_date
    )


def entry_of(ledger: Ledger, name: str) -> Entry:
    return next(entry for entry in ledger.entries if entry.id == name)


def next_run(ledger: Ledger, name: str, day: date | None, *, quiet=(), placed=(), **sizes: int):
    """One more run in which these clusters are dormant or have new papers."""
    statuses, lineage = cluster_statuses(ledger, dormant=quiet, placed=placed, snapshot_date=day)
    table = groups(**sizes)
    states = table["group_id"].map(statuses).fillna(table["status"])
    return update_register(
        ledger, groups=table.assign(status=states), lineage=lineage, run=name, snapshot_date=day
    )


def history(ledger: Ledger, name: str) -> tuple[str, list[tuple[str, str]]]:
    entry = entry_of(ledger, name)
    return entry.status, [(event.run, event.event) for event in entry.events]


def test_the_first_run_opens_the_register():
    ledger = first_run(groups(c0002=4, c0001=6), run="0001", snapshot_date=JANUARY)
    assert (ledger.next_id, ledger.runs) == (3, {"0001": "2025-01-31"})
    assert ledger.entries[0] == Entry(
        "c0001",
        "On c0001",
        "0001",
        "0001",
        colour="#123456",
        terms=("c0001", "word"),
        sizes={"0001": 6},
    )
    assert [entry.id for entry in ledger.entries] == ["c0001", "c0002"]
    assert ledger.next_id == 3
    assert first_run(empty("groups"), run="0001").entries == ()


def test_dormant_then_retired_then_revived():
    ledger = first_run(groups(c0001=6, c0002=9), run="0001", snapshot_date=JANUARY)
    ledger = next_run(ledger, "0002", FEBRUARY, quiet=["c0001"], c0001=6, c0002=9)
    assert history(ledger, "c0001") == ("dormant", [("0002", "dormant")])
    # The same snapshot again, or one of unknown date, retires nothing.
    for day in (FEBRUARY, None):
        again = next_run(ledger, "0003", day, quiet=["c0001"], c0001=6, c0002=9)
        assert history(again, "c0001") == ("dormant", [("0002", "dormant")])
    retired = next_run(again, "0004", MARCH, quiet=["c0001"], c0001=6, c0002=9)
    assert history(retired, "c0001") == ("retired", [("0002", "dormant"), ("0004", "retired")])
    still = next_run(retired, "0005", None, c0001=6, c0002=9)
    assert history(still, "c0001")[0] == "retired"
    back = next_run(still, "0006", None, placed=["c0001"], c0001=7, c0002=9)
    assert history(back, "c0001")[0] == "active"
    assert history(back, "c0001")[1][-1] == ("0006", "revived")
    assert entry_of(back, "c0001").sizes["0006"] == 7
    # A dormant one that has papers again is revived as well.
    awake = next_run(ledger, "0003", MARCH, c0001=8, c0002=9)
    assert history(awake, "c0001") == ("active", [("0002", "dormant"), ("0003", "revived")])


def test_split_and_merged_stand_with_both_and_the_merged_id_stays_retired():
    ledger = first_run(groups(c0001=30, c0002=20), run="0001")
    old = primaries(a="1" * 30, b="2" * 20)
    new = primaries(a="1" * 18 + "3" * 12, b="1" * 20)
    lineage = lineage_rows(old, new, previous_run="0001")
    ledger = update_register(
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
    statuses, changed = cluster_statuses(ledger, dormant=(), placed=["c0002"], snapshot_date=MARCH)
    assert statuses["c0002"] == "retired"
    assert changed.empty


def test_parts_of_a_split_are_parents_and_children():
    ledger = first_run(groups(c0001=30), run="0001")
    lineage = lineage_rows(
        primaries(a="1" * 30), primaries(a="1" * 18 + "2" * 12), previous_run="0001"
    )
    ledger = update_register(ledger, groups=groups(c0001=18, c0002=12), lineage=lineage, run="0002")
    one, two = ledger.entries
    assert (one.children, two.parents) == (("c0002",), ("c0001",))
    assert one.events == (Event("0002", "split", "c0002", 12, 1.0),)
    assert [e.event for e in two.events] == ["born", "split"]
    assert two.first_run == "0002"


def test_a_cluster_that_the_run_lacks_is_retired_and_loses_nothing():
    ledger = first_run(groups(c0001=6, c0002=9), run="0001")
    later = update_register(ledger, groups=groups(c0001=6), lineage=empty("lineage"), run="0002")
    assert entry_of(later, "c0002") == replace(entry_of(ledger, "c0002"), status="retired")
    assert later.next_id == 3


def test_an_id_is_never_given_again():
    ledger = first_run(groups(c0001=6, c0004=9), run="0001")
    with pytest.raises(ValueError, match="c0003"):
        update_register(ledger, groups=groups(c0003=6), lineage=empty("lineage"), run="0002")


def test_inputs_stay_as_they_were():
    ledger, table = first_run(groups(c0001=6), run="0001"), groups(c0001=7)
    copies = ledger_text(ledger), table.copy(deep=True)
    update_register(ledger, groups=table, lineage=empty("lineage"), run="0002")
    assert ledger_text(ledger) == copies[0]
    pd.testing.assert_frame_equal(table, copies[1])


# the file

TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12))


IDS = st.integers(1, 30000).map(lambda n: f"c{n:04d}")


EVENT = st.builds(Event, TEXTS, st.sampled_from(LINEAGE), IDS, st.integers(0, 999), st.floats(0, 1))


ENTRY = st.builds(
    Entry,
    IDS,
    TEXTS,
    TEXTS,
    TEXTS,
    status=st.sampled_from(STATUSES),
    colour=TEXTS,
    broader=st.one_of(st.just(""), IDS),
    terms=st.lists(TEXTS, max_size=3).map(tuple),
    parents=st.lists(IDS, max_size=2).map(tuple),
    children=st.lists(IDS, max_size=2).map(tuple),
    sizes=st.dictionaries(TEXTS, st.integers(0, 10**6), max_size=3),
    events=st.lists(EVENT, max_size=3).map(tuple),
)


LEDGER = st.builds(
    Ledger,
    st.integers(30001, 10**6),
    st.dictionaries(TEXTS, TEXTS, max_size=3),
    st.lists(ENTRY, max_size=4, unique_by=lambda entry: entry.id).map(tuple),
)


@settings(max_examples=60)
@given(LEDGER)
def test_what_is_written_is_read_back(tmp_path_factory, ledger):
    path = tmp_path_factory.getbasetemp() / "ledger.toml"
    path.write_text(ledger_text(ledger), encoding="utf-8")
    assert read_ledger(path) == ledger
    assert ledger_text(read_ledger(path)) == ledger_text(ledger)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_labels_stay_in_their_line(tmp_path, text):
    entry = first_run(groups(c0001=3), run="0001").entries[0]
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
    ledger = first_run(groups(c0001=30), run="0001", snapshot_date=JANUARY)
    ledger = update_register(ledger, groups=groups(c0001=18, c0002=12), lineage=lineage, run="0002")
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
        (("next_id = 3", "next_id = 'x'"), "next_id is missing or not a number"),
        (("next_id = 3", "next_id = 2"), "next_id is 2, but c0002 is given"),
        (('id = "c0002"', 'id = "c0001"'), "cluster c0001 is listed twice"),
        (('id = "c0002"', 'id = "../x"'), "cluster 2: id '../x' is not a cluster id"),
        (('status = "active"', 'status = "asleep"'), "cluster c0001: status is not one of active"),
        (("terms = [", "terms = [1, "), "cluster c0001: terms is missing or not a list of texts"),
        (("label = ", "lable = "), "cluster c0001: label is missing or not a text"),
        (('"0001" = 6', '"0001" = -6'), "cluster c0001: sizes is not a table of numbers"),
        (("[runs]", "[turns]"), "runs is missing or not a table of texts"),
        (("[[cluster]]", "[[cluster]"), "not TOML"),
    ],
)
def test_a_damaged_register_is_refused(tmp_path, change, problem):
    text = ledger_text(first_run(groups(c0001=6, c0002=9), run="0001"))
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
    ledger = first_run(groups(**sizes), run="0001")
    ledger = replace(
        ledger,
        entries=tuple(
            replace(entry, sizes={f"{n:04d}": n for n in range(60)}) for entry in ledger.entries
        ),
    )
    path = tmp_path / "ledger.toml"
    path.write_text(ledger_text(ledger), encoding="utf-8")
    assert read_ledger(path) == ledger
    assert len(tomllib.loads(path.read_text(encoding="utf-8"))["cluster"]) == 300


def test_a_new_label_leaves_the_former_one_in_the_register():
    first = first_run(groups(c0001=6, c0002=9), run="0001")
    renamed = groups(c0001=7, c0002=9)
    renamed.loc[renamed["group_id"] == "c0001", "label"] = "Reasoning models"
    ledger = first
    for run in ("0002", "0003"):
        ledger = update_register(
            ledger, groups=renamed, lineage=empty("lineage"), run=run, snapshot_date=None
        )
    entry = entry_of(ledger, "c0001")
    assert (entry.label, entry.former) == ("Reasoning models", ("On c0001",))
    assert entry_of(ledger, "c0002").former == ()
    text = ledger_text(ledger)
    assert text.count("former = ") == 1
    assert 'former = ["On c0001"]' in text
