"""`papertide show`: print a run, or list the runs."""

from __future__ import annotations

from pathlib import Path

import click

from .common import debug_option, ends_well, runs_option


@click.command("show")
@click.argument("run", required=False)
@runs_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@debug_option
@ends_well
def show_command(run: str | None, runs: Path | None, as_json: bool) -> None:
    """Print RUN as tables; without RUN list the runs."""
    from . import show_text as show

    click.echo(show.one_run(run, runs=runs, as_json=as_json) if run
               else show.all_runs(runs=runs, as_json=as_json))  # fmt: skip
