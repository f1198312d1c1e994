"""Topic definitions: what a person writes in `topics.toml`, read and checked."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import InputError
from ..text import clean, short_hash
from ..words import WORD, fold_word

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FIELDS = ("id", "label", "description", "phrases")
_NEXT = "edit the file and run again; data/topics.toml shows and explains the form"


@dataclass(frozen=True)
class Topic:
    """One definition: slug, name, when a paper belongs, and the phrases that speak for it."""

    id: str
    label: str
    description: str
    phrases: tuple[str, ...]

    @property
    def definition_hash(self) -> str:
        """Hash of everything that decides which papers belong."""
        return short_hash(json.dumps(asdict(self), ensure_ascii=False, sort_keys=True))


def read_topics(path: Path) -> list[Topic]:
    """Read the definitions of a `topics.toml`.

    Parameters
    ----------
    path : Path
        TOML with one `[[topic]]` table a topic: `id`, `label`, `description`, `phrases`.

    Returns
    -------
    list of Topic
        In the order of the file; empty where it defines none.

    Raises
    ------
    InputError
        Where the file cannot be read or a definition is wrong; all problems together.
    """
    allowed = f"[[topic]] tables with {', '.join(_FIELDS)}"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            f"topics file {path}: {reason}", allowed=allowed, next_step="give another --topics FILE"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"topics file {path}: not TOML ({error})", allowed=allowed, next_step=_NEXT
        ) from error
    tables = content.get("topic", [])
    problems = [f"unknown entry {name!r}" for name in content if name != "topic"]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append("topic is not a list of tables ([[topic]])")
        tables = []
    seen: set[str] = set()
    for number, table in enumerate(tables, start=1):
        problems += [f"topic {number}: {problem}" for problem in _problems(table, seen=seen)]
    if problems:
        raise InputError(
            [f"topics file {path}: {problem}" for problem in problems],
            allowed=allowed,
            next_step=_NEXT,
        )
    return [
        Topic(table["id"], clean(table["label"]), clean(table.get("description", "")),
              tuple(clean(phrase) for phrase in table["phrases"]))
        for table in tables
    ]  # fmt: skip


def _problems(table: dict[str, object], *, seen: set[str]) -> list[str]:
    problems = [f"unknown field {name!r}" for name in table if name not in _FIELDS]
    slug = table.get("id")
    if not isinstance(slug, str) or not _ID.fullmatch(slug):
        problems.append(f"id {slug!r} is not a slug such as 'my-topic'")
    elif slug in seen:
        problems.append(f"id {slug!r} stands twice")
    else:
        seen.add(slug)
    if not isinstance(table.get("label"), str) or not clean(str(table["label"])):
        problems.append("label is missing or empty")
    if not isinstance(table.get("description", ""), str):
        problems.append("description is not a text")
    phrases = table.get("phrases")
    if not isinstance(phrases, list) or not phrases:
        problems.append("phrases is missing or empty")
    else:
        problems += [
            f"phrase {phrase!r} holds no word"
            for phrase in phrases
            if not isinstance(phrase, str) or not folded_words(phrase.removesuffix("*"))
        ]
    return problems


def folded_words(text: str) -> str:
    """Return the folded words of `text`, each between spaces; hyphenated parts count as words.

    A hyphenated word stands both joined and apart ("fine-tuning" as "finetuning" and as "fine
    tuning"), so that a phrase is found however it is written.
    """
    apart = " ".join(fold_word(part) for w in WORD.findall(text) for part in w.split("-") if part)
    joined = " ".join(fold_word(word) for word in WORD.findall(text))
    if not apart:
        return ""
    return f" {apart} " if apart == joined else f" {apart} | {joined} "
