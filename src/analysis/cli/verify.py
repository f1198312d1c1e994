"""`papertide verify`: whether a run's files are unchanged since it was finished."""

from __future__ import annotations

from pathlib import Path

import click

from analysis.base.english import count

from .common import handle_errors, run_options


@click.command("verify", short_help="Check a run's files against their hashes.")
@run_options
@handle_errors
def verify_command(run: str | None, runs: Path | None) -> None:
    """Check the files of RUN (default: the newest) against the hashes in its manifest.

    Ends with exit code 2 if a file differs, is missing or is not in the manifest, and lists those
    files.
    """
    from analysis.base.errors import InputError
    from analysis.base.escaping import for_terminal
    from analysis.runs import find_run
    from analysis.runs.manifest import verify

    path = find_run(run, runs=runs)
    result = verify(path)
    if result.problems:
        raise InputError(
            [f"run {path.name}: {problem}" for problem in result.problems],
            allowed="exactly the files that were there when the run was finished",
            next_step="restore them from a copy, or run the analysis again on the snapshot",
        )
    lines = [f"Run {path.name}: {count(result.n_files, 'file')}, all unchanged.", result.parent]
    click.echo(for_terminal(" ".join(filter(None, lines))))
