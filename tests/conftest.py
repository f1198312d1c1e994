"""Fixtures for every test file: the bundled run made once, made-up corpora, ../shared."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from threadpoolctl import threadpool_limits

import browser
from analysis.cli.main import main
from analysis.clusters.find.fit import SUBSAMPLES
from analysis.pipeline.run import Settings, open_run, run
from analysis.runs import Run
from command_line import Cli, Said
from map_driving import N, written
from page_runs import made_run

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOT = ROOT / "data" / "snapshots" / "hf-trending-2025-03-17.txt"
TODAY = date(2026, 1, 1)
os.environ.setdefault("PAPERTIDE_JOBS", "1")  # the tests themselves run in two processes
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")  # other examples: pytest --hypothesis-profile=default
LONGEST = (
    *("test_notebook_pages", "test_jupyterlab", "test_pipeline", "test_notebooks_on_runs"),
    *("test_extend_runs", "test_replay", "test_audit", "test_extend_parents"),
)
"""Files that take longer than 20 s, longest first; two that need the bundled run stand apart."""


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that one of the workers fills; the others wait for it."""
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, whole = base / name, base / f"{name}.whole"
    with FileLock(base / f"{name}.lock"):
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of the bundled snapshot, made once for all tests; nobody changes it."""
    from analysis.report.write import write_pages

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch, threadpool_limits(2):
            # complete, also where the first to ask leaves something out of its own runs
            patch.setattr("analysis.report.write_pages", write_pages)
            patch.setattr("analysis.clusters.find.fit.SUBSAMPLES", SUBSAMPLES)
            run(SNAPSHOT, settings=Settings(runs=folder / "runs", today=TODAY))

    return open_run(runs_dir=made_once(tmp_path_factory, "bundled", make) / "runs")


@pytest.fixture
def shared() -> Path:
    """The folder of large corpora; tests that read it are marked `shared`."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip("../shared is not on this machine")
    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, so that the workers end together; the order within stays."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


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
def _tables_alone() -> Iterator[None]:
    """Write the tables of runs as CSV, but no pages and charts."""
    from analysis.report import write_csv_tables
    from analysis.runs import tables_of

    def tables_alone(made: Run, folder: Path, **how: object) -> None:
        write_csv_tables(tables_of(made), folder / "tables")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.report.write_pages", tables_alone)
        yield


@pytest.fixture(scope="module")
def _without_charts() -> Iterator[None]:
    """Write the pages and tables of runs, but not the charts for print."""
    from analysis.report.write import write_pages

    def without_charts(made: Run, folder: Path, **how: object) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("analysis.report.write.draw_charts", lambda made, **how: {})
            write_pages(made, folder, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.report.write_pages", without_charts)
        yield


@pytest.fixture(scope="module")
def _few_subsamples() -> Iterator[None]:
    """Choose the settings of 60 to 199 papers by 4 subsamples in place of 40.

    For tests that do not look at which clusters are found.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.clusters.find.fit.SUBSAMPLES", 4)
        yield


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A series of one run, which nobody writes to."""
    from series_of_runs import BASE, KNOWN, made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.report.write_pages", lambda made, folder, **how: None)
        return made(KNOWN[:BASE], tmp_path_factory.mktemp("first") / "runs")


@pytest.fixture
def series_of_one(first_run: Run, tmp_path: Path) -> Path:
    """A series of one run to write into."""
    return Path(shutil.copytree(first_run.path.parent, tmp_path / "runs"))
