"""`papertide replay`: whether a run can be made again as it is."""

from __future__ import annotations

from pathlib import Path

import click

from .common import debug_option, ends_well, runs_option


@click.command("replay", short_help="Make a run again and compare.")
@click.argument("run")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@runs_option
@click.option("--inputs", type=click.Path(path_type=Path, exists=True, file_okay=False),
              metavar="DIR", help="Folder to look for the inputs in, also further down. Default: "
              "the working directory.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@debug_option
@ends_well
def replay_command(
    run: str, files: tuple[Path, ...], runs: Path | None, inputs: Path | None, quiet: bool
) -> None:
    """Make RUN again from the inputs its manifest names, and compare every table byte for byte.

    FILES are its inputs and definitions, known by their SHA-256; those not given are looked for by
    their names. Nothing is kept. Ends with exit code 2 where a table differs, and says what else
    is not as it was and how many papers have the same clusters and topics.
    """
    from analysis.base.errors import InputError
    from analysis.base.escaping import for_terminal
    from analysis.base.progress import Progress
    from analysis.pipeline.replay import replay
    from analysis.runs import find_run

    found = replay(find_run(run, runs=runs), files=files, folder=inputs,
                   progress=Progress(quiet=quiet))  # fmt: skip
    if found.differing:
        raise InputError(
            [f"run {found.run}: {line}" for line in
             (f"differing: {', '.join(found.differing)}",
              *(f"not as it was: {reason}" for reason in found.reasons),
              f"memberships: {found.memberships}")],
            allowed="the inputs, definitions, parent and versions in the run's manifest",
            next_step="install the versions and give the files that are named there",
        )  # fmt: skip
    click.echo(for_terminal(
        f"Run {found.run}: made again, all {len(found.equal)} tables and arrays byte for byte."
    ))  # fmt: skip
    for reason in found.reasons:
        click.echo(for_terminal(f"Not as it was, without effect: {reason}"))
