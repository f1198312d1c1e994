from __future__ import annotations

import csv
import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.schema import conform
from analysis.cli.export import TARGETS as OFFERED
from analysis.figures.frames import map_points
from analysis.figures.frames.groups import map_labels
from analysis.report.export import TARGETS, UNLABELLED, export_run
from analysis.runs import Run, read_run
from command_line import refusal
from hostile import HOSTILE
from page_runs import made_run, written


def with_broader(run: Run) -> Run:
    """The run's first two clusters become parts of a broader one, `c0099`."""
    groups = run.groups.copy()
    parts = groups["group_id"].isin(["c0001", "c0002"])
    groups.loc[parts, "parent_id"] = "c0099"
    n_papers = groups["n_papers"][parts].sum()
    looks = {"group_id": "c0099", "label": "Broad field", "parent_id": None}
    first = groups[parts].iloc[:1].assign(**looks, n_papers=n_papers)
    return replace(run, groups=conform(pd.concat([groups, first]), name="groups"))


@pytest.fixture
def run() -> Run:
    return with_broader(made_run(70))


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_command_offers_what_there_is():
    assert OFFERED == TARGETS


# csv


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def test_csv_has_a_row_a_paper_with_what_the_map_shows(run, tmp_path):
    said = export_run(run, to="csv", out=tmp_path / "a.csv")
    assert "pandas.read_csv" in said
    rows = rows_of(tmp_path / "a.csv")
    points = map_points(run)
    assert [row["paper_id"] for row in rows] == run.papers["paper_id"].tolist()
    for column in ("title", "date", "cluster", "topics"):
        assert [row[column] for row in rows] == points[column].tolist()
    assert [row["broader"] for row in rows] == points["broader"].fillna("").tolist()
    assert {row["broader"] for row in rows} == {"", "Broad field"}
    np.testing.assert_allclose([float(row["x"]) for row in rows], points["x"], rtol=1e-5)
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_no_cell_of_the_csv_is_a_formula_or_two_lines(tmp_path):
    export_run(made_run(70, texts=HOSTILE), to="csv", out=tmp_path / "a.csv")
    rows = rows_of(tmp_path / "a.csv")
    assert len(rows) == 70
    texts = [row[c] for row in rows for c in ("title", "abstract", "cluster", "topics", "url")]
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@"))]
    assert any(text.startswith("'=HYPERLINK") for text in texts)
    assert not [text for text in texts if set(text) & set("\r\n\t\x1b\x00\u202e")]


@pytest.mark.parametrize("n", [0, 1, 14])
def test_a_run_without_map_is_a_csv_without_places_and_nothing_else(n, tmp_path):
    run = made_run(n)
    export_run(run, to="csv", out=tmp_path / "a.csv")
    assert [row["x"] for row in rows_of(tmp_path / "a.csv")] == [""] * n
    for to in ("datamapplot", "embedding-atlas"):
        with pytest.raises(InputError, match="no map") as caught:
            export_run(run, to=to, out=tmp_path / "b")
        assert "15 papers" in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


# embedding-atlas


def test_the_atlas_table_names_neighbours_by_row(run, tmp_path):
    said = export_run(run, to="embedding-atlas", out=tmp_path / "my atlas")
    assert f"embedding-atlas '{tmp_path}/my atlas/papers.parquet' --text text --x x --y y" in said
    papers = pd.read_parquet(tmp_path / "my atlas" / "papers.parquet")
    assert papers["paper_id"].tolist() == run.papers["paper_id"].tolist()
    assert papers["text"][3] == f"{run.papers['title'][3]}\n\n{run.papers['abstract'][3]}"
    assert str(papers["date"].dtype).startswith("datetime64")
    ids = run.papers["paper_id"]
    for row in (0, 13, 69):
        own = run.neighbours[run.neighbours["paper_id"] == ids[row]].sort_values("rank")
        found = papers["neighbours"][row]
        assert ids[found["ids"]].tolist() == own["neighbour_id"].tolist()
        np.testing.assert_allclose(found["distances"], 1 - own["similarity"], atol=1e-6)


def test_the_atlas_labels_stand_where_ours_do(run, tmp_path):
    export_run(run, to="embedding-atlas", out=tmp_path / "a")
    labels = pd.read_parquet(tmp_path / "a" / "labels.parquet")
    ours = map_labels(run)
    assert list(labels.columns) == ["x", "y", "level", "text", "priority"]
    assert labels["text"].tolist() == ours["label"].tolist()
    assert labels["priority"].tolist() == ours["n_papers"].tolist()


def test_embedding_atlas_reads_it(run, tmp_path):
    pytest.importorskip("embedding_atlas", reason="embedding-atlas is not installed")
    export_run(run, to="embedding-atlas", out=tmp_path / "a")
    tool = [sys.executable, "-m", "embedding_atlas.cli", str(tmp_path / "a" / "papers.parquet")]
    how = ["--text", "text", "--x", "x", "--y", "y", "--neighbors", "neighbours", "--degree",
           "--labels", str(tmp_path / "a" / "labels.parquet"),
           "--export-application", str(tmp_path / "app")]  # fmt: skip
    subprocess.run([*tool, *how], check=True, timeout=250)
    assert (tmp_path / "app" / "index.html").is_file()


# datamapplot


def test_datamapplot_gets_arrays_without_pickles(run, tmp_path):
    said = export_run(run, to="datamapplot", out=tmp_path / "plot")
    assert f"python {tmp_path}/plot/plot.py" in said
    points = np.load(tmp_path / "plot" / "points.npy", allow_pickle=False)
    np.testing.assert_array_equal(points, map_points(run)[["x", "y"]].to_numpy("float32"))
    finest, broad = (
        np.load(tmp_path / "plot" / f"labels-{i}.npy", allow_pickle=False) for i in (0, 1)
    )
    assert finest.dtype.kind == broad.dtype.kind == "U"
    assert finest.tolist() == map_points(run)["cluster"].tolist()
    expected = map_points(run)["broader"].fillna(UNLABELLED)
    assert broad.tolist() == expected.tolist()
    titles = (tmp_path / "plot" / "titles.txt").read_text(encoding="utf-8").split("\n")
    assert titles == [*run.papers["title"], ""]
    assert not (tmp_path / "plot" / "labels-2.npy").exists()
    compile((tmp_path / "plot" / "plot.py").read_text(encoding="utf-8"), "plot.py", "exec")


def test_clusters_of_one_label_stay_two_for_datamapplot(tmp_path):
    run = made_run(70)
    groups = run.groups.assign(label=run.groups["label"].replace("Cluster 2", "Cluster 1"))
    export_run(replace(run, groups=groups), to="datamapplot", out=tmp_path / "a")
    labels = set(np.load(tmp_path / "a" / "labels-0.npy").tolist())
    assert labels == {"Cluster 1 (c0001)", "Cluster 1 (c0002)", "Cluster 3", "Cluster 4"}


def test_hostile_titles_keep_their_lines(tmp_path):
    export_run(made_run(70, texts=HOSTILE), to="datamapplot", out=tmp_path / "a")
    text = (tmp_path / "a" / "titles.txt").read_text(encoding="utf-8")
    assert len(text.split("\n")) == 71


def test_datamapplot_draws_it(run, tmp_path):
    pytest.importorskip("datamapplot", reason="datamapplot is not installed")
    export_run(run, to="datamapplot", out=tmp_path / "a")
    subprocess.run([sys.executable, str(tmp_path / "a" / "plot.py")], check=True, timeout=250)
    assert (tmp_path / "a" / "map.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "a" / "map.html").is_file()


# all of them


@pytest.mark.parametrize("to", TARGETS)
def test_an_export_is_the_same_twice_and_leaves_the_run_alone(to, tmp_path):
    path = written(made_run(70), tmp_path / "runs")
    before = files_of(path)
    one, two = tmp_path / "one", tmp_path / "two"
    for out in (one, two):
        export_run(read_run(path), to=to, out=out)
    assert (one.read_bytes() == two.read_bytes()) if to == "csv" else files_of(one) == files_of(two)
    assert files_of(path) == before


@pytest.mark.parametrize("to", TARGETS)
def test_nothing_is_overwritten(run, to, tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(InputError, match="mine exists"):
        export_run(run, to=to, out=tmp_path / "mine")
    assert files_of(tmp_path) == {"mine": b"mine"}


@pytest.mark.parametrize("to", TARGETS)
def test_what_cannot_be_written_is_said_and_leaves_nothing(run, to, tmp_path):
    with pytest.raises(InputError, match="cannot write"):
        export_run(run, to=to, out=tmp_path / "no" / "a")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_tool_is_refused(run, tmp_path):
    with pytest.raises(InputError, match="'excel'"):
        export_run(run, to="excel", out=tmp_path / "a")


def test_the_command_writes_the_newest_run_and_says_what_next(cli, tmp_path):
    path = written(made_run(70), tmp_path / "runs")
    said = cli("export", "--runs", path.parent, "--to", "embedding-atlas", "--out", tmp_path / "a")
    assert said.code == 0
    assert said.out == f"{tmp_path / 'a'}\n"
    assert "embedding-atlas " in said.err
    again = cli("export", "--runs", path.parent, "--to", "csv", "--out", tmp_path / "a")
    assert refusal(again)
    inside = cli("export", path.name, "--runs", path.parent, "--to", "csv", "--out", path / "a")
    assert refusal(inside)
    assert "is inside the run" in inside.err
    assert not (path / "a").exists()
    assert refusal(cli("export", "0099", "--runs", path.parent, "--to", "csv", "--out", "b"))
    wrong = cli("export", "--to", "excel", "--out", "b")
    assert wrong.code == 2
    assert "Usage: papertide export" in wrong.err
