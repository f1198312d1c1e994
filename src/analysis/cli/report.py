"""The command `papertide report`."""

from __future__ import annotations

from pathlib import Path

import click

from analysis.base.schema import AXES, FREQUENCIES

from .common import csv_safe_option, debug_option, ends_well, runs_option


class _ManyGroups(click.Command):
    """Lets `--groups` take all words up to the next option, as well as being repeated."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Write `--groups a b` as `--groups a --groups b`."""
        out: list[str] = []
        taking = False
        for word, after in zip(args, [*args[1:], "-"], strict=True):
            if word == "--groups":
                if after.startswith("-"):
                    raise click.BadOptionUsage(word, f"Option '{word}' requires an argument.", ctx)
                taking = True
                continue
            taking = taking and not word.startswith("-")
            out += ["--groups", word] if taking else [word]
        return super().parse_args(ctx, out)


@click.command("report", cls=_ManyGroups, short_help="Write a run's report again, beside it.")
@click.argument("run", required=False)
@runs_option
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR",
              help="A folder that is new or empty, outside every run.")  # fmt: skip
@click.option("--groups", "names", multiple=True, metavar="ID...",
              help="Show trends of these clusters and topics alone, by id or label (all words up "
              "to the next option); verdicts stay those among all groups.")  # fmt: skip
@click.option("--period", type=click.Choice(["auto", *FREQUENCIES]),
              help="Count trends by other periods.")  # fmt: skip
@click.option("--by", type=click.Choice(list(AXES)),
              help="Tell a paper's period by this day.")  # fmt: skip
@click.option("--only-snapshot/--all-papers", default=None,
              help="Count what the snapshot lists, or all papers of the series.")  # fmt: skip
@click.option("--formats", metavar="NAMES",
              help="Files of each chart: svg, png, pdf, joined by commas.")  # fmt: skip
@csv_safe_option
@click.option("--overwrite", is_flag=True, help="Replace an earlier report in DIR.")
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@debug_option
@ends_well
def report_command(
    run: str | None,
    runs: Path | None,
    out: Path,
    names: tuple[str, ...],
    period: str | None,
    by: str | None,
    only_snapshot: bool | None,
    formats: str | None,
    csv_safe: bool,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Write map, report, charts and tables of RUN (the newest where left out) into DIR.

    The run stays as it is. What is not asked for otherwise is as in the run.
    """
    from analysis.base.progress import Progress
    from analysis.pipeline.recount import narrowed, retold
    from analysis.report.rendering import write_report
    from analysis.runs import find_run, read_run

    progress = Progress(quiet=quiet)
    with progress.stage("read"):
        told = read_run(find_run(run, runs=runs))
    with progress.stage("trends"):
        told = retold(told, period=period, by=by, only_snapshot=only_snapshot)
        told = narrowed(told, groups=names) if names else told
    wanted = [name.strip().lower() for name in formats.split(",")] if formats else None
    with progress.stage("write"):
        write_report(told, out=out, formats=wanted, csv_safe=csv_safe, overwrite=overwrite)
    click.echo(str(out))
