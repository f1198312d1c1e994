"""`papertide replay`: whether a run can be reproduced."""

from __future__ import annotations

from pathlib import Path

import click

from .common import handle_errors, path_option, quiet_option, runs_option


@click.command("replay", short_help="Reproduce a run and compare the two.")
@click.argument("run")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@runs_option
@path_option(
    "--inputs",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder to search for the inputs, including its subfolders. Default: the current folder.",
)
@quiet_option
@handle_errors
def replay_command(
    run: str, files: tuple[Path, ...], runs: Path | None, folder: Path | None, quiet: bool
) -> None:
    """Run RUN again from the inputs in its manifest and compare every table byte for byte.

    FILES are its inputs and definitions, recognised by their SHA-256; the others are searched for
    by name. Nothing is kept. Ends with exit code 2 if a table differs, and reports what else has
    changed and how many papers have the same clusters and topics.
    """
    from analysis.base.errors import InputError
    from analysis.base.escaping import for_terminal
    from analysis.base.progress import Progress
    from analysis.pipeline.replay import replay
    from analysis.runs import find_run

    result = replay(
        find_run(run, runs=runs), files=files, folder=folder, progress=Progress(quiet=quiet)
    )
    if result.differing:
        problems = [
            f"differing: {', '.join(result.differing)}",
            *(f"changed: {reason}" for reason in result.reasons),
            f"memberships: {result.memberships}",
        ]
        raise InputError(
            [f"run {result.run}: {problem}" for problem in problems],
            allowed="the inputs, definitions, parent run and versions in the run's manifest",
            next_step="install those versions and give the files that the manifest names",
        )
    n = len(result.equal)
    lines = [f"Run {result.run}: reproduced, all {n} tables and arrays byte for byte."]
    lines += [f"Changed, without effect: {reason}" for reason in result.reasons]
    click.echo("\n".join(map(for_terminal, lines)))
