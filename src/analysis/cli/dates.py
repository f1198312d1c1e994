"""`papertide dates add`: index local metadata, so that runs date papers by it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from analysis.sources import MAX_MB

from .common import debug_option, ends_well

INDEX = Path("data") / "dates_index.parquet"


@click.group("dates", short_help="Index local metadata that dates papers.")
def dates_commands() -> None:
    """Date papers that their source does not date."""


@dates_commands.command("add", short_help="Add files to the index.")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option("--to", "index", type=click.Path(path_type=Path), default=INDEX, show_default=True,
              metavar="FILE", help="The index.")  # fmt: skip
@click.option("--max-mb", type=click.IntRange(min=1), default=MAX_MB, show_default=True,
              metavar="N", help="Refuse files larger than this, unpacked.")  # fmt: skip
@debug_option
@ends_well
def add_command(files: tuple[Path, ...], index: Path, max_mb: int) -> None:
    """Index the dates in FILE... by arXiv id and title.

    FILE is arXiv's metadata (JSON Lines, plain, gzip or zip), any other format with dates, or a
    CSV with title or arxiv_id and a date. Runs started in this directory use the index for papers
    that neither their source, their arXiv id nor --dates dates.
    """
    from analysis.sources import add_to_index

    added, total = add_to_index(files, index=index, today=date.today(), max_mb=max_mb)
    click.echo(f"{index}: {added:,} dates added, {total:,} in all")
