"""What fuzzing found once is read, or refused in one message, and soon."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import ROOT
from fuzz_targets import TARGETS, outcome

FOUND = sorted((ROOT / "tests" / "data" / "fuzz").iterdir())


@pytest.mark.timeout(120)
@pytest.mark.parametrize("path", FOUND, ids=[path.name for path in FOUND])
def test_a_finding_stays_mended(path: Path) -> None:
    target = max((name for name in TARGETS if path.name.startswith(name)), key=len)
    said = outcome(target, path.read_bytes())
    assert said == "" or said.startswith("Found:")
