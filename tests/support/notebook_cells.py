"""The notebooks as tests read them: their cells, and small runs to try them on."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat

import analysis
from analysis import Run, Settings
from analysis.base.progress import Progress
from conftest import ROOT
from planted import planted_csv

FOLDER = ROOT / "notebooks"
NAMES = ("00_start_here", "01_topic_map", "02_trends", "03_new_snapshot", "04_my_topics")
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
