"""The command `papertide topics add`: a word of a run becomes a topic of a file kept otherwise."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.cli.main import cli
from analysis.topics import read_topics
from page_runs import written
from told_words import run_with_words

TOPICS = """\
# My topics.
[[topic]]
id = "kelp"
label = "Kelp"   # as we say
strong = ["kelp"]
"""


@pytest.fixture(scope="module")
def series(tmp_path_factory) -> Path:
    return written(run_with_words(), tmp_path_factory.mktemp("words") / "runs").parent


def add(*words: str, runs: Path) -> Result:
    return CliRunner().invoke(cli, ["topics", "add", *words, "--runs", str(runs)])


@pytest.mark.parametrize("word", ["kelp-harvest", "Kelp Harvests", "kelp harvests"])
def test_a_word_is_added_and_the_file_kept_otherwise(series, tmp_path, word):
    file = tmp_path / "topics.toml"
    file.write_text(TOPICS, encoding="utf-8")
    result = add(word, "--topics", str(file), runs=series)
    assert result.exit_code == 0, result.stderr
    assert "Topic kelp-harvests was added" in result.output
    assert "The next run uses it." in result.output
    text = file.read_text(encoding="utf-8")
    assert text.startswith(TOPICS + "\n# Added from the words of run ")
    kelp, added = read_topics(file)
    assert (kelp.id, kelp.strong) == ("kelp", ("kelp",))
    assert (added.id, added.label, added.strong) == (
        "kelp-harvests", "Kelp harvests", ("kelp harvests",))  # fmt: skip
    assert "verdict: rising" in text


@pytest.mark.parametrize("before", ["", "\n", TOPICS.rstrip("\n"), TOPICS.replace("\n", "\r\n")])
def test_what_the_file_holds_stays_byte_for_byte(series, tmp_path, before):
    file = tmp_path / "topics.toml"
    file.write_bytes(before.encode())
    assert add("reef-map", "--topics", str(file), runs=series).exit_code == 0
    after = file.read_bytes().decode()
    assert after.startswith(before)
    assert after.count("\r\n") in (0, after.count("\n"))
    assert read_topics(file)[-1].id == "reef-maps"


def test_a_word_is_not_added_twice(series, tmp_path):
    file = tmp_path / "topics.toml"
    file.write_text("", encoding="utf-8")
    assert add("kelp-harvest", "--topics", str(file), runs=series).exit_code == 0
    before = file.read_bytes()
    result = add("kelp-harvest", "--topics", str(file), runs=series)
    assert result.exit_code == 2
    assert (
        f"{file} has the topic 'kelp-harvests' with the label 'Kelp harvests' already"
    ) in result.stderr
    assert "edit that topic, or name another word" in result.stderr
    assert file.read_bytes() == before


def test_an_unknown_word_is_refused_with_those_alike(series, tmp_path):
    result = add("kelp-harvst", "--topics", str(tmp_path / "no.toml"), runs=series)
    assert result.exit_code == 2
    assert "has no word 'kelp-harvst'" in result.stderr
    assert "did you mean kelp-harvest?" in result.stderr
    result = add("zzz", "--topics", str(tmp_path / "no.toml"), runs=series)
    assert "see papertide show RUN or tables/words.csv" in result.stderr


def test_a_wrong_file_is_left_as_it_is(series, tmp_path):
    file = tmp_path / "topics.toml"
    file.write_text('[[topic]]\nid = "No Slug"\n', encoding="utf-8")
    result = add("kelp-harvest", "--topics", str(file), runs=series)
    assert result.exit_code == 2
    assert "is not a slug" in result.stderr
    assert file.read_text(encoding="utf-8") == '[[topic]]\nid = "No Slug"\n'


def test_by_default_it_is_the_file_of_the_folder(series, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = add("kelp-harvest", runs=series)
    assert result.exit_code == 2
    assert "there is no data/topics.toml here" in result.stderr
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(Path(__file__).parents[2] / "data" / "topics" / "ml.toml", folder / "topics.toml")
    n = len(read_topics(folder / "topics.toml"))
    assert add("kelp-harvest", runs=series).exit_code == 0
    assert len(read_topics(folder / "topics.toml")) == n + 1
