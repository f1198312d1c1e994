"""From which day a fetched file holds its papers, by the manifest beside it."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from analysis.pipeline import run as pipeline_run
from analysis.pipeline.settings import Settings
from analysis.sources.dates.fetched import covered_from, manifest_path

CONTENT = b"[]\n"


def fetched(folder: Path, *, name: str = "papers.json", request: object, content=CONTENT) -> Path:
    """Write a file and a manifest that describes `CONTENT`."""
    out = folder / name
    out.write_bytes(content)
    entry = {"sha256": hashlib.sha256(CONTENT).hexdigest()}
    manifest_path(out).write_text(json.dumps({"request": request, "file": entry}))
    return out


@pytest.mark.parametrize(
    ("request_", "day"),
    [
        ({"from": "2024-05-23", "to": None}, date(2024, 5, 23)),
        ({"from": None}, date(1900, 1, 1)),
        ({"from": "2024-05-23", "max": 100}, None),
        ({"from": "yesterday"}, None),
        ({"from": 3}, None),
        ("text", None),
    ],
)
def test_the_first_day_asked_for(tmp_path, request_, day):
    assert covered_from(fetched(tmp_path, request=request_)) == day


def test_a_file_that_is_not_the_fetched_one(tmp_path):
    out = fetched(tmp_path, request={"from": "2024-05-23"}, content=b"[1]\n")
    assert covered_from(out) is None
    manifest_path(out).write_text("{")
    assert covered_from(out) is None
    manifest_path(out).unlink()
    assert covered_from(out) is None


@pytest.mark.parametrize(
    ("first_days", "before", "given", "expected"),
    [
        pytest.param(["2024-05-23"], None, None, "2024-05-23", id="as fetched"),
        pytest.param(["2024-05-23"], None, "2024-05-01", "2024-05-01", id="the flag wins"),
        pytest.param(["2024-06-01", "2024-05-01"], None, None, "2024-05-01", id="two files"),
        pytest.param(["2024-06-01", "latest"], None, None, None, id="one is not known"),
        pytest.param(["2024-06-01"], "2024-05-01", None, "2024-05-01", id="continued"),
        pytest.param(["2024-06-01"], "", None, None, id="the run before is not known"),
    ],
)
def test_a_run_is_covered_as_its_fetches_are(tmp_path, first_days, before, given, expected):
    paths = [
        fetched(
            tmp_path, name=f"{n}.json", request={"from": day} if day != "latest" else {"max": 9}
        )
        for n, day in enumerate(first_days)
    ]
    known = None if before is None else {"covered_from": before or None}
    settings = Settings(covered_from=date.fromisoformat(given) if given else None)
    found = pipeline_run._covered_from(paths, settings=settings, known=known)
    assert found == (date.fromisoformat(expected) if expected else None)
