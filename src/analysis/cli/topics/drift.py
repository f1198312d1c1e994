"""`papertide topics drift`: phrases of topics that fade, grow or are new."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.base.errors import InputError

from ..options import handle_errors, json_option, open_run, path_option, runs_option
from ..text import json_records, text_table

if TYPE_CHECKING:
    from analysis.pipeline.topic_questions import Drift
    from analysis.runs import Run


@click.command("drift", short_help="List phrases of topics that fade, grow or are new.")
@click.argument("run", required=False)
@click.argument("topic", required=False)
@runs_option
@path_option("--topics", help="Topic definitions. Default: data/topics.toml.")
@json_option
@handle_errors
def drift_command(
    run: str | None, topic: str | None, runs: Path | None, topics: Path | None, as_json: bool
) -> None:
    """List the phrases of TOPIC (default: every topic) that fade, grow or are new in RUN.

    A single argument that names a topic and not a run is taken as TOPIC.
    """
    from analysis.pipeline.topic_questions import topic_drift

    opened, topic = _run_and_topic(run, topic=topic, runs=runs)
    result, notes = topic_drift(opened, topics=topics, topic=topic)
    if as_json:
        content = {
            "topics": json_records(result.topics),
            "phrases": json_records(result.phrases),
            "notes": notes,
        }
        click.echo(json.dumps(content, ensure_ascii=False, indent=2))
    else:
        click.echo(_text(result, notes=notes))


def _run_and_topic(
    run: str | None, *, topic: str | None, runs: Path | None
) -> tuple[Run, str | None]:
    """Open the run; with one argument, which may be the name of a topic, the newest run."""
    if run is None or topic is not None:
        return open_run(run, runs=runs), topic
    try:
        return open_run(run, runs=runs), None
    except InputError:
        newest = open_run(None, runs=runs)
        if run not in set(newest.groups.loc[newest.groups["kind"] == "topic", "group_id"]):
            raise
        return newest, run


def _text(result: Drift, *, notes: list[str]) -> str:
    topics = [
        [
            row.topic,
            f"{row.n_early:,}",
            f"{row.n_late:,}",
            "-" if row.cut != row.cut else f"{row.cut:%Y-%m-%d}",
            row.vectors,
            *map(_three_digits, (row.similarity, row.chance_low, row.nearest_other)),
        ]
        for row in result.topics.itertuples()
    ]
    header = ["topic", "earlier", "later", "cut", "vectors", "cosine", "by chance", "next topic"]
    parts = [text_table(topics, header=header, right=(1, 2, 5, 6, 7))]
    phrases = [
        [
            row.topic,
            row.change,
            row.phrase,
            "yes" if row.in_definition else "no",
            f"{row.n_early:,} of {row.total_early:,}",
            f"{row.n_late:,} of {row.total_late:,}",
            f"{row.p_adjusted:.2g}",
        ]
        for row in result.phrases.itertuples()
    ]
    header = ["topic", "change", "phrase", "defined", "earlier", "later", "p"]
    if phrases:
        parts.append(text_table(phrases, header=header, right=(4, 5, 6)))
    else:
        parts.append("No phrase clearly fades, grows or is new.")
    return "\n\n".join([*parts, *notes])


def _three_digits(value: float) -> str:
    return "-" if value != value else f"{value:.3f}"
