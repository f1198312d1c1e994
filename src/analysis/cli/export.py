"""The command `papertide export`."""

from __future__ import annotations

from pathlib import Path

import click

from .common import debug_option, ends_well, runs_option

TARGETS = ("csv", "datamapplot", "embedding-atlas")


@click.command("export", short_help="Hand a run to another tool.")
@click.argument("run", required=False)
@runs_option
@click.option("--to", type=click.Choice(TARGETS), required=True,
              help="The tool: a spreadsheet program, DataMapPlot or Embedding "
              "Atlas.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="PATH",
              help="The file (csv) or folder to write; an existing one is never "
              "overwritten.")  # fmt: skip
@click.option("--csv-safe/--no-csv-safe", default=True, show_default=True,
              help="Of csv: put an apostrophe before texts that a spreadsheet program would "
              "compute.")  # fmt: skip
@debug_option
@ends_well
def export_command(run: str | None, runs: Path | None, to: str, out: Path, csv_safe: bool) -> None:
    """Write RUN (the newest where left out) for another tool, and say how to start that."""
    from analysis.report.export import export_run
    from analysis.runs import find_run, read_run

    said = export_run(read_run(find_run(run, runs=runs)), to=to, out=out, csv_safe=csv_safe)
    click.echo(said, err=True)
    click.echo(str(out))
