"""How the notebooks are written."""

from __future__ import annotations

import ast
import json
import re

import nbformat
import pytest

import analysis
from analysis.base import files
from notebook_cells import FIGURES, FOLDER, NAMES, called, code_of, read

OPEN_TO_NOTEBOOKS = {
    "IPython.display": {"Image", "Markdown", "display"},
    "pathlib": {"Path"},
    "tempfile": {"mkdtemp"},
    "tomllib": {"loads"},
    "analysis": set(analysis.__all__),
}


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
