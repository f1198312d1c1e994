"""The commands `papertide topics suggest` and `papertide topics drift`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.base.errors import InputError
from analysis.base.files import written_whole

from ..common import debug_option, ends_well, runs_option

if TYPE_CHECKING:
    import pandas as pd

    from analysis.pipeline.topic_questions import Drift, Suggestions
    from analysis.runs import Run

_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")


@click.command("suggest")
@click.argument("run", required=False)
@runs_option
@click.option("--n", type=click.IntRange(min=1), default=10, show_default=True,
              help="Suggestions at most.")  # fmt: skip
@_json_option
@click.option("--toml", "file", type=click.Path(path_type=Path), metavar="FILE",
              help="Write the definitions into a new FILE instead of printing them.")  # fmt: skip
@debug_option
@ends_well
def suggest_command(
    run: str | None, runs: Path | None, n: int, as_json: bool, file: Path | None
) -> None:
    """List what no topic of RUN covers, with definitions to start from."""
    from analysis.pipeline.topic_questions import suggestions
    from analysis.runs import find_run, read_run

    if file is not None and file.exists():
        raise InputError(
            f"{file} exists already",
            allowed="a new file: a topics file of yours is never written over",
            next_step="choose another name, or leave --toml out and copy what you want",
        )
    found = suggestions(read_run(find_run(run, runs=runs)), n=n)
    if file is not None:
        _write(file, found.toml)
    if as_json:
        click.echo(json.dumps(_suggestions_json(found), ensure_ascii=False, indent=2))
        return
    click.echo(_suggestions_text(found))
    if file is not None:
        click.echo(f"\n{file}")
    elif len(found.table):
        click.echo(f"\n{found.toml}", nl=False)


@click.command("drift")
@click.argument("run", required=False)
@click.argument("topic", required=False)
@runs_option
@click.option("--topics", type=click.Path(path_type=Path), metavar="FILE",
              help="Topic definitions. Default: data/topics.toml.")  # fmt: skip
@_json_option
@debug_option
@ends_well
def drift_command(
    run: str | None, topic: str | None, runs: Path | None, topics: Path | None, as_json: bool
) -> None:
    """Say which phrases of TOPIC (of each topic where left out) fade, grow or are new in RUN.

    A single argument that names a topic and no run is read as TOPIC.
    """
    from analysis.pipeline.topic_questions import topic_drift

    opened, topic = _opened(run, topic=topic, runs=runs)
    made, notes = topic_drift(opened, topics=topics, topic=topic)
    if as_json:
        click.echo(json.dumps(_drift_json(made, notes=notes), ensure_ascii=False, indent=2))
        return
    click.echo(_drift_text(made, notes=notes))


def _opened(run: str | None, *, topic: str | None, runs: Path | None) -> tuple[Run, str | None]:
    """Open the run; `papertide topics drift peft` means a topic of the run that is at hand."""
    from analysis.runs import find_run, read_run

    if run is None or topic is not None:
        return read_run(find_run(run, runs=runs)), topic
    try:
        path = find_run(run, runs=runs)
    except InputError:
        opened = read_run(find_run(None, runs=runs))
        if run not in set(opened.groups.loc[opened.groups["kind"] == "topic", "group_id"]):
            raise
        return opened, run
    return read_run(path), None


def _write(file: Path, text: str) -> None:
    try:
        with written_whole(file) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write {file}: {error.strerror or error}",
            allowed="a new file in a folder that can be written",
            next_step="choose another with --toml FILE",
        ) from error


def _suggestions_text(found: Suggestions) -> str:
    from ..show_text import text_table

    lines = [f"{found.n_uncovered:,} of {found.n_papers:,} papers are in no topic."]
    if found.table.empty:
        lines.append("There is no group of papers that is mostly outside the topics.")
    elif len(found.table) < found.n_groups:
        lines.append(
            f"Shown are {len(found.table)} of {found.n_groups:,} groups that are mostly outside "
            "the topics; --n shows more."
        )
    if found.window and len(found.table):
        lines.append(f"Growth is the share of {found.window}.")
    rows = [
        [row.group_id, row.label, f"{row.n_uncovered:,} of {row.n_papers:,}", row.growth,
         f"{row.n_before}/{row.total_before} to {row.n_last}/{row.total_last}",
         row.nearest_topic if isinstance(row.nearest_topic, str) else "-",
         f"{row.similarity:.2f}" if row.similarity == row.similarity else "-"]
        for row in found.table.itertuples()
    ]  # fmt: skip
    header = ["group", "label", "uncovered", "share", "papers", "nearest topic", "cosine"]
    parts = ["\n".join(lines)]
    if rows:
        parts.append(text_table(rows, header=header, right=(2, 6)))
    if len(found.outside):
        near = [[row.nearest_topic if isinstance(row.nearest_topic, str) else "-",
                 f"{row.n_papers:,}"] for row in found.outside.itertuples()]  # fmt: skip
        header = ["other uncovered papers, by nearest topic", "papers"]
        parts.append(text_table(near, header=header, right=(1,)))
    return "\n\n".join(parts)


def _suggestions_json(found: Suggestions) -> dict[str, Any]:
    return {
        "n_papers": found.n_papers,
        "n_uncovered": found.n_uncovered,
        "n_groups": found.n_groups,
        "window": found.window,
        "suggestions": _records(found.table),
        "outside": _records(found.outside),
    }


def _drift_text(made: Drift, *, notes: list[str]) -> str:
    from ..show_text import text_table

    rows = [
        [row.topic, f"{row.n_early:,}", f"{row.n_late:,}",
         "-" if row.cut != row.cut else f"{row.cut:%Y-%m-%d}", row.vectors,
         *("-" if value != value else f"{value:.3f}"
           for value in (row.similarity, row.chance_low, row.nearest_other))]
        for row in made.topics.itertuples()
    ]  # fmt: skip
    header = ["topic", "earlier", "later", "cut", "vectors", "cosine", "by chance", "next topic"]
    parts = [text_table(rows, header=header, right=(1, 2, 5, 6, 7))]
    if made.phrases.empty:
        parts.append("No phrase clearly fades, grows or is new.")
    else:
        changed = [
            [row.topic, row.change, row.phrase, "yes" if row.in_definition else "no",
             f"{row.n_early:,} of {row.total_early:,}", f"{row.n_late:,} of {row.total_late:,}",
             f"{row.p_adjusted:.2g}"]
            for row in made.phrases.itertuples()
        ]  # fmt: skip
        header = ["topic", "change", "phrase", "defined", "earlier", "later", "p"]
        parts.append(text_table(changed, header=header, right=(4, 5, 6)))
    return "\n\n".join([*parts, *notes])


def _drift_json(made: Drift, *, notes: list[str]) -> dict[str, Any]:
    topics = made.topics.assign(cut=made.topics["cut"].dt.strftime("%Y-%m-%d"))
    return {"topics": _records(topics), "phrases": _records(made.phrases), "notes": notes}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return json.loads(frame.to_json(orient="records", double_precision=15))
