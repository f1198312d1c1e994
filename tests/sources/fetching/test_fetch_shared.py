"""Real responses of the services, stored beside the checkout, are fetched unchanged."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.progress import Progress
from analysis.papers.snapshot import read_snapshot
from analysis.sources.fetching import FetchOptions, fetch_arxiv, fetch_hf_daily
from analysis.sources.fetching.arxiv_api import read_feed
from simulator import Reply, Waits, quick, serving

pytestmark = pytest.mark.shared


def options(url: str, out: Path) -> FetchOptions:
    progress = Progress(quiet=True)
    return FetchOptions(out=out, base_url=url, pace=quick(), clock=Waits().clock, progress=progress)


@pytest.mark.parametrize(("day", "count"), [("2024-05-27", 13), ("2025-03-17", 12)])
def test_a_real_day_of_daily_papers(shared, tmp_path, day, count):
    path = shared / "formats" / "hf_daily_api" / f"{day}.json"
    with serving(lambda asked: Reply(path.read_bytes())) as service:
        on = date.fromisoformat(day)
        done = fetch_hf_daily(first=on, last=on, options=options(service.url, tmp_path / "x.gz"))
    assert done.n_papers == count == len(json.loads(path.read_bytes()))
    fetched, plain = (read_snapshot([p], today=date(2026, 1, 1)) for p in (done.path, path))
    assert set(fetched.papers["listed"]) == {pd.Timestamp(day)}
    columns = [c for c in plain.papers.columns if c != "listed"]
    pd.testing.assert_frame_equal(fetched.papers[columns], plain.papers[columns])
    assert fetched.date == on


def test_a_real_page_of_arxiv(shared, tmp_path):
    path = next((shared / "formats" / "arxiv_atom").glob("*.xml"))
    body = path.read_bytes()
    found = read_feed(body)
    assert (len(found.entries), found.total, found.start) == (10, 214_881, 0)
    whole = re.sub(rb"(<opensearch:totalResults>)\d+", rb"\g<1>10", body)
    with serving(lambda asked: Reply(whole)) as service:
        done = fetch_arxiv("all:testing", options=options(service.url, tmp_path / "x.zip"))
    assert done.n_papers == 10
    fetched, plain = (read_snapshot([p], today=date(2026, 6, 1)) for p in (done.path, path))
    pd.testing.assert_frame_equal(fetched.papers, plain.papers)
    assert fetched.date == date(2026, 4, 12)
