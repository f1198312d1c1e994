"""`papertide verify`: whether a run is still what it was when it was finished."""

from __future__ import annotations

from pathlib import Path

import click

from .common import debug_option, ends_well, runs_option


@click.command("verify", short_help="Compare a run's files with their hashes.")
@click.argument("run", required=False)
@runs_option
@debug_option
@ends_well
def verify_command(run: str | None, runs: Path | None) -> None:
    """Compare the files of RUN (the newest where left out) with the hashes in its manifest.

    Ends with exit code 2 where a file differs, is missing or is not in the manifest, and says
    which.
    """
    from analysis.base.errors import InputError
    from analysis.base.escaping import for_terminal
    from analysis.runs import find_run
    from analysis.runs.verify import verify

    path = find_run(run, runs=runs)
    found = verify(path)
    if found.problems:
        raise InputError(
            [f"run {path.name}: {problem}" for problem in found.problems],
            allowed="the files that the run was finished with, and no others",
            next_step="put them back from a copy, or run the analysis again on the snapshot",
        )
    lines = [f"Run {path.name}: {found.n_files:,} files, all as they were written.", found.parent]
    click.echo(for_terminal(" ".join(filter(None, lines))))
