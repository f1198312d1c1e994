"""Whole runs that extend one another, on made-up corpora; the pages are tested elsewhere."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.errors import InputError
from analysis.extension.ledger import read_ledger
from analysis.extension.settings import Thresholds
from analysis.laws import check_laws
from analysis.pipeline import Settings, open_run, run
from analysis.progress import Progress
from analysis.runs import Run, list_runs, tables_of
from analysis.schema import groups_of
from planted import planted

TODAY = date(2025, 1, 1)
CORPUS = planted(1320, n_fields=6).assign(
    published=[f"{2019 + i // 6 % 6}-{i // 36 % 12 + 1:02d}-{i % 28 + 1:02d}" for i in range(1320)]
)
KNOWN = CORPUS[CORPUS["field"] != "proof"].reset_index(drop=True)
PROOF = CORPUS[CORPUS["field"] == "proof"].reset_index(drop=True)
BASE = 300


@pytest.fixture(scope="module", autouse=True)
def _without_pages() -> Iterator[None]:
    """Leave the pages out: they take most of a small run's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.report.write_pages", lambda made, folder, **how: None)
        yield


def csv(papers: pd.DataFrame, path: Path) -> Path:
    papers.drop(columns="field").to_csv(path, index=False)
    return path


def made(papers: pd.DataFrame, runs: Path, **settings: object) -> Run:
    """Run a snapshot into a series; the laws are checked on the way."""
    runs.parent.mkdir(exist_ok=True)
    file = csv(papers, runs.parent / "snapshot.csv")
    told = {"today": TODAY, "snapshot_date": date(2024, 12, 31), **settings}
    return run(file, settings=Settings(runs=runs, **told))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A series of one run, which nobody writes to."""
    return made(KNOWN[:BASE], tmp_path_factory.mktemp("first") / "runs")


@pytest.fixture
def series(first: Run, tmp_path: Path) -> Path:
    """A series of one run to write into."""
    return Path(shutil.copytree(first.path.parent, tmp_path / "runs"))


def clusters(made: Run) -> pd.Series:
    rows = made.memberships[
        (made.memberships["kind"] == "cluster") & made.memberships["is_primary"]
    ]
    return rows.set_index("paper_id")["group_id"].sort_index()


def counted_topics(made: Run) -> set[tuple[str, str]]:
    rows = made.memberships[made.memberships["kind"] == "topic"]
    rows = rows[rows["weight"] >= 0.5]
    return set(zip(rows["paper_id"], rows["group_id"], strict=True))


def rows_of(frame: pd.DataFrame, papers: pd.Index) -> pd.DataFrame:
    return frame[frame["paper_id"].isin(papers)].reset_index(drop=True)


def check_kept(before: Run, after: Run) -> None:
    """Known papers keep cluster, weights and place to the bit; clusters label, terms, colour."""
    old = before.papers["paper_id"]
    ours, theirs = (
        rows_of(one.memberships[one.memberships["kind"] == "cluster"], old)
        for one in (after, before)
    )
    pd.testing.assert_frame_equal(ours, theirs)
    columns = ["paper_id", "x", "y"]
    pd.testing.assert_frame_equal(rows_of(after.map, old)[columns], before.map[columns])
    assert set(rows_of(after.map, old)["state"]) == {"kept"}
    names = ["group_id", "label", "terms", "color", "description", "parent_id"]
    groups = [one.groups[one.groups["kind"] == "cluster"].set_index("group_id") for one in
              (after, before)]  # fmt: skip
    for name in names[1:]:
        found = groups[0].loc[groups[1].index, name].map(_plain)
        assert found.tolist() == groups[1][name].map(_plain).tolist(), name


def _plain(value: object) -> object:
    return list(value) if isinstance(value, list | np.ndarray) else str(value)


def check_refused(error: pytest.ExceptionInfo[InputError], *texts: str, folder: Path) -> None:
    """One message that names the next step; nothing is left behind."""
    said = str(error.value)
    for text in texts:
        assert text in said
    assert error.value.next_step
    assert not list(folder.glob(".writing-*"))


# kinds of snapshots


@pytest.mark.parametrize("start", [0, 200, BASE], ids=["cumulative", "overlapping", "disjoint"])
def test_a_snapshot_extends_the_series(first: Run, series: Path, start: int):
    after = made(KNOWN[start : BASE + 20], series)
    assert after.manifest["how"] == "extended"
    assert after.manifest["parent"]["run"] == first.name
    assert len(after.papers) == BASE + 20
    assert after.papers["in_snapshot"].sum() == BASE + 20 - start
    assert set(first.papers["paper_id"]) < set(after.papers["paper_id"])
    check_kept(first, after)
    new = ~after.papers["paper_id"].isin(first.papers["paper_id"])
    assert (after.papers.loc[new, "first_run"] == after.name).all()
    assert (after.papers.loc[~new, "first_run"] == first.name).all()
    fields = KNOWN.set_index("title")["field"]
    field = after.papers["title"].map(fields).to_numpy()
    placed = clusters(after).reindex(after.papers["paper_id"]).to_numpy()
    table = pd.crosstab(placed, field)
    assert (table.to_numpy() > 0).sum(axis=1).max() == 1, "a cluster has papers of one field"
    assert set(after.lineage["event"]) == {"kept"}
    assert after.moves.empty
    before = open_run(series / first.name)
    pd.testing.assert_frame_equal(before.papers, first.papers)


def test_cumulative_overlapping_and_disjoint_snapshots_give_the_same_groups(first, tmp_path):
    made_so = []
    for start in (0, 200, BASE):
        runs = Path(shutil.copytree(first.path.parent, tmp_path / str(start) / "runs"))
        made_so.append(made(KNOWN[start : BASE + 20], runs))
    for other in made_so[1:]:
        for name in ("memberships", "map", "groups", "neighbours", "trends", "lineage"):
            pd.testing.assert_frame_equal(getattr(made_so[0], name), getattr(other, name))
        assert other.vectors.tobytes() == made_so[0].vectors.tobytes()


def test_the_neighbours_of_an_extended_run_are_those_of_a_full_search(first, series):
    from analysis.clusters import nearest_neighbours

    after = made(KNOWN[BASE : BASE + 40], series)
    indices, _ = nearest_neighbours(after.vectors, k=10)
    ids = after.papers["paper_id"].to_numpy()
    found = after.neighbours.pivot(index="paper_id", columns="rank", values="neighbour_id")
    assert found.loc[ids].to_numpy().tolist() == ids[indices].tolist()


def test_a_snapshot_without_a_new_paper_changes_nothing(first: Run, series: Path):
    after = made(KNOWN[:100], series)
    assert len(after.papers) == BASE
    check_kept(first, after)
    for name in ("memberships", "neighbours", "evidence"):
        pd.testing.assert_frame_equal(getattr(after, name), getattr(first, name))
    assert after.vectors.tobytes() == first.vectors.tobytes()
    assert after.manifest["union"]["gone"] == BASE - 100


def test_the_order_of_rows_does_not_matter(first: Run, series: Path, tmp_path: Path):
    other = Path(shutil.copytree(series, tmp_path / "other" / "runs"))
    straight = made(KNOWN[BASE : BASE + 40], series)
    shuffled = made(KNOWN[BASE : BASE + 40].sample(frac=1, random_state=3), other)
    assert shuffled.manifest["inputs"] != straight.manifest["inputs"]
    for name, table in tables_of(straight).items():
        pd.testing.assert_frame_equal(getattr(shuffled, name), table)


def test_the_same_file_with_the_same_settings_is_the_same_run(first: Run, series: Path, capsys):
    file = csv(KNOWN[:BASE], series.parent / "again.csv")
    told = {"runs": series, "today": TODAY, "snapshot_date": date(2024, 12, 31)}
    again = run(file, settings=Settings(**told), progress=Progress(quiet=False))
    assert again.path == series / first.name
    assert "was made from this snapshot with these settings" in capsys.readouterr().err
    assert len(list_runs(series)) == 1
    assert not list(series.glob(".writing-*"))
    for changed in ({"period": "year"}, {"thresholds": Thresholds(least_part=20)}):
        assert run(file, settings=Settings(**told, **changed)).name != again.name


def test_the_same_extension_twice_is_one_run(series: Path):
    one = made(KNOWN[BASE : BASE + 20], series)
    assert made(KNOWN[BASE : BASE + 20], series).path == one.path
    assert len(list_runs(series)) == 2


# papers that change


def test_a_revised_abstract_is_placed_anew_and_listed(first: Run, series: Path):
    listed = KNOWN[:BASE].copy()
    galaxy = listed.index[listed["field"] == "galaxy"][0]
    speech = listed.index[listed["field"] == "speech"][0]
    listed.loc[speech, "abstract"] = " ".join(listed.loc[galaxy : galaxy + 9 : 5, "abstract"])
    after = made(listed, series)
    ids = after.papers.set_index("title")["paper_id"]
    revised = ids[listed.at[speech, "title"]]
    assert after.manifest["union"]["revised"] == [revised]
    now, before = clusters(after), clusters(first)
    others = before.index != revised
    assert now[others].tolist() == before[others].tolist()
    moves = after.moves[after.moves["kind"] == "cluster"]
    assert moves["paper_id"].tolist() == ([revised] if now[revised] != before[revised] else [])
    assert set(moves["cause"]) <= {"revised"}
    assert after.map.set_index("paper_id").at[revised, "state"] == "moved"
    assert (after.map["state"] == "moved").sum() == 1


def test_a_paper_that_gets_its_arxiv_id_later_is_not_new(first: Run, series: Path):
    listed = KNOWN[:BASE].copy()
    listed.loc[5, "id"] = "2401.00005"
    after = made(listed, series)
    assert after.papers["paper_id"].tolist() == first.papers["paper_id"].tolist()
    (known,) = after.manifest["union"]["renamed"]
    assert after.manifest["union"]["renamed"][known] == "2401.00005"
    check_kept(first, after)


# news


def test_thirty_papers_of_an_absent_field_are_born(first: Run, series: Path):
    after = made(pd.concat([KNOWN[BASE - 40 : BASE], PROOF[:30]]), series)
    born = after.lineage[after.lineage["event"] == "born"]
    (name,) = born["group_id"]
    assert name not in set(first.groups["group_id"])
    titles = after.papers.set_index("paper_id")["title"]
    own = titles[clusters(after)[lambda c: c == name].index]
    field = own.map(CORPUS.set_index("title")["field"])
    assert (field == "proof").mean() >= 0.85
    assert (field == "proof").sum() >= 0.75 * 30
    check_kept(first, after)
    groups = after.groups.set_index("group_id")
    assert groups.at[name, "label"] not in set(first.groups["label"])
    assert groups.at[name, "n_papers"] == len(own)
    entry = next(e for e in read_ledger(after.path / "ledger.toml").entries if e.id == name)
    assert entry.first_run == after.name
    assert groups.at[name, "label"] == entry.label


def test_a_snapshot_of_something_else_stops(series: Path):
    with pytest.raises(InputError) as error:
        made(PROOF[:60], series)
    check_refused(
        error, "none of the 60 papers is in the series", "--runs DIR", "--fresh", folder=series
    )
    assert len(list_runs(series)) == 1
    assert len(made(PROOF[:19], series).papers) == BASE + 19, "of under 20 papers nobody judges"


def test_the_command_line_stops_with_exit_code_2_and_takes_the_options(
    first: Run, series: Path, monkeypatch, capsys
):
    def call(papers: pd.DataFrame, *options: str) -> tuple[int, str, str]:
        file = csv(papers, series.parent / "listed.csv")
        words = ["papertide", "run", str(file), "--runs", str(series), "--quiet", *options]
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
        KNOWN[BASE : BASE + 20], "--extend", first.name, "--only-snapshot", "--as-of", "2023-12-31"
    )
    assert code == 0
    made_so = open_run(Path(out.strip()))
    assert made_so.manifest["parent"]["run"] == first.name
    told = made_so.manifest["settings"]
    assert (told["only_snapshot"], told["as_of"]) == (True, "2023-12-31")


def test_something_else_is_taken_where_it_is_asked_for(first: Run, series: Path):
    after = made(PROOF[:210], series, fresh=True)
    assert after.manifest["how"] == "fresh"
    assert len(after.papers) == 210
    given = set(first.groups.loc[first.groups["kind"] == "cluster", "group_id"])
    assert not set(clusters(after)) & given, "an id is never given to something else"


# a fresh fit, another parent


def test_a_fresh_fit_keeps_ids_names_and_colours(first: Run, series: Path):
    after = made(KNOWN[: BASE + 30], series, fresh=True)
    assert after.manifest["how"] == "fresh"
    before, now = clusters(first), clusters(after).reindex(clusters(first).index)
    assert (before == now).mean() > 0.9
    both = after.groups.merge(first.groups, on=["kind", "group_id"], suffixes=("", "_old"))
    both = both[(both["kind"] == "cluster") & both["group_id"].isin(set(now))]
    assert len(both) >= 5
    assert (both["color"] == both["color_old"]).all()
    assert (both["label"] == both["label_old"]).all()


def test_another_parent_can_be_named_and_no_id_is_given_twice(first: Run, series: Path):
    second = made(pd.concat([KNOWN[:BASE], PROOF[:30]]), series)
    (born,) = second.lineage.loc[second.lineage["event"] == "born", "group_id"]
    third = made(KNOWN[BASE : BASE + 20], series, extend=first.name)
    assert third.manifest["parent"]["run"] == first.name
    assert third.name.startswith("0003")
    assert len(third.papers) == BASE + 20
    check_kept(first, third)
    fourth = made(
        pd.concat([KNOWN[BASE : BASE + 20], PROOF[40:70]]), series, extend="0003"
    )  # fmt: skip
    (other,) = fourth.lineage.loc[fourth.lineage["event"] == "born", "group_id"]
    assert other != born


def test_a_parent_that_is_not_there_or_elsewhere_is_refused(series: Path, tmp_path: Path):
    with pytest.raises(InputError) as error:
        made(KNOWN[:310], series, extend="0007")
    check_refused(error, "no run '0007'", folder=series)
    other = Path(shutil.copytree(series, tmp_path / "other" / "runs"))
    with pytest.raises(InputError) as error:
        made(KNOWN[:310], series, extend=list_runs(other)[0])
    check_refused(error, "is not in the series", folder=series)


# parents that cannot be read


def with_version(path: Path, version: int) -> None:
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    manifest["schema_version"] = version
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_a_parent_of_another_schema_version_stops(first: Run, series: Path):
    with_version(series / first.name, 2)
    with pytest.raises(InputError) as error:
        made(KNOWN[:310], series)
    check_refused(error, "has schema version 2", "--extend RUN", "--runs DIR", folder=series)
    assert len(list_runs(series)) == 1


@pytest.mark.parametrize(
    "name", ["papers.parquet", "vectors.npy", "topics.npz", "ledger.toml", "quality.json"]
)
@pytest.mark.parametrize("fault", ["missing", "damaged", "empty"])
def test_a_parent_with_a_broken_file_stops(first: Run, series: Path, name: str, fault: str):
    file = series / first.name / name
    if fault == "missing":
        file.unlink()
    else:
        file.write_bytes(b"" if fault == "empty" else file.read_bytes()[:40] + b"\xff{[")
    with pytest.raises(InputError) as error:
        made(KNOWN[:310], series)
    check_refused(error, name, "--extend RUN", "--runs DIR", folder=series)
    assert len(list_runs(series)) == 1


@pytest.mark.parametrize("fault", ["version", "missing", "manifest"])
def test_a_fresh_fit_does_not_need_a_parent_and_gives_no_id_twice(first, series, fault):
    path = series / first.name
    if fault == "version":
        with_version(path, 2)
    elif fault == "missing":
        (path / "map.parquet").unlink()
    else:
        (path / "manifest.json").write_text("{", encoding="utf-8")
    said = Said()
    file = csv(KNOWN[:310], series.parent / "snapshot.csv")
    after = run(
        file, settings=Settings(runs=series, today=TODAY, fresh=True), progress=said
    )  # fmt: skip
    assert after.name == "0002"
    assert after.manifest["parent"] is None
    assert any(first.name in line and "cannot be read" in line for line in said.lines)
    given = set(first.groups.loc[first.groups["kind"] == "cluster", "group_id"])
    assert not set(clusters(after)) & given
    assert check_laws(tables_of(after)) == []


class Said(Progress):
    """Progress that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(quiet=True)
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)


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
def test_ten_times_as_many_papers_are_fitted_anew_and_keep_ids(tmp_path: Path):
    before = made(KNOWN[:70], tmp_path / "runs")
    after = made(KNOWN[70:770], tmp_path / "runs")
    assert after.manifest["how"] == "fresh"
    assert len(after.papers) == 770
    assert set(clusters(before)) & set(clusters(after)), "the matching clusters keep their ids"
    fields = after.papers["title"].map(KNOWN.set_index("title")["field"])
    table = pd.crosstab(clusters(after).reindex(after.papers["paper_id"]).to_numpy(),
                        fields.to_numpy())  # fmt: skip
    assert table.to_numpy().max(axis=1).sum() >= 0.95 * 770
    assert len(groups_of(after.groups, kind="cluster")) == clusters(after).nunique()


def test_a_snapshot_older_than_the_last_extends_it_all_the_same(first: Run, series: Path):
    after = made(KNOWN[BASE : BASE + 20], series, snapshot_date=date(2020, 6, 30))
    assert after.name == "0002-2020-06-30"
    check_kept(first, after)
    dated = after.papers["published"].notna().sum()
    for kind, group in first.trends[["kind", "group_id"]].drop_duplicates().values:
        counted = after.trends[(after.trends["kind"] == kind) & (after.trends["group_id"] == group)]
        assert counted["n_total"].sum() == dated, "no paper is left out of the trends"
    assert "dormant" not in set(after.lineage["event"])


# what counts, and when


def test_only_the_snapshot_counts_where_it_is_asked_for(first: Run, series: Path):
    after = made(KNOWN[200 : BASE + 20], series, only_snapshot=True)
    assert len(after.papers) == BASE + 20
    (total,) = set(after.trends.groupby(["kind", "group_id"])["n_total"].sum())
    assert total == BASE + 20 - 200
    check_kept(first, after)


def test_as_of_a_day_leaves_out_what_came_later(tmp_path: Path):
    day = date(2023, 12, 31)
    after = made(KNOWN[:BASE], tmp_path / "runs", as_of=day, snapshot_date=None)
    assert after.papers["published"].max() <= pd.Timestamp(day)
    kept = pd.to_datetime(KNOWN[:BASE]["published"]) <= pd.Timestamp(day)
    assert len(after.papers) == kept.sum()
    assert any("As of 2023-12-31" in note for note in after.manifest["notes"])
    with pytest.raises(InputError) as error:
        made(KNOWN[:BASE], tmp_path / "runs", as_of=date(1999, 1, 1), snapshot_date=None)
    check_refused(error, "by 1999-01-01", folder=tmp_path / "runs")


# topics


TOPICS = """
[[topic]]
id = "{id}"
label = "{label}"
description = "Papers that say {phrase}."
strong = ["{phrase}"]
"""


def topics_file(path: Path, **phrases: str) -> Path:
    texts = [TOPICS.format(id=name, label=name.title(), phrase=phrase)
             for name, phrase in phrases.items()]  # fmt: skip
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def test_a_changed_definition_is_read_again_by_all_papers(tmp_path: Path):
    """The topic gets what a first run with the new definition gives it; the other one stays."""
    runs, file = tmp_path / "runs", tmp_path / "topics.toml"
    before = made(KNOWN[:210], runs, topics=topics_file(file, sky="quasar", money="volatility"))
    topics_file(file, sky="telescope", money="volatility")
    after = made(KNOWN[210:230], runs, topics=file)
    anew = made(KNOWN[:230], tmp_path / "other" / "runs", topics=file)
    now, then = counted_topics(after), counted_topics(before)
    assert {one for one in now if one[1] == "sky"} == {
        one for one in counted_topics(anew) if one[1] == "sky"
    }
    old = set(before.papers["paper_id"])
    assert {one for one in now if one[1] == "money" and one[0] in old} == {
        one for one in then if one[1] == "money"
    }
    moved = after.moves[after.moves["kind"] == "topic"]
    assert set(moved["cause"]) == {"definition"}
    assert set(moved["from_id"].fillna("")) | set(moved["to_id"].fillna("")) == {"", "sky"}
    assert (after.manifest["how"], before.manifest["how"]) == ("extended", "fresh")


def test_an_override_counts_and_does_not_stay_when_it_is_taken_back(tmp_path: Path):
    runs = tmp_path / "runs"
    topics = topics_file(tmp_path / "topics.toml", sky="quasar")
    title = KNOWN[KNOWN["field"] == "market"]["title"].iloc[0]
    decided, free = tmp_path / "decided.toml", tmp_path / "free.toml"
    decided.write_text(
        f'[[topic]]\npaper = "{title}"\ntopic = "sky"\nbelongs = true\n', encoding="utf-8"
    )
    free.write_text("", encoding="utf-8")
    told = {"topics": topics, "overrides": free}
    before = made(KNOWN[:210], runs, **told)
    paper = before.papers.set_index("title").at[title, "paper_id"]
    assert (paper, "sky") not in counted_topics(before)
    forced = made(KNOWN[:210], runs, **{**told, "overrides": decided})
    assert counted_topics(forced) == counted_topics(before) | {(paper, "sky")}
    (move,) = forced.moves[forced.moves["kind"] == "topic"].to_dict("records")
    assert (move["paper_id"], move["to_id"], move["cause"]) == (paper, "sky", "override")
    back = made(KNOWN[:210], runs, **told)
    assert counted_topics(back) == counted_topics(before)
    assert set(back.moves.loc[back.moves["kind"] == "topic", "cause"]) == {"override"}
