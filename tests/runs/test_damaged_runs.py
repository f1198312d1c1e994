"""Runs whose files have changed since they were written: none is used, none verifies."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.base.schema import TABLES
from analysis.runs import RUN_FILES, find_run, read_run, read_table, write_manifest
from analysis.runs.files import damaged, read_file, read_manifest
from analysis.runs.manifest import verify
from page_runs import made_run, written
from sealed import reseal
from two_runs import with_parent

SEED = 20261130


@pytest.fixture(scope="module")
def series(tmp_path_factory) -> Path:
    """A series of two made-up runs, the second a child of the first."""
    folder = tmp_path_factory.mktemp("series")
    first = written(made_run(30), folder)
    written(with_parent(replace(made_run(30), name="0002"), first), folder)
    return folder


@pytest.fixture
def path(series: Path, tmp_path: Path) -> Path:
    """The first of the two runs, in a series to change."""
    return shutil.copytree(series, tmp_path / "runs") / made_run(2).name


def flipped(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content))
    bit = 1 << chance.randrange(8)
    return content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]


@pytest.mark.parametrize("name", [*RUN_FILES, "manifest.json"])
def test_no_file_with_another_bit_or_a_cut_is_used_and_no_child_verifies(path: Path, name: str):
    chance = random.Random(f"{SEED} {name}")
    whole = (path / name).read_bytes()
    changed = [flipped(whole, chance) for _ in range(4)] if whole else [b"\n"]
    changed += [whole[: chance.randrange(len(whole))] for _ in range(2)] if whole else []
    child = path.parent / "0002"
    assert verify(child).problems == ()
    for content in changed:
        (path / name).write_bytes(content)
        with pytest.raises(InputError) as caught:
            read_run(path)
        assert name in str(caught.value) or "schema version" in str(caught.value)
        assert verify(child).problems
    (path / name).write_bytes(whole)
    assert verify(child).problems == ()
    assert read_run(path).name == path.name


def test_the_message_names_every_changed_file_and_what_to_do(path: Path):
    for name in ("map.parquet", "ledger.toml"):
        (path / name).write_bytes((path / name).read_bytes() + b"\n")
    with pytest.raises(InputError) as caught:
        read_run(path)
    assert caught.value.problems == [
        f"run {path.name}: map.parquet is not as it was written",
        f"run {path.name}: ledger.toml is not as it was written",
    ]
    assert caught.value.next_step == (
        "restore the run from a copy, or run the analysis again on the snapshot; "
        "papertide verify lists every file that has changed"
    )


def test_one_table_is_compared_too(path: Path):
    assert list(read_table(path, "trends").columns) == list(TABLES["trends"].columns)
    file = path / "trends.parquet"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"trends\.parquet is not as it was written"):
        read_table(path, "trends")


# manifests


def test_a_manifest_ends_with_a_hash_of_itself(path: Path):
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    assert list(manifest)[-2:] == ["outputs", "sha256"]
    assert "sha256" not in read_manifest(path)
    write_manifest(path / "manifest.json", manifest)
    assert json.loads((path / "manifest.json").read_text(encoding="utf-8")) == manifest


def test_a_manifest_from_before_there_was_a_hash_is_read(path: Path):
    manifest = read_manifest(path)
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert read_run(path).name == path.name


def test_a_hash_under_another_name_is_missed(path: Path):
    text = (path / "manifest.json").read_text(encoding="utf-8")
    (path / "manifest.json").write_text(text.replace('"sha256"', '"sha25v"'), encoding="utf-8")
    with pytest.raises(InputError, match=r"manifest\.json is not as it was written"):
        read_manifest(path)


@pytest.mark.parametrize("entry", ["run", "inputs", "counts", "settings", "period", "outputs"])
def test_a_manifest_without_what_every_manifest_has_is_one_message(path: Path, entry: str):
    reseal(path, edit=lambda manifest: manifest.pop(entry))
    with pytest.raises(
        InputError, match=rf"manifest\.json (has no entry {entry}|lists no outputs)"
    ):
        read_run(path)


# readers


class OddError(Exception):
    pass


@pytest.mark.parametrize("error", [NotImplementedError("x"), KeyError("x"), OddError("x\x1b[2J")])
def test_whatever_a_reader_raises_is_one_message(tmp_path: Path, error: Exception):
    def read(path: Path) -> None:
        raise error

    with pytest.raises(InputError) as caught:
        read_file(tmp_path / "x.parquet", read)
    assert "x.parquet" in caught.value.problems[0]
    assert "\x1b" not in str(caught.value)


def test_out_of_memory_is_not_damage(tmp_path: Path):
    def read(path: Path) -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        read_file(tmp_path / "x.parquet", read)
    assert damaged(["a"]).problems == ["a"]


def test_the_bundled_run_is_as_it_was_written(bundled):
    assert read_run(find_run(bundled.path)).name == bundled.name
