"""What fuzzing found once is read, or refused in one message, and soon."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from conftest import ROOT
from fuzz_targets import TARGETS, outcome

FOUND = sorted((ROOT / "tests" / "data" / "fuzz").iterdir())
SECONDS = 5


@pytest.mark.parametrize("path", FOUND, ids=[path.name for path in FOUND])
def test_a_finding_stays_mended(path: Path) -> None:
    target = max((name for name in TARGETS if path.name.startswith(name)), key=len)
    start = time.perf_counter()
    said = outcome(target, path.read_bytes())
    assert said == "" or said.startswith("Found:")
    assert time.perf_counter() - start < SECONDS
