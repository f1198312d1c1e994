"""`papertide topics suggest`: what no topic covers, with definitions to start from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.base.english import count, verb
from analysis.base.errors import InputError

from ..options import handle_errors, json_option, number_option, open_run, path_option, run_options
from ..text import json_records, text_table

if TYPE_CHECKING:
    from analysis.pipeline.topic_questions import Suggestions


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
        click.echo(json.dumps(_json_content(result), ensure_ascii=False, indent=2))
        return
    click.echo(_text(result))
    if file is not None:
        click.echo(f"\n{file}")
    elif len(result.table):
        click.echo(f"\n{result.toml}", nl=False)


def _write(file: Path, text: str) -> None:
    from analysis.base.files import written_whole

    try:
        with written_whole(file) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write {file}: {error.strerror or error}",
            allowed="a new file in a folder that can be written",
            next_step="choose another with --toml FILE",
        ) from error


def _json_content(result: Suggestions) -> dict[str, Any]:
    return {
        "n_papers": result.n_papers,
        "n_uncovered": result.n_uncovered,
        "n_groups": result.n_groups,
        "window": result.window,
        "suggestions": json_records(result.table),
        "outside": json_records(result.outside),
    }


def _text(result: Suggestions) -> str:
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
            f"{row.similarity:.2f}" if row.similarity == row.similarity else "-",
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
