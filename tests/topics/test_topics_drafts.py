"""Drafts of definitions: TOML that is accepted, whatever stands in it."""

from __future__ import annotations

import tomllib
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.escaping import clean, for_toml
from analysis.pipeline.topic_questions import suggestions
from analysis.topics import read_topics
from analysis.topics.growth.candidates import Draft, as_toml, slug, strong_and_weak
from hostile import HOSTILE
from page_runs import made_run

# drafts


def test_slugs():
    assert slug("Vision-language models", taken=()) == "vision-language-models"
    assert slug("Data", taken=("data",)) == "data-2"
    assert slug("Data", taken=("data", "data-2")) == "data-3"
    assert slug("Théorie d’été", taken=()) == "theorie-dete"
    assert slug("日本語", taken=()) == "new-topic"
    assert len(slug("a" * 600, taken=())) == 40


def test_terms_are_sorted_by_how_much_they_tell():
    terms = ["Reward Models", "language models", "RLHF", "reward model", "the of", "7"]
    strong, weak = strong_and_weak(terms, own=[0.5, 0.1, 0.9, 0.5, 1, 1])
    assert strong == ("Reward Models",)
    assert weak == ("language models", "RLHF")
    assert strong_and_weak(["agents", "tools"], own=[0.2, 0.4]) == (("tools",), ("agents",))
    assert strong_and_weak([], own=[]) == ((), ())
    assert strong_and_weak(["distil*", "a ... b dataset"], own=[0.4, 0.4]) == (
        ("a b dataset",),
        ("distil",),
    )


def test_a_draft_as_it_is_printed():
    draft = Draft("x", 'A "b"', "d", ("p q",), (), ("1", "2"), "one\ntwo # three")
    assert as_toml(draft) == (
        '# one\n# two # three\n[[topic]]\nid = "x"\nlabel = "A \\"b\\""\n'
        'description = "d"\nstrong = ["p q"]\nweak = []\nexemplars = ["1", "2"]\n'
    )


def test_a_draft_that_nothing_speaks_for_is_a_comment():
    text = as_toml(Draft("x", "X", "d", (), (), (), ""))
    assert tomllib.loads(text) == {}
    assert "please add strong phrases" in text
    text = as_toml(Draft("x", "X", "d", (), (), ("1",), ""))
    assert tomllib.loads(text)["topic"][0]["exemplars"] == ["1"]


@given(st.text())
def test_toml_strings_read_back(text):
    assert tomllib.loads(f"x = {for_toml(text)}")["x"] == clean(text)


@given(
    label=st.text(min_size=1),
    terms=st.lists(st.text(), max_size=6),
    remark=st.text(),
    exemplar=st.text(alphabet=st.characters(categories=("L", "N")), min_size=1),
)
@settings(max_examples=60)
def test_a_draft_is_accepted_whatever_stands_in_it(
    label, terms, remark, exemplar, tmp_path_factory
):
    strong, weak = strong_and_weak(terms, own=[0.5] * len(terms))
    label = clean(label) or "c0001"
    draft = Draft(slug(label, taken=("data",)), label, "d", strong, weak, (exemplar,), remark)
    path = tmp_path_factory.mktemp("toml") / "t.toml"
    path.write_text(as_toml(draft), encoding="utf-8")
    (topic,) = read_topics(path)
    assert (topic.id, topic.label) == (draft.id, label)
    assert topic.strong == tuple(map(clean, strong))
    assert topic.weak == tuple(map(clean, weak))


def test_hostile_labels_terms_and_ids_give_toml_that_is_accepted(tmp_path):
    run = made_run(80, texts=HOSTILE)
    for topics in (run.groups, run.groups[run.groups["kind"] == "cluster"]):
        rows = run.memberships[run.memberships["kind"] == "cluster"]
        found = suggestions(replace(run, memberships=rows, groups=topics))
        assert len(found.table) == 4
        path = tmp_path / "hostile.toml"
        path.write_text(found.toml, encoding="utf-8")
        made = read_topics(path)
        assert [topic.id for topic in made] == found.table["topic_id"].tolist()
        assert not {topic.id for topic in made} & set(topics["group_id"])
