"""Words that no label uses: read, checked, recorded, and taken over by an extension."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.base.escaping import clean
from analysis.pipeline.names.label_words import (
    LONGEST,
    MOST_BYTES,
    MOST_WORDS,
    checked_words,
    given_words,
    read_words,
    words_of_parent,
)
from analysis.pipeline.papers import is_unchanged
from analysis.pipeline.replay import replay
from analysis.pipeline.run import Settings, run
from analysis.pipeline.settings import recorded_settings
from command_line import refusal
from hostile import HOSTILE


def problems(call) -> list[str]:
    with pytest.raises(InputError) as caught:
        call()
    return caught.value.problems


def test_words_are_cleaned_sorted_and_kept_once():
    assert checked_words([]) == ()
    words = ["  large   language model", "Corpus", "corpus", "C#", "\u202earab\u202c"]
    assert checked_words(words) == ("C#", "arab", "corpus", "large language model")


@given(st.lists(st.text(alphabet="abC ", min_size=1).filter(str.strip), max_size=7))
def test_neither_order_nor_repetition_of_words_matters(words):
    once = checked_words(words)
    folded = {word.casefold() for word in once}
    assert folded == {word.casefold() for word in checked_words([*words[::-1], *words])}
    assert len(folded) == len(once)
    assert checked_words(once) == once


def test_what_is_no_word_is_told_together():
    found = problems(lambda: checked_words(["", "fine", "--", "a" * (LONGEST + 1)]))
    assert found == [
        "'' has no letter or digit",
        "'--' has no letter or digit",
        f"'{'a' * 40}…' has {LONGEST + 1} characters",
    ]
    assert problems(lambda: checked_words(f"w{i}" for i in range(MOST_WORDS + 1))) == [
        f"{MOST_WORDS + 1:,} words"
    ]


def test_a_file_has_one_word_per_line_and_comments(tmp_path):
    file = tmp_path / "words.txt"
    text = "\ufeff# of our field\ncorpus\n\nlarge language model  # LLM\nC#\r\n#not this\n"
    file.write_text(text, encoding="utf-8")
    assert read_words(file) == ("C#", "corpus", "large language model")
    file.write_text("# nothing\n\n", encoding="utf-8")
    assert read_words(file) == ()


def test_lines_that_are_no_words_are_told_together(tmp_path):
    file = tmp_path / "words.txt"
    file.write_text(f"fine\n--\n{'b' * 101}\n", encoding="utf-8")
    assert problems(lambda: read_words(file)) == [
        f"{file}, line 2: '--' has no letter or digit",
        f"{file}, line 3: '{'b' * 40}…' has 101 characters",
    ]


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    missing, binary, large = (tmp_path / name for name in ("none.txt", "binary", "large"))
    binary.write_bytes(b"\xff\xfe\x00")
    large.write_bytes(b"a\n" * (MOST_BYTES // 2 + 1))
    assert problems(lambda: read_words(missing)) == [
        f"cannot read {missing}: No such file or directory"
    ]
    assert problems(lambda: read_words(tmp_path)) == [f"cannot read {tmp_path}: Is a directory"]
    assert problems(lambda: read_words(binary)) == [f"{binary} is not a text in UTF-8"]
    assert problems(lambda: read_words(large)) == [f"cannot read {large}: larger than 1 MB"]


def test_hostile_words_stay_on_one_line_without_controls(tmp_path):
    for word in checked_words(text for text in HOSTILE if len(text) <= LONGEST):
        assert clean(word) == word
    file = tmp_path / "words.txt"
    file.write_text("\n".join(HOSTILE), encoding="utf-8", errors="replace")
    for problem in problems(lambda: read_words(file)):
        assert clean(problem) == problem


def test_an_option_and_a_file_add_up(tmp_path):
    file = tmp_path / "words.txt"
    file.write_text("corpus\n", encoding="utf-8")
    assert given_words((), file=None) is None
    assert given_words(("paper",), file=None) == ("paper",)
    assert given_words(("paper", "corpus"), file=file) == ("corpus", "paper")


def test_words_of_the_parent_hold_until_others_are_given():
    parent = {"not_in_labels": ["corpus"]}
    assert words_of_parent(None, settings=None) == ()
    assert words_of_parent(None, settings={}) == ()  # a run of an earlier version
    assert words_of_parent(None, settings=parent) == ("corpus",)
    assert words_of_parent(("paper",), settings=parent) == ("paper",)
    assert words_of_parent((), settings=parent) == ()


def test_runs_of_earlier_versions_count_as_made_without_words(bundled):
    settings = recorded_settings(Settings())
    older = {name: value for name, value in settings.items() if name != "not_in_labels"}
    manifest = {**bundled.manifest, "settings": older, "definitions": []}
    stored = replace(bundled, manifest=manifest)
    inputs = bundled.manifest["inputs"]
    asked = {**settings, "not_in_labels": ["corpus"]}
    assert is_unchanged(stored, inputs=inputs, definitions=[], settings=settings)
    assert not is_unchanged(stored, inputs=inputs, definitions=[], settings=asked)


@pytest.fixture
def two_papers(tmp_path: Path) -> Path:
    file = tmp_path / "papers.csv"
    rows = [
        "title,abstract,published",
        "On corpora,A text,2024-01-01",
        "On trees,A text,2024-02-01",
    ]
    file.write_text("\n".join(rows), encoding="utf-8")
    return file


@pytest.mark.usefixtures("_without_pages")
def test_words_are_recorded_and_taken_over(two_papers, tmp_path):
    runs = tmp_path / "runs"

    def recorded(**settings: object) -> list[str]:
        made = run(two_papers, settings=Settings(runs=runs, **settings))
        return made.manifest["settings"]["not_in_labels"]

    assert recorded(not_in_labels=("paper", "corpus")) == ["corpus", "paper"]
    assert recorded() == ["corpus", "paper"]
    assert len(list(runs.glob("0*"))) == 1  # unchanged, the run that is there
    assert recorded(period="year") == ["corpus", "paper"]
    assert replay(runs / "0002", files=[two_papers]).differing == ()
    assert recorded(period="year", not_in_labels=()) == []


@pytest.mark.usefixtures("_without_pages")
def test_words_given_on_the_command_line(cli, two_papers, tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("trees  # too common\n", encoding="utf-8")
    given = ("run", two_papers, "--runs", tmp_path / "runs", "--quiet")
    said = cli(*given, "--not-in-labels", "corpus", "--stopwords", words)
    manifest = json.loads((Path(said.out.strip()) / "manifest.json").read_text())
    assert manifest["settings"]["not_in_labels"] == ["corpus", "trees"]
    words.write_text("--\n", encoding="utf-8")
    told = refusal(cli(*given, "--stopwords", words))
    assert f"{words}, line 1: '--' has no letter or digit" in told
    assert refusal(cli(*given, "--not-in-labels", " ")).count("no letter or digit") == 1
