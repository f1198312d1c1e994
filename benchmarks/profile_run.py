"""Where the time of a run goes: `python benchmarks/profile_run.py profile`, or `compare BEFORE`.

`profile` runs the analysis under cProfile at several sizes, each in a process of its own, and
prints the seconds of each stage and the functions that cost most. `compare` does the same jobs with
this package and with that of another checkout (`BEFORE`, its root), in turns, and prints medians of
processor seconds (user and system): a run of 98 % of the daily papers, the run that extends it to
all, and that run divided into more or fewer groups. Processor seconds depend less than the clock on
what else the machine does. `profile` takes about 6 minutes on one core, `compare` 8.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOT = ROOT / "data" / "snapshots" / "hf-trending-2025-03-17.txt"
SIZES = (177, 1_000, 5_840, 15_000)
DIVISIONS = (5, 10, 16, 25, 50, 100)
REPEATS, KNOWN_SHARE = 3, 0.98


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Plain)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    jobs = parser.add_subparsers(dest="job", required=True)
    profiled = jobs.add_parser("profile")
    profiled.add_argument("--papers", type=int, nargs="+", default=SIZES)
    profiled.add_argument("--top", type=int, default=25)
    compared = jobs.add_parser("compare")
    compared.add_argument("before", type=Path, metavar="BEFORE")
    compared.add_argument("--repeats", type=int, default=REPEATS)
    compared.add_argument("--keep", type=Path, help="keep the last runs in this folder")
    child = jobs.add_parser("child")
    child.add_argument("files", type=Path, nargs="+")
    child.add_argument("--top", type=int, default=0)
    child.add_argument("--runs", type=Path, required=True)
    asked = parser.parse_args()
    {"profile": profile, "compare": compare, "child": run_here}[asked.job](asked)


class _Plain(argparse.RawDescriptionHelpFormatter):
    pass


def profile(asked: argparse.Namespace) -> None:
    """Profile one run of each size."""
    with tempfile.TemporaryDirectory() as folder:
        for n in asked.papers:
            file = papers_file(n, shared=asked.shared, folder=Path(folder))
            print(f"\n{n:,} papers", flush=True)
            child([file], package=ROOT, runs=Path(folder) / f"runs-{n}", top=asked.top)


def compare(asked: argparse.Namespace) -> None:
    """Print medians of processor seconds, before and now."""
    seconds: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as folder:
        whole = papers_file(5_840, shared=asked.shared, folder=Path(folder))
        files = [known_papers(whole, folder=Path(folder)), whole]
        for turn in range(asked.repeats):
            for name, package in (("before", asked.before.resolve()), ("now", ROOT)):
                runs = (asked.keep or Path(folder)).resolve() / f"{name}-{turn}"
                for line in child(files, package=package, runs=runs).splitlines():
                    print(name, line, flush=True)
                    job, value = json.loads(line)
                    seconds[job][name].append(value)
    print(f"{'job':<28}{'before':>8}{'now':>8}{'ratio':>8}")
    for job, both in seconds.items():
        values = {name: median(own) for name, own in both.items()}
        cells = [
            f"{values[name]:8.1f}" if name in values else " " * 8 for name in ("before", "now")
        ]
        ratio = f"{values['now'] / values['before']:8.2f}" if len(values) == 2 else ""
        print(f"{job:<28}{''.join(cells)}{ratio}")


def child(files: list[Path], *, package: Path, runs: Path, top: int = 0) -> str:
    """Run files as a series in a process of its own, with the package of a checkout."""
    command = [sys.executable, str(Path(__file__).resolve()), "child", *map(str, files)]
    command += ["--runs", str(runs), "--top", str(top)]
    environment = {**os.environ, "PYTHONPATH": str(package / "src"), "OMP_NUM_THREADS": "1"}
    output = None if top else subprocess.PIPE
    return subprocess.run(
        command, env=environment, cwd=ROOT, check=True, text=True, stdout=output
    ).stdout


def run_here(asked: argparse.Namespace) -> None:
    """Make the runs, and print what they cost as JSON, or the profile of the only one."""
    import analysis

    before = 0.0  # of the first run, imports count
    settings = analysis.Settings(runs=asked.runs, index=None)
    profiler = cProfile.Profile(time.process_time)
    for file in asked.files:
        if asked.top:
            profiler.enable()
        run = analysis.run(file, settings=settings)
        profiler.disable()
        if not asked.top:
            what = "run" if run.manifest["how"] == "fresh" else "extension"
            print(json.dumps([f"{what}, {len(run.papers):,} papers", cpu_seconds() - before]))
        before = cpu_seconds()
    if asked.top:
        show(profiler, stages=run.manifest["seconds"], top=asked.top)
    elif hasattr(analysis, "divide"):
        analysis.divide(run, clusters=7)  # imports, and what is compiled once
        for n in DIVISIONS:
            before = cpu_seconds()
            analysis.divide(run, clusters=n)
            print(json.dumps([f"divided into {n}", cpu_seconds() - before]))


def show(profiler: cProfile.Profile, *, stages: dict[str, float], top: int) -> None:
    """Print the seconds of the stages, and the functions by all and by their own time."""
    print("  ".join(f"{stage} {seconds:.1f}" for stage, seconds in stages.items()))
    stats = pstats.Stats(profiler)
    stats.sort_stats("cumtime").print_stats(r"analysis/", top)
    stats.sort_stats("tottime").print_stats(top)


def cpu_seconds() -> float:
    """Return the user and system seconds that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def papers_file(n: int, *, shared: Path, folder: Path) -> Path:
    """Return a file of n papers: the bundled snapshot, daily papers, or arXiv."""
    if n == SIZES[0]:
        return SNAPSHOT
    import pandas as pd

    name = "hf_daily_2024-05_2025-12" if n <= SIZES[2] else "arxiv_120k"
    papers = pd.read_parquet(shared / "corpora" / f"{name}.parquet")
    path = folder / f"papers-{n}.parquet"
    papers.sample(min(n, len(papers)), random_state=0).sort_index().to_parquet(path, index=False)
    return path


def known_papers(whole: Path, *, folder: Path) -> Path:
    """Return a file without the newest 2 % of the papers."""
    import pandas as pd

    papers = pd.read_parquet(whole).sort_values("published", kind="stable")
    path = folder / "known.parquet"
    papers.head(round(KNOWN_SHARE * len(papers))).to_parquet(path, index=False)
    return path


if __name__ == "__main__":
    main()
