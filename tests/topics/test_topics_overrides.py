"""Decisions made by hand: applied to topics, counted and said."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.base.laws import check_laws
from analysis.base.schema import TABLES
from analysis.pipeline.run import Settings, run
from analysis.report import report_page
from analysis.topics.overrides import Override, OverrideResult, apply_overrides, overrides_sentence
from conftest import TODAY
from hostile import HOSTILE
from page_runs import made_run
from planted import planted_csv

pytestmark = pytest.mark.usefixtures("_without_charts")

TOPICS = ("peft", "data", "scaling")

# applying


def papers(*titles: str) -> pd.DataFrame:
    ids = [f"2401.0000{number}" for number in range(1, len(titles) + 1)]
    frame = pd.DataFrame({"paper_id": ids, "title": list(titles)}).astype("str")
    return frame.assign(aliases=[[] for _ in ids])


def members(*rows: tuple[str, str, str, float, bool]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(TABLES["memberships"].columns))
    return frame.astype(dict(TABLES["memberships"].columns))


def reasons(*rows: tuple[str, str, str, str, str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(TABLES["evidence"].columns))
    return frame.astype(dict(TABLES["evidence"].columns))


A, B = "2401.00001", "2401.00002"
PAPERS = papers("One", "Two", "Twin", "twin")
MEMBERS = members(
    (A, "cluster", "c0001", 0.9, True),
    (A, "topic", "data", 0.8, True),
    (A, "topic", "peft", 0.3, False),
    (B, "topic", "peft", 0.7, True),
)
REASONS = reasons(
    *[(A, "topic", "peft", "phrase", f"x{n}", "An x.", n / 10) for n in range(1, 6)],
    (B, "topic", "peft", "phrase", "y", "A y.", 0.5),
)


def applied(*overrides: Override, to: OverrideResult | None = None) -> OverrideResult:
    first, second = (to.memberships, to.evidence) if to else (MEMBERS, REASONS)
    return apply_overrides(first, second, papers=PAPERS, overrides=overrides, topics=TOPICS)


def rows_of(frame: pd.DataFrame, paper: str, topic: str = "peft") -> pd.DataFrame:
    return frame[(frame["paper_id"] == paper) & (frame["group_id"] == topic)]


def test_yes_gives_weight_1_and_the_primary_topic_is_found_anew():
    made = applied(Override(A, "peft", True, "It trains adapters."))
    (row,) = rows_of(made.memberships, A).itertuples()
    assert (row.weight, row.is_primary) == (1.0, True)
    assert not rows_of(made.memberships, A, "data")["is_primary"].any()
    evidence = rows_of(made.evidence, A)
    assert len(evidence) == 5
    (own,) = evidence[evidence["how"] == "override"].itertuples()
    assert (own.text, own.sentence) == ("yes", "It trains adapters.")
    assert own.value == pytest.approx(0.3)
    assert set(evidence["text"]) == {"yes", "x2", "x3", "x4", "x5"}
    assert made.counts == {"given": 1, "yes": 1, "no": 0, "unmatched": 0, "changed": 1}


def test_no_takes_the_membership_away_and_keeps_the_reason():
    made = applied(Override(B, "peft", False, "Only compares."))
    assert rows_of(made.memberships, B).empty
    (row,) = rows_of(made.evidence, B).itertuples()
    assert (row.how, row.text, row.sentence) == ("override", "no", "Only compares.")
    assert row.value == pytest.approx(0.7)
    assert made.counts["changed"] == 1


def test_no_on_the_primary_topic_makes_the_next_one_primary():
    made = applied(Override(A, "data", False, ""), Override(A, "scaling", True, ""))
    assert rows_of(made.memberships, A, "scaling")["is_primary"].tolist() == [True]
    made = applied(Override(A, "data", False, ""))
    assert not made.memberships[made.memberships["kind"] == "topic"]["is_primary"][:1].any()
    assert rows_of(made.memberships, A)["is_primary"].tolist() == [False]  # .3 is under .5


def test_of_equal_weights_the_topic_defined_first_is_primary():
    made = applied(Override(A, "scaling", True, ""), Override(A, "data", True, ""))
    assert rows_of(made.memberships, A, "data")["is_primary"].tolist() == [True]
    assert rows_of(made.memberships, A, "scaling")["is_primary"].tolist() == [False]


def test_papers_are_named_by_id_version_or_title():
    for paper in (A, "arXiv:2401.00001v3", "ONE!"):
        assert applied(Override(paper, "peft", True, "")).counts["changed"] == 1


def test_what_names_no_paper_or_several_is_listed_and_not_applied():
    made = applied(Override("2505.00001", "peft", True, "", 4), Override("Twin", "data", True, ""))
    assert made.unmatched == [
        {"line": 4, "paper": "2505.00001", "topic": "peft", "reason": "no paper"},
        {"line": None, "paper": "Twin", "topic": "data", "reason": "2 papers"},
    ]
    assert made.counts == {"given": 2, "yes": 0, "no": 0, "unmatched": 2, "changed": 0}
    pd.testing.assert_frame_equal(made.memberships, MEMBERS)
    pd.testing.assert_frame_equal(made.evidence, REASONS)


def test_a_contradiction_between_an_id_and_a_title_is_refused():
    with pytest.raises(InputError) as caught:
        applied(Override(A, "peft", True, "", 3), Override("one", "peft", False, "", 9))
    assert caught.value.problems == [
        "overrides: line 9 contradicts line 3: topic peft of paper “one”"
    ]


def test_the_same_decision_twice_counts_once_in_the_tables():
    made = applied(Override(A, "peft", True, "first"), Override("One", "peft", True, "second"))
    assert rows_of(made.evidence, A)["sentence"].tolist().count("first") == 1
    assert "second" not in set(made.evidence["sentence"])


def test_clusters_and_other_papers_pass_through():
    made = applied(Override(A, "peft", True, ""))
    clusters = made.memberships[made.memberships["kind"] == "cluster"]
    assert clusters["group_id"].tolist() == ["c0001"]
    assert clusters["is_primary"].tolist() == [True]
    pd.testing.assert_frame_equal(
        rows_of(made.memberships, B).reset_index(drop=True),
        rows_of(MEMBERS, B).reset_index(drop=True),
    )


def test_no_overrides_no_papers_and_no_memberships():
    made = applied()
    pd.testing.assert_frame_equal(made.memberships, MEMBERS)
    pd.testing.assert_frame_equal(made.evidence, REASONS)
    one = apply_overrides(
        members(),
        reasons(),
        papers=PAPERS,
        topics=TOPICS,
        overrides=[Override(A, "peft", True, "w")],
    )
    assert one.memberships["weight"].tolist() == [1.0]
    assert dict(one.memberships.dtypes) == dict(MEMBERS.dtypes)
    assert dict(one.evidence.dtypes) == dict(REASONS.dtypes)
    none = apply_overrides(
        members(),
        reasons(),
        papers=papers(),
        topics=TOPICS,
        overrides=[Override(A, "peft", False, "w")],
    )
    assert len(none.memberships) == len(none.evidence) == 0
    assert none.counts["unmatched"] == 1


def test_the_inputs_are_left_as_they_were():
    before = MEMBERS.copy(), REASONS.copy()
    applied(Override(A, "peft", True, ""), Override(B, "peft", False, ""))
    pd.testing.assert_frame_equal(MEMBERS, before[0])
    pd.testing.assert_frame_equal(REASONS, before[1])


decisions = st.lists(
    st.builds(
        Override,
        st.sampled_from([A, B, "2401.00003", "2401.00004", "2505.00001", "Twin"]),
        st.sampled_from(TOPICS),
        st.booleans(),
        st.sampled_from(["", "because"]),
    ),
    unique_by=lambda each: (each.paper, each.topic),
    max_size=6,
)


@settings(max_examples=60)
@given(decisions, st.randoms())
def test_laws(overrides, random):
    made = applied(*overrides)
    # Applied twice it is the same, and the order of the decisions does not matter.
    again = applied(*overrides, to=made)
    pd.testing.assert_frame_equal(made.memberships, again.memberships)
    pd.testing.assert_frame_equal(made.evidence, again.evidence)
    mixed = list(overrides)
    random.shuffle(mixed)
    pd.testing.assert_frame_equal(made.memberships, applied(*mixed).memberships)
    pd.testing.assert_frame_equal(made.evidence, applied(*mixed).evidence)
    # Keys are unique, at most one primary topic a paper, at most five rows of evidence.
    for name, frame in (("memberships", made.memberships), ("evidence", made.evidence)):
        assert not frame.duplicated(list(TABLES[name].key)).any()
    topics = made.memberships[made.memberships["kind"] == "topic"]
    assert topics.groupby("paper_id")["is_primary"].sum().le(1).all()
    assert topics.loc[topics["is_primary"], "weight"].ge(0.5).all()
    assert made.evidence.groupby(["paper_id", "group_id"]).size().le(5).all()
    # Evidence without a membership is that of a "no" alone.
    held = set(topics[["paper_id", "group_id"]].itertuples(index=False, name=None))
    for row in made.evidence.itertuples():
        if (row.paper_id, row.group_id) not in held:
            assert (row.how, row.text) == ("override", "no")


# said


def test_the_sentence():
    assert overrides_sentence(applied()) == ""
    assert overrides_sentence(applied(Override(A, "peft", True, ""))) == (
        "1 decision on topics was made by hand."
    )
    made = applied(
        Override(A, "peft", True, ""),
        Override("Lost", "peft", True, ""),
        Override("Twin", "data", True, ""),
    )
    assert overrides_sentence(made) == (
        "3 decisions on topics were made by hand; 1 names no paper of this run: “Lost”; "
        "1 fits more than one paper: “Twin”."
    )
    many = applied(*[Override(f"Lost {n}", "peft", True, "") for n in range(5)])
    assert overrides_sentence(many).endswith("“Lost 0”, “Lost 1”, “Lost 2” and 2 more.")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_decisions_reach_the_report_as_text(text):
    made = applied(Override(text, "peft", True, text))
    page_run = made_run(20)
    page_run.manifest["overrides"] = {"said": overrides_sentence(made)}
    page = report_page(page_run)
    assert "1 names no paper of this run" in page
    assert "<script>window" not in page
    assert "<img src=x" not in page
    assert "\x1b" not in page


def test_a_run_applies_counts_and_says_them(tmp_path, capsys):
    snapshot = planted_csv(tmp_path / "papers.csv", n=12)
    (tmp_path / "topics.toml").write_text(
        '[[topic]]\nid = "sky"\nlabel = "Sky"\ndescription = "Stars."\nstrong = ["galaxy"]\n'
    )
    file = tmp_path / "mine.toml"
    file.write_text(
        '[[topic]]\npaper = "On speech and nothing"\ntopic = "sky"\nbelongs = true\n'
        '[[topic]]\npaper = "PAPER"\ntopic = "sky"\nbelongs = true\nwhy = "I know it."\n'
    )
    before = run(
        snapshot,
        settings=Settings(runs=tmp_path / "runs", today=TODAY, topics=tmp_path / "topics.toml"),
    )
    outside = before.memberships[before.memberships["kind"] == "topic"]
    inside = set(outside.loc[outside["weight"] >= 0.5, "paper_id"])
    other = before.papers[~before.papers["paper_id"].isin(inside)].iloc[0]
    file.write_text(file.read_text().replace("PAPER", other["title"]))
    made = run(
        snapshot,
        settings=Settings(
            runs=tmp_path / "runs", today=TODAY, overrides=file, topics=tmp_path / "topics.toml"
        ),
    )
    own = made.memberships[made.memberships["paper_id"] == other["paper_id"]]
    assert own.loc[own["group_id"] == "sky", "weight"].tolist() == [1.0]
    (group,) = made.groups[made.groups["group_id"] == "sky"].itertuples()
    assert group.n_papers == len(inside) + 1
    assert check_laws({name: getattr(made, name) for name in TABLES}) == []
    told = json.loads((made.path / "manifest.json").read_text(encoding="utf-8"))
    assert told["overrides"]["changed"] == 1
    assert [each["line"] for each in told["overrides"]["not_applied"]] == [1]
    (hashed,) = [each for each in told["definitions"] if each["role"] == "overrides"]
    assert hashed["name"] == "mine.toml"
    assert "2 decisions on topics were made by hand" in (made.path / "report.html").read_text(
        encoding="utf-8"
    )
    assert before.manifest["overrides"]["given"] == 0
    assert "made by hand" not in (before.path / "report.html").read_text(encoding="utf-8")
