"""`papertide report`: a run's map, report, charts and tables, written again elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from analysis.base.schema import AXES, FREQUENCIES

from .common import (
    csv_safe_option,
    division_options,
    flag,
    handle_errors,
    jobs_option,
    open_run,
    path_option,
    quiet_option,
    run_options,
)


class _ManyGroups(click.Command):
    """Lets `--groups` take all words up to the next option, and be repeated as well."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Rewrite `--groups a b` as `--groups a --groups b`."""
        out: list[str] = []
        in_groups = False
        for word, after in zip(args, [*args[1:], "-"], strict=True):
            if word == "--groups":
                if after.startswith("-"):
                    raise click.BadOptionUsage(word, f"Option '{word}' requires an argument.", ctx)
                in_groups = True
                continue
            in_groups = in_groups and not word.startswith("-")
            out += ["--groups", word] if in_groups else [word]
        return super().parse_args(ctx, out)


@click.command("report", cls=_ManyGroups, short_help="Write a run's report again, elsewhere.")
@run_options
@path_option(
    "--out", required=True, metavar="DIR", help="A new or empty folder that is not part of a run."
)
@division_options
@click.option(
    "--groups",
    "names",
    multiple=True,
    metavar="ID...",
    help="Show trends of these clusters and topics only, by id or label (all words up to the next "
    "option); verdicts remain those among all groups.",
)
@click.option(
    "--period", type=click.Choice(["auto", *FREQUENCIES]), help="Count trends by other periods."
)
@click.option(
    "--by", type=click.Choice(list(AXES)), help="Date by which papers are assigned to periods."
)
@click.option(
    "--only-snapshot/--all-papers",
    default=None,
    help="Count only the papers of the snapshot, or all papers of the series.",
)
@click.option(
    "--formats", metavar="NAMES", help="File formats of the charts: svg, png, pdf, comma-separated."
)
@csv_safe_option
@jobs_option
@flag("--overwrite", help="Replace an earlier report in DIR.")
@quiet_option
@handle_errors
def report_command(
    run: str | None,
    runs: Path | None,
    out: Path,
    clusters: int | None,
    detail: str | None,
    names: tuple[str, ...],
    period: str | None,
    by: str | None,
    only_snapshot: bool | None,
    formats: str | None,
    csv_safe: bool,
    overwrite: bool,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Write the map, report, charts and tables of RUN (default: the newest) into DIR.

    The run itself is not changed. Settings that are not given are those of the run.
    """
    from analysis.base.progress import Progress
    from analysis.pipeline.groups.divide import divide
    from analysis.pipeline.groups.select import select_groups
    from analysis.pipeline.trends import recount
    from analysis.report.write import write_report

    progress = Progress(quiet=quiet)
    with progress.stage("read"):
        shown = open_run(run, runs=runs)
    with progress.stage("trends"):
        shown = divide(shown, clusters=clusters, detail=detail)
        shown = recount(shown, period=period, by=by, only_snapshot=only_snapshot)
        shown = select_groups(shown, groups=names) if names else shown
    wanted = [name.strip().lower() for name in formats.split(",")] if formats else None
    with progress.stage("write"):
        write_report(
            shown, out=out, formats=wanted, csv_safe=csv_safe, overwrite=overwrite, jobs=jobs
        )
    click.echo(str(out))
