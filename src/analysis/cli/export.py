"""`papertide export`: a run in the form that another tool reads."""

from __future__ import annotations

from pathlib import Path

import click

from .common import handle_errors, open_run, path_option, run_options

TARGETS = ("csv", "datamapplot", "embedding-atlas")


@click.command("export", short_help="Export a run for another tool.")
@run_options
@click.option(
    "--to",
    type=click.Choice(TARGETS),
    required=True,
    help="The tool: a spreadsheet program, DataMapPlot or Embedding Atlas.",
)
@path_option(
    "--out",
    required=True,
    metavar="PATH",
    help="File (csv) or folder to write; an existing one is never overwritten.",
)
@click.option(
    "--csv-safe/--no-csv-safe",
    default=True,
    show_default=True,
    help="With csv: put an apostrophe before text that a spreadsheet program would take for a "
    "formula.",
)
@handle_errors
def export_command(run: str | None, runs: Path | None, to: str, out: Path, csv_safe: bool) -> None:
    """Export RUN (default: the newest) for another tool, and say how to open it there."""
    from analysis.report.export import export_run

    instructions = export_run(open_run(run, runs=runs), to=to, out=out, csv_safe=csv_safe)
    click.echo(instructions, err=True)
    click.echo(str(out))
