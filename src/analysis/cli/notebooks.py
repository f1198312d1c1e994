"""`papertide notebooks`: execute the notebooks on a run."""

from __future__ import annotations

from pathlib import Path

import click

from .common import debug_option, ends_well, interrupts, runs_option


@click.command("notebooks")
@click.argument("run", required=False)
@runs_option
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR",
              help="Where the executed notebooks and their HTML go.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@debug_option
@ends_well
def notebooks_command(run: str | None, runs: Path | None, out: Path, quiet: bool) -> None:
    """Execute the notebooks on RUN (the newest where left out) and write them as HTML too."""
    from analysis.base.progress import Progress
    from analysis.notebook.execute import execute_notebooks
    from analysis.runs import find_run

    progress = Progress(quiet=quiet, interrupted=interrupts.is_set)
    for path in execute_notebooks(find_run(run, runs=runs), out=out, progress=progress):
        click.echo(str(path))
