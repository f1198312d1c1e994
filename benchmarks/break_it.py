"""Damage to runs: bits flipped and files cut, and what each reader of the run then does.

Run with `python benchmarks/break_it.py SNAPSHOT [SECOND] [--n 600] [--seed 0]`. A series of two
runs is made below the current folder's `break_it/`, in which nothing else is written: the first of
SNAPSHOT, the second of both files. Then a bit of a file of the first run is flipped, or the file is
cut, and it is asked for each such damage whether `open_run` refuses the run, gives the same data or
gives other data without a word (in tables, vectors, topics, register and quality figures, and in
the manifest); whether it ends in anything but an `InputError`; and whether `verify` of the second
run tells the damage to the first. Half of the damage is to the files that the analysis computes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

from analysis.base.errors import InputError
from analysis.pipeline.run import Settings, open_run, run
from analysis.runs import RUN_FILES, Run, tables_of
from analysis.runs.manifest import verify


def data_of(opened: Run) -> str:
    """Return a digest of all that a run holds."""
    digest = hashlib.sha256()
    for name, table in tables_of(opened).items():
        digest.update(f"{name}{table.to_json(orient='split', date_format='iso')}".encode())
    digest.update(opened.vectors.tobytes())
    for name, array in sorted(opened.topic_fit.items()):
        digest.update(name.encode() + array.tobytes())
    manifest = {name: value for name, value in opened.manifest.items() if name != "sha256"}
    digest.update(json.dumps([opened.quality, opened.ledger, manifest]).encode())
    return digest.hexdigest()


def damaged(content: bytes, *, chance: random.Random) -> bytes:
    """Flip one bit, or cut the content at any place, each half of the time."""
    place = chance.randrange(len(content))
    if chance.random() < 0.5:
        return content[:place]
    return (
        content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]
    )


def opened_how(path: Path, *, expected: str) -> str:
    try:
        return "same data" if data_of(open_run(path)) == expected else "OTHER DATA"
    except InputError:
        return "refused"
    except Exception as error:
        return f"ERROR {type(error).__name__}"


def verified_how(path: Path) -> str:
    try:
        return "told" if verify(path).problems else "NOT TOLD"
    except InputError:
        return "told"
    except Exception as error:
        return f"ERROR {type(error).__name__}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("snapshots", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--n", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    home = Path("break_it")
    home.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="damage-", dir=home))
    try:
        first = run(args.snapshots[0], settings=Settings(runs=folder))
        child = run(args.snapshots, settings=Settings(runs=folder))
        core = [*RUN_FILES, "manifest.json"]
        every = sorted(p.relative_to(first.path).as_posix() for p in first.path.rglob("*.*"))
        expected, counts = data_of(open_run(first.path)), {"core": Counter(), "pages": Counter()}
        begun = time.perf_counter()
        for number in range(args.n):
            name = chance.choice(core if number % 2 else every)
            file = first.path / name
            whole = file.read_bytes()
            if not whole:
                continue
            file.write_bytes(damaged(whole, chance=chance))
            of = counts["core" if name in core else "pages"]
            of["open_run: " + opened_how(first.path, expected=expected)] += 1
            of["verify of the child: " + verified_how(child.path)] += 1
            file.write_bytes(whole)
        for kind, of in counts.items():
            for outcome, n in sorted(of.items()):
                print(f"{kind:6} {outcome:40} {n:5}")
        print(f"{args.n} in {time.perf_counter() - begun:.0f} s")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
