"""`papertide name --suggest`: names of a language model, for a person to accept."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.base.english import count
from analysis.base.errors import InputError
from analysis.base.escaping import clean, for_terminal

from ..common import wrap_text

if TYPE_CHECKING:
    from analysis.pipeline.names.cards import ClusterCard
    from analysis.pipeline.names.naming import Naming
    from analysis.pipeline.names.suggestions import Suggestion

_FILE = "suggested-names.toml"


def suggest_for(
    naming: Naming,
    *,
    ids: Sequence[str],
    out: Path | None,
    base_url: str | None,
    model: str | None,
    timeout: float | None,
    print_prompts: bool,
) -> None:
    """Ask a model about the clusters of a run, or print what would be asked.

    What came before an error or an interruption is written.
    """
    from analysis.pipeline.names.naming import cards_of
    from analysis.pipeline.names.suggestions import suggest_names, write_suggestions
    from analysis.sources.fetching.chat import TIMEOUT, ask, open_chat

    cards = cards_of(naming, ids=ids)
    if print_prompts:
        _print_prompts(naming, cards, base_url=base_url, model=model)
        return
    path = out or naming.target.parent / _FILE
    _check_out(path)
    got: list[Suggestion] = []
    asked = model or ""
    try:
        with open_chat(
            base_url=base_url, model=model, say=_say, timeout=timeout or TIMEOUT
        ) as chat:
            asked = chat.model
            _say(f"Asking {chat.client.base.origin} about {count(len(cards), 'cluster')}")
            problems = suggest_names(
                naming.run,
                cards=cards,
                groups=naming.present,
                ask=partial(ask, chat),
                keep=got.append,
                say=_say,
            )
    except (InputError, KeyboardInterrupt) as stop:
        if not got:
            raise
        write_suggestions(got, run=naming.run.name, model=asked, path=path)
        raise _with_kept(stop, n=len(got), path=path) from None
    if not got:
        raise InputError(
            problems or ["the model would keep all names"],
            allowed="at least one new name in the answers of the model",
            next_step="ask another model with --model, or name clusters with: papertide name",
        )
    write_suggestions(got, run=naming.run.name, model=asked, path=path)
    _tell(got, run=naming.run.name, problems=problems, path=path)


def _say(line: str) -> None:
    click.echo(for_terminal(line), err=True)


def _check_out(path: Path) -> None:
    """Refuse a file that could not be written in the end, before anything is sent."""
    folder = next(each for each in path.absolute().parents if each.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise InputError(
            f"cannot write {path}",
            allowed="a file in a folder that can be written",
            next_step="name another with --out FILE",
        )
    if path.exists():
        raise InputError(
            f"{path} exists already",
            allowed="a new file: suggestions that nobody has decided on are not overwritten",
            next_step=f"take them with --accept {shlex.quote(str(path))}, delete them, or choose "
            "another file with --out",
        )


def _with_kept(
    stop: InputError | KeyboardInterrupt, *, n: int, path: Path
) -> InputError | KeyboardInterrupt:
    kept = f"{count(n, 'suggestion')} kept in {path}"
    if isinstance(stop, KeyboardInterrupt):
        return KeyboardInterrupt(kept)
    return InputError(stop.problems, allowed=stop.allowed, next_step=f"{stop.next_step}; {kept}")


def _tell(got: Sequence[Suggestion], *, run: str, problems: Sequence[str], path: Path) -> None:
    doubtful = sum(each.is_doubtful for each in got)
    line = f"{count(len(got), 'suggestion')}, {doubtful or 'none'} of them doubtful"
    line += f"; {count(len(problems), 'cluster')} without: the answers were no names" * bool(
        problems
    )
    click.echo(wrap_text(line))
    click.echo(for_terminal(str(path)))
    click.echo("Delete what you do not want, correct what you like, then run:")
    command = f"papertide name {shlex.quote(run)} --accept {shlex.quote(str(path))}"
    click.echo(f"  {clean(command)}")


def _print_prompts(
    naming: Naming, cards: Sequence[ClusterCard], *, base_url: str | None, model: str | None
) -> None:
    """Print the requests of `suggest_for` without its key."""
    from analysis.pipeline.names.questions import question
    from analysis.sources.fetching.chat import (
        CHAT_ADDRESS,
        CHAT_PATH,
        MODELS_PATH,
        chat_content,
        chat_key,
        checked_model,
    )
    from analysis.sources.fetching.limits import parse_base_url

    base = parse_base_url(base_url or CHAT_ADDRESS)
    if model is None:
        click.echo(f"GET {base.text}{MODELS_PATH}\n")
    name = "(the first that the server lists)" if model is None else checked_model(model)
    size = 0
    for card in cards:
        content = chat_content(question(card, labels=naming.labels), model=name)
        size += len(content)
        click.echo(f"POST {base.text}{CHAT_PATH}\n{content.decode()}\n")
    chat_key(base, is_chosen=base_url is not None, say=lambda line: _say(f"With --suggest: {line}"))
    _say(f"{count(len(cards), 'request')}, {size:,} bytes; nothing was sent")
