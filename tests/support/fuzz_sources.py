"""Coverage-guided fuzzing of every reader: `make fuzz`.

Without a target all are fuzzed, `--jobs` at a time, each in a process of its own for `--seconds`.
A finding (a crash, a hang of more than 10 s, memory beyond 2 GB) is written to `--found`; mend it
and keep it in `tests/data/fuzz/TARGET-NAME`, where every test run replays it.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import atheris

HERE = Path(__file__).parents[1]
_WORDS = (
    r"""{ } [ ] " \\ , : null true 1e999 \ud800 \u0000 title abstract id published authors year
    versions created categories paper summary abstract_inverted_index TY AB TI ER PMID- PT UT
    @article{ @string @comment <entry> </entry> <title> <summary> <![CDATA[ <!DOCTYPE &#x0; &amp;
    <article> <h3> <a href="/papers/2401.00001"> 2401.00001 arXiv: 2024-02-30 Mar Upvote 0704.0001
    $ {\it \'e \frac PAR1 cs.CL ; | sep= -- NaN Infinity"""
).split()
TOKENS = (
    *_WORDS,
    "TY  - ",
    "ER  - ",
    "\r",
    "\n\n",
    "\t",
    "\ufeff",
    "\x1b[31m",
    "\x00",
    "\u2028",
    "·",
)
TIMEOUT, MEGABYTES, LONGEST = 10, 2000, 20_000


def fuzz(target: str, *, arguments: list[str]) -> None:
    """Fuzz one target in this process; libFuzzer ends it."""
    with atheris.instrument_imports(include=["analysis", "bibtexparser", "html", "json", "csv",
                                             "gzip", "zipfile", "defusedxml"]):  # fmt: skip
        import fuzz_targets

    def once(data: bytes) -> None:
        fuzz_targets.outcome(target, data)

    atheris.Setup([sys.argv[0], *arguments], once)
    atheris.Fuzz()


def start(target: str, *, seconds: int, found: Path, keep: Path | None) -> tuple[str, int, str]:
    """Fuzz one target in another process; return its name, how it ended and what it said."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for path in [*(HERE / "data" / "sources").iterdir(), *(HERE / "data" / "fuzz").iterdir()]:
            shutil.copy(path, corpus / path.name)
        words = Path(folder) / "words"
        words.write_text("\n".join(_quoted(token) for token in TOKENS) + "\n", encoding="utf-8")
        command = [sys.executable, __file__, target, f"-max_total_time={seconds}",
                   f"-timeout={TIMEOUT}", f"-rss_limit_mb={MEGABYTES}", f"-max_len={LONGEST}",
                   f"-dict={words}", f"-artifact_prefix={found}/{target}-", "-print_final_stats=1",
                   str(corpus)]  # fmt: skip
        given = {path.name for path in corpus.iterdir()}
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        if keep is not None:
            keep.mkdir(exist_ok=True)
            for path in corpus.iterdir():
                if path.name not in given:
                    shutil.copy(path, keep / f"{target}-{path.name}")
    return target, done.returncode, done.stderr + done.stdout


def _quoted(token: str) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in token.encode()) + '"'


def _figures(said: str) -> str:
    runs = re.findall(r"stat::number_of_executed_units:\s*(\d+)", said)
    memory = re.findall(r"stat::peak_rss_mb:\s*(\d+)", said)
    covered = re.findall(r"cov: (\d+) ft: (\d+)", said)
    return (f"{int(runs[-1]):,} inputs, {covered[-1][0]} edges, peak {memory[-1]} MB"
            if runs and memory and covered else "no figures")  # fmt: skip


def main() -> int:
    """Fuzz all targets, or those named; return 1 where something was found."""
    import fuzz_targets

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--found", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--keep", type=Path, help="where inputs that reached new code go")
    given = parser.parse_args()
    unknown = set(given.targets) - set(fuzz_targets.TARGETS)
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}; {', '.join(fuzz_targets.TARGETS)}")
    given.found.mkdir(exist_ok=True)
    n_found = 0
    with ThreadPoolExecutor(given.jobs) as pool:
        for target, code, said in pool.map(
            lambda name: start(name, seconds=given.seconds, found=given.found, keep=given.keep),
            given.targets or list(fuzz_targets.TARGETS),
        ):
            print(f"{target:10} {'nothing found' if not code else 'FOUND'}: {_figures(said)}",
                  flush=True)  # fmt: skip
            if code:
                n_found += 1
                print(said[-3000:], flush=True)
    return int(n_found > 0)


if __name__ == "__main__":
    if len(sys.argv) > 2 and any(word.startswith("-max_total_time") for word in sys.argv):
        fuzz(sys.argv[1], arguments=sys.argv[2:])
    else:
        sys.exit(main())
