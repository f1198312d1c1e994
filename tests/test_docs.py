"""What the documents say is so: help texts, commands, files, links."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import analysis
from analysis.base.schema import TABLES
from analysis.cli.main import cli

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md")
MOST_BYTES = 300_000


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, *, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(name), flags=re.DOTALL | re.MULTILINE)


def helped() -> dict[str, str]:
    """Return the commands of the README whose output it shows, and that output."""
    shown = [block.split("\n", 1) for block in blocks("README.md", language="text")]
    return {line.removeprefix("$ "): output for line, output in shown if line.startswith("$ ")}


def shell_lines() -> list[list[str]]:
    lines = "\n".join(blocks("README.md", language="sh")).splitlines()
    return [shlex.split(line, comments=True) for line in lines if line.strip()]


@pytest.mark.parametrize("line", ["papertide --help", "papertide run --help"])
def test_readme_shows_the_real_help(line):
    result = CliRunner().invoke(
        cli, line.split()[1:], prog_name="papertide", env={"COLUMNS": "100"}
    )
    assert result.exit_code == 0
    assert helped()[line].strip() == result.output.strip()


def test_readme_shows_no_other_output():
    assert set(helped()) == {"papertide --help", "papertide run --help"}


def test_readme_commands_parse_and_their_files_exist():
    commands = [words for words in shell_lines() if words[0] == "papertide"]
    assert {words[1] for words in commands} == set(cli.commands)
    for words in commands:
        command = cli.commands[words[1]]
        if isinstance(command, click.Group):
            command, words = command.commands[words[2]], words[1:]
        with command.make_context("papertide", words[2:]) as context:
            for path in context.params.get("snapshot", ()):
                assert (ROOT / path).is_file()


def test_readme_commands_of_make_exist():
    targets = re.findall(r"^([a-z]+):", text_of("Makefile"), flags=re.MULTILINE)
    named = [words[1] for words in shell_lines() if words[0] == "make"]
    assert named == ["demo", "test"]
    for name in DOCUMENTS:
        named += re.findall(r"`make (\w+)", text_of(name))
    assert {"lab", "help"} <= set(named) <= set(targets)


def test_commands_named_in_prose_exist():
    for name in DOCUMENTS:
        for line in re.findall(r"`papertide ([^`]+)`", text_of(name)):
            assert line.split()[0] in cli.commands, line
    within = [s for c in cli.commands.values() for s in getattr(c, "commands", {}).values()]
    options = {
        o
        for c in (*cli.commands.values(), *within)
        for p in c.params
        for o in (*p.opts, *p.secondary_opts)
    }
    named = re.findall(r"`(--[a-z-]+)", text_of("README.md") + text_of("data/README.md"))
    assert named
    assert set(named) <= options


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files(name):
    links = re.findall(r"\]\(([^)#\s]+)\)", text_of(name))
    here = (ROOT / name).parent
    missing = [link for link in links if "://" not in link and not (here / link).is_file()]
    assert missing == []


def test_addresses_are_https():
    for name in DOCUMENTS:
        assert re.findall(r"http://\S+", text_of(name)) == []


def test_readme_opens_with_pictures_and_then_the_notebooks():
    text = text_of("README.md")
    pictures = re.findall(r"!\[(.+)\]\((.+\.png)\)", text)
    assert [path for _, path in pictures] == [
        *("docs/map-light.png", "docs/map-dark.png", "docs/share-by-topic.png"),
        *("docs/then-and-now.png", "docs/heatmap.png"),
    ]
    for words, path in pictures:
        assert len(words) > 20
        content = (ROOT / path).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < MOST_BYTES
    places = [text.index(mark) for mark in ("docs/map-light.png", "notebooks/00", "make demo",
              "## Three jobs", "## Command line", "## Files of a run")]  # fmt: skip
    assert places == sorted(places)


def test_readme_names_every_file_of_a_run(bundled):
    assert bundled.path is not None
    section = text_of("README.md").split("## Files of a run")[1].split("\n## ")[0]
    named = set(re.findall(r"`([\w.-]+(?:/|\.\w+))`", section.split("In Python")[0]))
    written = {p.name + "/" * p.is_dir() for p in bundled.path.iterdir()}
    assert named == written
    assert {f"{name}.parquet" for name in TABLES} <= named


def test_readme_python_uses_public_names():
    for block in blocks("README.md", language="python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom):
                assert node.module == "analysis"
                assert {alias.name for alias in node.names} <= set(analysis.__all__)


def test_contributing_names_every_module():
    table = text_of("CONTRIBUTING.md").split("## Layout")[1].split("## Rules")[0]
    named = set(re.findall(r"`(?:src/analysis/)?(\w+)(?:\.py|/)`", table))
    package = ROOT / "src" / "analysis"
    modules = {
        path.stem
        for path in package.iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").is_file()) and path.stem != "__init__"
    }
    assert modules - named == set()


def test_data_readme_names_every_file_and_column():
    text = text_of("data/README.md")
    files = [p for p in (ROOT / "data").rglob("*") if p.is_file() and p.name != "README.md"]
    for path in files:
        assert f"`{path.relative_to(ROOT / 'data').as_posix()}`" in text
    header = text_of("data/arxiv_ids.csv").splitlines()[0].split(",")
    assert all(f"| `{column}` |" in text for column in header)


def test_the_topics_example_is_a_topics_file(tmp_path):
    from analysis.topics import read_topics

    path = tmp_path / "topics.toml"
    path.write_text(blocks("data/README.md", language="toml")[0], encoding="utf-8")
    assert [topic.id for topic in read_topics(path)] == ["agents"]


def test_changelog_has_this_version():
    assert f"## [{analysis.__version__}]" in text_of("CHANGELOG.md")


def test_licence_is_mit():
    text = text_of("LICENSE")
    assert text.startswith("MIT License\n\nCopyright (c) 2025 The Papertide developers\n")
    assert 'THE SOFTWARE IS PROVIDED "AS IS"' in text


def test_every_command_says_what_it_does():
    for command in cli.commands.values():
        assert isinstance(command, click.Command)
        assert command.help
        assert all(p.help for p in command.params if isinstance(p, click.Option))
