"""Names that a model suggests: what it is asked, what its answers may hold, the file of them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.base.escaping import clean
from analysis.pipeline.names.cards import ClusterCard, cluster_cards
from analysis.pipeline.names.check import LONGEST_NAME, NameFigures, figures_line
from analysis.pipeline.names.questions import MOST_ANSWER, MOST_WORDS, name_in, question
from analysis.pipeline.names.suggestions import (
    Suggestion,
    read_suggestions,
    suggestions_text,
    write_suggestions,
)
from hostile import HOSTILE

LABELS = {"c0001": "Corpus", "c0002": "Agents", "c0003": "Trees"}


def card(**more: object) -> ClusterCard:
    told = {
        "id": "c0001",
        "n_papers": 3,
        "coverage": 0.5,
        "terms": ("lora", "adapter"),
        "exemplars": (("On LoRA", "It is low."), ("A title", "")),
        "siblings": ("c0002",),
    }
    return ClusterCard(**{**told, **more})


# the question


def test_a_question_has_terms_exemplars_and_siblings_and_not_the_label():
    system, user = question(card(parts=("c0003",)), labels=LABELS)
    assert (system["role"], user["role"]) == ("system", "user")
    assert "at most 6 words" in system["content"]
    assert json.loads(user["content"]) == {
        "papers": 3,
        "terms": ["lora", "adapter"],
        "exemplars": [{"title": "On LoRA", "abstract": "It is low."}, {"title": "A title"}],
        "other_groups": ["Agents"],
        "consists_of": ["Trees"],
    }


def test_questions_are_short_and_clean_whatever_the_papers_say(subjects):
    texts = tuple((text, text * 100) for text in HOSTILE)
    _, user = question(card(exemplars=texts, terms=tuple(HOSTILE)), labels=LABELS)
    content = json.loads(user["content"])
    for each in content["exemplars"]:
        assert len(each["title"]) <= 201
        assert len(each["abstract"]) <= 501
        assert clean(each["abstract"]) == each["abstract"]
    for each in cluster_cards(subjects):
        labels = dict.fromkeys(("c0001", "c0002", "c0003", "c0004"), "x")
        assert len(json.dumps(question(each, labels=labels))) < 6_000


# the answer


@pytest.mark.parametrize(
    "answer",
    [
        '{"name": "Machine translation"}',
        '  {"name": "Machine translation.", "why": {"a": [1]}}  ',
        '```json\n{"name": "Machine translation"}\n```',
        'Here it is: {"name": "\\"Machine translation\\""} I hope that helps.',
        '<think>{"name": "No"} or {x}?</think>\n{"name": "Machine translation"}',
        '{"name": "Machine\\n translation"} {"name": "Machine translation"}',
        '{"name": "\\u202eMachine translation"}',
    ],
)
def test_names_are_found_in_answers(answer):
    assert name_in(answer) == ("Machine translation", "")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("", "the answer has no text"),
        (" \n", "the answer has no text"),
        ("Machine translation", "the answer has no JSON with a name (Machine translation)"),
        ('{"name": 3}', 'the answer has no JSON with a name ({"name": 3})'),
        ('["name"]', 'the answer has no JSON with a name (["name"])'),
        ('{"name": "A"} {"name": "B"}', "the answer has 2 names"),
        ('{"name": "  "}', "the name is empty"),
        ('{"name": "..."}', "the name is empty"),
        ('{"name": "one two three four five six seven"}',
         "the name has 7 words (one two three four five six seven)"),
        ('{"name": "<b>Bold</b>"}', "the name contains markup or an address (<b>Bold</b>)"),
        ('{"name": "[x](y)"}', "the name contains markup or an address ([x](y))"),
        ('{"name": "see evil.com"}', "the name contains markup or an address (see evil.com)"),
        ('{"name": "http://evil"}', "the name contains markup or an address (http://evil)"),
        ('{"name": "' + "a" * 81 + '"}', f"the name has 81 characters ({'a' * 60}…)"),
        ("a" * (MOST_ANSWER + 1), f"the answer has {MOST_ANSWER + 1:,} characters"),
        ("[" * 5000, f"the answer has no JSON with a name ({'[' * 60}…)"),
        ("<think>" * 2000, "the answer has no JSON with a name (<think><think><think><think><think>"
                           "<think><think><think><thi…)"),
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused(answer, problem):
    assert name_in(answer) == ("", problem)


@given(st.text(max_size=200) | st.sampled_from(HOSTILE))
def test_whatever_comes_a_name_is_short_and_clean(text):
    for answer in (text, json.dumps({"name": text}), f'{{"name": "{text}"}}'):
        name, problem = name_in(answer)
        assert bool(name) != bool(problem)
        assert clean(name) == name
        assert clean(problem) == problem
        assert len(name) <= LONGEST_NAME
        assert len(name.split()) <= MOST_WORDS
        assert not set(name) & set("<>{}[]\\`*_#|")


# the file


def suggestion(name: str = "c0001", label: str = "LoRA", *, both: int = 3) -> Suggestion:
    figures = NameFigures(both / 4, both / 5 if both else np.nan, 4, 5 if both else 0, both)
    return Suggestion(name, label, "Corpus", figures)


def test_the_figures_in_words():
    def line(n_members: int, n_said: int, n_both: int) -> str:
        return figures_line(NameFigures(0.5, 0.5, n_members, n_said, n_both))

    assert line(4, 5, 3) == "3 of its 4 papers say it, 2 other papers do"
    assert line(4, 2, 1) == "1 of its 4 papers says it, 1 other paper does"
    assert line(1, 0, 0) == "0 of its 1 paper say it, no other does"


def test_a_name_that_few_papers_say_is_doubtful():
    assert [suggestion(both=k).is_doubtful for k in (0, 1, 2)] == [True, True, False]


def test_a_file_of_suggestions_comes_back(tmp_path):
    path = tmp_path / "my names.toml"
    got = [suggestion("c0002", "Nothing", both=0), suggestion()]
    write_suggestions(got, run="0001-2025-03-17", model="tiny:1b", path=path)
    text = path.read_text(encoding="utf-8")
    assert f"#   papertide name 0001-2025-03-17 --accept '{path}'" in text
    assert tomllib.loads(text) == {
        "run": "0001-2025-03-17",
        "model": "tiny:1b",
        "suggestion": [
            {"id": "c0001", "label": "LoRA", "now": "Corpus", "papers": 4, "coverage": 0.75,
             "precision": 0.6},
            {"id": "c0002", "label": "Nothing", "now": "Corpus", "papers": 4, "coverage": 0.0,
             "doubtful": True},
        ],
    }  # fmt: skip
    read = read_suggestions(path)
    assert (read.run, read.model) == ("0001-2025-03-17", "tiny:1b")
    assert read.names == {"c0001": "LoRA", "c0002": "Nothing"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts(text):
    each = Suggestion("c0001", text, text, NameFigures(1.0, 1.0, 1, 1, 1))
    out = suggestions_text([each], run=text, model=text, path=Path("f.toml"))
    assert tomllib.loads(out)["suggestion"][0]["now"] == clean(text)
    assert "\x1b" not in out


def test_an_emptied_file_has_no_names(tmp_path):
    path = tmp_path / "f.toml"
    path.write_text('run = "0001"\n', encoding="utf-8")
    assert read_suggestions(path).names == {}


def test_what_is_no_file_of_suggestions_is_refused(tmp_path):
    path = tmp_path / "f.toml"

    def told(text: str) -> list[str]:
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            read_suggestions(path)
        start = f"file of suggestions {path}: "
        assert all(problem.startswith(start) for problem in caught.value.problems)
        return [problem.removeprefix(start) for problem in caught.value.problems]

    block = '[[suggestion]]\nid = "c0001"\nlabel = "A"\n'
    assert told("[[x")[0].startswith("not TOML")
    assert told('run = 1\nsuggestion = "x"\nother = 2\n') == [
        "run is not a text",
        "suggestion is not a list of tables ([[suggestion]])",
        "unknown entry 'other'",
    ]
    assert told(block + block + '[[suggestion]]\nid = "x"\nlabel = "B"\n') == [
        "suggestion 2: a second name for c0001",
        "suggestion 3: id 'x' is not a cluster id (example: c0001)",
    ]
    assert told('[[suggestion]]\nlabel = 3\nfoo = "B"\n') == [
        "suggestion 1: unknown field 'foo'",
        "suggestion 1: id is missing or not a text",
        "suggestion 1: label is missing or not a text",
    ]
    path.unlink()
    with pytest.raises(InputError) as caught:
        read_suggestions(path)
    assert "No such file or directory" in str(caught.value)
