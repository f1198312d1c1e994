"""Fixtures for every test file: the bundled run made once, made-up corpora, ../shared."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import browser
from analysis.cli.main import main
from analysis.pipeline.run import Settings, run
from analysis.runs import Run
from command_line import Cli, Said
from map_driving import N, written
from page_runs import made_run

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOT = ROOT / "data" / "snapshots" / "hf-trending-2025-03-17.txt"
TODAY = date(2026, 1, 1)


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of the bundled snapshot, made once for all tests; nobody changes it."""
    from analysis.report.write import write_pages

    folder = tmp_path_factory.mktemp("bundled") / "runs"
    with pytest.MonkeyPatch.context() as patch:
        # with its pages, also where the first to ask leaves those of its own runs out
        patch.setattr("analysis.report.write_pages", write_pages)
        return run(SNAPSHOT, settings=Settings(runs=folder, today=TODAY))


@pytest.fixture
def shared() -> Path:
    """The folder of large corpora; tests that read it are marked `shared`."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip("../shared is not on this machine")
    return path


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a browser where there is none, and say what is missing."""
    if item.get_closest_marker("browser") and (lacks := browser.missing()):
        pytest.skip(lacks)


@pytest.fixture(scope="module")
def driver() -> Iterator[WebDriver]:
    """A headless Chromium; what it fetches and says is recorded."""
    with browser.chromium() as started:
        yield started


@pytest.fixture(scope="session")
def plain_map(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map page: papers i of cluster i mod 4, weight .4 + i mod 5 / 10, dated every nine days."""
    return written(made_run(N, n_undated=2), tmp_path_factory.mktemp("plain"))


@pytest.fixture(autouse=True)
def _no_named_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the environment of whoever runs the tests out of them."""
    monkeypatch.delenv("PAPERTIDE_RUNS", raising=False)
    monkeypatch.delenv("PAPERTIDE_RUN", raising=False)


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Cli]:
    """Call the command line in this process."""
    handler = signal.getsignal(signal.SIGTERM)

    def call(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["papertide", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return Said(code, printed.out, printed.err)

    yield call
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture(scope="session")
def subjects() -> Run:
    """A run of 200 papers on four subjects; nobody changes it."""
    from explored import told_run

    return told_run(200)


@pytest.fixture
def view(subjects: Run) -> object:
    """A view of `subjects` in a notebook."""
    from analysis import explore

    return explore(subjects)


@pytest.fixture(scope="module")
def _without_pages() -> Iterator[None]:
    """Leave the pages of runs out: they take most of a small run's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.report.write_pages", lambda made, folder, **how: None)
        yield


@pytest.fixture(scope="module")
def first_run(_without_pages: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A series of one run, which nobody writes to."""
    from series_of_runs import BASE, KNOWN, made

    return made(KNOWN[:BASE], tmp_path_factory.mktemp("first") / "runs")


@pytest.fixture
def series_of_one(first_run: Run, tmp_path: Path) -> Path:
    """A series of one run to write into."""
    return Path(shutil.copytree(first_run.path.parent, tmp_path / "runs"))
