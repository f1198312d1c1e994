"""`papertide filter`: a large file of JSON Lines, streamed to Parquet with filters."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from analysis.base.english import count

from .common import INTERRUPTED, flag, handle_errors, number_option, path_option, quiet_option

_LINES_SHOWN = 5


@click.command("filter", short_help="Extract the papers you want from a large file.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@path_option("--out", required=True, help="Parquet file to write; papertide run reads it.")
@click.option(
    "--category",
    "categories",
    multiple=True,
    metavar="NAME",
    help="Keep papers in this category, including cross-lists: cs.CL, or cs.* for all of cs; "
    "repeatable.",
)
@click.option(
    "--from",
    "first",
    metavar="DATE",
    help="Keep papers from this year, month or day onwards (2023, 2023-01, 2023-01-31).",
)
@click.option("--to", "last", metavar="DATE", help="Keep papers up to the end of this period.")
@click.option(
    "--words",
    multiple=True,
    metavar="TEXT",
    help="Keep papers whose title or abstract has every one of these words (or words that begin "
    'with them); a "phrase in quotes" must appear as it is; repeatable.',
)
@click.option(
    "--any-words",
    multiple=True,
    metavar="TEXT",
    help="Keep papers that have at least one of these words or phrases.",
)
@click.option("--member", metavar="NAME", help="Which file of a zip archive to read.")
@flag("--replace", help="Overwrite the output and start over instead of resuming.")
@number_option("--max-line-mb", default=32, help="Skip lines longer than N megabytes.")
@number_option("--max-gb", default=100, help="Refuse a file larger than N gigabytes, unpacked.")
@quiet_option
@handle_errors
def filter_command(
    file: Path,
    out: Path,
    categories: tuple[str, ...],
    first: str | None,
    last: str | None,
    words: tuple[str, ...],
    any_words: tuple[str, ...],
    member: str | None,
    replace: bool,
    max_line_mb: int,
    max_gb: int,
    quiet: bool,
) -> None:
    """Stream FILE, keep the papers that pass every filter, and write them as Parquet.

    FILE is arXiv's metadata, or other JSON Lines that papertide run reads: plain, gzip or zip, of
    any size. If a call is interrupted, the same call resumes it. A broken line costs that line
    only.
    """
    from analysis import __version__
    from analysis.base.outputs import check_outside_runs
    from analysis.sources.input_file import MEGABYTE
    from analysis.sources.large.filtering import filter_file
    from analysis.sources.large.selection import read_conditions
    from analysis.sources.large.stream import Limits

    check_outside_runs(out)
    conditions = read_conditions(
        categories=categories, first=first, last=last, words=words, any_words=any_words
    )
    filters: dict[str, Any] = {
        "category": list(categories),
        "from": first,
        "to": last,
        "words": list(words),
        "any_words": list(any_words),
    }
    display = _ByteProgress(quiet=quiet)
    try:
        done = filter_file(
            file,
            out=out,
            conditions=conditions,
            filters={name: value for name, value in filters.items() if value},
            member=member,
            limits=Limits(line=max_line_mb * MEGABYTE, total=max_gb * 1000 * MEGABYTE),
            replace=replace,
            version=__version__,
            progress=display.update,
        )
    except KeyboardInterrupt:
        display.close()
        click.echo("Interrupted; the same command resumes from here.", err=True)
        sys.exit(INTERRUPTED)
    finally:
        display.close()
    if not quiet:
        click.echo(_summary(done.metadata, resumed_after=done.resumed_after), err=True)
    click.echo(str(done.out))


class _ByteProgress:
    """Progress by bytes: a bar on a terminal, elsewhere one line per tenth."""

    def __init__(self, *, quiet: bool) -> None:
        from analysis.base.progress import Progress

        self._progress = Progress(quiet=quiet)
        self._bar: Any = None
        self._tenth = 0

    def update(self, done: int, size: int, rows: int) -> None:
        """Report that `done` of `size` bytes are read and `rows` papers kept."""
        settings = self._progress.bar("filter")
        if settings is not None:
            if self._bar is None:
                from tqdm import tqdm

                self._bar = tqdm(total=size, unit="B", unit_scale=True, **settings)
            self._bar.update(done - self._bar.n)
            self._bar.set_postfix_str(f"{rows:,} kept", refresh=False)
        elif done * 10 // size > self._tenth:
            self._tenth = done * 10 // size
            self._progress.say(f"{self._tenth * 10} %: {done / 1e6:,.0f} MB read, {rows:,} kept")

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _summary(metadata: dict[str, Any], *, resumed_after: int) -> str:
    lines = [f"{count(metadata['papers'], 'paper')} kept of {count(metadata['records'], 'record')}"]
    if resumed_after:
        lines.insert(0, f"Resumed after line {resumed_after:,}, which an earlier call had reached")
    lines += [f"  {n:,} {reason}" for reason, n in metadata["dropped"].items()]
    shown = metadata["bad_lines"][:_LINES_SHOWN]
    lines += [
        f"Line {line['line']:,} was skipped ({line['reason']}): {line['begins']}" for line in shown
    ]
    more = metadata["dropped"].get("bad line", 0) - len(shown)
    if more > 0:
        lines.append(f"and {more:,} more lines; the output's metadata lists the first 100")
    return "\n".join(lines)
