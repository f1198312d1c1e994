"""Which run a new one continues: a fresh fit, another parent, one that cannot be read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.laws import check_laws
from analysis.base.progress import Progress
from analysis.pipeline.run import Settings, run
from analysis.runs import Run, list_runs, tables_of
from series_of_runs import BASE, KNOWN, PROOF, TODAY, changed, clusters, csv, left_behind, made

pytestmark = pytest.mark.usefixtures("_without_pages")

# a fresh fit, another parent


def test_a_fresh_fit_keeps_ids_names_and_colours(first_run: Run, series_of_one: Path):
    after = made(KNOWN[: BASE + 30], series_of_one, fresh=True)
    assert after.manifest["how"] == "fresh"
    before, now = clusters(first_run), clusters(after).reindex(clusters(first_run).index)
    assert (before == now).mean() > 0.9
    both = after.groups.merge(first_run.groups, on=["kind", "group_id"], suffixes=("", "_old"))
    both = both[(both["kind"] == "cluster") & both["group_id"].isin(set(now))]
    assert len(both) >= 5
    assert (both["color"] == both["color_old"]).all()
    assert (both["label"] == both["label_old"]).all()


def test_another_parent_can_be_named_and_no_id_is_given_twice(first_run: Run, series_of_one: Path):
    second = made(pd.concat([KNOWN[:BASE], PROOF[:30]]), series_of_one)
    (born,) = second.lineage.loc[second.lineage["event"] == "born", "group_id"]
    third = made(KNOWN[BASE : BASE + 20], series_of_one, extend=first_run.name)
    assert third.manifest["parent"]["run"] == first_run.name
    assert third.name.startswith("0003")
    assert len(third.papers) == BASE + 20
    assert changed(first_run, third) == []
    fourth = made(
        pd.concat([KNOWN[BASE : BASE + 20], PROOF[40:70]]), series_of_one, extend="0003"
    )  # fmt: skip
    (other,) = fourth.lineage.loc[fourth.lineage["event"] == "born", "group_id"]
    assert other != born


def test_a_parent_that_is_not_there_or_elsewhere_is_refused(series_of_one: Path, tmp_path: Path):
    with pytest.raises(InputError) as error:
        made(KNOWN[:310], series_of_one, extend="0007")
    assert "no run '0007'" in str(error.value)
    assert error.value.next_step
    assert left_behind(series_of_one) == []
    other = Path(shutil.copytree(series_of_one, tmp_path / "other" / "runs"))
    with pytest.raises(InputError) as error:
        made(KNOWN[:310], series_of_one, extend=list_runs(other)[0])
    assert "is not in the series" in str(error.value)
    assert error.value.next_step
    assert left_behind(series_of_one) == []


# parents that cannot be read


def with_version(path: Path, version: int) -> None:
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    manifest["schema_version"] = version
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_a_parent_of_another_schema_version_stops(first_run: Run, series_of_one: Path):
    with_version(series_of_one / first_run.name, 2)
    with pytest.raises(InputError) as error:
        made(KNOWN[:310], series_of_one)
    assert "has schema version 2" in str(error.value)
    assert "--extend RUN" in str(error.value)
    assert "--runs DIR" in str(error.value)
    assert error.value.next_step
    assert left_behind(series_of_one) == []
    assert len(list_runs(series_of_one)) == 1


@pytest.mark.parametrize(
    "name", ["papers.parquet", "vectors.npy", "topics.npz", "ledger.toml", "quality.json"]
)
@pytest.mark.parametrize("fault", ["missing", "damaged", "empty"])
def test_a_parent_with_a_broken_file_stops(
    first_run: Run, series_of_one: Path, name: str, fault: str
):
    file = series_of_one / first_run.name / name
    if fault == "missing":
        file.unlink()
    else:
        file.write_bytes(b"" if fault == "empty" else file.read_bytes()[:40] + b"\xff{[")
    with pytest.raises(InputError) as error:
        made(KNOWN[:310], series_of_one)
    assert name in str(error.value)
    assert "--extend RUN" in str(error.value)
    assert "--runs DIR" in str(error.value)
    assert error.value.next_step
    assert left_behind(series_of_one) == []
    assert len(list_runs(series_of_one)) == 1


@pytest.mark.parametrize("fault", ["version", "missing", "manifest"])
def test_a_fresh_fit_does_not_need_a_parent_and_gives_no_id_twice(first_run, series_of_one, fault):
    path = series_of_one / first_run.name
    if fault == "version":
        with_version(path, 2)
    elif fault == "missing":
        (path / "map.parquet").unlink()
    else:
        (path / "manifest.json").write_text("{", encoding="utf-8")
    said = Said()
    file = csv(KNOWN[:310], series_of_one.parent / "snapshot.csv")
    after = run(
        file, settings=Settings(runs=series_of_one, today=TODAY, fresh=True), progress=said
    )  # fmt: skip
    assert after.name == "0002"
    assert after.manifest["parent"] is None
    assert any(first_run.name in line and "cannot be read" in line for line in said.lines)
    given = set(first_run.groups.loc[first_run.groups["kind"] == "cluster", "group_id"])
    assert not set(clusters(after)) & given
    assert check_laws(tables_of(after)) == []


class Said(Progress):
    """Progress that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(quiet=True)
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)
