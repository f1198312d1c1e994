"""Whether the names on `map.html` stand over papers of their own: runs × zooms × screens.

`python benchmarks/bench_names.py RUN [RUN ...]` writes the page of each run into a temporary
folder, opens it in headless Chromium, and counts for every name on the map the papers beneath its
text. Printed are, for each run and zoom, the names drawn, those with papers beneath them, those
with mostly foreign ones, and the papers out of view at first. Needs chromium, chromedriver and
selenium.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

import browser
from analysis import open_run
from map_driving import opened, written
from map_names import drawn_names, zoom

STEPS = (0, 2, 4)
SCREENS = {"1366 × 768": (1366, 768), "1920 × 1080": (1920, 1080), "phone": (390, 844)}


def main() -> None:
    """Measure the runs that are named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=Path)
    given = parser.parse_args()
    print("| papers | screen | zoom | names | over papers | mostly foreign | outside |")
    print("|---:|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for path in given.runs:
            page = written(open_run(path), Path(folder))
            for screen, (width, height) in SCREENS.items():
                with browser.chromium(width=width, height=height) as driver:
                    opened(driver, page)
                    for steps in STEPS:
                        print(row(driver, screen, steps=steps), flush=True)


def row(driver, screen: str, *, steps: int) -> str:
    """Return one line of the table, and the names that stand on others."""
    zoom(driver, steps)
    drawn = drawn_names(driver)
    n = driver.execute_script("return papertide.page.data.n")
    told = [f"{n:,}", screen, f"{1.6**steps:.1f}", len(drawn.names)]
    told += [int((drawn.own + drawn.others > 0).sum()), len(drawn.foreign)]
    told += [drawn.outside if steps == 0 else ""]
    named = f" {'; '.join(drawn.foreign)}" if drawn.foreign else ""
    return f"| {' | '.join(map(str, told))} |{named}"


if __name__ == "__main__":
    main()
