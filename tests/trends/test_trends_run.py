"""Verdicts and events of a complete run: written, read back, shown, by either date."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from analysis.base.errors import InputError
from analysis.cli.main import cli
from analysis.pipeline.run import Settings, open_run, run

pytestmark = pytest.mark.usefixtures("_tables_alone")

TOPICS = """
[[topic]]
id = "wombats"
label = "Wombats"
strong = ["wombat"]
"""


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    """Fifty-nine papers of eight months (no clusters), three in four listed in a later month."""
    folder = tmp_path_factory.mktemp("listed")
    rows = []
    for i in range(59):
        published = pd.Timestamp("2024-01-20") + pd.DateOffset(months=i % 8)
        listed = published + pd.Timedelta(days=2 if i % 4 == 0 else 20)
        subject = "wombat burrows" if i % 8 < 2 + i // 10 else "lattice sums"
        rows.append(
            (
                f"On {subject}, part {i}",
                f"We study {subject}. Result {i}.",
                str(published.date()),
                str(listed.date()),
            )
        )
    frame = pd.DataFrame(rows, columns=["title", "abstract", "published", "listed"])
    frame.to_csv(folder / "papers.csv", index=False)
    (folder / "topics.toml").write_text(TOPICS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(snapshot):
    """The run by either date."""
    return {
        by: run(
            snapshot / "papers.csv",
            settings=Settings(
                runs=snapshot / f"runs-{by}",
                by=by,
                period="month",
                topics=snapshot / "topics.toml",
                today=date(2026, 1, 1),
            ),
        )
        for by in ("published", "listed")
    }


def test_verdicts_and_events_are_tables_of_a_run(snapshot, made):
    written = made["published"]
    read = open_run(runs_dir=snapshot / "runs-published")
    pd.testing.assert_frame_equal(read.verdicts, written.verdicts)
    pd.testing.assert_frame_equal(read.events, written.events)
    of_groups = read.verdicts[read.verdicts["kind"] != "word"]
    assert of_groups["group_id"].tolist() == ["wombats"]
    full = read.trends[~read.trends["is_partial"] & (read.trends["kind"] != "word")]
    assert of_groups["n_papers"].tolist() == [int(full["n_papers"].sum())]
    for name in ("verdicts", "events"):
        assert (read.path / "tables" / f"{name}.csv").is_file()
    shown = CliRunner().invoke(
        cli, ["show", read.name, "--runs", str(snapshot / "runs-published"), "--json"]
    )
    told = json.loads(shown.stdout)
    assert told["verdicts"][0]["direction"] == read.verdicts["direction"][0]
    assert told["events"] == []
    assert told["period"]["by"] == "published"
    assert told["period"]["clump"] == "day"


def test_the_day_of_listing_tells_the_period_where_asked(made):
    runs = [made["published"], made["listed"]]
    totals = [each.trends.groupby("period")["n_total"].first() for each in runs]
    papers = runs[1].papers
    listed = papers["listed"].dt.to_period("M").value_counts().sort_index()
    assert totals[1][totals[1] > 0].tolist() == listed.tolist()
    assert totals[0].tolist() != totals[1].tolist()
    assert runs[1].papers["published"].equals(runs[0].papers["published"])
    assert runs[1].manifest["settings"]["by"] == "listed"


def test_the_day_is_checked():
    with pytest.raises(InputError, match="by 'seen': allowed are published, listed"):
        run("nothing.csv", settings=Settings(by="seen"))


@pytest.mark.shared
def test_a_month_that_is_cut_changes_no_verdict(shared):
    """Daily papers cut on the 10th and at the end of the month before; thirty groups by keyword."""
    from analysis.trends import choose_period, count_papers, listing_lag, reference_day
    from analysis.trends.events import find_events
    from analysis.trends.verdicts import verdict_table

    corpus = pd.read_parquet(shared / "corpora" / "hf_daily_2024-05_2025-12.parquet")
    papers = pd.DataFrame(
        {
            "paper_id": corpus["id"],
            "published": pd.to_datetime(corpus["published"]).astype("M8[us]"),
            "published_precision": "day",
            "listed": pd.to_datetime(corpus["featured"]).astype("M8[us]"),
        }
    )
    # Any fixed memberships do: thirty groups by a hash of the title.
    number = corpus["title"].str.len().to_numpy() % 30
    ids = np.array([f"c{i:04d}" for i in range(30)])
    members = pd.DataFrame(
        {
            "paper_id": papers["paper_id"],
            "kind": "cluster",
            "group_id": ids[number],
            "weight": 1.0,
            "is_primary": True,
        }
    )
    groups = pd.DataFrame({"kind": "cluster", "group_id": ids})
    found = []
    for end in ("2025-09-10", "2025-08-31"):
        kept = papers[papers["published"] <= end].reset_index(drop=True)
        reference = reference_day(kept, snapshot_date=date(2025, 9, 10))
        lag = listing_lag(kept, reference=reference)
        assert 10 <= lag <= 15  # the corpus as a whole says 12
        reference -= pd.Timedelta(days=lag)
        assert choose_period(kept, reference=reference).freq == "month"
        rows = members[members["paper_id"].isin(set(kept["paper_id"]))]
        made = count_papers(rows, papers=kept, groups=groups, freq="month", reference=reference)
        found.append((verdict_table(made), find_events(made)))
    for a, b in zip(*found, strict=True):
        pd.testing.assert_frame_equal(a, b)
    assert (found[0][0]["n_periods"] == 15).all()
