"""`papertide topics add`: a word of a run becomes a topic."""

from __future__ import annotations

from collections.abc import Sequence
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
    opened = open_run(run, runs=runs)
    row = _find_word(opened, text=word)
    path = topics or _own_topics()
    forms = [str(form) for form in row["forms"]]
    topic = _append_topic(path, label=row["label"], phrases=forms, remark=_remark(row, run=opened))
    phrases = listing([f"“{form}”" for form in forms])
    lines = [
        f"Topic {topic} was added to {path}, with {phrases} as strong phrases.",
        "The next run uses it. papertide topics why PAPER TOPIC then shows why a paper is in it.",
    ]
    click.echo("\n".join(map(wrap_text, lines)))


def _append_topic(path: Path, *, label: str, phrases: Sequence[str], remark: str) -> str:
    """Add a topic of some phrases to the end of a topics file, and return its id.

    Parameters
    ----------
    path : Path
        An existing file that `read_topics` accepts. It is written whole or not at all; what it
        holds stays as it is, byte for byte.
    label : str
    phrases : sequence of str
        Strong phrases of the topic.
    remark : str
        Becomes a comment above the definition.

    Returns
    -------
    str
        A slug of the label.

    Raises
    ------
    InputError
        If the file cannot be read or written, a definition in it is wrong, or it has a topic with
        that label.
    """
    from analysis.base.files import written_whole
    from analysis.base.outputs import writing
    from analysis.topics import read_topics
    from analysis.topics.growth.candidates import Draft, as_toml, slug

    known = read_topics(path)
    same = [topic for topic in known if topic.label.casefold() == label.casefold()]
    if same:
        raise InputError(
            f"topics file {path} has the topic {same[0].id!r} with the label {label!r} already",
            allowed="a word that is no topic yet",
            next_step="edit that topic, or name another word",
        )
    identifier = slug(label, taken=[topic.id for topic in known])
    draft = Draft(
        id=identifier,
        label=label,
        description=f"The paper is about {label}.",
        strong=tuple(phrases),
        weak=(),
        exemplars=(),
        remark=remark,
    )
    before = path.read_bytes()
    ending = b"\r\n" if b"\r\n" in before else b"\n"
    gap = b"" if not before.strip() else ending if before.endswith(b"\n") else 2 * ending
    added = as_toml(draft).encode().replace(b"\n", ending)
    allowed = "a topics file that can be written"
    with (
        writing(path, allowed=allowed, next_step="give another with --topics FILE"),
        written_whole(path) as temporary,
    ):
        temporary.write_bytes(before + gap + added)
        read_topics(temporary)
    return identifier


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
