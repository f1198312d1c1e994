"""What the documents say is so: commands, options, files, links, code, tables, folders."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

import analysis
from analysis.base.schema import TABLES
from analysis.cli.main import cli
from analysis.runs import Run

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "analysis"
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "docs").rglob("*.md")
    if "generated" not in path.parts
)
DOCUMENTS = (
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md", "benchmarks/README.md"),
    *PAGES,
)
RECORDS = [name for name in PAGES if name.startswith("docs/decisions/") and "index" not in name]
MOST_BYTES = {"README.md": 7_000, "CONTRIBUTING.md": 6_000}
MOST_PICTURE_BYTES = 300_000


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, *, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(name), flags=re.DOTALL | re.MULTILINE)


def shell_lines(name: str) -> list[list[str]]:
    lines = "\n".join(blocks(name, language="sh")).splitlines()
    return [shlex.split(line, comments=True) for line in lines if line.strip()]


# commands


def test_commands_parse_and_their_files_exist():
    shown = set()
    for name in DOCUMENTS:
        for words in shell_lines(name):
            if words[0] != "papertide":
                continue
            command = cli.commands[words[1]]
            shown.add(words[1])
            if isinstance(command, click.Group):
                command, words = command.commands[words[2]], words[1:]
            # with its parent, whose settings a command remembers from its first context
            group = click.Context(cli, **cli.context_settings)
            with command.make_context("papertide", words[2:], parent=group) as context:
                for path in context.params.get("snapshot", ()):
                    assert not str(path).startswith("data/") or (ROOT / path).is_file()
    assert {"run", "snapshot", "show", "compare", "report", "fetch", "filter", "audit"} <= shown


def test_readme_has_two_commands_of_make_and_all_others_named_exist():
    targets = re.findall(r"^([a-z]+):", text_of("Makefile"), flags=re.MULTILINE)
    named = [words[1] for words in shell_lines("README.md") if words[0] == "make"]
    assert named == ["demo", "test"]
    for name in DOCUMENTS:
        named += re.findall(r"`make (\w+)", text_of(name))
    assert {"lab", "help", "check", "docs"} <= set(named) <= set(targets)


def test_commands_and_options_named_in_prose_exist():
    within = [s for c in cli.commands.values() for s in getattr(c, "commands", {}).values()]
    options = {
        option
        for command in (*cli.commands.values(), *within)
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    options |= {"--help", "--version"}
    for name in DOCUMENTS:
        for line in re.findall(r"`papertide ([^`]+)`", text_of(name)):
            assert line.split()[0] in {*cli.commands, "COMMAND", "--help", "--version"}, line
    guides = [name for name in PAGES if "/how-to/" in name or "/tutorials/" in name]
    named = {
        option
        for name in ("README.md", "data/README.md", *guides)
        for option in re.findall(r"`(--[a-z-]+)", text_of(name))
    }
    assert named
    assert named - options == set()


def test_every_command_says_what_it_does():
    for command in cli.commands.values():
        assert isinstance(command, click.Command)
        assert command.help
        assert all(p.help for p in command.params if isinstance(p, click.Option))


# links and pictures


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files(name):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)", text_of(name))
    here = (ROOT / name).parent
    missing = [link for link in links if "://" not in link and not (here / link).is_file()]
    assert missing == []


def test_addresses_are_https_and_no_path_is_of_one_machine():
    for name in DOCUMENTS:
        assert re.findall(r"http://\S+", text_of(name)) == []
        assert re.findall(r"/(?:work|root|home)/\w", text_of(name)) == []


@pytest.mark.parametrize("name", MOST_BYTES)
def test_documents_for_newcomers_stay_short(name):
    assert len(text_of(name).encode()) <= MOST_BYTES[name]


def test_readme_opens_with_pictures_and_has_one_for_each_job():
    text = text_of("README.md")
    pictures = re.findall(r"!\[(.+)\]\((.+\.png)\)", text)
    assert len(pictures) == 5
    for words, path in pictures:
        assert len(words) > 20
        content = (ROOT / path).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < MOST_PICTURE_BYTES
    marks = (pictures[0][1], pictures[1][1], "make demo", "## Three jobs", "## Command line")
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


# code


@pytest.mark.parametrize("name", DOCUMENTS)
def test_python_uses_public_names(name):
    for block in blocks(name, language="python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom):
                assert node.module == "analysis"
                assert {alias.name for alias in node.names} <= set(analysis.__all__)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        *("README.md", "docs/index.md", "docs/tutorials/explore.md", "docs/tutorials/report.md"),
        *("docs/how-to/charts.md", "docs/reference/files-of-a-run.md"),
    ],
)
def test_python_runs(name, bundled, tmp_path, monkeypatch):
    assert bundled.path is not None
    monkeypatch.setenv("PAPERTIDE_RUNS", str(bundled.path.parent))
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    code = blocks(name, language="python")
    assert code
    for block in code:
        exec(compile(block, name, "exec"), namespace)


def test_the_comparison_of_the_tutorial_runs(series_of_one, tmp_path, monkeypatch, capsys):
    from series_of_runs import KNOWN, made

    made(KNOWN, series_of_one)
    monkeypatch.setenv("PAPERTIDE_RUNS", str(series_of_one))
    (block,) = blocks("docs/tutorials/rerun.md", language="python")
    exec(compile(block, "rerun.md", "exec"), {})
    assert "papers" in capsys.readouterr().out


# reference


def test_every_file_of_a_run_is_listed(bundled: Run):
    assert bundled.path is not None
    table = text_of("docs/reference/files-of-a-run.md").split("\n## ")[0]
    named = set(re.findall(r"`([\w.-]+(?:/|\.\w+))`", table))
    written = {p.name + "/" * p.is_dir() for p in bundled.path.iterdir()}
    assert named == written
    assert {f"{name}.parquet" for name in TABLES} <= named


def test_every_column_has_a_meaning_and_no_other():
    meanings = tomllib.loads(text_of("docs/reference/columns.toml"))
    columns = {name: {"about", *table.columns} for name, table in TABLES.items()}
    assert {name: set(of_table) for name, of_table in meanings.items()} == columns


def test_every_public_name_is_in_the_reference():
    listed = re.findall(r"^   (\w+)$", text_of("docs/reference/api.md"), flags=re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == set(analysis.__all__) - {"__version__"}


# architecture and decisions


def test_architecture_names_every_folder_in_order():
    table = text_of("docs/architecture.md").split("## Where is")[0]
    named = re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)
    folders = {p.name for p in PACKAGE.iterdir() if (p / "__init__.py").is_file()}
    assert set(named) == folders
    assert len(named) == len(folders)
    picture = text_of("docs/images/architecture.svg")
    assert " → ".join(named) in picture


def places(text: str) -> set[str]:
    """The files and folders in backticks, relative to the package or the repository."""
    return {p for p in re.findall(r"`([\w./-]+)`", text) if "/" in p or p.endswith(".py")}


def missing_places(text: str) -> set[str]:
    return {p for p in places(text) if not any((base / p).exists() for base in (PACKAGE, ROOT))}


def test_places_named_in_the_architecture_exist():
    text = text_of("docs/architecture.md")
    assert len(places(text)) > 20
    assert missing_places(text) - {"…"} == set()


@pytest.mark.parametrize("name", RECORDS)
def test_a_decision_is_dated_and_says_where_it_applies(name):
    lines = text_of(name).splitlines()
    assert lines[0].startswith("# ")
    match = re.fullmatch(r"\*\d{1,2} [A-Z][a-z]+ 20\d\d · (.+)\*", lines[2])
    assert match is not None
    assert missing_places(match[1]) == set()


def test_the_tests_of_hostile_input_exist():
    text = text_of("docs/decisions/project/hostile-input.md")
    assert len(places(text)) > 15
    assert missing_places(text) - {"../"} == set()


def test_contributing_names_places_that_exist():
    text = text_of("CONTRIBUTING.md")
    named = {p for p in missing_places(text) if "NAME" not in p}
    assert named - {"../shared"} == set()


# data, changelog, licence


def test_data_readme_names_every_file_and_column():
    text = text_of("data/README.md")
    files = [p for p in (ROOT / "data").rglob("*") if p.is_file() and p.name != "README.md"]
    for path in files:
        assert f"`{path.relative_to(ROOT / 'data').as_posix()}`" in text
    header = text_of("data/arxiv_ids.csv").splitlines()[0].split(",")
    assert all(f"| `{column}` |" in text for column in header)


@pytest.mark.parametrize("name", ["data/README.md", "docs/how-to/topics.md"])
def test_the_topics_example_is_a_topics_file(name, tmp_path):
    from analysis.topics import read_topics

    path = tmp_path / "topics.toml"
    path.write_text(blocks(name, language="toml")[0], encoding="utf-8")
    assert [topic.id for topic in read_topics(path)] == ["agents"]


def test_changelog_and_citation_have_this_version():
    assert f"## [{analysis.__version__}]" in text_of("CHANGELOG.md")
    assert f"\nversion: {analysis.__version__}\n" in text_of("CITATION.cff")


def test_licence_is_mit():
    text = text_of("LICENSE")
    assert text.startswith("MIT License\n\nCopyright (c) 2025 The Papertide developers\n")
    assert 'THE SOFTWARE IS PROVIDED "AS IS"' in text
