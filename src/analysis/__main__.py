"""The command line: `papertide run`, `show`, `compare`, `topics`, `notebooks`, `export`."""

from __future__ import annotations

import signal
import sys
import threading
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

import click

from . import __version__
from .base.schema import AXES, FREQUENCIES
from .cli.audit import audit_command
from .cli.common import (
    BAD_INPUT,
    INTERRUPTED,
    Day,
    csv_safe_option,
    debug_option,
    ends_well,
    runs_option,
)
from .cli.compare import compare_command
from .cli.dates import dates_commands
from .cli.export import export_command
from .cli.fetch import fetch_commands
from .cli.filter import filter_command
from .cli.replay import replay_command
from .cli.report import report_command
from .cli.snapshot import snapshot_command, snapshot_options
from .cli.topics import topics_commands
from .cli.verify import verify_command

_interrupts = threading.Event()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="papertide")
def cli() -> None:
    """Topic maps and trend charts of paper abstracts."""


@cli.command("run")
@click.argument("snapshot", nargs=-1, required=True, type=click.Path(path_type=Path))
@runs_option
@click.option("--fresh", is_flag=True,
              help="Fit this snapshot anew, alone; its clusters are matched to the "
              "last run's.")  # fmt: skip
@click.option("--extend", metavar="RUN",
              help="Extend this run. Default: the newest of the series.")  # fmt: skip
@click.option("--only-snapshot", is_flag=True,
              help="Trends count what this snapshot lists. Default: all papers of the "
              "series.")  # fmt: skip
@click.option("--as-of", type=Day(), metavar="DATE",
              help="Leave out what was listed, else published, after this day.")  # fmt: skip
@click.option("--topics", type=click.Path(path_type=Path), metavar="FILE",
              help="Topic definitions. Default: data/topics.toml.")  # fmt: skip
@click.option("--overrides", type=click.Path(path_type=Path), metavar="FILE",
              help="Decisions on topics by hand. Default: data/overrides.toml.")  # fmt: skip
@click.option("--dates", type=click.Path(path_type=Path), metavar="FILE", multiple=True,
              help="CSV with title or arxiv_id and a month or day; repeatable. "
              "Default: data/arxiv_ids.csv.")  # fmt: skip
@click.option("--snapshot-date", type=Day(), metavar="DATE",
              help="Day of the snapshot (YYYY-MM-DD). Default: from the content, else the file "
              "name.")  # fmt: skip
@click.option("--period", type=click.Choice(["auto", *FREQUENCIES]), default="auto",
              show_default=True, help="Length of the trends' periods.")  # fmt: skip
@click.option("--by", type=click.Choice(list(AXES)), default="published", show_default=True,
              help="The day that tells a paper's period.")  # fmt: skip
@click.option("--embedding", default="builtin", show_default=True, metavar="NAME",
              help="How texts become vectors: builtin, tfidf, sentence-transformers:NAME, "
              "model2vec:NAME, FILE.npy or FILE.parquet:COLUMN.")  # fmt: skip
@click.option("--format", default="auto", show_default=True, metavar="NAME",
              help="auto, or one of hf-page, html, csv, json, jsonl, parquet, xml, bibtex, ris, "
              "pubmed, wos for every file.")  # fmt: skip
@snapshot_options
@click.option("--grades/--no-grades", default=None,
              help="Measure how often each cluster is found again. Default: after a fit of at "
              "most 10,000 papers.")  # fmt: skip
@click.option("--audit", is_flag=True,
              help="Compare the extended run with a cold fit. Always done under 2,000 "
              "papers.")  # fmt: skip
@click.option("--wait", type=click.FloatRange(min=0), default=600, show_default=True,
              metavar="SECONDS",
              help="How long to wait while another process makes a run there.")  # fmt: skip
@csv_safe_option
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@debug_option
@ends_well
def run_command(
    snapshot: tuple[Path, ...],
    quiet: bool,
    dates: tuple[Path, ...],
    **settings: Any,
) -> None:
    """Analyse SNAPSHOT... and print the path of the run; it extends the last one.

    Files given together are one snapshot. `papertide snapshot` shows what is read of them.
    """
    from .base.progress import Progress
    from .pipeline.run import Settings, run

    made = run(
        snapshot,
        settings=Settings(dates=dates, today=date.today(), **settings),
        progress=Progress(quiet=quiet, interrupted=_interrupts.is_set),
    )
    click.echo(str(made.path))


@cli.command("show")
@click.argument("run", required=False)
@runs_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@debug_option
@ends_well
def show_command(run: str | None, runs: Path | None, as_json: bool) -> None:
    """Print RUN as tables; without RUN list the runs."""
    from .cli import show_text as show

    click.echo(show.one_run(run, runs=runs, as_json=as_json) if run
               else show.all_runs(runs=runs, as_json=as_json))  # fmt: skip


@cli.command("notebooks")
@click.argument("run", required=False)
@runs_option
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR",
              help="Where the executed notebooks and their HTML go.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@debug_option
@ends_well
def notebooks_command(run: str | None, runs: Path | None, out: Path, quiet: bool) -> None:
    """Execute the notebooks on RUN (the newest where left out) and write them as HTML too."""
    from .base.progress import Progress
    from .notebook.execute import execute_notebooks
    from .runs import find_run

    progress = Progress(quiet=quiet, interrupted=_interrupts.is_set)
    for path in execute_notebooks(find_run(run, runs=runs), out=out, progress=progress):
        click.echo(str(path))


cli.add_command(dates_commands)
cli.add_command(fetch_commands)
cli.add_command(snapshot_command)
cli.add_command(filter_command)
cli.add_command(audit_command)
cli.add_command(compare_command)
cli.add_command(replay_command)
cli.add_command(report_command)
cli.add_command(topics_commands)
cli.add_command(export_command)
cli.add_command(verify_command)


def _interrupt(number: int, frame: FrameType | None) -> None:
    _interrupts.set()
    signal.default_int_handler(number, frame)


def main() -> None:
    """Run the command line; a termination signal ends like an interrupt."""
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    try:
        cli(prog_name="papertide", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(BAD_INPUT)


if __name__ == "__main__":
    main()
