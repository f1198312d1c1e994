from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from analysis.base.errors import InputError
from analysis.pipeline.run import Settings, run
from analysis.runs import list_runs, new_run_folder
from analysis.runs.lock import LOCK_FILE
from analysis.runs.lock import series_lock as locked
from conftest import TODAY

HOLDS = """
import sys, time
from pathlib import Path
from analysis.runs import new_run_folder
with new_run_folder(Path(sys.argv[1]), wait=60) as folder:
    (folder / "papers.parquet").write_bytes(b"half")
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""
MAKES = """
import sys
from pathlib import Path
from analysis.runs import finish, new_run_folder, next_name
folder = Path(sys.argv[1])
for _ in range(5):
    with new_run_folder(folder, wait=120) as temporary:
        name = next_name(folder, snapshot_date=None)
        (temporary / "a.txt").write_text(name)
        finish(temporary, manifest={"run": name}, path=folder / name)
"""


def process(code: str, *args: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)], stdout=subprocess.PIPE, text=True
    )


def holding(folder: Path, *, seconds: float = 60) -> subprocess.Popen:
    """A process that is in the middle of a run."""
    holder = process(HOLDS, folder, seconds)
    assert holder.stdout.readline() == "held\n"
    return holder


def end(holder: subprocess.Popen) -> None:
    holder.kill()
    holder.wait()
    holder.stdout.close()


def test_the_second_run_waits_and_says_for_whom(tmp_path):
    holder, said = holding(tmp_path, seconds=1.5), []
    with new_run_folder(tmp_path, wait=60, say=said.append) as folder:
        assert holder.wait(timeout=120) == 0
        assert folder.is_dir()
        own = json.loads((tmp_path / LOCK_FILE).read_text())
        assert own["pid"] == os.getpid()
    holder.stdout.close()
    (line,) = said
    assert line.startswith(f"Waiting for process {holder.pid} on ")
    assert "(since 20" in line
    assert str(tmp_path) in line
    assert list(tmp_path.iterdir()) == []


def test_the_second_run_gives_up_after_its_time(tmp_path):
    holder = holding(tmp_path)
    try:
        with pytest.raises(InputError) as caught, new_run_folder(tmp_path, wait=0.3):
            pytest.fail("two runs at once")
        assert caught.value.problems[0].startswith(f"process {holder.pid} on ")
        assert "is still making a run in" in caught.value.problems[0]
        assert "--wait" in caught.value.next_step
        assert (tmp_path / f".writing-{holder.pid}" / "papers.parquet").is_file()
    finally:
        end(holder)


def test_a_killed_run_is_noticed_and_taken_over(tmp_path):
    holder = holding(tmp_path)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    assert {path.name for path in tmp_path.iterdir()} == {LOCK_FILE, f".writing-{holder.pid}"}
    said: list[str] = []
    with new_run_folder(tmp_path, wait=5, say=said.append) as folder:
        assert [path.name for path in tmp_path.glob(".writing-*")] == [folder.name]
    (line,) = said
    assert line.startswith(f"A run in {tmp_path} was interrupted: process {holder.pid} on ")
    assert list(tmp_path.iterdir()) == []


def test_a_run_killed_while_another_waits_hands_over(tmp_path):
    holder, said, made = holding(tmp_path), [], []

    def wait() -> None:
        with new_run_folder(tmp_path, wait=60, say=said.append):
            made.append(True)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not said:
        time.sleep(0.01)
    end(holder)
    waiting.join(timeout=120)
    assert made == [True]
    assert [line.split()[0] for line in said] == ["Waiting", "A"]


def test_many_processes_make_runs_one_after_another(tmp_path):
    makers = [process(MAKES, tmp_path) for _ in range(4)]
    assert [maker.wait(timeout=120) for maker in makers] == [0] * 4
    for maker in makers:
        maker.stdout.close()
    names = [path.name for path in list_runs(tmp_path)]
    assert names == [f"{number:04d}" for number in range(1, 21)]
    assert all((tmp_path / name / "a.txt").read_text() == name for name in names)
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_another_series_is_not_waited_for(tmp_path):
    with new_run_folder(tmp_path / "a"), new_run_folder(tmp_path / "b", wait=0):
        pass
    assert list((tmp_path / "b").iterdir()) == []


@pytest.mark.parametrize("left", ["", "{", "[1]", "null", '{"pid": "\x1b[31m"}', "\x00" * 9])
def test_whatever_stands_in_the_file_is_no_lock(tmp_path, left):
    (tmp_path / LOCK_FILE).write_text(left)
    with locked(tmp_path, wait=0):
        assert json.loads((tmp_path / LOCK_FILE).read_text())["pid"] == os.getpid()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_cannot_be_made_is_one_message(tmp_path):
    (tmp_path / LOCK_FILE).mkdir()
    with pytest.raises(InputError, match="cannot write into"), new_run_folder(tmp_path):
        pytest.fail("the folder was opened")


def test_a_file_system_without_locks_is_said(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    said: list[str] = []
    with locked(tmp_path, wait=0, say=said.append):
        pass
    assert len(said) == 1
    assert "file system without locks" in said[0]


def test_a_lock_whose_file_was_taken_away_is_asked_for_again(tmp_path, monkeypatch):
    """The holder ends between our opening the file and our locking it."""
    path, calls = tmp_path / LOCK_FILE, []
    flock = fcntl.flock

    def late(descriptor: int, how: int) -> None:
        calls.append(descriptor)
        if len(calls) == 1:
            path.unlink()
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with locked(tmp_path, wait=0):
        assert path.is_file()
    assert len(calls) > 1


@pytest.mark.slow
def test_two_whole_runs_at_once_are_two_runs(tmp_path):
    started, series = [], tmp_path / "runs"
    for word in ("words", "flows"):
        snapshot = tmp_path / f"{word}.csv"
        snapshot.write_text(f"title,abstract\nOn {word},All about {word}.\n", encoding="utf-8")
        command = [sys.executable, "-m", "analysis", "run", snapshot, "--runs", series]
        started.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        )
    ended = [each.communicate(timeout=280) for each in started]
    assert [each.returncode for each in started] == [0, 0], ended
    names = ["0001", "0002"]
    assert sorted(path.name for path in series.iterdir()) == names
    assert sorted(Path(out.strip()).name for out, _ in ended) == names


# a full disk


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("stage", ["write_tables", "write_json", "sha256"])
def test_a_full_disk_is_one_message_and_nothing_stays(tmp_path, monkeypatch, stage):
    for module in ("analysis.runs", "analysis.runs.run"):
        monkeypatch.setattr(f"{module}.{stage}", full)
    snapshot = tmp_path / "papers.csv"
    snapshot.write_text("title,abstract\nOne,About one.\nTwo,About two.\n")
    with pytest.raises(InputError) as caught:
        run(snapshot, settings=Settings(runs=tmp_path, today=TODAY))
    assert "is full (No space left on device)" in caught.value.problems[0]
    assert "make room" in caught.value.next_step
    assert sorted(path.name for path in tmp_path.iterdir()) == ["papers.csv"]


def test_a_full_disk_that_numpy_meets_is_told_from_other_faults(tmp_path, monkeypatch):
    def short(free: int) -> None:
        usage = type("usage", (), {"free": free})
        monkeypatch.setattr("analysis.runs.series.shutil.disk_usage", lambda _: usage)
        with new_run_folder(tmp_path):
            raise OSError("4000 requested and 12 written")

    with pytest.raises(InputError, match="is full"):
        short(0)
    with pytest.raises(OSError, match="4000 requested"):
        short(10**9)
    assert list(tmp_path.iterdir()) == []


def test_numpy_still_says_it_without_a_number(tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    with pytest.raises(OSError) as caught, Path("/dev/full").open("wb") as file:  # noqa: PT011
        np.save(file, np.zeros(100_000))
    assert caught.value.errno in (None, errno.ENOSPC)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("what", ["pipe", "endless device"])
def test_a_lock_file_that_is_no_file_is_not_read(tmp_path, what):
    lock = tmp_path / LOCK_FILE
    os.mkfifo(lock) if what == "pipe" else lock.symlink_to("/dev/zero")
    said: list[str] = []
    try:
        with locked(tmp_path, wait=0, say=said.append):
            pass
    except (InputError, OSError) as error:
        said.append(str(error))
    assert len("".join(said)) < 500
