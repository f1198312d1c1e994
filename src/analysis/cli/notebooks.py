"""`papertide notebooks`: the notebooks, executed on a run."""

from __future__ import annotations

from pathlib import Path

import click

from .common import handle_errors, interrupts, path_option, quiet_option, run_options


@click.command("notebooks", short_help="Execute the notebooks on a run.")
@run_options
@path_option(
    "--out", required=True, metavar="DIR", help="Folder for the executed notebooks and their HTML."
)
@quiet_option
@handle_errors
def notebooks_command(run: str | None, runs: Path | None, out: Path, quiet: bool) -> None:
    """Execute the notebooks on RUN (default: the newest) and save them, also as HTML."""
    from analysis.base.progress import Progress
    from analysis.notebook.execute import execute_notebooks
    from analysis.runs import find_run

    progress = Progress(quiet=quiet, interrupted=interrupts.is_set)
    for path in execute_notebooks(find_run(run, runs=runs), out=out, progress=progress):
        click.echo(str(path))
