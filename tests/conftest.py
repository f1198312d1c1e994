"""Fixtures for every test file: the bundled run made once, made-up corpora, ../shared."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from analysis.pipeline import Settings, run
from analysis.runs import Run

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
