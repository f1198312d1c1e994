"""Names on the drawn map: over their own papers, whatever the map, the zoom and the screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import browser
from analysis.base.schema import conform
from analysis.runs import Run
from explored import told_run
from map_driving import opened, written
from map_names import drawn_names, zoom
from page_runs import made_run

pytestmark = pytest.mark.browser

SCREENS = {"laptop": (1366, 768), "large": (1920, 1080), "phone": (390, 844)}


def mingled_run(n: int, *, seed: int) -> Run:
    """A run whose clusters reach into each other, some of them in two heaps."""
    run = made_run(n)
    random = np.random.default_rng(seed)
    rows = run.memberships[run.memberships["kind"] == "cluster"]
    clusters = rows[rows["is_primary"]].set_index("paper_id")["group_id"]
    codes = pd.factorize(clusters.reindex(run.map["paper_id"]), sort=True)[0]
    heaps = random.normal(size=(codes.max() + 1, 2, 2)) * (6, 4)
    places = heaps[codes, random.integers(2, size=n)] + random.normal(size=(n, 2)) * 1.6
    table = run.map.assign(x=places[:, 0].astype("float32"), y=places[:, 1].astype("float32"))
    return replace(run, map=conform(table, name="map"))


@pytest.fixture(scope="module")
def maps(tmp_path_factory, bundled) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("names")
    runs = {"bundled": bundled, "heaps": made_run(80), "told": told_run(200)}
    runs |= {f"mingled-{seed}": mingled_run(1200, seed=seed) for seed in range(3)}
    return {name: written(run, folder, name=name) for name, run in runs.items()}


@pytest.mark.parametrize("steps", [0, 2, 5])
@pytest.mark.parametrize(
    "name", ["heaps", "told", "mingled-0", "mingled-1", "mingled-2", "bundled"]
)
def test_no_name_lies_on_papers_of_others(driver, maps, name, steps):
    opened(driver, maps[name])
    zoom(driver, steps)
    drawn = drawn_names(driver)
    assert drawn.names or steps == 5
    assert drawn.foreign == []


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", ["heaps", "told", "mingled-0"])
def test_every_paper_is_in_view_at_first_and_names_over_their_own(driver, maps, name, screen):
    width, height = SCREENS[screen]
    with browser.viewport(driver, width=width, height=height):
        opened(driver, maps[name])
        drawn = drawn_names(driver)
        assert drawn.outside == 0
        assert drawn.names
        assert drawn.foreign == []
