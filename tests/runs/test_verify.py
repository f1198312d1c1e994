from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.base.errors import InputError
from analysis.cli.main import cli
from analysis.runs import finish, new_run_folder, sha256, write_json
from analysis.runs.manifest import verify
from hostile import HOSTILE


def made(series: Path, *, name: str = "0001", parent: object = None) -> Path:
    """A small whole run."""
    with new_run_folder(series) as temporary:
        (temporary / "tables").mkdir()
        (temporary / "tables" / "papers.csv").write_text("paper_id\n")
        (temporary / "map.html").write_text("<p>")
        finish(temporary, manifest={"run": name, "parent": parent}, path=series / name)
    return series / name


def verified(path: Path) -> Result:
    return CliRunner().invoke(cli, ["verify", str(path), "--runs", str(path.parent)])


def test_a_whole_run_is_as_it_was_written(tmp_path):
    result = verified(made(tmp_path))
    assert (result.exit_code, result.stdout, result.stderr) == (
        0, "Run 0001: 2 files, all unchanged.\n", "",
    )  # fmt: skip


def test_the_bundled_run_verifies(bundled):
    found = verify(bundled.path)
    assert found.problems == ()
    assert found.n_files == len(bundled.manifest["outputs"])


def test_the_newest_run_is_meant_where_none_is_named(tmp_path):
    made(tmp_path)
    (made(tmp_path, name="0002") / "map.html").unlink()
    result = CliRunner().invoke(cli, ["verify", "--runs", str(tmp_path)])
    assert result.exit_code == 2
    assert "run 0002: map.html is missing" in result.stderr


def test_every_difference_is_named(tmp_path):
    path = made(tmp_path)
    (path / "map.html").write_text("<p>!")
    (path / "tables" / "papers.csv").unlink()
    (path / "tables" / "mine.csv").write_text("")
    (path / "link").symlink_to(path / "nowhere")
    result = verified(path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == (
        "Found:\n"
        "  - run 0001: map.html is not as it was written\n"
        "  - run 0001: tables/papers.csv is missing\n"
        "  - run 0001: link is not in the manifest\n"
        "  - run 0001: tables/mine.csv is not in the manifest\n"
        "Allowed: exactly the files that were there when the run was finished\n"
        "Next: restore them from a copy, or run the analysis again on the snapshot\n"
    )


@pytest.mark.parametrize("manifest", ["{}", '{"outputs": []}', '{"outputs": {"a": 1}}', "", "[]"])
def test_a_damaged_manifest_is_one_message(tmp_path, manifest):
    path = made(tmp_path)
    (path / "manifest.json").write_text(manifest)
    result = verified(path)
    assert result.exit_code == 2
    assert "manifest.json" in result.stderr
    assert "defect" not in result.stderr


def test_names_outside_the_run_are_not_looked_at(tmp_path):
    path = made(tmp_path)
    (tmp_path / "secret").write_text("x")
    names = ["../secret", str(tmp_path / "secret")]
    write_json(
        path / "manifest.json", {"outputs": dict.fromkeys(names, sha256(tmp_path / "secret"))}
    )
    assert [problem for problem in verify(path).problems if "outside the run" in problem] == [
        f"{name} lies outside the run" for name in sorted(names)
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_shown_on_one_line(tmp_path, text):
    path = made(tmp_path)
    name = text.replace("\x00", "").replace("/", "") + "/x"
    content = json.loads((path / "manifest.json").read_text())
    outputs = {**content["outputs"], name: "0" * 64}
    # as a version without seals wrote it: half a surrogate pair cannot be sealed
    (path / "manifest.json").write_text(json.dumps({"run": "0001", "outputs": outputs}))
    if "\ud800" not in name and len(name) < 200:
        result = verified(path)
        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 3
        assert "\x1b" not in result.stderr
    assert len(verify(path).problems) == 1


def test_the_parent_is_compared_where_it_is_there(tmp_path):
    parent = made(tmp_path)
    told = {"run": "0001", "manifest_sha256": sha256(parent / "manifest.json")}
    path = made(tmp_path, name="0002", parent=told)
    assert verify(path).parent == "Its parent 0001 is as it was when it was extended."
    (parent / "map.html").write_text("<p>!")
    assert verify(path).problems == ("its parent 0001: map.html is not as it was written",)
    write_json(parent / "manifest.json", {"run": "0001", "outputs": {}})
    assert verify(path).problems == (
        "the manifest of the parent 0001 has changed since it was extended",
    )
    shutil.rmtree(parent)
    assert verify(path).problems == ()
    assert "not in this series" in verify(path).parent
    assert "not in this series" in verified(path).stdout


def test_a_run_that_is_not_there_is_named(tmp_path):
    result = CliRunner().invoke(cli, ["verify", "0009", "--runs", str(tmp_path)])
    assert result.exit_code == 2
    assert "no run '0009'" in result.stderr
    with pytest.raises(InputError, match="manifest"):
        verify(tmp_path)
