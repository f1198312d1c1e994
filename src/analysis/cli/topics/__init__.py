"""The commands of `papertide topics`: measure them, have papers labelled, ask for the evidence."""

from __future__ import annotations

from pathlib import Path

import click

from analysis.base.errors import InputError

from ..common import debug_option, ends_well, runs_option
from .suggest import drift_command, suggest_command


@click.group("topics", short_help="Measure, explain and extend topics.")
def topics_commands() -> None:
    """Measure topics, see what decisions rest on, find what no topic covers."""


@topics_commands.command("score", short_help="Compare topics with labelled papers.")
@click.argument("gold", metavar="GOLD.csv", type=click.Path(path_type=Path))
@click.argument("run", required=False)
@runs_option
@click.option("--calibrate", is_flag=True,
              help="Choose thresholds by cross-validation; show held-out figures.")  # fmt: skip
@click.option("--shares", is_flag=True,
              help="Show shares over time corrected for precision and recall.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True,
              help="Of the bootstrap and of the folds.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@debug_option
@ends_well
def score_command(
    gold: Path,
    run: str | None,
    runs: Path | None,
    calibrate: bool,
    shares: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Compare the topics of RUN (the newest where left out) with labelled papers.

    GOLD.csv has a column arxiv_id or title and one column a topic, named by its id: 1 where the
    paper belongs, 0 where it does not, nothing where that is unknown.
    """
    from analysis.runs import find_run, read_run

    from . import score_text as topics_shown
    from .shares_text import corrected

    if calibrate and shares:
        raise InputError(
            "--calibrate together with --shares",
            allowed="one of the two, for they show different things",
            next_step="leave one of them out",
        )
    opened = read_run(find_run(run, runs=runs))
    show = topics_shown.calibration if calibrate else topics_shown.scores
    show = corrected if shares else show
    click.echo(show(opened, gold=gold, seed=seed, as_json=as_json))


@topics_commands.command("sample", short_help="Draw the papers worth labelling into a CSV.")
@click.argument("topic")
@click.argument("run", required=False)
@runs_option
@click.option("--n", type=click.IntRange(min=1), default=30, show_default=True,
              help="How many papers.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help="The CSV to write; an existing file is never overwritten.")  # fmt: skip
@click.option("--labelled", type=click.Path(path_type=Path), metavar="FILE", multiple=True,
              help="CSV of labels; papers labelled there are left out. Repeatable.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True,
              help="Another seed draws other papers.")  # fmt: skip
@debug_option
@ends_well
def sample_command(
    topic: str,
    run: str | None,
    runs: Path | None,
    n: int,
    out: Path,
    labelled: tuple[Path, ...],
    seed: int,
) -> None:
    """Draw the papers of RUN (the newest where left out) worth labelling for TOPIC.

    Half are near the threshold, half at random. Fill the last column with 1 or 0 and give the
    file to papertide topics score.
    """
    from analysis.runs import find_run, read_run

    from . import score_text as topics_shown

    opened = read_run(find_run(run, runs=runs))
    said = topics_shown.sample(opened, topic=topic, n=n, out=out, labelled=labelled, seed=seed)
    click.echo(said, err=True)
    click.echo(str(out))


@topics_commands.command("why", short_help="Say what the decision on a paper rests on.")
@click.argument("paper")
@click.argument("topic")
@click.argument("run", required=False)
@runs_option
@debug_option
@ends_well
def why_command(paper: str, topic: str, run: str | None, runs: Path | None) -> None:
    """Say why PAPER is in TOPIC in RUN (the newest where left out), or why it is not.

    PAPER is an id, a title, or a part of a title that no other paper has.
    """
    from analysis.runs import find_run, read_run

    from .why_text import why

    opened = read_run(find_run(run, runs=runs))
    click.echo(why(opened, paper=paper, topic=topic))


topics_commands.add_command(suggest_command)
topics_commands.add_command(drift_command)
