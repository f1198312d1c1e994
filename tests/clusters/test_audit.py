"""Audits computed by hand, on planted papers, and from the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from analysis.base.errors import InputError
from analysis.base.progress import Progress
from analysis.cli.main import cli
from analysis.clusters.audit import audit_clusters, audit_is_due, audit_line, audit_text
from analysis.pipeline.audit import add_audit, audit_run
from analysis.pipeline.run import Settings, run
from analysis.runs import Run
from conftest import TODAY
from hostile import HOSTILE
from page_runs import made_run, written
from planted import planted

pytestmark = pytest.mark.usefixtures("_without_charts")

QUIET = Progress(quiet=True)


def plane(labels: np.ndarray) -> np.ndarray:
    """A direction for each label."""
    return np.eye(int(labels.max()) + 1, 8, dtype=np.float32)[labels]


def named(labels: np.ndarray) -> pd.Series:
    ids = [f"p{i:03d}" for i in range(len(labels))]
    return pd.Series([f"c{number + 1:04d}" for number in labels], index=ids)


TRUTH = np.repeat([0, 1, 2], 40)
FITS = np.stack([np.where(np.arange(120) % 5 == b, -1, TRUTH) for b in range(5)])


def test_a_run_that_equals_a_fresh_fit_is_extended():
    found = audit_clusters(
        named(TRUTH), fresh=TRUTH, fits=FITS, vectors=plane(TRUTH), run="r", next_id=4
    )
    assert not found.recommends_fresh
    assert (found.n_moved, found.n_clusters, found.n_fresh) == (0, 3, 3)
    assert found.fit == found.fit_fresh == 1
    assert found.lineage["event"].tolist() == ["kept"] * 3
    assert audit_line(found) == (
        "extend: its clusters fit 120 papers 100% as well as a fresh fit's would (with a fresh fit "
        "0% of papers would move)"
    )


FITTING = {
    "poorly_placed": 0.3,
    "poorly_placed_known": 0.3,
    "agreement": 0.6,
    "agreement_known": 0.6,
}


@pytest.mark.parametrize(
    ("change", "n_papers", "is_due"),
    [
        ({}, 5999, False),
        ({}, 6000, True),
        ({"poorly_placed": 0.41}, 5499, False),
        ({"poorly_placed": 0.41}, 5500, True),
        ({"poorly_placed": 0.39}, 5500, False),
        ({"agreement": 0.49}, 5500, True),
        ({"agreement": 0.51, "poorly_placed": 0.2}, 5500, False),
        ({"poorly_placed": None, "agreement": None}, 5500, False),
    ],
)
def test_an_audit_is_due_after_a_fifth_or_a_tenth_that_fits_worse(
    change: dict, n_papers: int, is_due: bool
):
    """5,000 papers at the last one; worse by ten points in one of the two figures."""
    assert audit_is_due({**FITTING, **change}, n_papers=n_papers, n_before=5000) == is_due


def test_clusters_that_no_longer_fit_are_fitted_afresh():
    """The run holds two of three groups as one: a fresh fit would give 40 papers a cluster."""
    own = named(np.minimum(TRUTH, 1))
    found = audit_clusters(own, fresh=TRUTH, fits=FITS, vectors=plane(TRUTH), run="r", next_id=7)
    assert found.recommends_fresh
    assert found.n_moved == 40
    assert found.fit < 0.95 * found.fit_fresh
    born = found.lineage[found.lineage["event"] == "born"]
    assert born["group_id"].tolist() == ["c0007"]
    assert born["previous_group_id"].tolist() == ["c0002"]
    assert audit_line(found).startswith("fresh fit: 33% of papers would move (")
    text = audit_text(found, labels={"c0002": "Proofs"}, contested=contested(0))
    assert "  split: c0007, 40 papers, out of c0002 Proofs" in text.split("\n")
    assert "  changed: c0002 Proofs keeps 50% of its papers" in text.split("\n")
    assert "born" not in text


def test_another_partition_that_fits_as_well_is_no_reason_to_move():
    """Where the fits of subsamples agree with neither, moving papers gains nothing."""
    random = np.random.default_rng(0)
    own, fresh = random.integers(0, 4, 200), random.integers(0, 4, 200)
    fits = np.where(np.arange(200) % 5 == 0, -1, (own * 4 + fresh)[None, :])
    found = audit_clusters(
        named(own), fresh=fresh, fits=fits, vectors=plane(own), run="r", next_id=9
    )
    assert found.share_moved > 0.5
    assert not found.recommends_fresh


def test_mergers_are_told_once():
    own = named(TRUTH)
    fresh = np.minimum(TRUTH, 1)
    fits = np.minimum(FITS, 1)
    found = audit_clusters(own, fresh=fresh, fits=fits, vectors=plane(TRUTH), run="r", next_id=4)
    lines = audit_text(found, labels={}, contested=contested(0)).split("\n")
    merged = [line.strip() for line in lines if "c0003" in line or "c0002" in line]
    assert merged in (["merged: c0003 into c0002"], ["merged: c0002 into c0003"])


def contested(n: int) -> pd.DataFrame:
    rows = [(f"p{i}", "c0001", 0.4, "c0002", 0.35, f"Title {i}") for i in range(n)]
    columns = ["paper_id", "first_id", "first_weight", "second_id", "second_weight", "title"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(("n", "listed", "more"), [(0, 0, ""), (20, 20, ""), (23, 20, "3 more")])
def test_contested_papers_are_listed_up_to_twenty(n, listed, more):
    found = audit_clusters(
        named(TRUTH), fresh=TRUTH, fits=FITS, vectors=plane(TRUTH), run="r", next_id=4
    )
    text = audit_text(found, labels={}, contested=contested(n))
    assert f"Papers between two clusters (weights within .1): {n}" in text
    assert text.count("c0001 0.40, c0002 0.35") == listed
    assert (more in text) if more else ("more" not in text)


def test_an_audit_is_plain_json():
    own = named(np.minimum(TRUTH, 1))
    found = audit_clusters(own, fresh=TRUTH, fits=FITS, vectors=plane(TRUTH), run="r", next_id=7)
    account = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert account["recommends"] == "fresh fit"
    assert account["share_moved"] == 0.3333
    assert {row["event"] for row in account["lineage"]} >= {"kept", "born"}
    assert sum(account["sizes"].values()) == 120


def test_a_run_without_clusters_is_refused():
    with pytest.raises(InputError, match="has no clusters"):
        audit_run(made_run(30), progress=QUIET)


def test_hostile_labels_and_titles_are_escaped(tmp_path):
    n = 240
    made = made_run(n, texts=HOSTILE)
    vectors = plane(np.arange(n) % 4) + np.random.default_rng(0).normal(0, 0.05, (n, 8))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("float32")
    made = replace(made, vectors=vectors)
    made.manifest["settings"] = {"seed": 0}
    written(made, tmp_path)
    done = CliRunner().invoke(cli, ["audit", "--runs", str(tmp_path), "--quiet"])
    assert done.exit_code == 0, done.output
    assert "\x1b" not in done.stdout
    assert "extend" in done.stdout.splitlines()[0]


# a series of planted papers


@pytest.fixture(scope="module")
def series(tmp_path_factory) -> tuple[Path, Run, Run]:
    """Three fields, then sixty more papers of them and thirty of another."""
    folder = tmp_path_factory.mktemp("audit")
    frame = planted(480, n_fields=4)
    old = frame[frame["field"].isin(["speech", "galaxy", "protein"])].head(240)
    old.to_csv(folder / "old.csv", index=False)
    frame.head(400).to_csv(folder / "new.csv", index=False)
    settings = Settings(runs=folder / "runs", today=TODAY)
    return (
        folder,
        run(folder / "old.csv", settings=settings),
        run(folder / "new.csv", settings=settings),
    )


def test_a_fit_is_graded_and_separate_fields_are_often_found_again(series):
    _, first, _ = series
    clusters = first.groups[first.groups["kind"] == "cluster"]
    assert len(clusters) == 3
    assert (clusters["stability"] > 0.95).all()
    assert first.groups.loc[first.groups["kind"] == "topic", "stability"].isna().all()
    assert first.manifest["clustering"]["grades"] == {"subsamples": 8, "papers": 240}
    assert first.quality["contested"] == 0
    assert first.manifest["audit"] is None


def test_a_small_extension_tells_drift_and_audits_itself(series):
    _, first, second = series
    assert second.manifest["how"] == "extended"
    drift = second.quality["drift"]
    assert drift["n_new"] == len(second.papers) - len(first.papers)
    assert drift["since_fresh"] == drift["n_new"]
    assert drift["n_fresh"] == len(first.papers)
    assert 0 <= drift["poorly_placed"] <= 1
    assert second.manifest["audit"]["recommends"] in ("extend", "fresh fit")
    assert second.manifest["audit"]["papers"] == len(second.papers)


def test_the_command_says_what_the_run_said(series):
    folder, _, second = series
    base = ["audit", "--runs", str(folder / "runs"), "--quiet"]
    done = CliRunner().invoke(cli, [*base, "--json"])
    account = json.loads(done.stdout)
    assert {key: account[key] for key in second.manifest["audit"]} == second.manifest["audit"]
    assert len(account["contested"]) == second.quality["contested"]
    assert all(0 <= p["first_weight"] - p["second_weight"] < 0.1001 for p in account["contested"])
    text = CliRunner().invoke(cli, base).stdout
    assert text.startswith(f"Run {second.name}: {account['recommends']}")
    assert "The lineage that a fresh fit would get:" in text


def test_show_and_report_tell_the_grades(series):
    folder, first, _ = series
    shown = CliRunner().invoke(cli, ["show", first.name, "--runs", str(folder / "runs")]).stdout
    assert "stability" in shown
    assert shown.count("often found again") == 3
    page = (first.path / "report.html").read_text(encoding="utf-8")
    assert page.count("Often found again (") == 3
    assert "measured on 8 subsamples of 80 % of 240 papers" in page


def test_grades_can_be_asked_for_and_left_out(tmp_path):
    planted(210, n_fields=3).to_csv(tmp_path / "papers.csv", index=False)
    made = run(
        tmp_path / "papers.csv",
        settings=Settings(runs=tmp_path / "runs", today=TODAY, grades=False),
    )
    assert made.groups["stability"].isna().all()
    assert "grades" not in made.manifest["clustering"]
    page = (made.path / "report.html").read_text(encoding="utf-8")
    assert "found again" not in page


def test_a_larger_extension_is_audited_where_drift_says_so(series, monkeypatch, capsys):
    """From 240 papers to 400; right after an audit there is nothing to say."""
    monkeypatch.setattr("analysis.pipeline.audit.ALWAYS_BELOW", 0)
    _, _, grown = series
    unaudited = {**grown.manifest["clustering"]}
    unaudited.pop("audited_at")
    before = replace(grown, manifest={**grown.manifest, "clustering": unaudited})
    found = add_audit(before, always=False, progress=Progress())
    assert found.manifest["audit"]["recommends"] == "extend"
    assert found.manifest["clustering"] == {**unaudited, "audited_at": 400}
    assert "Audit: extend: " in capsys.readouterr().err
    again = add_audit(found, always=False, progress=Progress())
    assert again.manifest["audit"] is None
    assert again.manifest["clustering"]["audited_at"] == 400
    assert "Audit" not in capsys.readouterr().err
    assert add_audit(found, always=True, progress=QUIET).manifest["audit"] is not None
