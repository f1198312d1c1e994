from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.laws import check_laws
from analysis.base.schema import TABLES
from analysis.pipeline.run import open_run
from analysis.runs import (
    find_run,
    finish,
    list_runs,
    new_run_folder,
    next_name,
    read_run,
    runs_folder,
    sha256,
    tables_of,
    write_json,
)
from page_runs import made_run, written
from sealed import reseal


def made(folder: Path, *names: str) -> Path:
    """A series with runs that have a manifest and nothing else."""
    for name in names:
        (folder / name).mkdir(parents=True)
        write_json(folder / name / "manifest.json", {"run": name, "schema_version": 1})
    return folder


# names


def test_runs_are_listed_by_number(tmp_path):
    made(tmp_path, "0010", "0002-2024-05-01", "9999-2020-01-01", "10000", "0001-2025-03-17")
    (tmp_path / "0003").mkdir()  # no manifest: not whole
    made(tmp_path, "other", "12", "0004-2024", ".writing-1")
    assert [path.name for path in list_runs(tmp_path)] == [
        "0001-2025-03-17",
        "0002-2024-05-01",
        "0010",
        "9999-2020-01-01",
        "10000",
    ]
    assert list_runs(tmp_path / "missing") == []


def test_the_next_name_counts_on(tmp_path):
    assert next_name(tmp_path, snapshot_date=None) == "0001"
    assert next_name(tmp_path, snapshot_date=date(2025, 3, 17)) == "0001-2025-03-17"
    made(tmp_path, "0001-2025-03-17", "0007")
    assert next_name(tmp_path, snapshot_date=date(2024, 1, 2)) == "0008-2024-01-02"
    made(tmp_path, "9999")
    assert next_name(tmp_path, snapshot_date=None) == "10000"


# where runs are looked for


def test_the_given_folder_comes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("PAPERTIDE_RUNS", str(tmp_path / "named"))
    assert runs_folder(tmp_path) == tmp_path
    assert runs_folder() == tmp_path / "named"


def test_then_the_folder_beside_the_nearest_pyproject(monkeypatch, tmp_path):
    deep = tmp_path / "project" / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "project" / "pyproject.toml").touch()
    monkeypatch.chdir(deep)
    assert runs_folder() == tmp_path / "project" / "runs"
    (deep / "pyproject.toml").touch()
    assert runs_folder() == deep / "runs"


def test_else_the_working_directory(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    if not any((folder / "pyproject.toml").exists() for folder in tmp_path.parents):
        assert runs_folder() == tmp_path / "runs"


def test_find_run_by_name_path_variable_and_newest(monkeypatch, tmp_path):
    series = made(tmp_path / "series", "0001", "0002")
    other = made(tmp_path / "other", "0005")
    assert find_run(runs=series) == series / "0002"
    assert find_run("0001", runs=series) == series / "0001"
    assert find_run(other / "0005", runs=series) == other / "0005"
    assert find_run(str(other / "0005"), runs=series) == other / "0005"
    monkeypatch.setenv("PAPERTIDE_RUN", "0001")
    assert find_run(runs=series) == series / "0001"
    assert find_run("0002", runs=series) == series / "0002"
    monkeypatch.setenv("PAPERTIDE_RUN", str(other / "0005"))
    assert find_run(runs=series) == other / "0005"


def test_a_missing_run_is_named_with_the_newest(tmp_path):
    with pytest.raises(InputError) as caught:
        find_run("0009", runs=made(tmp_path, "0001", "0002-2025-03-17"))
    assert str(caught.value) == (
        f"Found: no run '0009' in {tmp_path}\n"
        "Allowed: a run's path, or the name of a run in the series "
        "(newest: 0001, 0002-2025-03-17)\n"
        "Next: list the runs with: papertide show"
    )


def test_an_empty_series_says_how_to_make_a_run(tmp_path):
    with pytest.raises(InputError, match=r"no run in .*\n.*\nNext: make one with: papertide run"):
        find_run(runs=tmp_path)
    with pytest.raises(InputError, match="newest: none yet"):
        find_run("0001", runs=tmp_path)


# reading back


def test_a_run_reads_back_as_it_was_written(bundled):
    again = open_run(bundled.path)
    assert again.name == bundled.name
    for name, table in tables_of(bundled).items():
        pd.testing.assert_frame_equal(
            tables_of(again)[name].map(_listed), table.map(_listed), obj=name
        )
    assert again.vectors.tobytes() == bundled.vectors.tobytes()
    assert again.quality == bundled.quality
    assert again.manifest == bundled.manifest
    assert repr(again) == repr(bundled)


def _listed(value: object) -> object:
    return list(value) if isinstance(value, np.ndarray | list) else value


def copied(bundled, folder: Path) -> Path:
    """A copy of a run's own files, by links: pages are left out."""
    folder.mkdir()
    for path in bundled.path.iterdir():
        if path.suffix in (".parquet", ".npy", ".npz", ".toml") or path.name == "quality.json":
            os.link(path, folder / path.name)
    write_json(folder / "manifest.json", bundled.manifest)
    return folder


def test_another_schema_version_names_both(bundled, tmp_path):
    path = copied(bundled, tmp_path / "0001")
    write_json(path / "manifest.json", {"schema_version": 99})
    with pytest.raises(InputError) as caught:
        read_run(path)
    assert "run 0001 has schema version 99" in str(caught.value)
    assert "schema versions 3 and 4, which this papertide reads" in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [*(f"{n}.parquet" for n in TABLES), "vectors.npy", "topics.npz", "ledger.toml", "quality.json"],
)
def test_a_missing_file_is_named(bundled, tmp_path, name):
    path = copied(bundled, tmp_path / "0001")
    (path / name).unlink()
    with pytest.raises(InputError, match=f"run 0001 lacks {name}"):
        read_run(path)


@pytest.mark.parametrize(
    "name", ["papers.parquet", "vectors.npy", "topics.npz", "quality.json", "manifest.json"]
)
@pytest.mark.parametrize("content", [b"", b"not what it should be"])
def test_a_broken_file_is_named(bundled, tmp_path, name, content):
    path = copied(bundled, tmp_path / "0001")
    (path / name).unlink()
    (path / name).write_bytes(content)
    with pytest.raises(InputError, match=name) as caught:
        read_run(path)
    assert "run the analysis again" in caught.value.next_step


def test_an_object_array_is_never_unpickled(bundled, tmp_path):
    path = copied(bundled, tmp_path / "0001")
    (path / "vectors.npy").unlink()
    np.save(path / "vectors.npy", np.array([{}], dtype=object), allow_pickle=True)
    reseal(path)
    with pytest.raises(InputError, match=r"vectors\.npy"):
        read_run(path)


# writing


def test_the_manifest_holds_the_hash_of_every_other_file(bundled):
    files = {
        path.relative_to(bundled.path).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in bundled.path.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert bundled.manifest["outputs"] == files
    assert {f"{name}.parquet" for name in TABLES} <= set(files)


def test_a_run_appears_only_when_finished(tmp_path):
    with new_run_folder(tmp_path / "runs") as temporary:
        (temporary / "a.txt").write_text("abc")
        assert list_runs(tmp_path / "runs") == []
        finish(temporary, manifest={"run": "0001"}, path=tmp_path / "runs" / "0001")
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["0001"]
    manifest = json.loads((tmp_path / "runs" / "0001" / "manifest.json").read_text())
    expected = hashlib.sha256(b"abc").hexdigest()
    assert list(manifest) == ["run", "outputs", "sha256"]
    assert manifest["outputs"] == {"a.txt": expected}
    assert sha256(tmp_path / "runs" / "0001" / "a.txt") == expected


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_happens_nothing_is_left(tmp_path, error):
    def fails() -> None:
        with new_run_folder(tmp_path) as temporary:
            (temporary / "a.txt").write_text("abc")
            raise error

    with pytest.raises(error):
        fails()
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_was_taken_meanwhile_is_refused(tmp_path):
    made(tmp_path, "0001")
    with (
        pytest.raises(InputError, match="0001 was taken by another run"),
        new_run_folder(tmp_path) as temporary,
    ):
        finish(temporary, manifest={}, path=tmp_path / "0001")
    assert [path.name for path in tmp_path.iterdir()] == ["0001"]


def test_leftovers_of_dead_processes_go_and_those_of_living_ones_stay(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = [f".writing-{dead.pid}", f".writing-{os.getppid()}", ".writing-note", "0001"]
    made(tmp_path, *names)
    with new_run_folder(tmp_path):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])


@pytest.mark.parametrize("where", ["/proc/papertide", "FILE", "FILE/below"])
def test_a_folder_that_cannot_be_written_is_named(tmp_path, where):
    (tmp_path / "file").touch()
    folder = Path(where.replace("FILE", str(tmp_path / "file")))
    if where.startswith("/proc") and not Path("/proc").is_dir():
        pytest.skip("no /proc on this system")
    with pytest.raises(InputError) as caught, new_run_folder(folder):
        pytest.fail("the folder was opened")
    assert str(folder) in caught.value.problems[0]
    assert "--runs DIR" in caught.value.next_step


def test_json_has_no_number_that_json_lacks(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"a": float("nan")})


def test_a_run_of_the_earlier_schema_version_is_read_without_what_it_lacks(tmp_path):
    path = written(made_run(60), tmp_path)
    for name in ("tree", "leaves", "words"):
        (path / f"{name}.parquet").unlink()
    groups = pd.read_parquet(path / "groups.parquet")
    groups.drop(columns=["label_coverage", "label_precision"]).to_parquet(path / "groups.parquet")
    reseal(path, edit=lambda manifest: manifest.update(schema_version=3))
    run = read_run(path)
    assert run.groups["label_coverage"].isna().all()
    assert str(run.groups["label_precision"].dtype) == "float32"
    assert run.words.empty
    assert list(run.tree.columns) == list(TABLES["tree"].columns)
    assert check_laws(tables_of(run)) == []
