"""`papertide fetch`: snapshots and dates from the network; no other command goes there."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.base.english import count

from .common import day_option, flag, handle_errors, number_option, path_option, quiet_option

if TYPE_CHECKING:
    from analysis.sources.fetching import FetchedFile, FetchOptions

_Fetch = Callable[..., tuple["FetchedFile", str]]


@click.group("fetch", short_help="Fetch snapshots and dates from the network.")
def fetch_commands() -> None:
    """Download papers or dates into a file that `papertide run` reads.

    These are the only commands that open a network connection, and only to the service they name
    or to --base-url. Requests are slow on purpose (arXiv: one every 3 s), and transient errors are
    retried. An interrupted download resumes: answers are kept in FILE.parts until FILE is
    complete. Nothing is overwritten. FILE.manifest.json records what was requested, when, and the
    SHA-256 of the file.
    """


def _fetching(default_name: str, *, url: str) -> Callable[[_Fetch], Callable[..., None]]:
    """Return a decorator that adds the options of every fetch and reports the file.

    The command takes `options` and returns the file with the command that reads it.
    """

    def decorate(fetch: _Fetch) -> Callable[..., None]:
        @wraps(fetch)
        def command(out: Path | None, base_url: str | None, quiet: bool, **settings: Any) -> None:
            from analysis.base.progress import Progress
            from analysis.sources.fetching import FetchOptions

            progress = Progress(quiet=quiet)
            options = FetchOptions(out=out, base_url=base_url, progress=progress)
            fetched, next_step = fetch(options=options, **settings)
            for note in fetched.notes:
                progress.say(note)
            next_step = next_step.format(shlex.quote(str(fetched.path)))
            progress.say(f"{count(fetched.n_papers, 'paper')}. Next: {next_step}")
            click.echo(str(fetched.path))

        with_quiet = quiet_option(handle_errors(command))
        base_url = click.option("--base-url", metavar="URL", help=f"Use this instead of {url}.")
        out = path_option("--out", help=f"New file to write. Default: {default_name}")
        return out(base_url(with_quiet))

    return decorate


@fetch_commands.command("hf-daily", short_help="Fetch Hugging Face's daily papers.")
@day_option("--from", "first", required=True, help="First day; the lists begin in May 2023.")
@day_option("--to", "last", required=True, help="Last day; today's list may still grow.")
@_fetching("hf-daily-FROM--TO.jsonl.gz", url="https://huggingface.co")
def hf_daily_command(first: date, last: date, options: FetchOptions) -> tuple[FetchedFile, str]:
    """Fetch the lists of Hugging Face's daily papers into one file.

    Makes about two requests per day of the range, one per second. No key is needed; HF_TOKEN is
    used if it is set. The file holds each record as received, preceded by the day that listed it.
    """
    from analysis.sources.fetching import fetch_hf_daily

    return fetch_hf_daily(first=first, last=last, options=options), "papertide snapshot {}"


@fetch_commands.command("arxiv", short_help="Fetch the papers that match an arXiv query.")
@click.argument("query")
@day_option("--from", "first", help="First day of submission (YYYY-MM-DD).")
@day_option("--to", "last", help="Last day of submission.")
@number_option("--max", "most", help="Fetch only the N newest papers.")
@_fetching("arxiv-QUERY-FROM--TO.zip", url="https://export.arxiv.org")
def arxiv_command(
    query: str, first: date | None, last: date | None, most: int | None, options: FetchOptions
) -> tuple[FetchedFile, str]:
    """Fetch the papers that match QUERY on arXiv into one file.

    QUERY is in arXiv's query language: 'cat:cs.CL', 'ti:"topic models" AND cat:cs.*'. The file
    holds the pages as received, newest papers first, 200 per request.
    """
    from analysis.sources.fetching import fetch_arxiv

    fetched = fetch_arxiv(query, first=first, last=last, limit=most, options=options)
    return fetched, "papertide snapshot {}"


@fetch_commands.command("dates", short_help="Look up the dates of a file's undated papers.")
@click.argument("file", type=click.Path(path_type=Path))
@flag("--precise", help="Also papers known only to the month or the year.")
@path_option("--dates", multiple=True, help="CSV with dates that are known already; repeatable.")
@_fetching("FILE.dates.csv", url="https://export.arxiv.org")
def dates_command(
    file: Path, precise: bool, dates: tuple[Path, ...], options: FetchOptions
) -> tuple[FetchedFile, str]:
    """Look up the dates of FILE's undated papers on arXiv and write a CSV for --dates.

    Papers with an arXiv id are looked up by it, 100 per request, the others one by one by title.
    Only an identical title counts, apart from case and punctuation; papers that are not found stay
    undated.
    """
    from analysis.base.files import data_file, dates_index
    from analysis.papers.snapshot import read_snapshot
    from analysis.sources import read_dates
    from analysis.sources.fetching import fetch_dates

    known = read_dates(dates or (data_file("arxiv_ids.csv"),))
    read = read_snapshot([file], dates=known, today=date.today(), index=dates_index())
    fetched = fetch_dates(read.papers, name=file.name, precise=precise, options=options)
    return fetched, f"papertide run {shlex.quote(str(file))} --dates {{}}"
