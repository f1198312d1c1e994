"""`papertide dates add`: an index of local metadata that runs take dates from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from .common import files_argument, handle_errors, path_option
from .snapshot import max_mb_option

INDEX = Path("data") / "dates_index.parquet"


@click.group("dates", short_help="Build an index of publication dates.")
def dates_commands() -> None:
    """Supply dates for papers whose source gives none."""


@dates_commands.command("add", short_help="Add files to the index.")
@files_argument
@path_option("--to", "index", default=INDEX, show_default=True, help="The index.")
@max_mb_option
@handle_errors
def add_command(files: tuple[Path, ...], index: Path, max_mb: int) -> None:
    """Index the dates in FILE... by arXiv id and title.

    FILE is arXiv's metadata (JSON Lines, plain, gzip or zip), any other format with dates, or a
    CSV with title or arxiv_id and a date. Runs started in this folder use the index for papers
    that get no date from their source, their arXiv id or --dates.
    """
    from analysis.sources import add_to_index

    added, total = add_to_index(files, index=index, today=date.today(), max_mb=max_mb)
    click.echo(f"{index}: {added:,} dates added, {total:,} in total")
