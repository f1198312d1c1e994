"""Throughput of every reader: papers a second and MB/s, on files repeated from small samples.

Run with `python benchmarks/bench_sources.py [--mb 5]`. A sample's records are repeated, each title
numbered, until the file has the size asked for; the time is that of the reader alone (bytes to
rows) and of the whole snapshot (with cleaning, dates, ids and duplicates). It is the processor's
time of this process, so that other work on the machine counts little. The last lines are
`papertide filter` on a file of `make_dump.py`, of ten times that size.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from make_dump import write_dump

from analysis.papers.snapshot import read_snapshot
from analysis.sources.input_file import load
from analysis.sources.large.filtering import filter_file
from analysis.sources.large.selection import read_conditions
from analysis.sources.read_files import read_file

TITLE = "A title about small gardens by the sea, number {i}"
ABSTRACT = " ".join(["Sentence about gardens and the sea, which is read to the end."] * 18)
MATH = ABSTRACT + ' With $\\alpha$ and Schr\\"odinger.'


def _kaggle(i: int) -> str:
    versions = [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}]
    return json.dumps({"id": f"0704.{i % 9999 + 1:04}", "title": TITLE.format(i=i),
                       "abstract": MATH if i % 4 == 0 else ABSTRACT, "categories": "cs.LG",
                       "authors": "A. Author", "versions": versions,
                       "update_date": "2008-11-26"})  # fmt: skip


def _openalex(i: int) -> str:
    index: dict[str, list[int]] = {}
    for place, word in enumerate(ABSTRACT.split()):
        index.setdefault(word, []).append(place)
    work = {"id": f"https://openalex.org/W{i}", "title": TITLE.format(i=i)}
    return json.dumps({**work, "publication_date": "2020-05-06", "abstract_inverted_index": index})


def _row(i: int) -> str:
    return f'"{TITLE.format(i=i)}","{ABSTRACT}",2020-05-06,W{i}'


FORMATS: dict[str, tuple[str, Callable[[int], str], str]] = {
    "csv": ("title,abstract,date,id\n", _row, ""),
    "jsonl": ("", lambda i: json.dumps({"title": TITLE.format(i=i), "abstract": ABSTRACT}), ""),
    "arxiv-json": ("", _kaggle, ""),
    "openalex": ("", _openalex, ""),
    "bibtex": ("", lambda i: f"@article{{k{i}, title={{{TITLE.format(i=i)}}}, year={{2020}},\n"
               f"abstract={{{ABSTRACT}}}}}", ""),
    "ris": ("", lambda i: f"TY  - JOUR\nTI  - {TITLE.format(i=i)}\nAB  - {ABSTRACT}\nPY  - 2020\n"
            "ER  - ", ""),
    "wos": ("FN x\n", lambda i: f"PT J\nTI {TITLE.format(i=i)}\nAB {ABSTRACT}\nPY 2020\nER\n", ""),
    "arxiv-atom": ('<feed xmlns="http://www.w3.org/2005/Atom">', lambda i: "<entry><id>"
                   f"http://arxiv.org/abs/2401.{i % 99999:05}v1</id><title>{TITLE.format(i=i)}"
                   f"</title><summary>{ABSTRACT}</summary><published>2024-01-05T00:00:00Z"
                   "</published></entry>", "</feed>"),
    "hf-page": ("Mar 17\n\n", lambda i: f"{TITLE.format(i=i)}\n\n{ABSTRACT}\n", ""),
    "hf-html": ("<!doctype html><html><body><main>", lambda i: f'<article><h3><a href="/papers/'
                f'2401.{i % 99999:05}">{TITLE.format(i=i)}</a></h3><p>{ABSTRACT}</p></article>',
                "</main></body></html>"),
}  # fmt: skip


def measure(name: str, *, mb: float) -> tuple[int, float, float, float]:
    """Return papers, MB, and the seconds of the reader and of the snapshot."""
    head, record, tail = FORMATS[name]
    n = max(int(mb * 1e6 / len(record(1000))), 1)
    text = head + "\n".join(record(i) for i in range(1, n + 1)) + "\n" + tail
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_text(text, encoding="utf-8")
        start = time.process_time()
        _, rows = read_file(load(path))
        read = time.process_time() - start
        start = time.process_time()
        read_snapshot([path], today=date(2026, 1, 1))
        whole = time.process_time() - start
        return len(rows.frame), path.stat().st_size / 1e6, read, whole


FILTERS: dict[str, dict[str, Any]] = {
    "everything": {},
    "category and date": {"categories": ["cs.*"], "first": "2007-05"},
    "category, date, words": {
        "categories": ["cs.*"], "first": "2007-05", "words": ['"language model"']
    },
    "words": {"words": ['"language model"']},
}  # fmt: skip


def measure_filter(path: Path, *, asked: dict[str, Any]) -> tuple[int, float]:
    """Return papers kept, and the seconds."""
    start = time.process_time()
    conditions = read_conditions(**asked)
    done = filter_file(path, out=path.with_name("out"), conditions=conditions, replace=True)
    return done.metadata["papers"], time.process_time() - start


def _print_filters(*, mb: float) -> None:
    print("\n| papertide filter | papers kept | plain, MB/s | gzip, MB/s |\n|---|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        plain, packed = Path(folder) / "dump.jsonl", Path(folder) / "dump.jsonl.gz"
        write_dump(plain, mb=mb)
        write_dump(packed, mb=mb)
        size = plain.stat().st_size / 1e6
        measure_filter(plain, asked={"categories": ["cs.CL"]})  # what is imported on first use
        for name, asked in FILTERS.items():
            n, seconds = measure_filter(plain, asked=asked)
            _, seconds_gzip = measure_filter(packed, asked=asked)
            print(f"| {name} | {n:,} | {size / seconds:,.0f} | {size / seconds_gzip:,.0f} |")


def main() -> None:
    """Print one line a format."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mb", type=float, default=5.0)
    mb = parser.parse_args().mb
    print("| reader | papers | reader, papers/s | reader, MB/s | snapshot, papers/s |")
    print("|---|--:|--:|--:|--:|")
    for name in FORMATS:
        n, size, read, whole = measure(name, mb=mb)
        print(f"| {name} | {n:,} | {n / read:,.0f} | {size / read:,.1f} | {n / whole:,.0f} |")
    _print_filters(mb=10 * mb)


if __name__ == "__main__":
    main()
