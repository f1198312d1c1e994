"""Topic definitions: what a person writes in `topics.toml`, read and checked."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean, short_hash
from analysis.base.words import STOP_WORDS, WORD

from .recognise.phrases import GAP, LETTERS, phrase_forms

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PHRASES = {"strong": "strong", "title": "title", "weak": "weak", "not": "excluded"}
_LISTS = {**_PHRASES, "exemplars": "exemplars"}
_TEXTS = ("id", "label", "description", "parent")
_FIELDS = ("id", "label", "description", *_LISTS, "parent")
_NEXT = "edit the file and run again; data/topics.toml shows and explains the form"


@dataclass(frozen=True)
class Topic:
    """One definition, as `topics.toml` explains it.

    Attributes
    ----------
    id : str
        A slug.
    label, description : str
        What charts call it; when a paper belongs.
    strong, title, weak, excluded : tuple of str
        Phrases that speak for it anywhere, in a title only, a little; and those that rule out
        what they overlap.
    exemplars : tuple of str
        Ids or titles of papers that belong.
    parent : str or None
        The broader topic's id.
    """

    id: str
    label: str
    description: str = ""
    strong: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    exemplars: tuple[str, ...] = ()
    parent: str | None = None

    @property
    def definition_hash(self) -> str:
        """Hash of everything that decides which papers belong; the label may change freely."""
        decides = [self.id, self.parent, *(sorted(getattr(self, n)) for n in _LISTS.values())]
        return short_hash(json.dumps(decides, ensure_ascii=False))


def read_topics(path: Path) -> list[Topic]:
    """Read the definitions of a `topics.toml`.

    Parameters
    ----------
    path : Path
        TOML with one `[[topic]]` table a topic; data/topics.toml explains the fields.

    Returns
    -------
    list of Topic
        In the order of the file; empty where it defines none.

    Raises
    ------
    InputError
        Where the file cannot be read or a definition is wrong; all problems together, each with
        the line of the file.
    """
    text, content = _parsed(path)
    tables = content.get("topic", [])
    problems = [f"unknown entry {name!r}" for name in content if name != "topic"]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append("topic is not a list of tables ([[topic]])")
        tables = []
    lines = _lines(text, tables=len(tables))
    problems = [f"topics file {path}: {problem}" for problem in problems]
    for number, problem, name in _problems(tables):
        line = lines[number].get(name, lines[number].get("", 1))
        problems.append(f"topics file {path}, line {line}: {problem}")
    if problems:
        raise InputError(
            problems, allowed=f"[[topic]] tables with {', '.join(_FIELDS)}", next_step=_NEXT
        )
    return [_topic(table) for table in tables]


def located(path: Path, *, topic: str, phrase: str) -> str:
    """Return "topics file PATH, line N": where a phrase of a topic stands."""
    text, content = _parsed(path)
    tables = content.get("topic", [])
    number = [table.get("id") for table in tables].index(topic)
    lines = _lines(text, tables=len(tables))[number]
    names = [name for name in _PHRASES if phrase in map(clean, tables[number].get(name, ()))]
    return f"topics file {path}, line {lines.get(names[0] if names else '', 1)}"


def _parsed(path: Path) -> tuple[str, dict[str, Any]]:
    allowed = f"[[topic]] tables with {', '.join(_FIELDS)}"
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            f"topics file {path}: {reason}", allowed=allowed, next_step="give another --topics FILE"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"topics file {path}: not TOML ({error})", allowed=allowed, next_step=_NEXT
        ) from error


def _topic(table: dict[str, Any]) -> Topic:
    lists = {
        name: tuple(clean(text) for text in table.get(field, ())) for field, name in _LISTS.items()
    }
    return Topic(
        table["id"], clean(table["label"]), clean(table.get("description", "")),
        parent=table.get("parent"), **lists,
    )  # fmt: skip


def _lines(text: str, *, tables: int) -> list[dict[str, int]]:
    """Return, for each table, the line of its head (under "") and of each of its fields."""
    found: list[dict[str, int]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(r"\s*\[\[\s*topic\s*\]\]", line):
            found.append({"": number})
        elif found and (field := re.match(r"\s*[\"']?(\w+)[\"']?\s*=", line)):
            found[-1].setdefault(field.group(1), number)
    return (found + [{"": 1}] * tables)[:tables]


def _problems(tables: Sequence[dict[str, Any]]) -> list[tuple[int, str, str]]:
    """Return what is wrong: the table's number, what was found, the field it stands in."""
    ids = [table.get("id") for table in tables]
    out = []
    for number, table in enumerate(tables):
        named = f"topic {ids[number]}" if isinstance(ids[number], str) else f"topic {number + 1}"
        found = [(_unknown(field), field) for field in table if field not in _FIELDS]
        found += _wrong_names(table, before=ids[:number], ids=ids)
        found += _wrong_lists(table)
        out += [(number, f"{named}: {problem}", field) for problem, field in found]
    return out + _circles(tables)


def _unknown(field: str) -> str:
    now = " (put them under strong, title or weak)" if field == "phrases" else ""
    return f"unknown field {field!r}{now}"


def _wrong_names(
    table: dict[str, Any], *, before: Sequence[object], ids: Sequence[object]
) -> list[tuple[str, str]]:
    slug, parent = table.get("id"), table.get("parent")
    out = []
    if not isinstance(slug, str) or not _ID.fullmatch(slug):
        out.append((f"id {slug!r} is not a slug such as 'my-topic'", "id"))
    elif slug in before:
        out.append((f"id {slug!r} stands twice", "id"))
    if not isinstance(table.get("label"), str) or not clean(str(table["label"])):
        out.append(("label is missing or empty", "label"))
    if not isinstance(table.get("description", ""), str):
        out.append(("description is not a text", "description"))
    if parent is not None and (parent not in ids or parent == slug):
        out.append((f"parent {parent!r} is not the id of another topic", "parent"))
    return out


def _wrong_lists(table: dict[str, Any]) -> list[tuple[str, str]]:
    out = []
    for field in _LISTS:
        texts = table.get(field, [])
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            out.append((f"{field} is not a list of texts", field))
        elif field in _PHRASES:
            out += [(f"phrase {t!r} {why}", field) for t in texts if (why := _wrong_phrase(t))]
        elif not all(clean(text) for text in texts):
            out.append((f"{field} holds an empty text", field))
    speaks = [field for field in ("strong", "title", "exemplars") if table.get(field)]
    if not speaks and not out:
        out.append(("no strong or title phrase and no exemplar speaks for it", "id"))
    return out


def _wrong_phrase(phrase: str) -> str:
    """Return what is wrong with a phrase; "" where nothing is."""
    forms = phrase_forms(clean(phrase))
    if not forms:
        return f"holds no word, or begins or ends with {GAP}"
    short = [
        word for form in forms for word in form if "*" in word and len(word.strip("*")) < LETTERS
    ]
    if short:
        return f"matches everything: a * needs {LETTERS} letters beside it"
    words = [word.lower() for word in WORD.findall(phrase)]
    if all(word in STOP_WORDS for word in words):
        return "matches everything: it holds function words only"
    return ""


def _circles(tables: Sequence[dict[str, Any]]) -> list[tuple[int, str, str]]:
    parents = {t["id"]: t.get("parent") for t in tables if isinstance(t.get("id"), str)}
    out = []
    for number, table in enumerate(tables):
        seen, at = set(), table.get("parent")
        while isinstance(at, str) and at in parents and at not in seen:
            seen.add(at)
            at = parents[at]
        slug = table.get("id")
        if isinstance(slug, str) and slug in seen and table.get("parent") != slug:
            out.append((number, f"topic {slug}: its parents run in a circle", "parent"))
    return out
