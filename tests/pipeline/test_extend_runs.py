"""Whole runs that extend one another: kinds of snapshots, papers that change, news, sizes."""

from __future__ import annotations

import shutil
import signal
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.groups import groups_of
from analysis.base.progress import Progress
from analysis.cli.main import main
from analysis.clusters.extend.splits_and_mergers import Thresholds
from analysis.clusters.ledger import read_ledger
from analysis.pipeline.run import Settings, open_run, run
from analysis.runs import Run, list_runs, tables_of
from series_of_runs import (
    BASE,
    CORPUS,
    KNOWN,
    PROOF,
    TODAY,
    changed,
    clusters,
    csv,
    left_behind,
    made,
)

pytestmark = pytest.mark.usefixtures("_without_pages")

# kinds of snapshots


@pytest.mark.parametrize("start", [0, 200, BASE], ids=["cumulative", "overlapping", "disjoint"])
def test_a_snapshot_extends_the_series(first_run: Run, series_of_one: Path, start: int):
    after = made(KNOWN[start : BASE + 20], series_of_one)
    assert after.manifest["how"] == "extended"
    assert after.manifest["parent"]["run"] == first_run.name
    assert len(after.papers) == BASE + 20
    assert after.papers["in_snapshot"].sum() == BASE + 20 - start
    assert set(first_run.papers["paper_id"]) < set(after.papers["paper_id"])
    assert changed(first_run, after) == []
    new = ~after.papers["paper_id"].isin(first_run.papers["paper_id"])
    assert (after.papers.loc[new, "first_run"] == after.name).all()
    assert (after.papers.loc[~new, "first_run"] == first_run.name).all()
    fields = KNOWN.set_index("title")["field"]
    field = after.papers["title"].map(fields).to_numpy()
    placed = clusters(after).reindex(after.papers["paper_id"]).to_numpy()
    table = pd.crosstab(placed, field)
    assert (table.to_numpy() > 0).sum(axis=1).max() == 1, "a cluster has papers of one field"
    assert set(after.lineage["event"]) == {"kept"}
    assert after.moves.empty
    before = open_run(series_of_one / first_run.name)
    pd.testing.assert_frame_equal(before.papers, first_run.papers)


def test_cumulative_overlapping_and_disjoint_snapshots_give_the_same_groups(first_run, tmp_path):
    made_so = []
    for start in (0, 200, BASE):
        runs = Path(shutil.copytree(first_run.path.parent, tmp_path / str(start) / "runs"))
        made_so.append(made(KNOWN[start : BASE + 20], runs))
    for other in made_so[1:]:
        for name in ("memberships", "map", "groups", "neighbours", "trends", "lineage"):
            pd.testing.assert_frame_equal(getattr(made_so[0], name), getattr(other, name))
        assert other.vectors.tobytes() == made_so[0].vectors.tobytes()


def test_the_neighbours_of_an_extended_run_are_those_of_a_full_search(first_run, series_of_one):
    from analysis.clusters import nearest_neighbours

    after = made(KNOWN[BASE : BASE + 40], series_of_one)
    indices, _ = nearest_neighbours(after.vectors, k=10)
    ids = after.papers["paper_id"].to_numpy()
    found = after.neighbours.pivot(index="paper_id", columns="rank", values="neighbour_id")
    assert found.loc[ids].to_numpy().tolist() == ids[indices].tolist()


def test_a_snapshot_without_a_new_paper_changes_nothing(first_run: Run, series_of_one: Path):
    after = made(KNOWN[:100], series_of_one)
    assert len(after.papers) == BASE
    assert changed(first_run, after) == []
    for name in ("memberships", "neighbours", "evidence"):
        pd.testing.assert_frame_equal(getattr(after, name), getattr(first_run, name))
    assert after.vectors.tobytes() == first_run.vectors.tobytes()
    assert after.manifest["union"]["gone"] == BASE - 100


def test_the_order_of_rows_does_not_matter(first_run: Run, series_of_one: Path, tmp_path: Path):
    other = Path(shutil.copytree(series_of_one, tmp_path / "other" / "runs"))
    straight = made(KNOWN[BASE : BASE + 40], series_of_one)
    shuffled = made(KNOWN[BASE : BASE + 40].sample(frac=1, random_state=3), other)
    assert shuffled.manifest["inputs"] != straight.manifest["inputs"]
    for name, table in tables_of(straight).items():
        pd.testing.assert_frame_equal(getattr(shuffled, name), table)


def test_the_same_file_with_the_same_settings_is_the_same_run(
    first_run: Run, series_of_one: Path, capsys
):
    file = csv(KNOWN[:BASE], series_of_one.parent / "again.csv")
    told = {"runs": series_of_one, "today": TODAY, "snapshot_date": date(2024, 12, 31)}
    again = run(file, settings=Settings(**told), progress=Progress(quiet=False))
    assert again.path == series_of_one / first_run.name
    assert "was made from this snapshot with these settings" in capsys.readouterr().err
    assert len(list_runs(series_of_one)) == 1
    assert not list(series_of_one.glob(".writing-*"))
    for other in ({"period": "year"}, {"thresholds": Thresholds(least_part=20)}):
        assert run(file, settings=Settings(**told, **other)).name != again.name


def test_the_same_extension_twice_is_one_run(series_of_one: Path):
    one = made(KNOWN[BASE : BASE + 20], series_of_one)
    assert made(KNOWN[BASE : BASE + 20], series_of_one).path == one.path
    assert len(list_runs(series_of_one)) == 2


# papers that change


def test_a_revised_abstract_is_placed_anew_and_listed(first_run: Run, series_of_one: Path):
    listed = KNOWN[:BASE].copy()
    galaxy = listed.index[listed["field"] == "galaxy"][0]
    speech = listed.index[listed["field"] == "speech"][0]
    listed.loc[speech, "abstract"] = " ".join(listed.loc[galaxy : galaxy + 9 : 5, "abstract"])
    after = made(listed, series_of_one)
    ids = after.papers.set_index("title")["paper_id"]
    revised = ids[listed.at[speech, "title"]]
    assert after.manifest["union"]["revised"] == [revised]
    now, before = clusters(after), clusters(first_run)
    others = before.index != revised
    assert now[others].tolist() == before[others].tolist()
    moves = after.moves[after.moves["kind"] == "cluster"]
    assert moves["paper_id"].tolist() == ([revised] if now[revised] != before[revised] else [])
    assert set(moves["cause"]) <= {"revised"}
    assert after.map.set_index("paper_id").at[revised, "state"] == "moved"
    assert (after.map["state"] == "moved").sum() == 1


def test_a_paper_that_gets_its_arxiv_id_later_is_not_new(first_run: Run, series_of_one: Path):
    listed = KNOWN[:BASE].copy()
    listed.loc[5, "id"] = "2401.00005"
    after = made(listed, series_of_one)
    assert after.papers["paper_id"].tolist() == first_run.papers["paper_id"].tolist()
    (known,) = after.manifest["union"]["renamed"]
    assert after.manifest["union"]["renamed"][known] == "2401.00005"
    assert changed(first_run, after) == []


# news


def test_thirty_papers_of_an_absent_field_are_born(first_run: Run, series_of_one: Path):
    after = made(pd.concat([KNOWN[BASE - 40 : BASE], PROOF[:30]]), series_of_one)
    born = after.lineage[after.lineage["event"] == "born"]
    (name,) = born["group_id"]
    assert name not in set(first_run.groups["group_id"])
    titles = after.papers.set_index("paper_id")["title"]
    own = titles[clusters(after)[lambda c: c == name].index]
    field = own.map(CORPUS.set_index("title")["field"])
    assert (field == "proof").mean() >= 0.85
    assert (field == "proof").sum() >= 0.75 * 30
    assert changed(first_run, after) == []
    groups = after.groups.set_index("group_id")
    assert groups.at[name, "label"] not in set(first_run.groups["label"])
    assert groups.at[name, "n_papers"] == len(own)
    entry = next(e for e in read_ledger(after.path / "ledger.toml").entries if e.id == name)
    assert entry.first_run == after.name
    assert groups.at[name, "label"] == entry.label


def test_a_snapshot_of_something_else_stops(series_of_one: Path):
    with pytest.raises(InputError) as error:
        made(PROOF[:60], series_of_one)
    assert "none of the 60 papers is in the series" in str(error.value)
    assert "--runs DIR" in str(error.value)
    assert "--fresh" in str(error.value)
    assert error.value.next_step
    assert left_behind(series_of_one) == []
    assert len(list_runs(series_of_one)) == 1
    assert len(made(PROOF[:19], series_of_one).papers) == BASE + 19, (
        "of under 20 papers nobody judges"
    )


def test_the_command_line_stops_with_exit_code_2_and_takes_the_options(
    first_run: Run, series_of_one: Path, monkeypatch, capsys
):
    def call(papers: pd.DataFrame, *options: str) -> tuple[int, str, str]:
        file = csv(papers, series_of_one.parent / "listed.csv")
        words = ["papertide", "run", str(file), "--runs", str(series_of_one), "--quiet", *options]
        monkeypatch.setattr("sys.argv", words)
        handler, code = signal.getsignal(signal.SIGTERM), 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            signal.signal(signal.SIGTERM, handler)
        said = capsys.readouterr()
        return code, said.out, said.err

    code, out, err = call(PROOF[:60])
    assert (code, out) == (2, "")
    assert "none of the 60 papers is in the series" in err
    assert "Traceback" not in err
    code, out, _ = call(
        KNOWN[BASE : BASE + 20],
        "--extend",
        first_run.name,
        "--only-snapshot",
        "--as-of",
        "2023-12-31",
    )
    assert code == 0
    made_so = open_run(Path(out.strip()))
    assert made_so.manifest["parent"]["run"] == first_run.name
    told = made_so.manifest["settings"]
    assert (told["only_snapshot"], told["as_of"]) == (True, "2023-12-31")


def test_something_else_is_taken_where_it_is_asked_for(first_run: Run, series_of_one: Path):
    after = made(PROOF[:210], series_of_one, fresh=True)
    assert after.manifest["how"] == "fresh"
    assert len(after.papers) == 210
    given = set(first_run.groups.loc[first_run.groups["kind"] == "cluster", "group_id"])
    assert not set(clusters(after)) & given, "an id is never given to something else"


# sizes and dates


@pytest.mark.parametrize(("n", "more"), [(1, 1), (2, 1), (3, 4), (7, 8), (14, 1), (30, 29)])
def test_a_series_without_clusters_grows(tmp_path: Path, n: int, more: int):
    before = made(KNOWN[:n], tmp_path / "runs")
    after = made(KNOWN[n : n + more], tmp_path / "runs")
    assert len(after.papers) == n + more
    assert clusters(after).empty
    assert after.manifest["parent"]["run"] == before.name
    assert len(after.map) == (n + more if n + more >= 15 else 0)
    assert len(after.neighbours) == (n + more) * min(10, n + more - 1)


def test_a_series_gets_clusters_when_it_has_sixty_papers(tmp_path: Path):
    before = made(KNOWN[:30], tmp_path / "runs")
    after = made(KNOWN[30:220], tmp_path / "runs")
    assert clusters(before).empty
    assert len(clusters(after)) == 220
    assert after.manifest["parent"]["run"] == before.name


@pytest.mark.slow
def test_ten_times_as_many_papers_are_fitted_anew_and_keep_ids(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("analysis.clusters.find.fit.SUBSAMPLES", 4)
    before = made(KNOWN[:70], tmp_path / "runs", grades=False)
    after = made(KNOWN[70:770], tmp_path / "runs", grades=False)
    assert after.manifest["how"] == "fresh"
    assert len(after.papers) == 770
    assert set(clusters(before)) & set(clusters(after)), "the matching clusters keep their ids"
    fields = after.papers["title"].map(KNOWN.set_index("title")["field"])
    table = pd.crosstab(clusters(after).reindex(after.papers["paper_id"]).to_numpy(),
                        fields.to_numpy())  # fmt: skip
    assert table.to_numpy().max(axis=1).sum() >= 0.95 * 770
    assert len(groups_of(after.groups, kind="cluster")) == clusters(after).nunique()


def test_a_snapshot_older_than_the_last_extends_it_all_the_same(
    first_run: Run, series_of_one: Path
):
    after = made(KNOWN[BASE : BASE + 20], series_of_one, snapshot_date=date(2020, 6, 30))
    assert after.name == "0002-2020-06-30"
    assert changed(first_run, after) == []
    dated = after.papers["published"].notna().sum()
    for kind, group in first_run.trends[["kind", "group_id"]].drop_duplicates().values:
        counted = after.trends[(after.trends["kind"] == kind) & (after.trends["group_id"] == group)]
        assert counted["n_total"].sum() == dated, "no paper is left out of the trends"
    assert "dormant" not in set(after.lineage["event"])


# what counts, and when


def test_only_the_snapshot_counts_where_it_is_asked_for(first_run: Run, series_of_one: Path):
    after = made(KNOWN[200 : BASE + 20], series_of_one, only_snapshot=True)
    assert len(after.papers) == BASE + 20
    (total,) = set(after.trends.groupby(["kind", "group_id"])["n_total"].sum())
    assert total == BASE + 20 - 200
    assert changed(first_run, after) == []


def test_as_of_a_day_leaves_out_what_came_later(tmp_path: Path):
    day = date(2023, 12, 31)
    after = made(KNOWN[:BASE], tmp_path / "runs", as_of=day, snapshot_date=None)
    assert after.papers["published"].max() <= pd.Timestamp(day)
    kept = pd.to_datetime(KNOWN[:BASE]["published"]) <= pd.Timestamp(day)
    assert len(after.papers) == kept.sum()
    assert any("As of 2023-12-31" in note for note in after.manifest["notes"])
    with pytest.raises(InputError) as error:
        made(KNOWN[:BASE], tmp_path / "runs", as_of=date(1999, 1, 1), snapshot_date=None)
    assert "by 1999-01-01" in str(error.value)
    assert error.value.next_step
    assert left_behind(tmp_path / "runs") == []


def test_a_field_that_comes_a_few_papers_at_a_time_is_born(first_run: Run, series_of_one: Path):
    """Three snapshots with eight papers of the field each: in none is the field a group of ten."""
    for step in range(3):
        more = KNOWN[BASE + 12 * step : BASE + 12 * (step + 1)]
        after = made(pd.concat([more, PROOF[8 * step : 8 * (step + 1)]]), series_of_one)
        born = after.lineage[after.lineage["event"] == "born"]
        if len(born):
            break
    assert step > 0
    (name,) = born["group_id"]
    fields = after.papers["title"].map(CORPUS.set_index("title")["field"])
    own = clusters(after).reindex(after.papers["paper_id"]).eq(name).to_numpy()
    assert (fields[own] == "proof").all()
    assert (fields == "proof").sum() == own.sum() == 8 * (step + 1)
    earlier = own & (after.papers["first_run"] != after.name).to_numpy()
    moved = after.moves.loc[after.moves["kind"] == "cluster", "paper_id"]
    assert set(moved) == set(after.papers["paper_id"][earlier])
