"""Seeded lassos on a view in JupyterLab, and what each must hold, computed from the run alone."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from analysis.runs import Run
    from lab import Lab

STARTS = ("on a point", "near a point", "on empty ground")
AFTER = ("nothing", "reset", "zoom", "filter")
SHADOW = "document.querySelectorAll('.papertide-map')[arguments[0]].shadowRoot"
PAGE = "document.querySelectorAll('.papertide-map')[arguments[0]].papertide"
READ = "import json\nprint(json.dumps(sorted(view.selection['paper_id'])))"
"""The cell that tells what Python has."""


@dataclass(frozen=True)
class Lasso:
    """One lasso to draw: its start, what was done before, how fast, how busy the kernel is."""

    seed: int
    start: str
    after: str = "nothing"
    pause: float = 0.0
    kernel_busy: float = 0.0


def planned(n: int, *, busy: float) -> list[Lasso]:
    """Return `n` lassos that go through starts, what was done before, and speeds in turn."""
    return [
        Lasso(i, STARTS[i % 3], AFTER[i // 3 % 4], (0.0, 0.02)[i // 2 % 2], busy) for i in range(n)
    ]


def on_screen(lab: Lab, run: Run, *, view: int = 0) -> np.ndarray:
    """Return where each paper of `run.map` is drawn in the window, shape (n, 2).

    The page tells it of three papers; the others follow from their places in the run.
    """
    places = run.map.sort_values("paper_id")[["x", "y"]].to_numpy("float64")
    known = [int(places[:, 0].argmin()), int(places[:, 1].argmax()), int(places[:, 0].argmax())]
    told = lab.driver.execute_script(
        f"const b = {SHADOW}.getElementById('plot').getBoundingClientRect();"
        f"return arguments[1].map((row) => {PAGE}.whereIs(row))"
        ".map(([x, y]) => [x + b.x, y + b.y])",
        view,
        known,
    )
    design = np.column_stack([places[known], np.ones(3)])
    return np.column_stack([places, np.ones(len(places))]) @ np.linalg.solve(design, told)


def outline(screen: np.ndarray, lasso: Lasso, *, room: tuple[float, float, float, float]):
    """Return the corners of a lasso in the window that surely holds a paper."""
    rng = np.random.default_rng(1000 + lasso.seed)
    left, top, right, bottom = room
    inside = (screen > (left + 60, top + 10)).all(1) & (screen < (right - 10, bottom - 10)).all(1)
    for _ in range(2000):
        radius = rng.uniform(25, min(right - left, bottom - top) / 3)
        if lasso.start == "on empty ground":
            first = rng.uniform((left + 60, top + 10), (right - 10, bottom - 10))
            if np.hypot(*(screen - first).T).min() < 14:
                continue
        else:
            first = screen[rng.choice(np.flatnonzero(inside))].copy()
            if lasso.start == "near a point":
                first += 5 * np.array([np.cos(a := rng.uniform(0, 6.28)), np.sin(a)])
        turn = rng.uniform(0, 2 * np.pi)
        angles = turn + np.linspace(0, 2 * np.pi, 15)[:-1]
        ring = np.column_stack([np.cos(angles), np.sin(angles)]) * radius
        ring *= rng.uniform(0.7, 1.15, size=(14, 1))
        path = np.round(first + ring - ring[0])
        fits = (path > (left + 60, top + 5)).all() and (path < (right - 5, bottom - 5)).all()
        if fits and (held(screen, path) & inside & ~doubtful(screen, path)).any():
            return path
    raise AssertionError("no room for a lasso")


def held(screen: np.ndarray, path: np.ndarray) -> np.ndarray:
    """Return which papers lie in an outline, by the angle that it turns through around each."""
    rays = path[None] - screen[:, None]
    angles = np.unwrap(np.arctan2(rays[..., 1], rays[..., 0]), axis=1)
    back = np.arctan2(rays[:, 0, 1], rays[:, 0, 0]) - np.arctan2(rays[:, -1, 1], rays[:, -1, 0])
    back = (back + np.pi) % (2 * np.pi) - np.pi
    return np.abs(angles[:, -1] - angles[:, 0] + back) > np.pi


def doubtful(screen: np.ndarray, path: np.ndarray) -> np.ndarray:
    """Return which papers lie within a pixel of an outline or where it starts.

    Whether the outline holds these is not asked.
    """
    step = np.roll(path, -1, axis=0) - path
    along = ((screen[:, None] - path) * step).sum(2) / (step**2).sum(1)
    nearest = path + np.clip(along, 0, 1)[..., None] * step
    gap = np.hypot(*(screen[:, None] - nearest).transpose(2, 0, 1)).min(axis=1)
    return (gap <= 1) | (np.hypot(*(screen - path[0]).T) <= 8)


def draw(lab: Lab, path: np.ndarray, *, pause: float) -> None:
    """Draw along a path with the mouse held."""

    def mouse(kind: str, x: float, y: float, **more: object) -> None:
        event = {"type": f"mouse{kind}", "x": float(x), "y": float(y), **more}
        lab.driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)
        time.sleep(pause)

    mouse("Moved", *path[0])
    mouse("Pressed", *path[0], button="left", buttons=1, clickCount=1)
    for x, y in path[1:]:
        mouse("Moved", x, y, button="left", buttons=1)
    mouse("Released", *path[-1], button="left", clickCount=1)
    # On its way out the pointer passes other papers, as a hand does.
    mouse("Moved", path[-1][0] + 9, path[-1][1] + 3)


def prepare(lab: Lab, lasso: Lasso, *, words: str, view: int = 0) -> None:
    """Do what comes before a lasso: all again, then a zoom or a filter; and take the lasso."""
    script = (
        "const r = %s; const set = (id, event, value) => { const e = r.getElementById(id);"
        "e.value = value; e.dispatchEvent(new Event(event, {bubbles: true})); };"
        "r.getElementById('reset').click(); r.getElementById('zoom-whole').click();"
        "if (arguments[1] === 'filter') set('search', 'change', arguments[2]);"
        "if (arguments[1] === 'zoom') { r.getElementById('zoom-in').click(); }"
        "if (arguments[1] !== 'reset') r.getElementById('tool-move').click();"
        "r.getElementById('table-shut').click();"
        "r.getElementById('tool-lasso').click();"
    )
    lab.driver.execute_script(script % SHADOW, view, lasso.after, words)
    lab.until(f"return {PAGE}.isIdle()", view)


def arrived(lab: Lab, run: Run, lasso: Lasso, *, words: str, cells: tuple[int, int]) -> str:
    """Draw a lasso and compare what Python has with what it holds; return what is wrong, or "".

    Of the notebook's cells, `cells` are the one that sleeps and the one that reads (`READ`).
    """
    prepare(lab, lasso, words=words)
    box = lab.driver.execute_script(
        f"const p = {SHADOW}.getElementById('plot'); p.scrollIntoView({{block: 'center'}});"
        "const b = p.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]",
        0,
    )
    screen = on_screen(lab, run)
    path = outline(screen, lasso, room=tuple(box))
    if lasso.kernel_busy:
        lab.start_cell(cells[0])
    draw(lab, path, pause=lasso.pause)
    found = json.loads(lab.run_cell(cells[1]))
    papers = run.papers.sort_values("paper_id")
    passes = np.ones(len(papers), dtype=bool)
    if lasso.after == "filter":
        from analysis.base.words import matching_texts, searchable_text

        texts = list(map(searchable_text, papers["title"], papers["abstract"]))
        passes = matching_texts(words, texts=texts)
    inside = held(screen, path) & passes
    unasked = doubtful(screen, path)
    ids = papers["paper_id"].to_numpy()
    sure, maybe = set(ids[inside & ~unasked]), set(ids[unasked & passes])
    missing, extra = sure - set(found), set(found) - sure - maybe
    return "" if not missing and not extra else f"{lasso}: {missing=} {extra=}"
