"""Lassos in a real JupyterLab: how many of a seeded set arrive in Python as they were drawn.

    python benchmarks/lassos.py RUN [--lassos 30] [--busy 0] [--words "model"]

Needs chromium, chromedriver and the Python packages of `[test]`. Prints each lasso that did not
arrive, and the count; the exit code is 1 if one is missing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from analysis import open_run
from lab import jupyterlab
from lassos import READ, arrived, planned

OPEN = "from analysis import explore, open_run\nview = explore(open_run({path!r}))\nview"


def main() -> None:
    """Draw the lassos on one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--lassos", type=int, default=30)
    parser.add_argument("--busy", type=float, default=0.0, help="seconds that the kernel sleeps")
    parser.add_argument("--words", default="model")
    given = parser.parse_args()
    run = open_run(given.run)
    wrong = []
    with tempfile.TemporaryDirectory() as folder, jupyterlab(Path(folder)) as lab:
        sleep = f"import time; time.sleep({given.busy})"
        lab.open("lassos.ipynb", [OPEN.format(path=str(given.run.resolve())), sleep, READ])
        lab.start_cell(0)
        lab.until(
            "return document.querySelector('.papertide-map')?.dataset.ready === 'true'", seconds=180
        )
        for lasso in planned(given.lassos, busy=given.busy):
            problem = arrived(lab, run, lasso, words=given.words, cells=(1, 2))
            if problem:
                wrong.append(problem)
                print(problem[:600])
    print(f"{given.lassos - len(wrong)} of {given.lassos} arrived ({len(run.papers):,} papers)")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
