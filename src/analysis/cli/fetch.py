"""`papertide fetch`: snapshots and dates from the network; no other command goes there."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import (
    Command,
    day_option,
    flag,
    handle_errors,
    number_option,
    path_option,
    quiet_option,
)

if TYPE_CHECKING:
    from analysis.base.progress import Progress
    from analysis.sources.fetching import FetchedFile, FetchOptions


@click.group("fetch", short_help="Fetch snapshots and dates from the network.")
def fetch_commands() -> None:
    """Download papers or dates into a file that `papertide run` reads.

    These are the only commands that open a network connection, and only to the service they name
    or to --base-url. Requests are slow on purpose (arXiv: one every 3 s), and transient errors are
    retried. An interrupted download resumes: answers are kept in FILE.parts until FILE is
    complete. Nothing is overwritten. FILE.manifest.json records what was requested, when, and the
    SHA-256 of the file.
    """


def _fetch_options(default_name: str, *, url: str) -> Callable[[Command], Command]:
    """Return a decorator that adds the options of every fetch."""

    def decorate(command: Command) -> Command:
        command = quiet_option(command)
        base_url = click.option("--base-url", metavar="URL", help=f"Use this instead of {url}.")
        return path_option("--out", help=f"New file to write. Default: {default_name}")(
            base_url(command)
        )

    return decorate


def _options(
    *, out: Path | None, base_url: str | None, quiet: bool
) -> tuple[FetchOptions, Progress]:
    from analysis.base.progress import Progress
    from analysis.sources.fetching import FetchOptions

    progress = Progress(quiet=quiet)
    return FetchOptions(out=out, base_url=base_url, progress=progress), progress


def _report(fetched: FetchedFile, *, progress: Progress, next_step: str) -> None:
    from analysis.base.english import count

    for note in fetched.notes:
        progress.say(note)
    path = shlex.quote(str(fetched.path))
    progress.say(f"{count(fetched.n_papers, 'paper')}. Next: {next_step.format(path)}")
    click.echo(str(fetched.path))


@fetch_commands.command("hf-daily", short_help="Fetch Hugging Face's daily papers.")
@day_option("--from", "first", required=True, help="First day; the lists begin in May 2023.")
@day_option("--to", "last", required=True, help="Last day; today's list may still grow.")
@_fetch_options("hf-daily-FROM--TO.jsonl.gz", url="https://huggingface.co")
@handle_errors
def hf_daily_command(
    first: date, last: date, out: Path | None, base_url: str | None, quiet: bool
) -> None:
    """Fetch the lists of Hugging Face's daily papers into one file.

    Makes about two requests per day of the range, one per second. No key is needed; HF_TOKEN is
    used if it is set. The file holds each record as received, preceded by the day that listed it.
    """
    from analysis.sources.fetching import fetch_hf_daily

    options, progress = _options(out=out, base_url=base_url, quiet=quiet)
    fetched = fetch_hf_daily(first=first, last=last, options=options)
    _report(fetched, progress=progress, next_step="papertide snapshot {}")


@fetch_commands.command("arxiv", short_help="Fetch the papers that match an arXiv query.")
@click.argument("query")
@day_option("--from", "first", help="First day of submission (YYYY-MM-DD).")
@day_option("--to", "last", help="Last day of submission.")
@number_option("--max", "most", help="Fetch only the N newest papers.")
@_fetch_options("arxiv-QUERY-FROM--TO.zip", url="https://export.arxiv.org")
@handle_errors
def arxiv_command(
    query: str,
    first: date | None,
    last: date | None,
    most: int | None,
    out: Path | None,
    base_url: str | None,
    quiet: bool,
) -> None:
    """Fetch the papers that match QUERY on arXiv into one file.

    QUERY is in arXiv's query language: 'cat:cs.CL', 'ti:"topic models" AND cat:cs.*'. The file
    holds the pages as received, newest papers first, 200 per request.
    """
    from analysis.sources.fetching import fetch_arxiv

    options, progress = _options(out=out, base_url=base_url, quiet=quiet)
    fetched = fetch_arxiv(query, first=first, last=last, limit=most, options=options)
    _report(fetched, progress=progress, next_step="papertide snapshot {}")


@fetch_commands.command("dates", short_help="Look up the dates of a file's undated papers.")
@click.argument("file", type=click.Path(path_type=Path))
@flag("--precise", help="Also papers known only to the month or the year.")
@path_option("--dates", multiple=True, help="CSV with dates that are known already; repeatable.")
@_fetch_options("FILE.dates.csv", url="https://export.arxiv.org")
@handle_errors
def dates_command(
    file: Path,
    precise: bool,
    dates: tuple[Path, ...],
    out: Path | None,
    base_url: str | None,
    quiet: bool,
) -> None:
    """Look up the dates of FILE's undated papers on arXiv and write a CSV for --dates.

    Papers with an arXiv id are looked up by it, 100 per request, the others one by one by title.
    Only an identical title counts, apart from case and punctuation; papers that are not found stay
    undated.
    """
    from analysis.base.files import data_file, dates_index
    from analysis.papers.snapshot import read_snapshot
    from analysis.sources import read_dates
    from analysis.sources.fetching import fetch_dates

    options, progress = _options(out=out, base_url=base_url, quiet=quiet)
    known = read_dates(dates or (data_file("arxiv_ids.csv"),))
    read = read_snapshot([file], dates=known, today=date.today(), index=dates_index())
    fetched = fetch_dates(read.papers, name=file.name, precise=precise, options=options)
    next_step = f"papertide run {shlex.quote(str(file))} --dates {{}}"
    _report(fetched, progress=progress, next_step=next_step)
