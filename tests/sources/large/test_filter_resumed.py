"""papertide filter goes on after kill -9: a real process, the same bytes in the end."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.sources.large.filtering import Filtered, filter_file
from analysis.sources.large.parts import parts_folder
from analysis.sources.large.selection import read_conditions
from analysis.sources.large.stream import Limits

LIMITS = Limits(part=20_000)
SLOW = """
import sys, time
from pathlib import Path
from analysis.sources.large import filtering, stream
from analysis.sources.large.selection import read_conditions
filtering.PROGRESS_BYTES = 7_000
conditions = read_conditions(categories=["cs.CL"])
filtering.filter_file(Path(sys.argv[1]), out=Path(sys.argv[2]), conditions=conditions,
                      limits=stream.Limits(part=20_000), progress=lambda *done: time.sleep(0.02))
"""


def dump(path: Path, *, n: int = 1500) -> Path:
    lines = [
        json.dumps(
            {
                "id": f"0704.{i:04}",
                "title": f"On garden {i}",
                "abstract": "Of the sea.",
                "categories": "cs.CL" if i % 3 else "cs.CV",
                "versions": [],
            }
        )
        for i in range(1, n)
    ]
    lines[700] = "broken"
    data = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return path


def uninterrupted(path: Path, *, out: Path) -> Filtered:
    return filter_file(
        path, out=out, conditions=read_conditions(categories=["cs.CL"]), limits=LIMITS
    )


def parts_of(folder: Path) -> int:
    return len(list(folder.glob("part-*.parquet")))


def killed(path: Path, *, out: Path, after: int) -> int:
    """Start a process, kill it with SIGKILL when it has so many parts; return its end."""
    process = subprocess.Popen([sys.executable, "-c", SLOW, str(path), str(out)])
    while parts_of(parts_folder(out)) < after and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    return process.wait()


@pytest.mark.parametrize("name", ["dump.jsonl", "dump.jsonl.gz"])
def test_a_killed_process_is_gone_on_from(name: str, tmp_path: Path) -> None:
    path = dump(tmp_path / name)
    whole = uninterrupted(path, out=tmp_path / "whole.parquet")
    out = tmp_path / "out.parquet"
    ends, seen = [], []
    for after in (1, 3):
        ends.append(killed(path, out=out, after=after))
        seen.append(parts_of(parts_folder(out)))
        assert not out.exists()
    assert ends == [-signal.SIGKILL, -signal.SIGKILL]
    assert seen[1] > seen[0] >= 1
    done = uninterrupted(path, out=out)
    assert done.resumed_after > 100
    assert done.metadata == whole.metadata
    assert out.read_bytes() == whole.out.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        [name, "out.parquet", "whole.parquet"]
    )


def test_other_work_of_the_same_output_starts_anew(tmp_path: Path) -> None:
    path = dump(tmp_path / "dump.jsonl")
    out = tmp_path / "out.parquet"
    killed(path, out=out, after=1)
    done = filter_file(
        path, out=out, conditions=read_conditions(categories=["cs.CV"]), limits=LIMITS
    )
    assert done.resumed_after == 0
    assert done.metadata["papers"] == 499


def test_a_file_that_changed_under_the_same_name_and_time_is_not_gone_on_from(
    tmp_path: Path,
) -> None:
    path = dump(tmp_path / "dump.jsonl")
    out = tmp_path / "out.parquet"
    killed(path, out=out, after=1)
    times = path.stat()
    path.write_bytes(path.read_bytes().replace(b"On garden 1", b"On garage 1"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(InputError, match="is not the file that an interrupted call read"):
        uninterrupted(path, out=out)
    conditions = read_conditions(categories=["cs.CL"])
    done = filter_file(path, out=out, conditions=conditions, limits=LIMITS, replace=True)
    assert done.metadata["papers"] == 999


def test_two_processes_do_not_write_one_output(tmp_path: Path) -> None:
    path = dump(tmp_path / "dump.jsonl")
    out = tmp_path / "out.parquet"
    process = subprocess.Popen([sys.executable, "-c", SLOW, str(path), str(out)])
    while not parts_of(parts_folder(out)) and process.poll() is None:
        time.sleep(0.005)
    with pytest.raises(InputError, match="another process is writing"):
        uninterrupted(path, out=out)
    assert process.wait() == 0
    assert out.exists()
