"""The notebooks: how they are written, that they run on any run, and their pages."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import plotly.graph_objects as go
import pytest

import analysis
import browser
from analysis import InputError, Run, Settings, default_topics
from analysis.base import files
from analysis.base.progress import Progress
from analysis.notebook import execute as notebooks
from analysis.notebook.execute import PLOTLY_MIME, execute_notebooks, notebook_page
from conftest import ROOT
from hostile import HOSTILE
from planted import planted_csv

FOLDER = ROOT / "notebooks"
NAMES = ("00_start_here", "01_topic_map", "02_trends", "03_new_snapshot", "04_my_topics")
OPEN_TO_NOTEBOOKS = {
    "IPython.display": {"Image", "Markdown", "display"},
    "pathlib": {"Path"},
    "tempfile": {"mkdtemp"},
    "tomllib": {"loads"},
    "analysis": set(analysis.__all__),
}
FIGURES = {
    "topic_map",
    "share_over_time",
    "trend",
    "then_and_now",
    "share_heatmap",
    "burst_timeline",
}
QUIET = Progress(quiet=True)


def read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def code_of(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def called(source: str) -> set[str]:
    """Return the names of the functions that a cell calls."""
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return {func.id if isinstance(func, ast.Name) else func.attr for func in calls}


# how they are written


def test_the_folder_holds_these_notebooks_and_no_others():
    assert tuple(sorted(path.stem for path in FOLDER.glob("*.ipynb"))) == NAMES
    assert files.notebook_folder() == FOLDER


@pytest.mark.parametrize("name", NAMES)
def test_stored_plainly_without_outputs(name):
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    content = json.loads(text)
    assert text == json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    assert content["metadata"]["kernelspec"]["name"] == "python3"
    notebook = read(name)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert ids == [f"{name[:2]}-{number:02d}" for number in range(1, len(ids) + 1)]
    for cell in notebook.cells:
        assert cell.metadata == {}
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("name", NAMES)
def test_asks_a_question_and_opens_the_run_first(name):
    notebook = read(name)
    title, first = notebook.cells[:2]
    assert re.match(r"# .+\n\n\*\*.+\?\*\*", title.source)
    assert first.cell_type == "code"
    statements = [s for s in ast.parse(first.source).body if not isinstance(s, ast.ImportFrom)]
    assert ast.unparse(statements[0]) == "run = open_run()"
    assert all("import" not in source for source in code_of(notebook)[1:])


@pytest.mark.parametrize("name", NAMES)
def test_small_cells_of_public_calls(name):
    code = code_of(read(name))
    lines = [line for source in code for line in source.splitlines() if line.strip()]
    assert len(lines) <= 50
    for source in code:
        assert len(source.splitlines()) <= 14
        for node in ast.walk(ast.parse(source)):
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.Import)
            if isinstance(node, ast.ImportFrom):
                assert {alias.name for alias in node.names} <= OPEN_TO_NOTEBOOKS[node.module]
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_")


def test_start_here_has_five_cells():
    assert len(code_of(read("00_start_here"))) == 5


@pytest.mark.parametrize("name", NAMES)
def test_prose_before_and_words_from_the_run_after_each_figure(name):
    cells = read(name).cells
    places = [
        place
        for place, cell in enumerate(cells)
        if cell.cell_type == "code" and called(cell.source) & FIGURES
    ]
    assert places
    for place in places:
        assert cells[place - 1].cell_type == "markdown"
        assert re.search(r"Markdown\(describe_\w+\((run|new)\b", cells[place + 1].source)


def test_trends_end_with_a_figure_for_print():
    last = code_of(read("02_trends"))[-1]
    assert {"print_share_over_time", "save_figure", "save_workbook"} <= called(last)


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_notebooks(name):
    prose = "\n".join(cell.source for cell in read(name).cells if cell.cell_type == "markdown")
    targets = re.findall(r"\]\(([^)]+)\)", prose)
    assert targets or name == NAMES[-1]
    assert all((FOLDER / target).is_file() for target in targets)
    assert "http" not in prose


# on runs of any size and subject, cell by cell in this process

OWN_TOPICS = """
[[topic]]
id = "galaxies"
label = "Galaxies"
strong = ["galaxy", "galaxies"]

[[topic]]
id = "spoken"
label = "Spoken language"
title = ["speech"]
"""


def small_csv(path: Path, *, n: int, dated: bool) -> Path:
    subjects = ("adapters", "scaling laws", "image captioning")
    lines = ["title,abstract,published"]
    lines += [
        f"Paper {i} on {subjects[i % 3]},We study {subjects[i % 3]} in setting {i}.,"
        + (f"20{20 + i % 5}-0{1 + i % 9}-01" if dated else "")
        for i in range(n)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run_of(case: str, *, folder: Path) -> Run:
    """Make the run of a case in a series that lies beside its topic definitions, if it has any."""
    definitions = None
    if case == "own topics":
        definitions = folder / "mine.toml"
        definitions.write_text(OWN_TOPICS, encoding="utf-8")
    if case == "no topics":
        definitions = folder / "none.toml"
        definitions.write_text("", encoding="utf-8")
    if case in ("own topics", "other fields"):
        n = 40 if case == "own topics" else 100
        snapshot = planted_csv(folder / "planted.csv", n=n)
    else:
        n, dated = {"one": (1, True), "undated": (8, False)}.get(case, (20, True))
        snapshot = small_csv(folder / "small.csv", n=n, dated=dated)
    settings = Settings(runs=folder / "series", topics=definitions)
    return analysis.run(snapshot, settings=settings, pages=False)


CASES = ("one", "undated", "twenty", "no topics", "own topics", "other fields")


@pytest.fixture(scope="module")
def runs_of_cases(tmp_path_factory) -> Callable[[str], Run]:
    """Return a function that gives the run of a case, made once."""
    return cache(lambda case: run_of(case, folder=tmp_path_factory.mktemp("case")))


def execute(name: str) -> dict[str, Any]:
    """Run a notebook's cells in this process and return their variables."""
    namespace: dict[str, Any] = {}
    for source in code_of(read(name)):
        exec(compile(source, name, "exec"), namespace)
    return namespace


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.usefixtures("_without_pages")
def test_runs_on_any_run(case, name, runs_of_cases, tmp_path, monkeypatch, capsys):
    made = runs_of_cases(case)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAPERTIDE_RUN", str(made.path))
    variables = execute(name)
    assert variables["run"].name == made.name
    if name == "02_trends":
        assert (tmp_path / "share-by-topic.svg").stat().st_size > 1000
        assert (tmp_path / "trends.xlsx").stat().st_size > 1000
    if name in ("03_new_snapshot", "04_my_topics"):
        old, new = variables["old"], variables["new"]
        assert set(new.papers["paper_id"]) == set(made.papers["paper_id"])
        assert hashes(old) == hashes(made)
    if name == "03_new_snapshot":
        last = Path(capsys.readouterr().out.strip())
        assert last.parent.parent == Path("runs")
        assert {"earlier.csv", "later.csv"} <= {path.name for path in last.parent.iterdir()}
        assert hashes(new) == hashes(made)


def hashes(run: Run) -> set[str]:
    """Return the hashes of a run's topic definitions."""
    return set(run.groups.loc[run.groups["kind"] == "topic", "definition_hash"])


@pytest.mark.usefixtures("_without_pages")
def test_notebooks_that_make_runs_follow_one_another_and_can_be_run_again(
    runs_of_cases, tmp_path, monkeypatch
):
    """03 on one run, then 04 and 03 on another subject, all in the same folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAPERTIDE_RUN", str(runs_of_cases("other fields").path))
    first = execute("03_new_snapshot")
    monkeypatch.setenv("PAPERTIDE_RUN", str(runs_of_cases("twenty").path))
    execute("04_my_topics")
    again = execute("03_new_snapshot")
    assert (len(first["new"].papers), len(again["new"].papers)) == (100, 20)
    assert again["new"].manifest["parent"]["run"] == again["old"].name


def test_definitions_that_are_nowhere_are_replaced_with_a_warning(
    runs_of_cases, tmp_path, monkeypatch
):
    made = runs_of_cases("own topics")
    monkeypatch.chdir(tmp_path)
    assert default_topics(made) == made.path.parents[1] / "mine.toml"
    elsewhere = replace(made, path=tmp_path / "series" / "0001")
    with pytest.warns(
        UserWarning, match=r"The topic definitions of run 0001 \(mine\.toml\) were not found"
    ):
        assert default_topics(elsewhere) == default_topics()
    below = tmp_path / "config" / "mine.toml"
    below.parent.mkdir()
    below.write_text(OWN_TOPICS, encoding="utf-8")
    assert default_topics(elsewhere) == below


# executed by Jupyter, as pages


@pytest.fixture(scope="module")
def executed(bundled, tmp_path_factory) -> list[Path]:
    """Execute every notebook on the bundled run, once."""
    out = tmp_path_factory.mktemp("notebooks") / "out"
    return execute_notebooks(bundled.path, out=out, progress=QUIET)


@pytest.mark.slow
def test_every_notebook_is_executed_and_written_twice(executed):
    assert [path.name for path in executed] == [f"{name}.html" for name in NAMES]
    left = {path.name for path in executed[0].parent.iterdir()}
    pairs = {f"{name}{suffix}" for name in NAMES for suffix in (".html", ".ipynb")}
    figures = {"share-by-topic.svg", "share-by-topic.png"}
    assert left == {*pairs, *figures, "runs", "trends.xlsx"}


@pytest.mark.slow
@pytest.mark.parametrize("place", range(len(NAMES)))
def test_outputs_are_figures_and_words_from_the_run(executed, place):
    notebook = nbformat.read(executed[place].with_suffix(".ipynb"), as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [o for o in outputs if o.output_type in ("error", "stream") and "name" not in o]
    assert not [o for o in outputs if o.get("name") == "stderr"]
    kinds = [kind for output in outputs for kind in output.get("data", {})]
    n_figures = sum(bool(called(cell.source) & FIGURES) for cell in cells)
    assert kinds.count(PLOTLY_MIME) == n_figures
    words = outputs[0].data["text/markdown"]
    assert "177 papers" in words
    assert "a snapshot of 17 March 2025" in words


@pytest.mark.slow
@pytest.mark.parametrize("place", range(len(NAMES)))
def test_pages_name_no_host_but_those_of_papers(executed, place):
    page = executed[place].read_text(encoding="utf-8")
    before = page[: page.rindex("<script>")].rpartition("<script>")[0]  # plotly.js and our own
    assert "default-src 'none'; script-src 'sha256-" in before
    assert not re.search(r"<script[^>]+src=|<link[^>]+href=\"http|@import", before)
    assert not re.search(r"(?<!-)src=\"(?!data:)", before)
    assert "cdnjs" not in before
    assert ".ipynb" not in re.sub(r"<[^>]+>", "", before)
    assert all(f'href="{name}.ipynb' not in before for name in NAMES)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("place", range(len(NAMES)))
def test_pages_open_without_network(executed, driver, place):
    visit = browser.visit(driver, executed[place])
    assert visit.console == []
    assert visit.outside == []
    notebook = nbformat.read(executed[place].with_suffix(".ipynb"), as_version=4)
    n_figures = sum(bool(called(source) & FIGURES) for source in code_of(notebook))
    heights = driver.execute_script(
        "return [...document.querySelectorAll('.figure .main-svg:first-of-type')]"
        ".map(svg => svg.getBoundingClientRect().height)"
    )
    assert len(heights) == n_figures
    assert min(heights) > 200
    marks = "return document.querySelectorAll('.figure .scatterlayer path').length"
    n_maps = sum("topic_map" in called(source) for source in code_of(notebook))
    assert driver.execute_script(marks) > (100 if n_maps else 20)
    wide = "return document.documentElement.scrollWidth - window.innerWidth"
    assert driver.execute_script(wide) <= 0


# pages of made-up notebooks


def hostile_notebook() -> nbformat.NotebookNode:
    """Make an executed notebook with every hostile string in a figure and in a table."""
    texts = [text.replace("\ud800", "\ufffd") for text in HOSTILE]
    figure = go.Figure(go.Scatter(x=list(range(len(texts))), y=[0] * len(texts), name="all"))
    figure.data[0].customdata = [["id", text] for text in texts]
    figure.update_layout(template="none", height=333, meta=texts)
    outputs = [
        nbformat.v4.new_output("display_data", {PLOTLY_MIME: json.loads(figure.to_json())}),
        nbformat.v4.new_output("display_data", {"text/markdown": "[next](02_trends.ipynb)"}),
    ]
    code = nbformat.v4.new_code_cell("figure", outputs=outputs)
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("[next](02_trends.ipynb)"), code]
    )


def test_a_page_leaves_the_notebook_as_it_was():
    notebook = hostile_notebook()
    before = nbformat.writes(notebook)
    page = notebook_page(notebook, title="<b>")
    assert nbformat.writes(notebook) == before
    assert "<title>&lt;b&gt;</title>" in page
    assert '<a href="02_trends.html">' in page
    assert '<div style="height: 333px">' in page
    assert page.count("</script>") == 3  # one figure, plotly.js, our own


@pytest.mark.browser
def test_hostile_text_in_figures_runs_nothing(driver, tmp_path):
    path = tmp_path / "hostile.html"
    path.write_text(notebook_page(hostile_notebook(), title=HOSTILE[0]), encoding="utf-8")
    visit = browser.visit(driver, path)
    assert visit.console == []
    assert visit.outside == []
    assert driver.execute_script("return window.pwned") is None
    assert driver.execute_script("return document.querySelector('.figure > div').data[0].name")


# what can go wrong


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    taken = tmp_path / "file"
    taken.write_text("")
    with pytest.raises(InputError) as caught:
        execute_notebooks(tmp_path, out=taken / "out", progress=QUIET)
    assert str(caught.value) == (
        f"Found: cannot write into {taken / 'out'}: Not a directory\n"
        "Allowed: a folder that can be written, or a path where one can be made\n"
        "Next: choose another with --out DIR"
    )


def notebook_that_fails(folder: Path, *, source: str) -> Path:
    """Write a notebook of one cell and return its folder."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    folder.mkdir()
    nbformat.write(notebook, folder / "bad.ipynb")
    return folder


@pytest.mark.slow
def test_a_cell_that_fails_leaves_no_page_and_the_environment_as_it_was(
    bundled, tmp_path, monkeypatch
):
    from nbclient.exceptions import CellExecutionError

    source = "import os\nraise ValueError(os.environ['PAPERTIDE_RUN'])"
    folder = notebook_that_fails(tmp_path / "in", source=source)
    monkeypatch.setattr(notebooks, "notebook_folder", lambda: folder)
    before = dict(os.environ)
    with pytest.raises(CellExecutionError, match=re.escape(str(bundled.path))):
        execute_notebooks(bundled.path, out=tmp_path / "out", progress=QUIET)
    assert list((tmp_path / "out").iterdir()) == []
    assert dict(os.environ) == before


@pytest.mark.slow
def test_an_input_error_in_a_cell_ends_the_command_as_bad_input(
    cli, runs_of_cases, tmp_path, monkeypatch
):
    source = (
        "from analysis import InputError, default_topics, open_run\n"
        "found = [str(default_topics(open_run())), 'b']\n"
        "raise InputError(found, allowed='c', next_step='d')"
    )
    folder = notebook_that_fails(tmp_path / "in", source=source)
    monkeypatch.setattr(notebooks, "notebook_folder", lambda: folder)
    # The series is moved away from its definitions, which lie in the working directory.
    made = runs_of_cases("own topics")
    series = shutil.copytree(made.path.parent, tmp_path / "a" / "b" / "series")
    (tmp_path / "mine.toml").write_text(OWN_TOPICS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    answer = cli("notebooks", "--runs", series, "--out", "out", "--quiet")
    assert answer.code == 2
    assert answer.err == (
        f"Found:\n  - notebook bad: {tmp_path / 'out' / 'mine.toml'}\n  - notebook bad: b\n"
        "Allowed: c\nNext: d\n"
    )
