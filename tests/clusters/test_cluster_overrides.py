from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.base.schema import TABLES, conform
from analysis.clusters.apply_overrides import (
    OverrideResult,
    apply_cluster_overrides,
    override_colors,
    override_labels,
)
from analysis.clusters.overrides import (
    ClusterOverride,
    mergers,
    pairs_apart,
    read_cluster_overrides,
)
from analysis.pipeline.groups.topics import read_definitions
from analysis.topics.find_paper import find_papers, paper_index
from conftest import ROOT
from hostile import HOSTILE

RENAME = '[[cluster]]\nid = "c0001"\nlabel = "Adapters"\n'
MERGE = '[[cluster]]\nmerge = ["c0001", "c0002"]\n'
APART = '[[cluster]]\nkeep_apart = ["c0001", "c0002"]\n'
PIN = '[[cluster]]\npaper = "2401.00001"\ncluster = "c0001"\n'


def read(path: Path, text: str) -> list[ClusterOverride]:
    file = path / "overrides.toml"
    file.write_text(text, encoding="utf-8")
    return read_cluster_overrides(file)


def problems(path: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(path, text)
    prefix = f"overrides file {path / 'overrides.toml'}: "
    assert all(problem.startswith(prefix) for problem in caught.value.problems)
    assert "data/overrides.toml" in caught.value.next_step
    return [problem.removeprefix(prefix) for problem in caught.value.problems]


# reading


def test_each_form_is_read_with_its_line(tmp_path):
    text = f"# a comment\n{RENAME}why = ' So it is. '\n{MERGE}{APART.replace('1', '3')}{PIN}"
    assert read(tmp_path, text) == [
        ClusterOverride("rename", ("c0001",), label="Adapters", why="So it is.", line=2),
        ClusterOverride("merge", ("c0001", "c0002"), line=6),
        ClusterOverride("keep_apart", ("c0003", "c0002"), line=8),
        ClusterOverride("pin", ("c0001",), paper="2401.00001", line=10),
    ]


def test_one_table_may_name_and_color_a_cluster(tmp_path):
    assert read(
        tmp_path, RENAME + "color = '#AABB01'\n[[cluster]]\nid = 'c0002'\ncolor = '#000000'\n"
    ) == [
        ClusterOverride("rename", ("c0001",), label="Adapters", line=1),
        ClusterOverride("color", ("c0001",), color="#aabb01", line=1),
        ClusterOverride("color", ("c0002",), color="#000000", line=5),
    ]


def test_topics_stand_in_the_same_file_and_are_left_alone(tmp_path):
    assert read(tmp_path, "[[topic]]\npaper = 'x'\n") == []
    assert read(tmp_path, "") == []
    assert read_cluster_overrides(ROOT / "data" / "overrides.toml") == []


def test_the_examples_in_the_bundled_file_and_in_the_readme_are_right(tmp_path):
    text = (ROOT / "data" / "overrides.toml").read_text(encoding="utf-8")
    start = text.index("# [[cluster]]", text.index("Examples"))
    example = text[start : text.index("# A decision on a cluster or paper", start)]
    found = read(tmp_path, example.replace("# ", "").replace("#\n", "\n"))
    assert [each.what for each in found] == ["rename", "color", "merge", "keep_apart", "pin"]
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    start = readme.index("```toml\n[[cluster]]") + len("```toml\n")
    found = read(tmp_path, readme[start : readme.index("```", start)])
    assert [each.what for each in found] == ["rename", "merge", "keep_apart", "pin"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[cluster]\n", "not TOML"),
        ("cluster = 3\n", "cluster is not a list of tables"),
        ("[cluster]\nid = 'c0001'\n", "cluster is not a list of tables"),
        ("[[clusters]]\n", "unknown entry 'clusters'"),
        ("[[cluster]]\n", "line 1: no override"),
        ("[[cluster]]\nwhy = 'x'\n", "line 1: no override"),
        (RENAME + "colour = 'red'\n", "line 1: unknown field 'colour'"),
        (RENAME + "paper = 'x'\n", "line 1: several overrides at once (rename, pin)"),
        ("[[cluster]]\nid = 'c0001'\n", "line 1: label is missing or not a text"),
        ("[[cluster]]\nlabel = 'x'\n", "line 1: id is missing or not a text"),
        (RENAME.replace("Adapters", "\\u202e"), "line 1: label is missing or not a text"),
        (RENAME.replace("c0001", "C1"), "line 1: id 'C1' is not a cluster id (example: c0001)"),
        (RENAME + "why = 3\n", "line 1: why is not a text"),
        (RENAME + "color = 'red'\n", "line 1: color 'red' is not of the form #rrggbb (#1a8a72)"),
        (RENAME + "color = 3\n", "line 1: color is missing or not a text"),
        ("[[cluster]]\ncolor = '#112233'\n", "line 1: id is missing or not a text"),
        (
            "[[cluster]]\nid = 'c0001'\ncolor = '#112233'\n" + RENAME + "color = '#112234'\n",
            "line 4 contradicts line 1: color of c0001",
        ),
        (PIN.replace('"c0001"', "1"), "line 1: cluster is missing or not a text"),
        (MERGE.replace(', "c0002"', ""), "line 1: merge needs two different ids"),
        (MERGE.replace("c0002", "c0001"), "line 1: merge needs two different ids"),
        (MERGE.replace('"c0002"', "2"), "line 1: merge is not a list of cluster ids"),
        ("[[cluster]]\nmerge = 'c0001'\n", "line 1: merge is not a list of cluster ids"),
        (APART.replace("c0002", "peft"), "line 1: keep_apart contains 'peft', which is not"),
        (RENAME + RENAME.replace("Adapters", "LoRA"), "line 4 contradicts line 1: rename of c0001"),
        (PIN + PIN.replace("c0001", "c0002"), "line 4 contradicts line 1: pin of “2401.00001”"),
        (MERGE + APART, "line 3: c0001 and c0002 are to be kept apart, and to be merged"),
        (
            MERGE + MERGE.replace("c0001", "c0003") + APART.replace("c0002", "c0003"),
            "line 5: c0001 and c0003 are to be kept apart, and to be merged",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(tmp_path, text, problem):
    assert any(found.startswith(problem) for found in problems(tmp_path, text))


def test_all_problems_are_told_together(tmp_path):
    text = RENAME.replace("c0001", "x") + MERGE.replace("c0002", "y") + "[[cluster]]\n"
    assert len(problems(tmp_path, text)) == 3


def test_problems_on_topics_and_clusters_are_told_together(tmp_path):
    (tmp_path / "overrides.toml").write_text("[[topic]]\npaper = 'x'\n[[cluster]]\n[[other]]\n")
    with pytest.raises(InputError) as caught:
        read_definitions(None, overrides_file=tmp_path / "overrides.toml")
    messages = [problem.partition(": ")[2] for problem in caught.value.problems]
    assert messages[0] == "unknown entry 'other'"
    assert any(problem.startswith("line 1: topic is missing") for problem in messages)
    assert messages[-1].startswith("line 3: no override")
    assert len(messages) == len(set(messages))


def test_what_people_wrote_reaches_the_run(tmp_path):
    (tmp_path / "overrides.toml").write_text(RENAME + MERGE)
    found = read_definitions(None, overrides_file=tmp_path / "overrides.toml")
    assert [each.what for each in found.clusters] == ["rename", "merge"]
    assert list(found.overrides) == []


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_cluster_overrides(tmp_path / "missing.toml")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_cleaned(tmp_path, text):
    shown = text.replace("\ud800", "").replace("\x00", "").replace("\x08", "").replace("\x1b", "")
    quoted = "'''" + shown.replace("\x07", "").replace("'''", "") + "'''"
    (found,) = read(tmp_path, RENAME.replace('"Adapters"', quoted))
    assert found.label
    assert "\u202e" not in found.label
    assert "\n" not in found.label


def test_mergers_are_followed_to_the_cluster_named_first():
    def merged(*tables: tuple[str, ...]) -> dict[str, str]:
        return mergers([ClusterOverride("merge", ids) for ids in tables])

    assert merged(("a", "b")) == {"b": "a"}
    assert merged(("a", "b"), ("c", "b")) == {"b": "a", "c": "a"}
    assert merged(("a", "b"), ("c", "d"), ("d", "b")) == {"b": "a", "c": "a", "d": "a"}
    assert merged(("b", "a"), ("a", "c")) == {"a": "b", "c": "b"}


def test_all_pairs_are_kept_apart():
    found = pairs_apart([ClusterOverride("keep_apart", ("a", "b", "c"))])
    assert found == {frozenset("ab"), frozenset("ac"), frozenset("bc")}


# applying


def members(**papers: str) -> pd.DataFrame:
    """Memberships of clusters: `a="1:.6 2:.3"` is a paper with primary c0001; the first counts."""
    rows = []
    for paper, text in papers.items():
        for n, part in enumerate(text.split()):
            number, _, weight = part.partition(":")
            rows.append((paper, "cluster", f"c{int(number):04d}", float(weight or 1), n == 0))
    return conform(
        pd.DataFrame(rows, columns=list(TABLES["memberships"].columns)), name="memberships"
    )


def applied(rows: pd.DataFrame, *overrides: ClusterOverride, **settings: object) -> OverrideResult:
    find = settings.pop("find", lambda text: (text,) if text in set(rows["paper_id"]) else ())
    return apply_cluster_overrides(rows, overrides=overrides, find=find, **settings)


def primaries(found: OverrideResult) -> dict[str, str]:
    rows = found.memberships[found.memberships["is_primary"]]
    return {p: g[-1] for p, g in zip(rows["paper_id"], rows["group_id"], strict=True)}


TWO = ("c0001", "c0002")


def test_merged_clusters_add_up():
    found = applied(members(a="2:.5 1:.3 3:.2", b="1:.9", c="3:1"), ClusterOverride("merge", TWO))
    pd.testing.assert_frame_equal(found.memberships, members(a="1:.8 3:.2", b="1:.9", c="3:1"))
    assert found.merged == {"c0002": "c0001"}
    assert found.not_applied == []


def test_a_merger_done_before_is_no_news():
    rows = members(a="1", b="3")
    found = applied(rows, ClusterOverride("merge", TWO), merged_earlier={"c0002": "c0001"})
    pd.testing.assert_frame_equal(found.memberships, rows)
    assert (found.merged, found.not_applied) == ({}, [])


def test_a_merger_whose_first_cluster_is_no_more_has_another_keeper():
    found = applied(members(a="2", b="3"), ClusterOverride("merge", ("c0001", "c0003", "c0002")))
    assert primaries(found) == {"a": "2", "b": "2"}
    assert found.merged == {"c0003": "c0002"}
    assert found.not_applied == [
        {
            "line": None,
            "what": "merge",
            "names": "c0001, c0003, c0002",
            "reason": "c0001 has no papers in this run",
        }
    ]


def test_a_pin_has_weight_one_and_its_reason_is_evidence():
    pin = ClusterOverride("pin", ("c0002",), paper="a", why="It is.")
    found = applied(members(a="1:.6 2:.3 3:.1", b="2"), pin)
    pd.testing.assert_frame_equal(found.memberships, members(a="2:1", b="2"))
    (row,) = found.evidence.to_dict("records")
    assert (row["how"], row["text"], row["sentence"]) == ("override", "yes", "It is.")
    assert row["value"] == np.float32(0.3)


def test_a_pin_that_agrees_moves_nothing_and_counts_in_full():
    found = applied(members(a="1:.6"), ClusterOverride("pin", ("c0001",), paper="a"))
    assert found.memberships["weight"].tolist() == [1]


def test_a_pin_follows_mergers_of_now_and_before():
    rows = members(a="1", b="2", c="3")
    pin = ClusterOverride("pin", ("c0009",), paper="a")
    found = applied(
        rows, pin, ClusterOverride("merge", ("c0003", "c0002")), merged_earlier={"c0009": "c0002"}
    )
    assert primaries(found) == {"a": "3", "b": "3", "c": "3"}


@pytest.mark.parametrize(
    ("found", "cluster", "reason"),
    [
        ((), "c0001", "no such paper in this run"),
        (("a", "b"), "c0001", "2 papers have this title in this run"),
        (("a",), "c0007", "cluster c0007 has no papers in this run"),
    ],
)
def test_a_pin_that_cannot_be_followed_is_listed(found, cluster, reason):
    pin = ClusterOverride("pin", (cluster,), paper="Title", line=4)
    rows = members(a="1", b="2")
    got = applied(rows, pin, find=lambda _: found)
    pd.testing.assert_frame_equal(got.memberships, rows)
    assert got.not_applied == [
        {"line": 4, "what": "pin", "names": f"{cluster}, Title", "reason": reason}
    ]


def test_two_spellings_of_one_paper_are_a_conflict():
    pins = [
        ClusterOverride("pin", (c,), paper=p, line=n)
        for c, p, n in (("c0001", "x", 1), ("c0002", "y", 4))
    ]
    found = applied(members(a="1", b="2"), *pins, find=lambda _: ("a",))
    assert primaries(found)["a"] == "1"
    assert [each["reason"] for each in found.not_applied] == ["line 1 pins this paper elsewhere"]


def test_what_is_kept_apart_gets_its_papers_back_from_a_fresh_fit():
    before = pd.Series({"a": "c0001", "b": "c0001", "c": "c0002", "d": "c0002", "e": "c0003"})
    rows = members(a="1", b="1", c="1:.7 3:.2", d="1", e="1", f="1")
    found = applied(rows, ClusterOverride("keep_apart", TWO), before=before)
    assert primaries(found) == {"a": "1", "b": "1", "c": "2", "d": "2", "e": "1", "f": "1"}
    assert found.memberships["is_primary"].sum() == 6
    again = applied(found.memberships, ClusterOverride("keep_apart", TWO), before=before)
    pd.testing.assert_frame_equal(again.memberships, found.memberships)


def test_what_is_apart_stays_as_it_is():
    before = pd.Series({"a": "c0001", "b": "c0002"})
    rows = members(a="1", b="2")
    found = applied(rows, ClusterOverride("keep_apart", TWO), before=before)
    pd.testing.assert_frame_equal(found.memberships, rows)
    assert applied(rows, ClusterOverride("keep_apart", ("c0001", "c0008"))).not_applied


def test_a_pin_wins_over_the_rest():
    before = pd.Series({"a": "c0001", "c": "c0002"})
    found = applied(
        members(a="1", c="1"),
        ClusterOverride("keep_apart", TWO),
        ClusterOverride("pin", ("c0001",), paper="c"),
        before=before,
    )
    assert primaries(found)["c"] == "1"


def test_a_cluster_that_pins_empty_leaves_its_weights_to_where_its_papers_went():
    """c0001 has one paper, which is pinned elsewhere; b still has weight in it."""
    pin = ClusterOverride("pin", ("c0002",), paper="a")
    found = applied(members(a="1:.6", b="3:.5 1:.3", c="2:.8 1:.1", d="2"), pin)
    expected = members(a="2:1", b="3:.5 2:.3", c="2:.9", d="2")
    pd.testing.assert_frame_equal(found.memberships, expected)


def test_rows_of_topics_are_refused():
    with pytest.raises(ValueError, match="clusters only"):
        applied(members(a="1").assign(kind="topic"))


def test_papers_are_found_by_id_alias_and_title():
    papers = pd.DataFrame({"paper_id": ["2401.00001", "t1", "t2"], "title": ["One", "Two", "two!"]})
    index = paper_index(papers.astype("str").assign(aliases=[["10.1/x"], [], []]))
    assert find_papers(index, text="arXiv:2401.00001v3") == ("2401.00001",)
    assert find_papers(index, text="10.1/x") == ("2401.00001",)
    assert find_papers(index, text="TWO") == ("t1", "t2")
    assert find_papers(index, text="Three") == ()


SAID = st.one_of(
    st.builds(
        ClusterOverride,
        st.just("merge"),
        st.lists(
            st.sampled_from(["c0001", "c0002", "c0003", "c0004"]),
            min_size=2,
            max_size=3,
            unique=True,
        ).map(tuple),
    ),
    st.builds(
        ClusterOverride,
        st.just("pin"),
        st.sampled_from([("c0001",), ("c0003",)]),
        paper=st.sampled_from("abcdx"),
    ),
)
TEXTS = st.sampled_from(["1:.6 2:.3", "2:.5 1:.2 3:.1", "3:1", "1:.2", "2:.4 3:.4"])


@settings(max_examples=50)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.lists(SAID, max_size=4))
def test_laws_of_overrides(texts, overrides):
    rows = members(**dict(zip("abcd", texts, strict=False)))
    copy = rows.copy(deep=True)
    found = applied(rows, *overrides)
    pd.testing.assert_frame_equal(rows, copy)
    own = found.memberships
    assert not own.duplicated(["paper_id", "group_id"]).any()
    assert set(own["paper_id"]) == set(rows["paper_id"])
    assert (own.groupby("paper_id")["is_primary"].sum() == 1).all()
    assert own.groupby("paper_id")["weight"].sum().max() <= 1 + 1e-5
    assert not set(own["group_id"]) & set(found.merged)
    again = applied(own, *overrides, merged_earlier=found.merged)
    pd.testing.assert_frame_equal(again.memberships, own)
    assert again.merged == {}


# names


LABELS = {"c0001": "One", "c0002": "Two"}


def test_overrides_rename_clusters():
    rename = ClusterOverride("rename", ("c0001",), label="Adapters")
    labels, problems = override_labels(LABELS, overrides=[rename])
    assert labels == {"c0001": "Adapters", "c0002": "Two"}
    assert problems == []


def test_names_that_cannot_be_given_or_are_given_twice_are_listed():
    overrides = [
        ClusterOverride("rename", ("c0009",), label="X", line=1),
        ClusterOverride("rename", ("c0001",), label="two", line=4),
    ]
    labels, problems = override_labels(LABELS, overrides=overrides)
    assert labels == {"c0001": "two", "c0002": "Two"}
    assert [(each["line"], each["reason"]) for each in problems] == [
        (1, "there is no cluster c0009 in this run"),
        (4, "another cluster has this name too"),
    ]
    assert override_labels(LABELS, overrides=overrides[1:], retired={"c0002"})[1] == []


def test_overrides_color_clusters():
    overrides = [
        ClusterOverride("color", ("c0001",), color="#112233", line=1),
        ClusterOverride("color", ("c0009",), color="#112233", line=4),
    ]
    colors, problems = override_colors(
        {"c0001": "#ffffff", "c0002": "#000000"}, overrides=overrides
    )
    assert colors == {"c0001": "#112233", "c0002": "#000000"}
    assert [(each["line"], each["reason"]) for each in problems] == [
        (4, "there is no cluster c0009 in this run")
    ]
