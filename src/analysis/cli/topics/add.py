"""`papertide topics add`: a word of a run becomes a topic."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.base.english import count, listing
from analysis.base.errors import InputError
from analysis.base.escaping import clean

from ..common import handle_errors, open_run, path_option, run_options, wrap_text

if TYPE_CHECKING:
    from analysis.runs import Run

_MOST_HINTS = 5


@click.command("add", short_help="Add a word of a run to the topic definitions.")
@click.argument("word")
@run_options
@path_option("--topics", help="File to add to. Default: data/topics.toml.")
@handle_errors
def add_command(word: str, run: str | None, runs: Path | None, topics: Path | None) -> None:
    """Add WORD of RUN (default: the newest) to the topic definitions.

    WORD is the id, the label or a form of a word; papertide show RUN lists those that rose or fell,
    tables/words.csv all. The file is kept as it is, with one more [[topic]] at its end.
    """
    from analysis.topics.growth.append import append_topic

    opened = open_run(run, runs=runs)
    row = _find_word(opened, text=word)
    path = topics or _own_topics()
    forms = [str(form) for form in row["forms"]]
    topic = append_topic(path, label=row["label"], phrases=forms, remark=_remark(row, run=opened))
    phrases = listing([f"“{form}”" for form in forms])
    lines = [
        f"Topic {topic} was added to {path}, with {phrases} as strong phrases.",
        "The next run uses it. papertide topics why PAPER TOPIC then shows why a paper is in it.",
    ]
    click.echo("\n".join(map(wrap_text, lines)))


def _find_word(run: Run, *, text: str) -> dict[str, Any]:
    names: dict[str, int] = {}
    for place, (word_id, label, forms) in enumerate(
        zip(run.words["word_id"], run.words["label"], run.words["forms"], strict=True)
    ):
        for name in (word_id, label, *forms):
            names.setdefault(str(name).casefold(), place)
    wanted = clean(text).casefold()
    if wanted not in names:
        near = get_close_matches(wanted, names, n=_MOST_HINTS, cutoff=0.6)
        alike = list(dict.fromkeys(run.words["word_id"].iloc[names[name]] for name in near))
        n = len(run.words)
        raise InputError(
            f"run {run.name} has no word {clean(text)!r}",
            allowed=f"one of its {count(n, 'word')}" if n else "a run with words",
            next_step=f"did you mean {', '.join(alike)}?"
            if alike
            else "see papertide show RUN or tables/words.csv, or write the topic into topics.toml",
        )
    return {str(name): value for name, value in run.words.iloc[names[wanted]].items()}


def _own_topics() -> Path:
    from analysis.base.files import default_topics

    path = default_topics()
    if path.resolve().parent != (Path.cwd() / "data").resolve():
        raise InputError(
            "there is no data/topics.toml here",
            allowed="a topics file of your own",
            next_step=f"copy {path} to data/topics.toml, or give --topics FILE",
        )
    return path


def _remark(row: dict[str, Any], *, run: Run) -> str:
    verdicts = run.verdicts[run.verdicts["kind"] == "word"]
    verdict = verdicts[verdicts["group_id"] == row["word_id"]]
    way = f"; verdict: {verdict['direction'].iloc[0]}" if len(verdict) else ""
    return f"Added from the words of run {run.name}: {count(row['n_papers'], 'paper')}{way}."
