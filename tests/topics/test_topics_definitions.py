from __future__ import annotations

from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.topics import Topic, phrase_location, read_topics
from conftest import ROOT

TOPICS = ROOT / "data" / "topics" / "ml.toml"
GOOD = '[[topic]]\nid = "a-b"\nlabel = "A"\nstrong = ["xyz"]\n'


def toml(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_topics(path)
    assert "Allowed: [[topic]] tables with id, label, description, strong" in str(caught.value)
    assert "Next: edit the file and run again" in str(caught.value)
    return caught.value.problems


def test_the_bundled_definitions():
    found = {topic.id: topic for topic in read_topics(TOPICS)}
    assert list(found) == [
        *("pretraining", "peft", "multimodal", "scaling"),
        *("data", "alignment", "efficiency", "domain"),
    ]
    assert all(topic.label and topic.description and topic.strong for topic in found.values())


def test_every_field_is_read(tmp_path):
    text = (
        '[[topic]]\nid = "a"\nlabel = " A  b "\ndescription = "when"\nstrong = ["x y"]\n'
        'title = ["t"]\nweak = ["w*ord", "long*"]\nnot = ["n"]\nexemplars = ["2401.00001"]\n'
        'parent = "p"\n[[topic]]\nid = "p"\nlabel = "P"\nexemplars = ["A title"]\n'
    ).replace("w*ord", "word")
    a, p = read_topics(toml(tmp_path / "t.toml", text))
    assert a == Topic(
        "a", "A b", "when", ("x y",), ("t",), ("word", "long*"), ("n",), ("2401.00001",), "p"
    )
    assert p == Topic("p", "P", exemplars=("A title",))


def test_a_color_is_read_and_no_part_of_the_hash(tmp_path):
    (topic,) = read_topics(toml(tmp_path / "t.toml", GOOD + 'color = "#AABB01"\n'))
    (plain,) = read_topics(toml(tmp_path / "p.toml", GOOD))
    assert (topic.color, plain.color) == ("#aabb01", None)
    assert topic.definition_hash == plain.definition_hash


def test_an_empty_file_defines_nothing(tmp_path):
    assert read_topics(toml(tmp_path / "t.toml", "")) == []


def test_the_hash_follows_what_decides_and_nothing_else():
    same = Topic("a", "A", "d", ("x", "y"))
    assert same.definition_hash == Topic("a", "A", "d", ("y", "x")).definition_hash
    others = [
        Topic("a", "B", "d", ("x", "y")),
        Topic("a", "A", "", ("x", "y")),
        Topic("b", "A", "d", ("x", "y")),
        Topic("a", "A", "d", ("x",)),
        Topic("a", "A", "d", ("x",), title=("y",)),
        Topic("a", "A", "d", ("x",), weak=("y",)),
        Topic("a", "A", "d", ("x",), excluded=("y",)),
        Topic("a", "A", "d", ("x",), exemplars=("y",)),
        Topic("a", "A", "d", ("x", "y"), parent="b"),
    ]
    assert len({same.definition_hash, *(other.definition_hash for other in others)}) == 10


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("topic = 3", "topic is not a list of tables ([[topic]])"),
        ("topic = [1, 2]", "topic is not a list of tables ([[topic]])"),
        ('[topic]\nid = "a"', "topic is not a list of tables ([[topic]])"),
        (GOOD + "[topics]\nx = 1", "unknown entry 'topics'"),
    ],
)
def test_a_file_of_another_form_is_named(tmp_path, text, problem):
    path = toml(tmp_path / "t.toml", text)
    assert f"topics file {path}: {problem}" in problems(path)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (GOOD + 'colour = "#112233"', 5, "topic a-b: unknown field 'colour'"),
        (GOOD + 'color = "red"', 5, "topic a-b: color 'red' is not of the form #rrggbb (#1a8a72)"),
        (GOOD + "color = 3", 5, "topic a-b: color 3 is not of the form #rrggbb (#1a8a72)"),
        (
            GOOD + 'phrases = ["x"]',
            5,
            "topic a-b: unknown field 'phrases' (put them under strong, title or weak)",
        ),
        (GOOD.replace("a-b", "A b"), 2, "topic A b: id 'A b' is not a slug such as 'my-topic'"),
        (GOOD.replace("a-b", "-b"), 2, "topic -b: id '-b' is not a slug such as 'my-topic'"),
        (GOOD.replace('"a-b"', "3"), 2, "topic 1: id 3 is not a slug such as 'my-topic'"),
        (GOOD.replace('id = "a-b"', ""), 1, "topic 1: id None is not a slug such as 'my-topic'"),
        (GOOD + GOOD, 6, "topic a-b: id 'a-b' is used twice"),
        (GOOD.replace('"A"', '" "'), 3, "topic a-b: label is missing or empty"),
        (GOOD.replace('"A"', "3"), 3, "topic a-b: label is missing or empty"),
        (GOOD.replace('label = "A"', ""), 1, "topic a-b: label is missing or empty"),
        (GOOD + "description = 3", 5, "topic a-b: description is not a text"),
        (
            GOOD.replace('"xyz"', ""),
            2,
            "topic a-b: has no strong phrase, no title phrase and no exemplar",
        ),
        (
            GOOD.replace('strong = ["xyz"]', 'weak = ["xyz"]'),
            2,
            "topic a-b: has no strong phrase, no title phrase and no exemplar",
        ),
        (GOOD.replace('["xyz"]', '"xyz"'), 4, "topic a-b: strong is not a list of texts"),
        (GOOD.replace('"xyz"', "3"), 4, "topic a-b: strong is not a list of texts"),
        (
            GOOD.replace('"xyz"', '""'),
            4,
            "topic a-b: phrase '' has no word, or begins or ends with ...",
        ),
        (
            GOOD.replace('"xyz"', '"... data"'),
            4,
            "topic a-b: phrase '... data' has no word, or begins or ends with ...",
        ),
        (
            GOOD.replace('"xyz"', '"a*"'),
            4,
            "topic a-b: phrase 'a*' matches everything: a * needs 3 letters beside it",
        ),
        (
            GOOD + 'not = ["of the"]',
            5,
            "topic a-b: phrase 'of the' matches everything: it consists of function words only",
        ),
        (GOOD + 'exemplars = [" "]', 5, "topic a-b: exemplars contains an empty text"),
        (GOOD + 'parent = "c"', 5, "topic a-b: parent 'c' is not the id of another topic"),
        (GOOD + 'parent = "a-b"', 5, "topic a-b: parent 'a-b' is not the id of another topic"),
    ],
)
def test_each_wrong_definition_is_named_with_its_line(tmp_path, text, line, problem):
    path = toml(tmp_path / "t.toml", text)
    assert problems(path) == [f"topics file {path}, line {line}: {problem}"]


def test_parents_in_a_circle_are_named(tmp_path):
    text = "".join(
        f'[[topic]]\nid = "{a}"\nlabel = "A"\nstrong = ["xyz"]\nparent = "{b}"\n'
        for a, b in (("a", "b"), ("b", "a"), ("c", "a"))
    )
    path = toml(tmp_path / "t.toml", text)
    assert problems(path) == [
        f"topics file {path}, line 5: topic a: its parents form a circle",
        f"topics file {path}, line 10: topic b: its parents form a circle",
    ]


def test_all_problems_are_told_together(tmp_path):
    text = GOOD.replace("a-b", "A b") + GOOD.replace('["xyz"]', "[]") + "colour = 1"
    assert len(problems(toml(tmp_path / "t.toml", text))) == 3


def test_what_is_no_toml_or_no_file_is_named(tmp_path):
    broken = toml(tmp_path / "t.toml", "[[topic]]\nid = a b\n")
    with pytest.raises(InputError, match=r"not TOML.*line 2"):
        read_topics(broken)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not TOML"):
        read_topics(tmp_path / "binary")
    with pytest.raises(InputError, match=r"missing: No such file.*\n.*\n.*another --topics FILE"):
        read_topics(tmp_path / "missing")
    with pytest.raises(InputError, match="Is a directory"):
        read_topics(tmp_path)


def test_a_phrase_is_located_by_file_and_line(tmp_path):
    path = toml(tmp_path / "t.toml", GOOD + "\n" + GOOD.replace("a-b", "c").replace("xyz", "uvw"))
    assert phrase_location(path, topic="c", phrase="uvw") == f"topics file {path}, line 9"
