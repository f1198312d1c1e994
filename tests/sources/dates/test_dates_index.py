"""Local metadata that dates papers: the index, the order of trust, the command."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from analysis.base.errors import InputError
from analysis.cli.main import cli
from analysis.papers.snapshot import read_snapshot
from analysis.sources import add_to_index, read_dates
from conftest import ROOT

DATA = ROOT / "tests" / "data" / "sources"
TODAY = date(2025, 4, 1)


def page(folder: Path, *records: dict[str, object]) -> Path:
    path = folder / "p.json"
    path.write_text(json.dumps([{"abstract": "a", **r} for r in records]), encoding="utf-8")
    return path


def test_papers_are_dated_by_id_and_by_title(tmp_path: Path) -> None:
    index = tmp_path / "in" / "index.parquet"
    assert add_to_index([DATA / "arxiv.jsonl"], index=index, today=TODAY) == (2, 2)
    assert add_to_index([DATA / "arxiv.jsonl"], index=index, today=TODAY) == (0, 2)
    assert add_to_index([DATA / "atom.xml"], index=index, today=TODAY) == (2, 4)
    path = page(
        tmp_path,
        {"title": "Another title", "id": "2403.00101"},
        {"title": "GARDEN keys!"},
        {"title": "Nobody knows"},
        {"title": "Stars seen from gardens", "date": "2011-01-05"},
    )
    papers = read_snapshot([path], today=TODAY, index=index).papers.set_index("title")
    assert papers.loc["Another title", "published"] == pd.Timestamp(2024, 3, 1)
    assert papers.loc["Another title", "published_precision"] == "day"
    assert papers.loc["Another title", "provenance"] == "published=local-metadata"
    assert papers.loc["GARDEN keys!", "published"] == pd.Timestamp(2007, 1, 1)
    assert pd.isna(papers.loc["Nobody knows", "published"])
    assert papers.loc["Stars seen from gardens", "published"] == pd.Timestamp(2011, 1, 5)
    assert [p.name for p in index.parent.iterdir()] == ["index.parquet"]


def test_the_order_of_trust(tmp_path: Path) -> None:
    listed = tmp_path / "d.csv"
    listed.write_text(
        "title,published\nBoth,2020-02-03\nId,2020-02-03\nFine,2023-10-09\n", encoding="utf-8"
    )
    local = tmp_path / "l.csv"
    local.write_text(
        "title,published\nBoth,2019-01-01\nLocal,2018-05-06\nId,2023-10-11\n", encoding="utf-8"
    )
    index = tmp_path / "index.parquet"
    assert add_to_index([local], index=index, today=TODAY) == (3, 3)
    path = page(
        tmp_path,
        {"title": "Own", "date": "2021-01-01"},
        {"title": "Both"},
        {"title": "Local"},
        {"title": "Id", "arxiv_id": "2310.00010"},
        {"title": "Fine", "arxiv_id": "2310.00011"},
    )
    papers = read_snapshot([path], today=TODAY, dates=read_dates([listed]), index=index).papers
    found = {
        row.title: (f"{row.published:%Y-%m-%d}", row.published_precision, row.provenance)
        for row in papers.fillna({"provenance": ""}).itertuples()
    }
    assert found == {
        "Own": ("2021-01-01", "day", ""),
        "Both": ("2020-02-03", "day", "published=dates-file"),
        "Local": ("2018-05-06", "day", "published=local-metadata"),
        # The month of the id is trusted more than another month of a file, which may add a day.
        "Id": ("2023-10-11", "day", "published=local-metadata"),
        "Fine": ("2023-10-09", "day", "published=dates-file"),
    }


def test_the_command_and_its_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["dates", "add", str(DATA / "arxiv.jsonl")])
    assert (done.exit_code, done.stdout) == (
        0,
        "data/dates_index.parquet: 2 dates added, 2 in total\n",
    )
    shown = CliRunner().invoke(
        cli, ["snapshot", "--json", str(page(tmp_path, {"title": "Garden keys"}))]
    )
    assert json.loads(shown.stdout)["undated"] == 0
    undated = page(tmp_path, {"title": "No date"})
    with pytest.raises(InputError, match="no paper with a date"):
        add_to_index([undated], index=tmp_path / "x", today=TODAY)
    (tmp_path / "broken").write_bytes(b"no parquet")
    with pytest.raises(InputError, match="is not an index of dates"):
        add_to_index([DATA / "arxiv.jsonl"], index=tmp_path / "broken", today=TODAY)


@pytest.mark.timeout(120)
def test_an_index_that_is_no_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "endless").symlink_to("/dev/zero")
    for name in ("pipe", "endless"):
        with pytest.raises(InputError, match=f"{name} is not an index of dates"):
            add_to_index([DATA / "arxiv.jsonl"], index=tmp_path / name, today=TODAY)
