"""Files of decisions made by hand: what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.base.files import data_file
from analysis.topics.overrides import Override, read_overrides
from conftest import ROOT

TOPICS = ("peft", "data", "scaling")
ONE = '[[topic]]\npaper = "2401.00001"\ntopic = "peft"\nbelongs = true\nwhy = "It does."\n'


def read(path: Path, text: str) -> list[Override]:
    file = path / "overrides.toml"
    file.write_text(text, encoding="utf-8")
    return read_overrides(file, topics=TOPICS)


def problems(path: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(path, text)
    prefix = f"overrides file {path / 'overrides.toml'}: "
    assert all(problem.startswith(prefix) for problem in caught.value.problems)
    assert "data/overrides.toml" in caught.value.next_step
    return [problem.removeprefix(prefix) for problem in caught.value.problems]


def test_decisions_are_read_with_their_lines(tmp_path):
    text = (
        f"# a comment\n\n{ONE}\n"
        "[[ topic ]] # again\npaper = 'A  title\\ttoo'\ntopic = 'data'\nbelongs = \"no\"\n"
    )
    assert read(tmp_path, text) == [
        Override("2401.00001", "peft", True, "It does.", 3),
        Override("A title\\ttoo", "data", False, "", 9),
    ]


@pytest.mark.parametrize(
    ("word", "belongs"), [("true", True), ("false", False), ('"yes"', True), ('"no"', False)]
)
def test_yes_and_no_have_two_forms(tmp_path, word, belongs):
    (found,) = read(tmp_path, ONE.replace("true", word))
    assert found.belongs is belongs


def test_an_empty_file_and_the_bundled_one_hold_none(tmp_path):
    assert read(tmp_path, "") == []
    assert read(tmp_path, "\ufeff# only a comment\n") == []
    assert data_file("overrides.toml").is_file()
    assert read_overrides(ROOT / "data" / "overrides.toml", topics=[]) == []


def test_the_example_in_the_bundled_file_is_right(tmp_path):
    text = (ROOT / "data" / "overrides.toml").read_text(encoding="utf-8")
    start = text.index("# [[topic]]", text.index("An example"))
    example = text[start : text.index("\n#\n", start)]
    (found,) = read(tmp_path, example.replace("# ", ""))
    assert found.belongs is False
    assert found.why


def test_all_problems_are_told_together_with_their_lines(tmp_path):
    text = (
        "[[topic]]\npaper = 3\ntopic = 'pefft'\nbelongs = 1\nwhy = 2\ncolour = 'red'\n"
        f"\n{ONE}\n{ONE.replace('true', 'false')}\n[[clusters]]\nid = 'c0001'\n"
    )
    assert problems(tmp_path, text) == [
        "unknown entry 'clusters'",
        "line 1: unknown field 'colour'",
        "line 1: paper is missing or not a text",
        "line 1: topic 'pefft' is not defined (did you mean peft?)",
        "line 1: belongs is neither true nor false",
        "line 1: why is not a text",
        "line 14 contradicts line 8: topic peft of paper “2401.00001”",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[topic]\n", "not TOML"),
        ("[topic]\npaper = 'x'\n", "topic is not a list of tables"),
        ("topic = 'x'\n", "topic is not a list of tables"),
        ("topic = [{paper = 'x', topic = 'peft'}]\n", "decision 1: belongs is neither"),
        ("[[topic]]\n", "line 1: paper is missing or not a text"),
        (ONE.replace("2401.00001", " "), "line 1: paper is missing or not a text"),
        (ONE.replace("true", "[]"), "line 1: belongs is neither true nor false"),
        (ONE.replace("true", '"maybe"'), "line 1: belongs is neither true nor false"),
        (ONE.replace("true", "1.0"), "line 1: belongs is neither true nor false"),
    ],
)
def test_a_bad_file_is_refused(tmp_path, text, problem):
    assert any(found.startswith(problem) for found in problems(tmp_path, text))


def test_a_toml_error_names_the_line(tmp_path):
    assert "at line 3" in problems(tmp_path, '[[topic]]\npaper = "x"\ntopic = peft\n')[0]


def test_a_header_inside_a_text_is_no_decision(tmp_path):
    text = f"{ONE.replace('It does.', 'x')}".replace('"x"', '"""\n[[topic]]\n"""') + ONE.replace(
        "peft", "data"
    )
    assert [each.line for each in read(tmp_path, text)] == [1, 8]


def test_missing_and_undecodable_files_are_refused(tmp_path):
    with pytest.raises(InputError, match="No such file") as caught:
        read_overrides(tmp_path / "missing.toml", topics=TOPICS)
    assert "--overrides FILE" in caught.value.next_step
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not TOML"):
        read_overrides(tmp_path / "bad.toml", topics=TOPICS)


def test_the_same_paper_in_two_spellings_can_contradict_itself(tmp_path):
    text = ONE + ONE.replace("2401.00001", "arXiv:2401.00001v2").replace("true", "false")
    assert problems(tmp_path, text) == [
        "line 6 contradicts line 1: topic peft of paper “arXiv:2401.00001v2”"
    ]
