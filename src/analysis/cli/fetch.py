"""`papertide fetch`: snapshots and dates from the network, the only commands that go there."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .common import Day, debug_option, ends_well

if TYPE_CHECKING:
    from analysis.base.progress import Progress
    from analysis.sources.fetching import Fetched, Where


@click.group("fetch", short_help="Fetch snapshots and dates from the network.")
def fetch_commands() -> None:
    """Fetch papers or dates into a file, for `papertide run` to read.

    These are the only commands that open a connection, and only to the service they name or to
    --base-url. They ask slowly (arXiv: one request in 3 s), again after errors, and go on where
    they ended: answers are kept in FILE.parts until FILE is whole. Nothing is overwritten.
    FILE.manifest.json says what was asked, when, and the SHA-256 of the file.
    """


def _shared(name: str, *, url: str) -> Callable[[Any], Any]:
    """Return a decorator that adds the options of every fetch."""

    def decorate(command: Any) -> Any:
        for option in (
            debug_option,
            click.option("--quiet", is_flag=True, help="No progress on stderr."),
            click.option("--base-url", metavar="URL", help=f"Ask there instead of {url}."),
            click.option("--out", type=click.Path(path_type=Path), metavar="FILE",
                         help=f"The file to write, a new one. Default: {name}"),
        ):  # fmt: skip
            command = option(command)
        return command

    return decorate


def _where(*, out: Path | None, base_url: str | None, quiet: bool) -> tuple[Where, Progress]:
    from analysis.base.progress import Progress
    from analysis.sources.fetching import Where

    progress = Progress(quiet=quiet)
    return Where(out=out, base_url=base_url, progress=progress), progress


def _tell(fetched: Fetched, *, progress: Progress, then: str) -> None:
    for note in fetched.notes:
        progress.say(note)
    path = shlex.quote(str(fetched.path))
    papers = "1 paper" if fetched.n_papers == 1 else f"{fetched.n_papers:,} papers"
    progress.say(f"{papers}. Next: {then.format(path)}")
    click.echo(str(fetched.path))


@fetch_commands.command("hf-daily", short_help="Hugging Face's daily papers of some days.")
@click.option("--from", "first", type=Day(), required=True, metavar="DATE",
              help="First day (YYYY-MM-DD); the lists begin in May 2023.")  # fmt: skip
@click.option("--to", "last", type=Day(), required=True, metavar="DATE",
              help="Last day; today's list may grow.")  # fmt: skip
@_shared("hf-daily-FROM--TO.jsonl.gz", url="https://huggingface.co")
@ends_well
def hf_daily_command(
    first: date, last: date, out: Path | None, base_url: str | None, quiet: bool
) -> None:
    """Fetch the lists of Hugging Face's daily papers into one file.

    About two requests a day of the range, one a second. No key is needed; HF_TOKEN is used where
    it is set. The file holds each record as it came, after the day that listed it.
    """
    from analysis.sources.fetching import fetch_hf_daily

    where, progress = _where(out=out, base_url=base_url, quiet=quiet)
    fetched = fetch_hf_daily(first=first, last=last, where=where)
    _tell(fetched, progress=progress, then="papertide snapshot {}")


@fetch_commands.command("arxiv", short_help="Papers that arXiv finds for a query.")
@click.argument("query")
@click.option("--from", "first", type=Day(), metavar="DATE",
              help="First day of submission (YYYY-MM-DD).")  # fmt: skip
@click.option("--to", "last", type=Day(), metavar="DATE", help="Last day of submission.")
@click.option("--max", "most", type=click.IntRange(min=1), metavar="N",
              help="Only the N newest papers.")  # fmt: skip
@_shared("arxiv-QUERY-FROM--TO.zip", url="https://export.arxiv.org")
@ends_well
def arxiv_command(
    query: str,
    first: date | None,
    last: date | None,
    most: int | None,
    out: Path | None,
    base_url: str | None,
    quiet: bool,
) -> None:
    """Fetch what arXiv finds for QUERY into one file.

    QUERY is in arXiv's language: 'cat:cs.CL', 'ti:"topic models" AND cat:cs.*'. The file holds the
    pages as they came, newest papers first, 200 a request.
    """
    from analysis.sources.fetching import fetch_arxiv

    where, progress = _where(out=out, base_url=base_url, quiet=quiet)
    fetched = fetch_arxiv(query, first=first, last=last, most=most, where=where)
    _tell(fetched, progress=progress, then="papertide snapshot {}")


@fetch_commands.command("dates", short_help="Dates of a file's undated papers, from arXiv.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--precise", is_flag=True,
              help="Also papers of which only the month or the year is known.")  # fmt: skip
@click.option("--dates", type=click.Path(path_type=Path), metavar="FILE", multiple=True,
              help="CSV that dates papers already; repeatable.")  # fmt: skip
@_shared("FILE.dates.csv", url="https://export.arxiv.org")
@ends_well
def dates_command(
    file: Path,
    precise: bool,
    dates: tuple[Path, ...],
    out: Path | None,
    base_url: str | None,
    quiet: bool,
) -> None:
    """Look up the dates of FILE's undated papers at arXiv, into a CSV for --dates.

    Papers with an arXiv id are asked for by it, 100 a request, others one by one by their title.
    Only the same title, without case and punctuation, counts; what is not found stays undated.
    """
    from analysis.base.resources import data_file, dates_index
    from analysis.papers.snapshot import read_snapshot
    from analysis.sources import read_dates
    from analysis.sources.fetching import fetch_dates

    where, progress = _where(out=out, base_url=base_url, quiet=quiet)
    known = read_dates(dates or (data_file("arxiv_ids.csv"),))
    read = read_snapshot([file], dates=known, today=date.today(), index=dates_index())
    fetched = fetch_dates(read.papers, name=file.name, precise=precise, where=where)
    then = f"papertide run {shlex.quote(str(file))} --dates {{}}"
    _tell(fetched, progress=progress, then=then)
