"""Make a file of the shape of arXiv's metadata dump: JSON Lines, 2.8 million of them in 4.5 GB.

Run with `python benchmarks/make_dump.py OUT [--mb 4500] [--seed 0] [--bad N]`. OUT may end in .gz
or .zip. Same seed and size, same lines. A quarter of the abstracts holds LaTeX, titles wrap,
abstracts begin with two spaces, a tenth of the papers has several versions; ids rise by month from
0704 on. Words are drawn by Zipf's law from a small list, topics from a few phrases.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

CATEGORIES = (
    "cs.LG cs.CL cs.CV cs.AI stat.ML math.CO math.AP math.PR hep-ph hep-th astro-ph.GA astro-ph.CO "
    "cond-mat.mtrl-sci cond-mat.str-el quant-ph physics.optics eess.SP cs.IT cs.RO q-bio.QM"
).split()
WORDS = (
    "the of and a in to is we for that with on are this as by an which from be can our at have it "
    "results model show method system data based using between two paper study problem field these "
    "approach theory new analysis large quantum number time energy network learning function high "
    "structure distribution performance state magnetic optical galaxies random linear training "
    "boundary equation symmetry density graph estimation observed measurements numerical phase"
).split()
PHRASES = ("language model", "graph neural networks", "dark matter halos", "fine-tuning",
           "topological insulators", "reinforcement learning", "convex optimization")  # fmt: skip
MATHS = (r"$\alpha$", r"$(k,\ell)$-sparse", r"$10^{-3}$", r"{\it in situ}", r"Schr\"odinger's",
         r"$\mathcal{N}=4$", r"$\sim$20\%", r"Erd\H{o}s", r"$O(n \log n)$")  # fmt: skip
NAMES = ("Ana Müller", "J. Kim", "C. Bal\\'azs", "Li Wei", "P. M. Smith", "Søren Ø. Nielsen")
BAD = ('{"id":"0704.0001","title":', "\x1b[31mnot json", "[1, 2]", '{"id": 1e999}}', "\\")


def records(*, seed: int) -> Iterator[str]:
    """Yield records without end."""
    draw = random.Random(seed)
    weights = [1 / (i + 2) for i in range(len(WORDS))]
    pool = draw.choices(WORDS, weights, k=1 << 16)
    day, number = datetime(2007, 4, 1, tzinfo=UTC), 0
    while True:
        number += 1
        if number > 9999:
            month = day.replace(day=28) + timedelta(days=4)
            day, number = month.replace(day=1), 1
        yield json.dumps(_record(draw, pool, day=day, number=number), separators=(",", ":"))


def _record(draw: random.Random, pool: list[str], *, day: datetime, number: int) -> dict:
    start = draw.randrange(len(pool) - 400)
    words = pool[start : start + draw.randint(110, 230)]
    words.insert(draw.randrange(len(words)), draw.choice(PHRASES))
    if draw.random() < 0.25:
        for _ in range(draw.randint(1, 6)):
            words.insert(draw.randrange(len(words)), draw.choice(MATHS))
    lines = [" ".join(words[i : i + 12]) for i in range(0, len(words), 12)]
    title = [word.capitalize() for word in pool[start + 300 : start + 300 + draw.randint(4, 14)]]
    people = draw.sample(NAMES, draw.randint(1, 5))
    wide = draw.random() < 0.4
    made = day + timedelta(days=draw.randrange(28), seconds=draw.randrange(86_400))
    versions = [
        {"version": f"v{i + 1}",
         "created": (made + timedelta(days=90 * i)).strftime("%a, %-d %b %Y %H:%M:%S GMT")}
        for i in range(draw.choice((1, 1, 1, 2, 3)))
    ]  # fmt: skip
    digits = 4 if day.year < 2015 else 5
    return {
        "id": f"{day:%y%m}.{number:0{digits}}",
        "submitter": people[0],
        "authors": ", ".join(people),
        "title": "\n  ".join(" ".join(title[i : i + 10]) for i in range(0, len(title), 10)),
        "comments": "12 pages, 3 figures" if wide else None,
        "journal-ref": None,
        "doi": f"10.1000/j.{number}" if wide else None,
        "report-no": None,
        "categories": " ".join(draw.sample(CATEGORIES, draw.choice((1, 1, 2, 3)))),
        "license": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
        "abstract": "  " + "\n".join(lines) + "\n",
        "versions": versions,
        "update_date": (made + timedelta(days=400)).strftime("%Y-%m-%d"),
        "authors_parsed": [[name.split()[-1], name.split()[0], ""] for name in people],
    }


def write_dump(out: Path, *, mb: float, seed: int = 0, bad: int = 0) -> int:
    """Write about `mb` megabytes (unpacked) and return how many lines; every `bad`th is broken."""
    written = n = 0
    with ExitStack() as stack:
        file = _opened(out, stack=stack)
        for line in records(seed=seed):
            if written >= mb * 1e6:
                return n
            n += 1
            data = (BAD[n // bad % len(BAD)] if bad and n % bad == 0 else line).encode() + b"\n"
            written += file.write(data)
    return n


def _opened(out: Path, *, stack: ExitStack) -> IO[bytes]:
    if out.suffix == ".gz":
        packed = stack.enter_context(gzip.GzipFile(out, "wb", compresslevel=6, mtime=0))
        return stack.enter_context(io.BufferedWriter(packed, 1 << 20))
    if out.suffix == ".zip":
        archive = stack.enter_context(zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED))
        return stack.enter_context(archive.open(out.stem, "w", force_zip64=True))
    return stack.enter_context(out.open("wb", buffering=1 << 20))


def main() -> None:
    """Write the file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--mb", type=float, default=4500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bad", type=int, default=0, metavar="N", help="break every Nth line")
    given = parser.parse_args()
    n = write_dump(given.out, mb=given.mb, seed=given.seed, bad=given.bad)
    print(f"{given.out}: {n:,} lines, {given.out.stat().st_size:,} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
