"""`papertide topics suggest` and `drift`: what no topic covers, and topics whose words change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.base.english import count, verb
from analysis.base.errors import InputError

from ..common import (
    handle_errors,
    json_option,
    json_records,
    number_option,
    open_run,
    path_option,
    run_options,
    runs_option,
    text_table,
)

if TYPE_CHECKING:
    from analysis.pipeline.topic_questions import Drift, Suggestions
    from analysis.runs import Run


@click.command("suggest", short_help="List what no topic covers, with draft definitions.")
@run_options
@number_option("--n", default=10, help="Number of suggestions at most.")
@json_option
@path_option("--toml", "file", help="Write the definitions to a new FILE instead of printing them.")
@handle_errors
def suggest_command(
    run: str | None, runs: Path | None, n: int, as_json: bool, file: Path | None
) -> None:
    """List groups of papers in RUN (default: the newest) that no topic covers.

    Each comes with a draft of a definition.
    """
    from analysis.pipeline.topic_questions import suggestions

    if file is not None and file.exists():
        raise InputError(
            f"{file} exists already",
            allowed="a new file: an existing topics file is never overwritten",
            next_step="choose another name, or leave out --toml and copy what you want",
        )
    result = suggestions(open_run(run, runs=runs), n=n)
    if file is not None:
        _write(file, result.toml)
    if as_json:
        content = {
            **{"n_papers": result.n_papers, "n_uncovered": result.n_uncovered},
            **{"n_groups": result.n_groups, "window": result.window},
            "suggestions": json_records(result.table),
            "outside": json_records(result.outside),
        }
        click.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    click.echo(_suggestions_text(result))
    if file is not None:
        click.echo(f"\n{file}")
    elif len(result.table):
        click.echo(f"\n{result.toml}", nl=False)


def _write(file: Path, text: str) -> None:
    from analysis.base.files import written_whole
    from analysis.base.outputs import writing

    with (
        writing(
            file,
            allowed="a new file in a folder that can be written",
            next_step="choose another with --toml FILE",
        ),
        written_whole(file) as temporary,
    ):
        temporary.write_text(text, encoding="utf-8")


def _suggestions_text(result: Suggestions) -> str:
    n = result.n_uncovered
    of_all = count(result.n_papers, "paper")
    lines = [f"{n:,} of {of_all} {verb(n, 'is', 'are')} in no topic."]
    if result.table.empty:
        lines.append("No group of papers is mostly outside the topics.")
    elif len(result.table) < result.n_groups:
        lines.append(
            f"Showing {len(result.table)} of {result.n_groups:,} groups that are mostly outside "
            "the topics; --n shows more."
        )
    if result.window and len(result.table):
        lines.append(f"Growth compares shares: {result.window}.")
    parts = ["\n".join(lines)]
    rows = [
        [
            row.group_id,
            row.label,
            f"{row.n_uncovered:,} of {row.n_papers:,}",
            row.growth,
            f"{row.n_before}/{row.total_before} to {row.n_last}/{row.total_last}",
            _name(row.nearest_topic),
            _digits(row.similarity, 2),
        ]
        for row in result.table.itertuples()
    ]
    if rows:
        header = ["group", "label", "uncovered", "share", "papers", "nearest topic", "cosine"]
        parts.append(text_table(rows, header=header, right=(2, 6)))
    rows = [[_name(row.nearest_topic), f"{row.n_papers:,}"] for row in result.outside.itertuples()]
    if rows:
        header = ["other uncovered papers, by nearest topic", "papers"]
        parts.append(text_table(rows, header=header, right=(1,)))
    return "\n\n".join(parts)


def _name(topic: object) -> str:
    return topic if isinstance(topic, str) else "-"


@click.command("drift", short_help="List phrases of topics that fade, grow or are new.")
@click.argument("run", required=False)
@click.argument("topic", required=False)
@runs_option
@path_option(
    "--topics", help="Topic definitions. Default: data/topics.toml, else the bundled set ml."
)
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
        tables = {name: json_records(getattr(result, name)) for name in ("topics", "phrases")}
        content = {**tables, "notes": notes}
        click.echo(json.dumps(content, ensure_ascii=False, indent=2))
    else:
        click.echo(_drift_text(result, notes=notes))


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


def _drift_text(result: Drift, *, notes: list[str]) -> str:
    topics = [
        [
            row.topic,
            f"{row.n_early:,}",
            f"{row.n_late:,}",
            "-" if row.cut != row.cut else f"{row.cut:%Y-%m-%d}",
            row.vectors,
            *(_digits(value, 3) for value in (row.similarity, row.chance_low, row.nearest_other)),
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
    nothing = "No phrase clearly fades, grows or is new."
    parts.append(text_table(phrases, header=header, right=(4, 5, 6)) if phrases else nothing)
    return "\n\n".join([*parts, *notes])


def _digits(value: float, n: int) -> str:
    return "-" if value != value else f"{value:.{n}f}"
