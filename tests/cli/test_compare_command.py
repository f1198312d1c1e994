"""The command `papertide compare`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.base.schema import CAUSES, empty
from analysis.runs import Run, read_run
from command_line import refusal
from compared_runs import DAY, EVENTS_OF_PAIR, small_pair, told
from page_runs import written
from two_runs import tiny_run, with_parent


@pytest.fixture
def pair() -> tuple[Run, Run]:
    return small_pair()


# the command


@pytest.fixture
def series(pair: tuple[Run, Run], tmp_path: Path) -> Path:
    """A series of two runs, the second of which extends the first, and one of other papers."""
    old, new = pair
    path = written(old, tmp_path)
    new = with_parent(replace(new, lineage=EVENTS_OF_PAIR), path)
    written(new, tmp_path)
    written(tiny_run([("z", DAY, "c1", "t")], name="0003"), tmp_path)
    return tmp_path


def test_compare_prints_what_the_runs_say(cli, series):
    said = cli("compare", "0001", "0002", "--runs", series)
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == "From run 0001 to run 0002"
    assert max(map(len, lines)) <= 100
    text = " ".join(said.out.split())
    for words in told(
        *(read_run(series / name) for name in ("0001", "0002")), lineage=EVENTS_OF_PAIR
    ).values():
        assert " ".join(words.splitlines()[0].split()) in text
    paths = cli("compare", series / "0001", series / "0002")
    assert paths.out == said.out


def test_compare_as_json(cli, series):
    said = json.loads(cli("compare", "0001", "0002", "--json", "--runs", series).out)
    assert said["papers"] == {
        "n_old": 4,
        "n_new": 5,
        "n_both": 3,
        "added": ["d", "e"],
        "gone": ["c"],
        "revised": ["a"],
        "no_longer_listed": [],
    }
    assert said["clusters"]["ids"] == "same"
    assert [row["event"] for row in said["clusters"]["lineage"]] == ["born"]
    assert said["clusters"]["renamed"] == []
    (new,) = said["clusters"]["born"]
    assert new["growth"] == [{"period": "2024-01-01", "n_papers": 3}]
    (row,) = [row for row in said["changes"] if row["group_id"] == "t"]
    assert row["n_new"] - row["n_old"] == sum(row[cause] for cause in CAUSES)
    share = row["share"]
    assert share["new"] - share["old"] == pytest.approx(sum(share["parts"].values()))
    assert share["printed"]["change"] == pytest.approx(sum(share["printed"]["parts"].values()))
    assert said["restated"][0]["outside"] is True
    assert said["moves"] == [
        {"paper_id": "b", "kind": "cluster", "from_id": "c1", "to_id": "c3", "cause": "refit"},
        {"paper_id": "f", "kind": "topic", "from_id": "", "to_id": "t", "cause": "refit"},
    ]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("0001", "0009"), "Found: no run '0009' in "),
        (("\x1b[31m", "0002"), "Found: no run "),
        (("0002", "0002"), "Found: both names mean run 0002"),
        (("0002", "0003"), "Found: runs 0002 and 0003 have no paper in common"),
    ],
)
def test_compare_refuses_what_cannot_be_compared(cli, series, names, found):
    said = cli("compare", *names, "--runs", series)
    assert refusal(said)
    assert said.err.startswith(found)


def test_compare_needs_two_names(cli, series):
    said = cli("compare", "0001", "--runs", series)
    assert said.code == 2
    assert "Missing argument 'NEW'" in said.err


def test_an_old_layout_is_named(cli, series):
    path = series / "0002" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, "schema_version": 2}), encoding="utf-8")
    said = cli("compare", "0001", "0002", "--runs", series)
    assert refusal(said)
    assert "run 0002 has schema version 2" in said.err


def test_compare_says_nothing_of_history_without_trends(cli, series, pair):
    bare = replace(
        pair[0], name="0011", trends=empty("trends"), manifest={**pair[0].manifest, "run": "0011"}
    )
    written(bare, series)
    said = cli("compare", "0011", "0002", "--runs", series)
    assert said.code == 0
    assert "Shares reported before" not in said.out
