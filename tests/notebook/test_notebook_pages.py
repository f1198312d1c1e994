"""The notebooks executed by Jupyter on the bundled run, their pages, and what can go wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import nbformat
import plotly.graph_objects as go
import pytest

import browser
from analysis import InputError
from analysis.notebook import execute as notebooks
from analysis.notebook.execute import PLOTLY_MIME, execute_notebooks, notebook_page
from hostile import HOSTILE
from notebook_cells import FIGURES, NAMES, OWN_TOPICS, QUIET, called, code_of, run_of

AT_START = """
from analysis import report
from analysis.clusters.find import fit

report.write_pages = lambda run, folder, **how: None
fit.SUBSAMPLES = 4
"""
"""What kernels do first: trial runs have no pages, and settings from few subsamples."""


@pytest.fixture(scope="module")
def executed(bundled, tmp_path_factory) -> list[Path]:
    """Execute every notebook on the bundled run, once."""
    folder = tmp_path_factory.mktemp("notebooks")
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text(AT_START, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        return execute_notebooks(bundled.path, out=folder / "out", progress=QUIET)


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
def test_an_input_error_in_a_cell_ends_the_command_as_bad_input(cli, tmp_path, monkeypatch):
    source = (
        "from analysis import InputError, default_topics, open_run\n"
        "found = [str(default_topics(open_run())), 'b']\n"
        "raise InputError(found, allowed='c', next_step='d')"
    )
    folder = notebook_that_fails(tmp_path / "in", source=source)
    monkeypatch.setattr(notebooks, "notebook_folder", lambda: folder)
    # The series is moved away from its definitions, which lie in the working directory.
    (tmp_path / "elsewhere").mkdir()
    made = run_of("own topics", folder=tmp_path / "elsewhere")
    series = shutil.copytree(made.path.parent, tmp_path / "a" / "b" / "series")
    (tmp_path / "mine.toml").write_text(OWN_TOPICS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    answer = cli("notebooks", "--runs", series, "--out", "out", "--quiet")
    assert answer.code == 2
    assert answer.err == (
        f"Found:\n  - notebook bad: {tmp_path / 'out' / 'mine.toml'}\n  - notebook bad: b\n"
        "Allowed: c\nNext: d\n"
    )
