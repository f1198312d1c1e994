"""How large `map.html` is and how it feels: first paint, long tasks while panning, search.

`python benchmarks/bench_map.py RUN [RUN ...]` renders the page of each run into a temporary folder
(RUN may also be a page that is there), opens it in headless Chromium and drives it with real mouse
and wheel events. With `--pictures DIR` a picture in light and one in dark is saved of each. Needs
chromium, chromedriver and selenium.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

import browser
from analysis import open_run
from analysis.report import map_page

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

WORDS = ("agent", "language model", "reinforcement learning", "the", "quantum", '"large language"')
ROUNDS = 3
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) longTasks.push([one.startTime, one.duration]);
}).observe({ type: "longtask", buffered: true });
window.frames_ = [];
let last = 0;
const each = (now) => {
  if (last) frames_.push(now - last);
  last = now;
  requestAnimationFrame(each);
};
requestAnimationFrame(each);
"""
TIMES = """
const mark = (name) => Math.round(performance.getEntriesByName(name)[0]?.startTime);
return { first_contentful_paint_ms: mark("first-contentful-paint"),
  points_painted_ms: mark("papertide-map"), everything_ready_ms: mark("papertide-ready") };
"""
SEARCH = """
const box = document.getElementById("search");
const done = arguments[1];
box.value = arguments[0];
const start = performance.now();
box.dispatchEvent(new Event("change"));
const sync = performance.now() - start;
requestAnimationFrame(() => setTimeout(() => done(
  [sync, performance.now() - start, document.getElementById("count").textContent])));
"""


def main() -> None:
    """Measure the pages of the runs that are named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--pictures", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for path in asked.runs:
            print(json.dumps(measured(path, Path(folder), pictures=asked.pictures), indent=1))


def measured(path: Path, folder: Path, *, pictures: Path | None) -> dict[str, Any]:
    """Return the figures of one run's page."""
    out: dict[str, Any] = {}
    page = path
    if path.is_dir():
        run = open_run(path)
        start = time.perf_counter()
        text = map_page(run)
        out["rendered_in_s"] = round(time.perf_counter() - start, 1)
        page = folder / "map.html"
        page.write_text(text, encoding="utf-8")
    out["megabytes"] = round(page.stat().st_size / 1e6, 2)
    with browser.chromium(width=1440, height=900) as driver:
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        browser.visit(driver, page)
        out["papers"] = driver.execute_script("return papertide.page.data.n")
        out |= driver.execute_script(TIMES)
        out["longest_task_loading_ms"] = longest(driver)
        out |= panning(driver)
        out["search_ms"] = searching(driver)
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
        for dark in (False, True):
            shot(page, pictures / f"map-{out['papers']}-{'dark' if dark else 'light'}.png", dark)
    return out


def longest(driver: WebDriver) -> int:
    """Return the longest task since the last call, 0 where none took 50 ms."""
    found = driver.execute_script("const all = longTasks; longTasks = []; return all;")
    return round(max((duration for _, duration in found), default=0))


def panning(driver: WebDriver) -> dict[str, Any]:
    """Drag the map, zoom in and out, then drag it zoomed in; the figures of three rounds each."""
    box = driver.execute_script(
        "const b = document.getElementById('plot').getBoundingClientRect();"
        "return [b.x + b.width / 2, b.y + b.height / 2];"
    )
    out: dict[str, Any] = {}
    for name, wheel in (("panning", 0), ("zooming", 14), ("panning_inside", 0)):
        tasks, frames = [], []
        for _ in range(ROUNDS):
            driver.execute_script("longTasks = []; frames_ = [];")
            for step in range(wheel):
                mouse(
                    driver, "mouseWheel", *box, deltaX=0, deltaY=-100 if step < wheel / 2 else 100
                )
            if not wheel:
                drag(driver, *box)
            time.sleep(1)
            found = sorted(driver.execute_script("return frames_"))
            frames.append(round(found[int(len(found) * 0.95)]))
            tasks.append(longest(driver))
        out[f"longest_task_{name}_ms"] = tasks
        out[f"frame_95th_{name}_ms"] = frames
        if wheel:
            for _ in range(4):
                mouse(driver, "mouseWheel", *box, deltaX=0, deltaY=-200)
    return out


def drag(driver: WebDriver, x: float, y: float) -> None:
    """Move the map 300 pixels each way in 120 steps."""
    mouse(driver, "mousePressed", x, y, button="left", clickCount=1)
    for step in range(120):
        shift = 300 * (1 - abs(1 - step / 60))
        mouse(driver, "mouseMoved", x + shift, y + shift / 3, button="left", buttons=1)
    mouse(driver, "mouseReleased", x, y, button="left", clickCount=1)


def mouse(driver: WebDriver, kind: str, x: float, y: float, **more: object) -> None:
    """Send one event of the mouse."""
    driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **more})


def searching(driver: WebDriver) -> dict[str, Any]:
    """Type words letter by letter and return the slowest answer of each, in milliseconds.

    Each is typed three times and the best answer to each letter counts: the others waited for
    what else the machine did.
    """
    out = {}
    for words in WORDS:
        rounds, count = [], ""
        for _ in range(ROUNDS):
            taken = []
            for n in range(1, len(words) + 1):
                _, shown, count = driver.execute_async_script(SEARCH, words[:n])
                taken.append(shown)
            rounds.append(taken)
            driver.execute_async_script(SEARCH, "")
        out[words] = [round(max(map(min, zip(*rounds, strict=True)))), count.split(":")[0]]
    return out


def shot(page: Path, to: Path, dark: bool) -> None:
    """Save a picture of the page as it opens."""
    with browser.chromium(width=1440, height=900, dark=dark) as driver:
        browser.visit(driver, page)
        time.sleep(1)
        driver.save_screenshot(str(to))


if __name__ == "__main__":
    main()
