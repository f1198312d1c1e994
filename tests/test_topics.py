from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.schema import TABLES
from analysis.topics import Topic, find_topics, read_topics
from conftest import ROOT

TOPICS = ROOT / "data" / "topics.toml"
SENTENCE = "We study adapters in depth."
OTHER = "Nothing else is said."


def topic(*phrases: str, name: str = "t") -> Topic:
    return Topic(name, name.capitalize(), "", phrases)


def papers(*rows: tuple[str, str | None]) -> pd.DataFrame:
    ids = [f"p{number}" for number in range(len(rows))]
    return pd.DataFrame(
        {
            "paper_id": pd.Series(ids, dtype="str"),
            "title": pd.Series([title for title, _ in rows], dtype="str"),
            "abstract": pd.Series([abstract for _, abstract in rows], dtype="str"),
        }
    )


def weight(title: str, abstract: str | None, *phrases: str) -> float:
    members, _ = find_topics(papers((title, abstract)), topics=[topic(*phrases)])
    return round(float(members["weight"].sum()), 4)


# weights


@pytest.mark.parametrize(
    ("title", "abstract", "expected"),
    [
        ("Adapters for all", None, 0.8),
        ("A title", SENTENCE, 0.3),
        ("A title", f"{SENTENCE} {OTHER} {SENTENCE}", 0.51),  # 1 - .7²
        ("Adapters for all", f"{OTHER} {SENTENCE}", 0.86),  # 1 - .2 × .7
        ("A title", f"{SENTENCE} {SENTENCE} {SENTENCE}", 0.657),  # 1 - .7³
        ("Adapters and adapters", f"{OTHER}", 0.8),  # a phrase counts once a title
        ("A title", "We study adapters of adapters.", 0.3),  # and once a sentence
        ("A title", OTHER, 0.0),
        ("A title", None, 0.0),
    ],
)
def test_weights_by_hand(title, abstract, expected):
    assert weight(title, abstract, "adapter") == expected


def test_a_paper_counts_from_a_title_or_two_sentences():
    rows = [("Adapters", None), ("x", SENTENCE), ("x", f"{SENTENCE} {SENTENCE}")]
    members, _ = find_topics(papers(*rows), topics=[topic("adapter")])
    assert list(members["is_primary"]) == [True, False, True]


# forms of words


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("pre-training", "Pretraining again"),
        ("pre-training", "PRE-TRAINING again"),
        ("pre-training", "Better pre training"),
        ("pretraining", "Better Pre-training"),
        ("fine-tuning", "Finetuning at home"),
        ("adapter", "Adapters"),
        ("adapters", "One adapter"),
        ("case study", "Case studies"),
        ("scaling law", "The Scaling-Laws of things"),
        ("LoRA", "lora: low rank"),
        ("RLHF", "(RLHF)"),
        ("mixture-of-experts", "A Mixture of Experts"),
        ("text-to-image", "On Text-to-Image models"),
        ("text-to-image", "On text to image models"),
        ("distil*", "Distillation"),
        ("distil*", "DistilBERT is small"),
        ("molecul*", "Molecules"),
        ("C.L.I.P", "C.L.I.P"),
    ],
)
def test_forms_that_are_found(phrase, text):
    assert weight(text, None, phrase) == 0.8


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("adapter", "Adaptation"),
        ("MoE", "Moenchengladbach"),
        ("data", "Database"),
        ("scaling law", "Scaling and law"),
        ("distil", "Distillation"),
        ("image text", "Image"),
        ("low-rank", "Low and rank"),
        ("a.b", "aXb"),
    ],
)
def test_forms_that_are_not_found(phrase, text):
    assert weight(text, None, phrase) == 0.0


# evidence


def test_evidence_keeps_phrase_sentence_and_value_title_first():
    _, evidence = find_topics(
        papers(("Adapters for all", f"{OTHER} {SENTENCE}")), topics=[topic("adapter")]
    )
    assert list(evidence.columns) == list(TABLES["evidence"].columns)
    rows = [(r.how, r.text, r.sentence, round(float(r.value), 2)) for r in evidence.itertuples()]
    assert rows == [
        ("phrase", "adapter", "Adapters for all", 0.8),
        ("phrase", "adapter", SENTENCE, 0.3),
    ]


def test_at_most_five_rows_of_evidence_with_the_title_among_them():
    abstract = " ".join(f"Adapters number {n} are good." for n in range(9))
    members, evidence = find_topics(papers(("Adapters", abstract)), topics=[topic("adapter")])
    assert len(evidence) == 5
    assert "Adapters" in set(evidence["sentence"])
    assert float(members["weight"].iloc[0]) == pytest.approx(1 - 0.2 * 0.7**9)


def test_every_row_of_evidence_has_a_membership():
    rows = [("Adapters", SENTENCE), ("x", OTHER), ("Prompts", SENTENCE)]
    topics = [topic("adapter", name="a"), topic("prompt", name="b")]
    members, evidence = find_topics(papers(*rows), topics=topics)
    key = ["paper_id", "kind", "group_id"]
    assert set(evidence[key].itertuples(index=False)) == set(members[key].itertuples(index=False))


# several topics


def test_a_paper_may_carry_several_topics_and_has_one_primary():
    topics = [topic("prompt", name="b"), topic("adapter", name="a")]
    members, _ = find_topics(papers(("Adapters and prompts", None)), topics=topics)
    assert list(members["group_id"]) == ["a", "b"]
    assert list(members["is_primary"]) == [False, True]  # equal weights: the first defined


def test_the_order_of_definitions_changes_no_weight():
    topics = read_topics(TOPICS)
    rows = [
        ("Adapters for multimodal pre-training", "We scale up the dataset. RLHF helps."),
        ("Scaling laws of medical data", "Pruning is cheap. Distillation too. LoRA as well."),
    ]
    one, why = find_topics(papers(*rows), topics=topics)
    other, why_too = find_topics(papers(*rows), topics=topics[::-1])
    pd.testing.assert_frame_equal(one.drop(columns="is_primary"), other.drop(columns="is_primary"))
    pd.testing.assert_frame_equal(why, why_too)


def test_no_definitions_and_no_papers_give_empty_tables():
    for frame in (papers(("Title", None)), papers()):
        for topics in ([], [topic("adapter")]):
            members, evidence = find_topics(frame, topics=topics)
            assert len(members) == len(evidence) == 0
            assert list(members.columns) == list(TABLES["memberships"].columns)


def test_the_papers_are_left_as_they_were():
    frame = papers(("Adapters", SENTENCE))
    before = frame.copy()
    find_topics(frame, topics=[topic("adapter")])
    pd.testing.assert_frame_equal(frame, before)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=40), st.text(max_size=80))
def test_weights_stay_in_bounds_for_any_text(title, abstract):
    members, evidence = find_topics(papers((title, abstract)), topics=read_topics(TOPICS))
    assert ((members["weight"] >= 0.05) & (members["weight"] <= 1)).all()
    assert evidence.groupby("group_id").size().le(5).all()


# definitions


def toml(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


GOOD = '[[topic]]\nid = "a-b"\nlabel = "A"\nphrases = ["x"]\n'


def test_the_bundled_definitions():
    found = {topic.id: topic for topic in read_topics(TOPICS)}
    assert list(found) == [
        *("pretraining", "peft", "multimodal", "scaling"),
        *("data", "alignment", "efficiency", "domain"),
    ]
    assert all(topic.label and topic.description and topic.phrases for topic in found.values())


def test_a_definition_without_description_is_fine(tmp_path):
    (found,) = read_topics(toml(tmp_path / "t.toml", GOOD))
    assert found == Topic("a-b", "A", "", ("x",))


def test_an_empty_file_defines_nothing(tmp_path):
    assert read_topics(toml(tmp_path / "t.toml", "")) == []


def test_the_hash_follows_everything_in_a_definition():
    same = Topic("a", "A", "d", ("x", "y"))
    assert same.definition_hash == Topic("a", "A", "d", ("x", "y")).definition_hash
    others = [
        Topic("b", "A", "d", ("x", "y")),
        Topic("a", "B", "d", ("x", "y")),
        Topic("a", "A", "", ("x", "y")),
        Topic("a", "A", "d", ("x",)),
    ]
    assert len({same.definition_hash, *(other.definition_hash for other in others)}) == 5


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("topic = 3", "topic is not a list of tables ([[topic]])"),
        ("topic = [1, 2]", "topic is not a list of tables ([[topic]])"),
        ('[topic]\nid = "a"', "topic is not a list of tables ([[topic]])"),
        (GOOD + "[topics]\nx = 1", "unknown entry 'topics'"),
        (GOOD + 'color = "red"', "topic 1: unknown field 'color'"),
        (GOOD.replace("a-b", "A b"), "topic 1: id 'A b' is not a slug such as 'my-topic'"),
        (GOOD.replace("a-b", "-b"), "topic 1: id '-b' is not a slug such as 'my-topic'"),
        (GOOD.replace('"a-b"', "3"), "topic 1: id 3 is not a slug such as 'my-topic'"),
        (GOOD.replace('id = "a-b"', ""), "topic 1: id None is not a slug such as 'my-topic'"),
        (GOOD + GOOD, "topic 2: id 'a-b' stands twice"),
        (GOOD.replace('"A"', '" "'), "topic 1: label is missing or empty"),
        (GOOD.replace('"A"', "3"), "topic 1: label is missing or empty"),
        (GOOD.replace('label = "A"', ""), "topic 1: label is missing or empty"),
        (GOOD + "description = 3", "topic 1: description is not a text"),
        (GOOD.replace('["x"]', "[]"), "topic 1: phrases is missing or empty"),
        (GOOD.replace('["x"]', '"x"'), "topic 1: phrases is missing or empty"),
        (GOOD.replace('phrases = ["x"]', ""), "topic 1: phrases is missing or empty"),
        (GOOD.replace('["x"]', "[3]"), "topic 1: phrase 3 holds no word"),
        (GOOD.replace('["x"]', '["*"]'), "topic 1: phrase '*' holds no word"),
        (GOOD.replace('["x"]', '["x", ""]'), "topic 1: phrase '' holds no word"),
    ],
)
def test_each_wrong_definition_is_named(tmp_path, text, problem):
    path = toml(tmp_path / "t.toml", text)
    with pytest.raises(InputError) as caught:
        read_topics(path)
    assert f"topics file {path}: {problem}" in caught.value.problems
    assert "Allowed: [[topic]] tables with id, label, description, phrases" in str(caught.value)
    assert "Next: edit the file and run again" in str(caught.value)


def test_all_problems_are_told_together(tmp_path):
    text = GOOD.replace("a-b", "A b") + GOOD.replace('["x"]', "[]") + "colour = 1"
    with pytest.raises(InputError) as caught:
        read_topics(toml(tmp_path / "t.toml", text))
    assert len(caught.value.problems) == 3


def test_what_is_no_toml_or_no_file_is_named(tmp_path):
    broken = toml(tmp_path / "t.toml", "[[topic")
    with pytest.raises(InputError, match="not TOML"):
        read_topics(broken)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not TOML"):
        read_topics(tmp_path / "binary")
    with pytest.raises(InputError, match=r"missing: No such file.*\n.*\n.*another --topics FILE"):
        read_topics(tmp_path / "missing")
    with pytest.raises(InputError, match="Is a directory"):
        read_topics(tmp_path)


# the snapshot


@pytest.mark.parametrize("name", ["pretraining", "peft", "multimodal", "scaling"])
def test_the_users_topics_are_found_in_the_snapshot(bundled, name):
    groups = bundled.groups.set_index("group_id")
    assert groups.loc[name, "n_papers"] >= 10
    assert len(groups.loc[name, "exemplars"]) == 3


@pytest.mark.parametrize(
    ("title", "topics"),
    [
        ("Parameter-Efficient Fine-tuning", {"peft"}),
        ("DataComp-LM: In search of the next generation of training sets", {"data"}),
    ],
)
def test_papers_of_the_snapshot_carry_what_their_titles_say(bundled, title, topics):
    rows = bundled.papers[bundled.papers["title"].str.contains(title, regex=False)]
    members = bundled.memberships[
        (bundled.memberships["kind"] == "topic") & (bundled.memberships["weight"] >= 0.5)
    ]
    for paper in rows["paper_id"]:
        assert topics <= set(members.loc[members["paper_id"] == paper, "group_id"])
    assert len(rows) > 0
