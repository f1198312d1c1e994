"""`papertide run`: analyse a snapshot."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from analysis.base.schema import AXES, FREQUENCIES

from .common import (
    csv_safe_option,
    day_option,
    division_options,
    flag,
    handle_errors,
    interrupts,
    jobs_option,
    path_option,
    quiet_option,
    runs_option,
)
from .snapshot import columns_option, duplicates_option, format_option, max_mb_option


@click.command("run", short_help="Analyse a snapshot.")
@click.argument("snapshot", nargs=-1, required=True, type=click.Path(path_type=Path))
@runs_option
@flag(
    "--fresh",
    help="Fit this snapshot alone, from scratch; its clusters are matched to the latest run's.",
)
@click.option("--extend", metavar="RUN", help="Extend this run. Default: the newest of the series.")
@flag(
    "--only-snapshot",
    help="Count only the papers of this snapshot in trends. Default: all papers of the series.",
)
@day_option("--as-of", help="Leave out papers listed (or else published) after this day.")
@click.option(
    "--topics",
    metavar="NAME|FILE|none",
    help="Topic definitions: a bundled set, a file, or none. Default: data/topics.toml if it "
    "exists, else those of the run that is extended, else the bundled set that covers the papers.",
)
@path_option(
    "--overrides", help="Manual decisions on topics and clusters. Default: data/overrides.toml."
)
@path_option(
    "--dates",
    multiple=True,
    help="CSV with dates of papers: title or arxiv_id, and a month or day; repeatable. "
    "Default: data/arxiv_ids.csv.",
)
@day_option(
    "--snapshot-date",
    help="Day of the snapshot (YYYY-MM-DD). Default: from the content, else from the file name.",
)
@day_option(
    "--covered-from",
    help="Day from which the source covers its papers. Default: from the manifest of a fetch, else "
    "by the rate at which papers arrive.",
)
@click.option(
    "--period",
    type=click.Choice(["auto", *FREQUENCIES]),
    default="auto",
    show_default=True,
    help="Length of the periods in which trends are counted.",
)
@click.option(
    "--by",
    type=click.Choice(list(AXES)),
    default="published",
    show_default=True,
    help="Date by which papers are assigned to periods.",
)
@click.option(
    "--embedding",
    default="builtin",
    show_default=True,
    metavar="NAME",
    help="How texts become vectors: builtin, tfidf, sentence-transformers:NAME, model2vec:NAME, "
    "FILE.npy or FILE.parquet:COLUMN.",
)
@division_options
@click.option(
    "--not-in-labels",
    "words",
    multiple=True,
    metavar="WORD",
    help="A word or phrase that no label of a cluster uses; repeatable. Default, also of "
    "--stopwords: those of the run that is extended.",
)
@path_option(
    "--stopwords", help="Text file of such words and phrases, one per line; # begins a comment."
)
@format_option
@columns_option
@duplicates_option
@max_mb_option
@click.option(
    "--grades/--no-grades",
    default=None,
    help="Measure how stable each cluster is. Default: after a fit of at most 10,000 papers.",
)
@flag(
    "--audit",
    help="Compare the extended run with a fresh fit. Done unasked below 2,000 papers and on drift.",
)
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another process that is writing a run there.",
)
@csv_safe_option
@jobs_option
@quiet_option
@handle_errors
def run_command(
    snapshot: tuple[Path, ...],
    quiet: bool,
    dates: tuple[Path, ...],
    words: tuple[str, ...],
    stopwords: Path | None,
    columns: str | None,
    **settings: Any,
) -> None:
    """Analyse SNAPSHOT... and print the path of the new run, which extends the latest one.

    Several files are analysed together as one snapshot. `papertide snapshot` shows what would be
    read from them.
    """
    from analysis.base.progress import Progress
    from analysis.pipeline.names.label_words import given_words
    from analysis.pipeline.run import Settings, run
    from analysis.sources.columns import given_columns

    not_in_labels = given_words(words, file=stopwords)
    made = run(
        snapshot,
        settings=Settings(
            dates=dates,
            today=date.today(),
            not_in_labels=not_in_labels,
            columns=given_columns(columns),
            **settings,
        ),
        progress=Progress(quiet=quiet, interrupted=interrupts.is_set),
    )
    click.echo(str(made.path))
