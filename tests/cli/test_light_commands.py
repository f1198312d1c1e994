"""Commands that only look at something load no library that fits or draws."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from analysis.runs import Run
from conftest import SNAPSHOT

DRAWING_OR_FITTING = (
    *("numba", "llvmlite", "umap", "hdbscan", "sklearn", "plotly", "matplotlib", "nbconvert"),
    *("IPython", "ipywidgets", "anywidget", "xlsxwriter", "urllib3", "filelock"),
)
TABLES = ("pandas", "pyarrow", "numpy", "scipy")
CODE = """
import json, sys
from analysis.cli.main import main
sys.argv = ["papertide", *json.loads(sys.argv[1])]
code = 0
try:
    main()
except SystemExit as end:
    code = end.code
loaded = {name.split(".")[0] for name in sys.modules}
print(json.dumps([code, sorted(loaded)]), file=sys.stderr)
"""


def loaded_by(*arguments: object) -> set[str]:
    """What a command that ends well has loaded at its end."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, json.dumps([str(argument) for argument in arguments])],
        capture_output=True,
        text=True,
        check=True,
    )
    code, loaded = json.loads(done.stderr.splitlines()[-1])
    assert not code, done.stderr
    return set(loaded)


@pytest.mark.parametrize("command", ["", "run", "report", "notebooks", "topics why", "fetch arxiv"])
def test_help_loads_no_tables_either(command: str):
    assert not loaded_by(*command.split(), "--help") & {*DRAWING_OR_FITTING, *TABLES}


def test_the_list_of_runs_loads_no_tables_either(bundled: Run):
    assert not loaded_by("show", "--runs", bundled.path.parent) & {*DRAWING_OR_FITTING, *TABLES}


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "RUN"),
        ("show", "RUN", "--json"),
        ("verify", "RUN"),
        ("topics", "why", "PAPER", "TOPIC", "RUN"),
        ("snapshot", SNAPSHOT),
    ],
    ids=lambda arguments: " ".join(map(str, arguments[:2])),
)
def test_looking_loads_nothing_that_fits_or_draws(bundled: Run, arguments: tuple[object, ...]):
    paper = bundled.papers["paper_id"].iloc[0]
    given = {"RUN": bundled.path, "PAPER": paper, "TOPIC": "scaling"}
    loaded = loaded_by(*(given.get(argument, argument) for argument in arguments))
    assert not loaded & set(DRAWING_OR_FITTING)
    assert "pandas" in loaded or arguments[0] == "verify"
