"""`papertide compare`: what changed from one run to another."""

from __future__ import annotations

from pathlib import Path

import click

from .common import debug_option, ends_well, runs_option


@click.command("compare", short_help="Say what changed from one run to another.")
@click.argument("old")
@click.argument("new")
@runs_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@debug_option
@ends_well
def compare_command(old: str, new: str, runs: Path | None, as_json: bool) -> None:
    """Say what changed from run OLD to run NEW: papers, clusters, shares, what was reported.

    OLD and NEW are names or numbers in the series, or paths.
    """
    from .compare_text import compared

    click.echo(compared(old, new, runs=runs, as_json=as_json))
