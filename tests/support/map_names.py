"""Names on a drawn map: what lies under each, computed from the page and nothing of its rule."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

_DRAWN = """
const { names, data, whereIs, view } = papertide.page;
const pen = document.createElement("canvas").getContext("2d");
const boxes = names().map((name) => {
  pen.font = name.font;
  const width = Math.max(...name.lines.map((line) => pen.measureText(line).width));
  const size = parseFloat(name.font.match(/([\\d.]+)px/)[1]);
  const height = ((name.lines.length - 1) * 1.18 + 1) * size;
  return [name.group, name.x, name.y, width, height];
});
const points = Array.from({ length: data.n }, (_, row) => whereIs(row));
const of = new Map(data.groups.map((group, i) => [`${group.kind} ${group.id}`, i]));
return { boxes, points, cluster: [...data.column.cluster], size: [view.width, view.height],
  label: data.groups.map((group) => group.label),
  parent: data.groups.map(({ kind, parent }) => of.get(`${kind} ${parent}`) ?? -1) };
"""


@dataclass(frozen=True)
class Drawn:
    """The names on a map, and how many papers, its own and others, lie under each."""

    names: list[str]
    own: np.ndarray
    others: np.ndarray
    outside: int
    """Papers that are not in view."""

    @property
    def foreign(self) -> list[str]:
        """Names under which most papers are of other groups."""
        return [
            name
            for name, own, others in zip(self.names, self.own, self.others, strict=True)
            if others > own
        ]


def drawn_names(driver: WebDriver) -> Drawn:
    """Return the names on the map that a page shows, once it is at rest."""
    while not driver.execute_script("return papertide.page.isIdle()"):
        time.sleep(0.03)
    told = driver.execute_script(_DRAWN)
    points, cluster = np.array(told["points"]), np.array(told["cluster"])
    own, others = [], []
    for group, x, y, width, height in told["boxes"]:
        half = np.array([width, height]) / 2
        under = (abs(points - (x, y)) < half).all(axis=1)
        mine = {
            code for code in set(cluster.tolist()) if group in _line(code, parents=told["parent"])
        }
        is_mine = np.isin(cluster[under], list(mine))
        own.append(int(is_mine.sum()))
        others.append(int((~is_mine).sum()))
    outside = ~((points >= 0) & (points <= told["size"])).all(axis=1)
    names = [told["label"][group] for group, *_ in told["boxes"]]
    return Drawn(names, np.array(own), np.array(others), int(outside.sum()))


def _line(code: int, *, parents: list[int]) -> list[int]:
    """Return a group and the broader ones that it is part of."""
    line = [code]
    while line[-1] < len(parents) and parents[line[-1]] >= 0:
        line.append(parents[line[-1]])
    return line


def zoom(driver: WebDriver, times: int) -> None:
    """Zoom in so many steps of 1.6, from the whole map, and wait until names are placed anew."""
    driver.execute_script("document.getElementById('zoom-whole').click()")
    for _ in range(times):
        driver.execute_script("document.getElementById('zoom-in').click()")
    time.sleep(0.25)  # names are placed again when the view rests
