"""`papertide run`: analyse a snapshot."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from analysis.base.schema import AXES, FREQUENCIES

from .common import Day, csv_safe_option, debug_option, ends_well, interrupts, runs_option
from .snapshot import snapshot_options


@click.command("run")
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
    snapshot: tuple[Path, ...], quiet: bool, dates: tuple[Path, ...], **settings: Any
) -> None:
    """Analyse SNAPSHOT... and print the path of the run; it extends the last one.

    Files given together are one snapshot. `papertide snapshot` shows what is read of them.
    """
    from analysis.base.progress import Progress
    from analysis.pipeline.run import Settings, run

    made = run(
        snapshot,
        settings=Settings(dates=dates, today=date.today(), **settings),
        progress=Progress(quiet=quiet, interrupted=interrupts.is_set),
    )
    click.echo(str(made.path))
