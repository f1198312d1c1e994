"""`papertide topics sample`: papers worth labelling, as a CSV to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from analysis.base.english import count
from analysis.base.errors import InputError
from analysis.base.outputs import check_outside_runs

from ..common import handle_errors, number_option, open_run, path_option, run_options, wrap_text
from .score import topic_ids


@click.command("sample", short_help="Draw papers worth labelling into a CSV.")
@click.argument("topic")
@run_options
@number_option("--n", default=30, help="How many papers.")
@path_option("--out", required=True, help="CSV to write; an existing file is never overwritten.")
@path_option(
    "--labelled",
    multiple=True,
    help="CSV of labels; papers labelled there are left out. Repeatable.",
)
@number_option("--seed", default=0, least=0, help="Random seed; another one draws other papers.")
@handle_errors
def sample_command(
    topic: str,
    run: str | None,
    runs: Path | None,
    n: int,
    out: Path,
    labelled: tuple[Path, ...],
    seed: int,
) -> None:
    """Draw papers of RUN (default: the newest) that are worth labelling for TOPIC.

    Half of them are near the threshold, half are drawn at random. Fill the last column with 1 or 0
    and pass the file to papertide topics score.
    """
    from analysis.topics.accuracy.gold import read_gold
    from analysis.topics.accuracy.sampling import sample_for_labelling, write_sample
    from analysis.topics.accuracy.scoring import match_gold
    from analysis.topics.find_paper import find_topic

    check_outside_runs(out)
    opened = open_run(run, runs=runs)
    topic_id = find_topic(opened.groups, text=topic)
    already: set[str] = set()
    for path in labelled:
        gold = read_gold(path, topics=topic_ids(opened))
        rows = match_gold(gold, papers=opened.papers).rows
        if topic_id in rows:
            already |= set(rows.loc[rows[topic_id].notna(), "paper_id"])
    drawn = sample_for_labelling(
        opened.memberships, papers=opened.papers, topic=topic_id, n=n, seed=seed, already=already
    )
    if drawn.empty:
        raise InputError(
            f"no paper of run {opened.name} is left to label for {topic_id}",
            allowed="a run with papers that have no label for the topic yet",
            next_step="leave out --labelled, or name another run",
        )
    write_sample(drawn, path=out)
    n_random = int((drawn["drawn"] == "random").sum())
    n_open = len(opened.papers) - len(already & set(opened.papers["paper_id"]))
    left_out = f" ({len(already):,} already labelled left out)" if already else ""
    lines = [
        f"{count(len(drawn), 'paper')}: {n_random:,} drawn at random from {n_open:,}{left_out}, "
        f"{len(drawn) - n_random:,} near the threshold.",
        f"Next: write 1 or 0 into the column {topic_id}, leave the cell empty where you cannot "
        f"decide, then: papertide topics score {out}",
    ]
    click.echo("\n".join(map(wrap_text, lines)), err=True)
    click.echo(str(out))
