"""The cache of vectors with real processes: two at once, and one that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from analysis.embedding.registry import cached_vectors

PREAMBLE = """
import os, signal, sys, time, zlib
from pathlib import Path
import numpy as np
from analysis.embedding import registry

def fresh(texts):
    return np.array([[len(t), zlib.crc32(t.encode())] + [1] * 254 for t in texts], np.float32)

def cached(texts):
    return registry.cached_vectors(texts, version="v:1", folder=Path(sys.argv[1]), compute=fresh)
"""
TOGETHER = """
me, other = sys.argv[2], "ab".replace(sys.argv[2], "")
for at in range(15):
    Path(sys.argv[1], f"ready-{me}-{at}").touch()
    while not Path(sys.argv[1], f"ready-{other}-{at}").exists():
        time.sleep(0.001)
    own, shared = [f"{me} {at} {k}" for k in range(20)], [f"both {at} {k}" for k in range(20)]
    assert (cached(own + shared) == fresh(own + shared)).all()
"""
KILLED = """
def dying(file, **arrays):
    file.write(b"PK half a file")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)

cached(["old 1", "old 2"])
registry.np.savez = dying
cached([f"new {k}" for k in range(8000)])
"""


def started(code: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    return subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + code, *arguments],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def seen_by(texts: list[str], folder: Path) -> list[str]:
    """The texts that the cache lacks; asserts that each vector is correct."""
    asked: list[str] = []

    def fresh(missing: list[str]) -> np.ndarray:
        asked.extend(missing)
        return np.array([[len(t)] + [1] * 255 for t in missing], np.float32)

    vectors = cached_vectors(texts, version="v:1", folder=folder, compute=fresh)
    assert vectors[:, 0].tolist() == [len(t) for t in texts]
    return asked


def test_two_processes_write_at_once_and_lose_nothing(tmp_path):
    processes = [started(TOGETHER, str(tmp_path), name) for name in "ab"]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    texts = [f"{who} {at} {k}" for who in ("a", "b", "both") for at in range(15) for k in range(20)]
    assert seen_by(texts, tmp_path) == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_process_killed_while_writing_leaves_a_sound_cache(tmp_path):
    process = started(KILLED, str(tmp_path))
    _, errors = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, errors
    assert seen_by(["old 1", "old 2", "new 1", "new 7999"], tmp_path) == ["new 1", "new 7999"]
    assert seen_by(["old 1", "new 1"], tmp_path) == []
