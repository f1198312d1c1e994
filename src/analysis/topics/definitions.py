"""Topic definitions: `topics.toml`, read and checked, and its rows of the groups table."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean, short_hash
from analysis.base.files import read_toml
from analysis.base.groups import COLOR
from analysis.base.words import STOP_WORDS, WORD

from .phrases import GAP, LETTERS, phrase_forms

SHORT = 10
"""Phrases of a short definition, whose label and description count in full."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PHRASES = {"strong": "strong", "title": "title", "weak": "weak", "not": "excluded"}
_LISTS = {**_PHRASES, "exemplars": "exemplars"}
_FIELDS = ("id", "label", "description", *_LISTS, "parent", "color")
_ALLOWED = f"[[topic]] tables with {', '.join(_FIELDS)}"
_NEXT_STEP = "edit the file and run again; data/topics/ml.toml explains the form with examples"


@dataclass(frozen=True)
class Topic:
    """One definition; `data/topics/ml.toml` explains the fields.

    Attributes
    ----------
    id : str
        A slug.
    label, description : str
        The name in charts; when a paper belongs.
    strong, title, weak, excluded : tuple of str
        Phrases that count for the topic anywhere, in a title only, or a little; and those that
        rule out the phrases they overlap.
    exemplars : tuple of str
        Ids or titles of papers that belong.
    parent : str or None
        The broader topic's id.
    color : str or None
        Of the form #rrggbb; by default one of the palette, by the topic's place in the file.
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
    color: str | None = None

    @property
    def brevity(self) -> float:
        """How much label, description and a single phrase say: 1 for up to ten phrases, 10 / n."""
        return min(1.0, SHORT / max(len(self.strong) + len(self.title), 1))

    @property
    def definition_hash(self) -> str:
        """Hash of everything that decides which papers belong."""
        lists = [sorted(getattr(self, name)) for name in _LISTS.values()]
        texts = [self.id, self.parent, self.label, self.description]
        return short_hash(json.dumps([*texts, *lists], ensure_ascii=False))


def definition_text(topic: Topic) -> str:
    """Return label, description and phrases as one text, for its vector."""
    phrases = ", ".join((*topic.strong, *topic.title, *topic.weak))
    return f"{topic.label}. {topic.description} {phrases.replace('*', '').replace(GAP, '')}"


def read_topics(path: Path) -> list[Topic]:
    """Read the definitions of a `topics.toml`.

    Parameters
    ----------
    path : Path
        TOML with one `[[topic]]` table per topic; data/topics/ml.toml explains the fields.

    Returns
    -------
    list of Topic
        In the order of the file; empty if it defines none.

    Raises
    ------
    InputError
        If the file cannot be read or a definition is wrong; all problems together, each with its
        line in the file.
    """
    text, content = _parsed(path)
    tables = content.get("topic", [])
    file = f"topics file {path}"
    problems = [f"{file}: unknown entry {name!r}" for name in content if name != "topic"]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append(f"{file}: topic is not a list of tables ([[topic]])")
        tables = []
    lines = _lines(text, tables=len(tables))
    for number, problem, name in _problems(tables):
        line = lines[number].get(name, lines[number].get("", 1))
        problems.append(f"{file}, line {line}: {problem}")
    if problems:
        raise _refusal(problems)
    return [_topic(table) for table in tables]


def phrase_location(path: Path, *, topic: str, phrase: str) -> str:
    """Return where the definition of a topic has a phrase: "topics file PATH, line N"."""
    text, content = _parsed(path)
    tables = content.get("topic", [])
    number = [table.get("id") for table in tables].index(topic)
    lines = _lines(text, tables=len(tables))[number]
    names = [name for name in _PHRASES if phrase in map(clean, tables[number].get(name, ()))]
    return f"topics file {path}, line {lines.get(names[0] if names else '', 1)}"


def _parsed(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        return read_toml(path)
    except OSError as error:
        problem = f"topics file {path}: {error.strerror or type(error).__name__}"
        raise _refusal(problem, next_step="give another --topics FILE") from error
    except ValueError as error:
        raise _refusal(f"topics file {path}: not TOML ({error})") from error


def _refusal(found: str | Sequence[str], *, next_step: str = _NEXT_STEP) -> InputError:
    return InputError(found, allowed=_ALLOWED, next_step=next_step)


def _topic(table: dict[str, Any]) -> Topic:
    return Topic(
        id=table["id"],
        label=clean(table["label"]),
        description=clean(table.get("description", "")),
        parent=table.get("parent"),
        color=table["color"].lower() if "color" in table else None,
        **{name: tuple(map(clean, table.get(field, ()))) for field, name in _LISTS.items()},
    )


def _lines(text: str, *, tables: int) -> list[dict[str, int]]:
    """Return for each table the lines of its header (under "") and of each of its fields."""
    lines: list[dict[str, int]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(r"\s*\[\[\s*topic\s*\]\]", line):
            lines.append({"": number})
        elif lines and (field := re.match(r"\s*[\"']?(\w+)[\"']?\s*=", line)):
            lines[-1].setdefault(field.group(1), number)
    return (lines + [{"": 1}] * tables)[:tables]


def _problems(tables: Sequence[dict[str, Any]]) -> list[tuple[int, str, str]]:
    """Return all that is wrong: the number of the table, the problem, the field it is in."""
    ids = [table.get("id") for table in tables]
    out = []
    for number, table in enumerate(tables):
        name = f"topic {ids[number]}" if isinstance(ids[number], str) else f"topic {number + 1}"
        problems = [(_unknown(field), field) for field in table if field not in _FIELDS]
        problems += _wrong_names(table, before=ids[:number], ids=ids)
        problems += _wrong_lists(table)
        out += [(number, f"{name}: {problem}", field) for problem, field in problems]
    return out + _circles(tables)


def _unknown(field: str) -> str:
    hint = " (put them under strong, title or weak)" if field == "phrases" else ""
    return f"unknown field {field!r}{hint}"


def _wrong_names(
    table: dict[str, Any], *, before: Sequence[object], ids: Sequence[object]
) -> list[tuple[str, str]]:
    slug, parent = table.get("id"), table.get("parent")
    out = []
    if not isinstance(slug, str) or not _ID.fullmatch(slug):
        out.append((f"id {slug!r} is not a slug such as 'my-topic'", "id"))
    elif slug in before:
        out.append((f"id {slug!r} is used twice", "id"))
    if not isinstance(table.get("label"), str) or not clean(str(table["label"])):
        out.append(("label is missing or empty", "label"))
    if not isinstance(table.get("description", ""), str):
        out.append(("description is not a text", "description"))
    if parent is not None and (parent not in ids or parent == slug):
        out.append((f"parent {parent!r} is not the id of another topic", "parent"))
    color = table.get("color", "#000000")
    if not isinstance(color, str) or not COLOR.fullmatch(color):
        out.append((f"color {color!r} is not of the form #rrggbb (#1a8a72)", "color"))
    return out


def _wrong_lists(table: dict[str, Any]) -> list[tuple[str, str]]:
    out = []
    for field in _LISTS:
        texts = table.get(field, [])
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            out.append((f"{field} is not a list of texts", field))
        elif field in _PHRASES:
            out += [
                (f"phrase {text!r} {problem}", field)
                for text in texts
                if (problem := _phrase_problem(text))
            ]
        elif not all(clean(text) for text in texts):
            out.append((f"{field} contains an empty text", field))
    if not out and not any(table.get(field) for field in ("strong", "title", "exemplars")):
        out.append(("has no strong phrase, no title phrase and no exemplar", "id"))
    return out


def _phrase_problem(phrase: str) -> str:
    """Return what is wrong with a phrase, "" if nothing is."""
    forms = phrase_forms(clean(phrase))
    if not forms:
        return f"has no word, or begins or ends with {GAP}"
    open_words = [word.strip("*") for form in forms for word in form if "*" in word]
    if any(len(word) < LETTERS for word in open_words):
        return f"matches everything: a * needs {LETTERS} letters beside it"
    if all(word.lower() in STOP_WORDS for word in WORD.findall(phrase)):
        return "matches everything: it consists of function words only"
    return ""


def _circles(tables: Sequence[dict[str, Any]]) -> list[tuple[int, str, str]]:
    parents = {t["id"]: t.get("parent") for t in tables if isinstance(t.get("id"), str)}
    out = []
    for number, table in enumerate(tables):
        above: set[str] = set()
        parent = table.get("parent")
        while isinstance(parent, str) and parent in parents and parent not in above:
            above.add(parent)
            parent = parents[parent]
        slug = table.get("id")
        if isinstance(slug, str) and slug in above and table.get("parent") != slug:
            out.append((number, f"topic {slug}: its parents form a circle", "parent"))
    return out
