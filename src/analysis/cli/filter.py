"""`papertide filter`: stream a large file of JSON Lines to Parquet, with filters."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from .common import INTERRUPTED, debug_option, ends_well

_SHOWN = 5


@click.command("filter", short_help="Take the papers you want out of a large file.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help="The Parquet file to write; papertide run reads it.")  # fmt: skip
@click.option("--category", "categories", multiple=True, metavar="NAME",
              help="Keep papers in this category, cross-lists included: cs.CL, or cs.* for all of "
              "cs; repeatable.")  # fmt: skip
@click.option("--from", "first", metavar="DATE", help="Keep papers from this year, month or day "
              "on (2023, 2023-01, 2023-01-31).")  # fmt: skip
@click.option("--to", "last", metavar="DATE", help="Keep papers up to the end of this year, month "
              "or day.")  # fmt: skip
@click.option("--words", multiple=True, metavar="TEXT",
              help="Keep papers that have every one of these words in title or abstract, from the "
              'word\'s beginning; a "phrase in quotes" stays together; repeatable.')  # fmt: skip
@click.option("--any-words", multiple=True, metavar="TEXT",
              help="Keep papers that have at least one of these words or phrases.")  # fmt: skip
@click.option("--member", metavar="NAME", help="Which file of a zip that holds several.")
@click.option("--replace", is_flag=True,
              help="Replace the output, and start anew instead of going on.")  # fmt: skip
@click.option("--max-line-mb", type=click.IntRange(min=1), default=32, show_default=True,
              metavar="N", help="Lose longer lines.")  # fmt: skip
@click.option("--max-gb", type=click.IntRange(min=1), default=100, show_default=True, metavar="N",
              help="Refuse a larger file, unpacked.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@debug_option
@ends_well
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
    """Stream FILE, keep the papers asked for, and write them as Parquet.

    FILE is arXiv's metadata, or other JSON Lines that papertide run reads: plain, gzip or zip, of
    any size. A paper must pass every filter given. A call that was interrupted goes on where it
    ended when it is given again. A broken line loses that line only.
    """
    from analysis import __version__
    from analysis.sources.files.input_file import MEGABYTE
    from analysis.sources.large.conditions import asked_for
    from analysis.sources.large.filtering import filter_file
    from analysis.sources.large.stream import Limits

    asked = asked_for(
        categories=categories, first=first, last=last, words=words, any_words=any_words
    )
    given: dict[str, Any] = {
        "category": list(categories), "from": first, "to": last, "words": list(words),
        "any_words": list(any_words),
    }  # fmt: skip
    shown = _Shown(quiet=quiet)
    try:
        done = filter_file(
            file,
            out=out,
            asked=asked,
            filters={name: value for name, value in given.items() if value},
            member=member,
            limits=Limits(line=max_line_mb * MEGABYTE, whole=max_gb * 1000 * MEGABYTE),
            anew=replace,
            version=__version__,
            progress=shown.progress,
        )
    except KeyboardInterrupt:
        shown.close()
        click.echo("Interrupted; the same command goes on from there.", err=True)
        sys.exit(INTERRUPTED)
    finally:
        shown.close()
    if not quiet:
        click.echo(_summary(done.told, went_on=done.went_on), err=True)
    click.echo(str(done.out))


class _Shown:
    """Progress by bytes: a bar on a terminal, elsewhere a line a tenth."""

    def __init__(self, *, quiet: bool) -> None:
        from analysis.base.progress import Progress

        self._said = Progress(quiet=quiet)
        self._bar: Any = None
        self._tenth = 0

    def progress(self, done: int, size: int, rows: int) -> None:
        """Say how far the file is read."""
        settings = self._said.bar("filter")
        if settings is not None:
            if self._bar is None:
                from tqdm import tqdm

                self._bar = tqdm(total=size, unit="B", unit_scale=True, **settings)
            self._bar.update(done - self._bar.n)
            self._bar.set_postfix_str(f"{rows:,} kept", refresh=False)
        elif done * 10 // size > self._tenth:
            self._tenth = done * 10 // size
            self._said.say(f"{self._tenth * 10} %: {done / 1e6:,.0f} MB read, {rows:,} kept")

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _summary(told: dict[str, Any], *, went_on: int) -> str:
    lines = [f"{told['papers']:,} papers kept of {told['records']:,} records"]
    if went_on:
        lines.insert(0, f"Went on after line {went_on:,}, which an earlier call had reached")
    lines += [f"  {n:,} {reason}" for reason, n in told["dropped"].items()]
    for line in told["bad_lines"][:_SHOWN]:
        lines.append(f"Line {line['line']:,} is lost ({line['reason']}): {line['begins']}")
    more = told["dropped"].get("bad line", 0) - len(told["bad_lines"][:_SHOWN])
    lines += [f"and {more:,} more lines; the output's metadata names the first 100"] * (more > 0)
    return "\n".join(lines)
