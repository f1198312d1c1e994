from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from analysis.base.errors import InputError
from analysis.base.laws import check_laws
from analysis.base.schema import TABLES
from analysis.pipeline.run import Settings, open_run, run
from analysis.runs import Run, sha256, tables_of
from conftest import ROOT, SNAPSHOT, TODAY
from hostile import HOSTILE
from planted import planted, planted_csv

PAIRS = ROOT / "tests" / "data" / "pairs.csv"
PAGES = ("map.html", "report.html")


def made(snapshot: Path, runs: Path, *, charts: bool = False, **settings: object) -> Run:
    """Run a snapshot; the charts for print, which take most of a small run's time, if asked."""
    with pytest.MonkeyPatch.context() as patch:
        if not charts:
            patch.setattr("analysis.report.write.draw_charts", lambda run, **how: {})
        return run(snapshot, settings=Settings(runs=runs, today=TODAY, **settings))


def files(path: Path) -> dict[str, str]:
    """The hash of every file of a run but the manifest, which holds the timings."""
    found = {p.relative_to(path).as_posix(): sha256(p) for p in path.rglob("*") if p.is_file()}
    del found["manifest.json"]
    return found


def check_run(made: Run, *, n: int) -> None:
    """What every run keeps, whatever its size."""
    assert check_laws(tables_of(made)) == []
    assert len(made.papers) == n
    assert made.papers["paper_id"].is_monotonic_increasing
    assert made.vectors.shape[0] == n
    assert made.vectors.dtype == np.float32
    assert len(made.neighbours) == n * min(10, n - 1)
    assert len(made.map) == (n if n >= 15 else 0)
    clusters = made.memberships[made.memberships["kind"] == "cluster"]
    assert clusters["is_primary"].sum() == (n if n >= 60 else 0)
    assert made.manifest["counts"]["papers"] == n
    assert made.manifest["counts"]["clusters"] == (made.groups["kind"] == "cluster").sum()
    assert bool(made.manifest["clustering"]["why_none"]) == (n < 60)
    for page in PAGES:
        text = (made.path / page).read_text(encoding="utf-8")
        assert "Content-Security-Policy" in text
        assert text.rstrip().endswith("</html>")
    for name, table in tables_of(made).items():
        assert len(pd.read_csv(made.path / "tables" / f"{name}.csv")) == len(table)


# the bundled snapshot


def test_the_bundled_run_keeps_every_law(bundled):
    check_run(bundled, n=177)
    assert check_laws(tables_of(open_run(bundled.path))) == []


def test_the_bundled_run_has_177_dated_papers_7_to_25_clusters_and_years(bundled):
    counts = bundled.manifest["counts"]
    assert (counts["papers"], counts["dated"], counts["undated"]) == (177, 177, 0)
    assert counts["dropped"] == {}
    assert 7 <= counts["clusters"] <= 25
    assert counts["topics"] == 8
    assert bundled.manifest["period"]["freq"] == "year"
    assert set(bundled.trends["freq"]) == {"year"}
    assert bundled.name == "0001-2025-03-17"
    assert bundled.path.name == bundled.name


def test_the_manifest_says_what_went_in_and_how_it_was_made(bundled):
    manifest = bundled.manifest
    (entry,) = manifest["inputs"]
    assert entry["name"] == SNAPSHOT.name
    assert entry["sha256"] == sha256(SNAPSHOT)
    assert {(d["role"], d["name"]) for d in manifest["definitions"]} == {
        ("topics", "ml.toml"),
        ("overrides", "overrides.toml"),
        ("dates", "arxiv_ids.csv"),
    }
    stages = ["read", "embed", "topics", "cluster", "label", "map", "drift", "words", "trends"]
    stages.append("write")
    assert list(manifest["seconds"]) == stages
    assert all(seconds >= 0 for seconds in manifest["seconds"].values())
    assert manifest["peak_memory_mb"] > 50
    assert {"python", "papertide", "numpy", "umap-learn", "hdbscan"} <= set(manifest["versions"])
    assert "not installed" not in manifest["versions"].values()
    assert manifest["parent"] is None
    assert str(ROOT) not in json.dumps(manifest)


def test_cluster_weights_are_honest_and_few(bundled):
    members = bundled.memberships[bundled.memberships["kind"] == "cluster"]
    assert members.groupby("paper_id").size().between(1, 4).all()
    assert members.groupby("paper_id")["weight"].sum().max() <= 1 + 1e-5
    assert (members.loc[~members["is_primary"], "weight"] >= np.float32(0.1)).all()
    assert ((members["weight"] >= 0) & (members["weight"] <= 1)).all()


def test_neighbours_are_ranked_by_similarity(bundled):
    wide = bundled.neighbours.pivot(index="paper_id", columns="rank", values="similarity")
    assert list(wide.columns) == list(range(1, 11))
    assert (np.diff(wide.to_numpy(), axis=1) <= 0).all()
    assert (bundled.neighbours["paper_id"] != bundled.neighbours["neighbour_id"]).all()


def test_quality_is_within_bounds(bundled):
    quality = bundled.quality
    assert set(quality) == {
        *("coherence_npmi", "diversity", "share_well_placed", "map_trustworthiness", "map_moved"),
        *("contested", "unknown_words"),
    }
    assert 0 < quality["unknown_words"]["share"] < 0.05
    assert 0.7 < quality["map_trustworthiness"] <= 1
    assert quality["map_moved"] is None
    assert -1 <= quality["coherence_npmi"] <= 1
    assert 0.5 < quality["diversity"] <= 1
    assert 0 <= quality["share_well_placed"] <= 1


def test_exemplars_belong_to_their_group(bundled):
    members = bundled.memberships
    counted = members[
        members["is_primary"] | ((members["kind"] == "topic") & (members["weight"] >= 0.5))
    ]
    pairs = set(zip(counted["group_id"], counted["paper_id"], strict=True))
    for group in bundled.groups.itertuples():
        assert {(group.group_id, paper) for paper in group.exemplars} <= pairs


def _shares_of_pairs(made: Run) -> tuple[float, float]:
    """The share of pairs that belong together and are, and of those that do not and are not."""
    clusters = made.memberships[
        (made.memberships["kind"] == "cluster") & made.memberships["is_primary"]
    ]
    by_paper = clusters.set_index("paper_id")["group_id"]
    by_title = dict(zip(made.papers["title"], made.papers["paper_id"].map(by_paper), strict=True))
    pairs = pd.read_csv(PAIRS)
    same = pairs["title_a"].map(by_title) == pairs["title_b"].map(by_title)
    together = pairs["together"] == 1
    return float(same[together].mean()), float((~same[~together]).mean())


def test_the_pairs_are_thirty_and_thirty_titles_of_the_snapshot(bundled):
    pairs = pd.read_csv(PAIRS)
    assert pairs["together"].value_counts().to_dict() == {1: 30, 0: 30}
    assert set(pairs["title_a"]) | set(pairs["title_b"]) <= set(bundled.papers["title"])


def test_papers_that_belong_together_share_a_cluster_and_others_do_not(bundled):
    together, apart = _shares_of_pairs(bundled)
    assert together >= 0.80
    assert apart >= 0.95


# the same bytes


def test_shuffled_rows_give_the_same_bytes(tmp_path):
    one = made(planted_csv(tmp_path / "papers.csv", n=210), tmp_path / "one")
    other = made(planted_csv(tmp_path / "papers.csv", n=210, shuffle=1), tmp_path / "two")
    tables = [f"{name}.parquet" for name in TABLES] + ["vectors.npy", "topics.npz", "quality.json"]
    tables += [f"tables/{name}.csv" for name in TABLES]
    assert one.manifest["inputs"] != other.manifest["inputs"]
    found, expected = files(other.path), files(one.path)
    assert {name: found[name] for name in tables} == {name: expected[name] for name in tables}
    assert one.manifest["clustering"] == other.manifest["clustering"]


def in_a_process(snapshot: Path, runs: Path, *, threads: int, jobs: int = 1) -> Path:
    how = ["--runs", str(runs), "--jobs", str(jobs)]
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "run", str(snapshot), *how],
        env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_another_process_with_one_thread_gives_the_same_bytes(tmp_path, bundled):
    """The bundled run was made in a test process with two threads."""
    path = in_a_process(SNAPSHOT, tmp_path / "runs", threads=1)
    assert files(path) == files(bundled.path)
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    volatile = {"seconds", "peak_memory_mb", "today", "sha256"}
    assert {k: v for k, v in manifest.items() if k not in volatile} == {
        k: v for k, v in bundled.manifest.items() if k not in volatile
    }
    assert manifest["peak_memory_mb"] <= 800


@pytest.mark.slow
def test_many_papers_give_the_same_bytes_with_any_number_of_threads_and_processes(tmp_path):
    """From 1,500 papers on ARPACK computes the coordinates."""
    snapshot = planted_csv(tmp_path / "papers.csv", n=1510, n_fields=6)
    other = in_a_process(snapshot, tmp_path / "2", threads=2, jobs=2)
    with threadpool_limits(1):
        here = made(snapshot, tmp_path / "1", charts=True)
    assert files(other) == files(here.path)


# sizes


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 14, 15, 50, 60])
def test_every_size_is_analysed_to_the_end(tmp_path, n):
    found = made(planted_csv(tmp_path / "papers.csv", n=n, n_fields=4), tmp_path / "runs")
    check_run(found, n=n)
    assert found.name == "0001"
    if n < 60:
        assert str(n) in found.manifest["clustering"]["why_none"]
    else:
        assert 2 <= found.manifest["counts"]["clusters"] <= 15


def test_no_papers_are_an_error(tmp_path):
    planted(0).to_csv(tmp_path / "papers.csv", index=False)
    with pytest.raises(InputError, match=r"Found: .*no rows"):
        made(tmp_path / "papers.csv", tmp_path / "runs")
    assert list((tmp_path / "runs").iterdir()) == []


# odd input


def as_json(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def test_hostile_texts_go_through_to_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.clusters.find.fit.SUBSAMPLES", 2)
    frame = planted(60, n_fields=4)
    rows = [
        {
            "id": f"{HOSTILE[i % 20]} {i}",
            "title": f"{HOSTILE[i % 20]} {frame['title'][i]}",
            "abstract": f"{HOSTILE[(i + 1) % 20]} {frame['abstract'][i]}",
            "url": HOSTILE[(i + 2) % 20],
            "published": f"20{15 + i % 9}",
            HOSTILE[3]: HOSTILE[i % 20],
        }
        for i in range(60)
    ]
    found = made(as_json(tmp_path / "papers.json", rows), tmp_path / "runs")
    check_run(found, n=60)
    assert check_laws(tables_of(open_run(found.path))) == []


def test_papers_without_date_abstract_or_topic(tmp_path):
    rows = [{"title": f"{word.capitalize()} zebras", "abstract": None} for word in HOSTILE[16:17]]
    rows += [{"title": f"Zebra number {i}", "abstract": ""} for i in range(19)]
    topics = tmp_path / "topics.toml"
    topics.touch()
    found = made(as_json(tmp_path / "papers.json", rows), tmp_path / "runs", topics=topics)
    check_run(found, n=20)
    counts = found.manifest["counts"]
    assert (counts["dated"], counts["undated"], counts["no_abstract"]) == (0, 20, 20)
    assert len(found.groups) == len(found.trends) == 0
    assert found.manifest["period"]["freq"] is None


def test_equal_abstracts_are_placed_too(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.clusters.find.fit.SUBSAMPLES", 2)
    rows = [{"title": f"{i}", "abstract": "The same abstract for all of them."} for i in range(60)]
    found = made(as_json(tmp_path / "papers.json", rows), tmp_path / "runs")
    check_run(found, n=60)
    assert found.manifest["counts"]["clusters"] >= 1


def test_columns_that_ride_along_reach_the_papers_table(tmp_path):
    frame = planted(5).assign(upvotes=[3, 1, 4, 1, 5])
    frame.to_csv(tmp_path / "papers.csv", index=False)
    found = made(tmp_path / "papers.csv", tmp_path / "runs")
    assert sorted(found.papers["upvotes"].astype(int)) == [1, 1, 3, 4, 5]


# settings


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"period": "week"}, "period 'week': allowed are auto, month, quarter, half-year, year"),
        ({"embedding": "nope"}, "embedding 'nope': allowed are builtin"),
        ({"format": "xlsb"}, "format 'xlsb': allowed are auto, parquet, xlsx"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(tmp_path, settings, problem):
    with pytest.raises(InputError) as caught:
        made(SNAPSHOT, tmp_path / "runs", **settings)
    (found,) = caught.value.problems
    assert found.startswith(problem)
    assert list(tmp_path.glob("runs/*")) == []


def test_wrong_settings_are_told_together(tmp_path):
    with pytest.raises(InputError) as caught:
        made(SNAPSHOT, tmp_path / "runs", period="week", format="xlsb")
    assert len(caught.value.problems) == 2


def test_the_second_run_of_a_series_counts_on_and_leaves_the_first_alone(tmp_path):
    snapshot = planted_csv(tmp_path / "papers-2024-05-01.csv", n=5)
    first = made(snapshot, tmp_path / "runs")
    before = files(first.path)
    second = made(snapshot, tmp_path / "runs", snapshot_date=date(2025, 1, 2))
    assert (first.name, second.name) == ("0001-2024-05-01", "0002-2025-01-02")
    assert set(second.papers["first_run"]) == {"0001-2024-05-01"}
    assert set(second.papers["last_run"]) == {"0002-2025-01-02"}
    assert second.manifest["parent"]["run"] == first.name
    assert files(first.path) == before
    assert open_run(runs_dir=tmp_path / "runs").name == second.name
    assert open_run("0001-2024-05-01", runs_dir=tmp_path / "runs").name == first.name


def test_several_files_are_one_snapshot(tmp_path):
    frame = planted(10)
    frame.head(6).to_csv(tmp_path / "a.csv", index=False)
    frame.tail(5).to_csv(tmp_path / "b.csv", index=False)
    found = run(
        [tmp_path / "a.csv", str(tmp_path / "b.csv")],
        settings=Settings(runs=tmp_path / "runs", today=TODAY),
    )
    assert len(found.papers) == 10
    assert [entry["name"] for entry in found.manifest["inputs"]] == ["a.csv", "b.csv"]
    assert found.manifest["counts"]["dropped"] == {"duplicate": 1}


def test_no_snapshot_is_an_error(tmp_path):
    with pytest.raises(InputError, match="no snapshot was given"):
        run([], settings=Settings(runs=tmp_path / "runs", today=TODAY))


def test_settings_cannot_be_changed_in_place():
    with pytest.raises(AttributeError):
        Settings().seed = 3
    assert replace(Settings(), seed=3).seed == 3
