"""Fixtures for every test file: the bundled run made once, made-up corpora, ../shared."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from analysis.__main__ import main
from analysis.pipeline import Settings, run
from analysis.runs import Run
from command_line import Cli, Said

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOT = ROOT / "data" / "snapshots" / "hf-trending-2025-03-17.txt"
TODAY = date(2026, 1, 1)


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of the bundled snapshot, made once for all tests; nobody changes it."""
    folder = tmp_path_factory.mktemp("bundled") / "runs"
    return run(SNAPSHOT, settings=Settings(runs=folder, today=TODAY))


@pytest.fixture
def shared() -> Path:
    """The folder of large corpora; tests that read it are marked `shared`."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip("../shared is not on this machine")
    return path


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
