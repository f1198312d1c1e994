"""Files appear under their name once they are complete."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import Timeout

from analysis.base.files import MOST_BYTES, exclusive_lock, read_small, read_toml, written_whole


def test_a_file_appears_with_all_its_content(tmp_path):
    path = tmp_path / "a.txt"
    with written_whole(path, sync=True) as temporary:
        temporary.write_text("new", encoding="utf-8")
        assert not path.exists()
        assert temporary.parent == tmp_path
    assert path.read_text(encoding="utf-8") == "new"
    assert [*tmp_path.iterdir()] == [path]


def _write_half(path, error):
    with written_whole(path) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise error


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt])
def test_an_error_leaves_what_was_there(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(error):
        _write_half(path, error)
    assert path.read_text(encoding="utf-8") == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_a_folder_appears_with_all_its_files(tmp_path):
    path = tmp_path / "out"
    with written_whole(path) as temporary:
        temporary.mkdir()
        (temporary / "a").touch()
    assert [*path.iterdir()] == [path / "a"]
    with pytest.raises(FileExistsError), written_whole(path, overwrite=False) as temporary:
        temporary.mkdir()
    assert [*tmp_path.iterdir()] == [path]
    assert [*path.iterdir()] == [path / "a"]
    with written_whole(path) as temporary:
        temporary.mkdir()
    assert [*tmp_path.iterdir()] == [path]
    assert [*path.iterdir()] == []


@pytest.mark.parametrize("links", [True, False])
def test_a_file_is_not_overwritten_where_that_is_asked(tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(95, "no links")))
    path = tmp_path / "a.txt"
    with written_whole(path, overwrite=False) as temporary:
        temporary.write_text("first", encoding="utf-8")
    with pytest.raises(FileExistsError), written_whole(path, overwrite=False) as temporary:
        temporary.write_text("second", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "first"
    assert [*tmp_path.iterdir()] == [path]


# locks

HOLDS = """
import sys, time
from pathlib import Path
from analysis.base.files import exclusive_lock
with exclusive_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_ends_with_its_process_however_that_ends(tmp_path):
    path = tmp_path / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, path], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Timeout), exclusive_lock(path):
        pytest.fail("two processes hold one lock")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    with exclusive_lock(path, wait=5) as locked:
        assert locked


def test_the_content_of_a_locked_file_stays(tmp_path):
    path = tmp_path / "lock"
    path.write_text("whose", encoding="utf-8")
    with exclusive_lock(path):
        assert path.read_text(encoding="utf-8") == "whose"
    assert path.read_text(encoding="utf-8") == "whose"


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_reported(tmp_path, monkeypatch, number):
    def refuse(*_: object) -> None:
        raise OSError(number, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with exclusive_lock(tmp_path / "lock") as locked:
        assert not locked


def test_devices_and_pipes_are_neither_read_nor_replaced(tmp_path):
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    for path in (pipe, Path(os.devnull)):
        with pytest.raises(OSError, match="not a regular file"):
            read_toml(path)
    with pytest.raises(OSError, match="not a regular file"), written_whole(pipe):
        pass
    assert pipe.is_fifo()


def test_a_file_of_definitions_has_a_largest_size(tmp_path):
    path = tmp_path / "large.toml"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(OSError, match="larger than 20 MB"):
        read_toml(path)


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 9000 + "]" * 9000, "x = " + "{a=" * 9000 + "1" + "}" * 9000]
)
def test_definitions_nested_too_deeply_are_no_toml(tmp_path, text):
    path = tmp_path / "deep.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="nested too deeply"):
        read_toml(path)


def test_a_number_of_5000_digits_is_no_toml(tmp_path):
    path = tmp_path / "long.toml"
    path.write_text("x = " + "9" * 5000, encoding="utf-8")
    with pytest.raises(ValueError, match="digits"):
        read_toml(path)


@pytest.mark.timeout(120)
def test_what_never_ends_is_not_read(tmp_path):
    pipe, endless = tmp_path / "pipe", tmp_path / "endless"
    os.mkfifo(pipe)
    endless.symlink_to("/dev/zero")
    for path in (pipe, endless):
        with pytest.raises(OSError, match="not a regular file"):
            read_small(path)
    (tmp_path / "large").write_bytes(b"x" * 1_000_001)
    with pytest.raises(OSError, match="larger than 1 MB"):
        read_small(tmp_path / "large", most=1_000_000)
