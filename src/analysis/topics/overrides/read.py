"""Decisions by hand: what a person writes in `overrides.toml`, read and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines, normalised_title
from analysis.base.toml_tables import read_toml, table_lines

from ..find_paper import bare_id

FIELDS = ("paper", "topic", "belongs", "why")
_WORDS = {True: True, False: False, "yes": True, "no": False}
OTHERS = ("cluster",)
"""Tables of the same file that are read elsewhere."""

_NEXT = "correct the file and run again; data/overrides.toml explains the form"


@dataclass(frozen=True)
class Override:
    """One decision by hand: `paper` (id or title as written), topic, yes or no, and why."""

    paper: str
    topic: str
    belongs: bool
    why: str
    line: int | None = None


def read_overrides(path: Path, *, topics: Sequence[str]) -> list[Override]:
    """Read the decisions that a person made.

    Parameters
    ----------
    path : Path
        TOML with one `[[topic]]` table a decision: `paper` (arXiv id or title), `topic` (id),
        `belongs` (true or false, "yes" or "no") and, if wished, `why`.
    topics : sequence of str
        Ids of the topics that are defined.

    Returns
    -------
    list of Override
        In the order of the file.

    Raises
    ------
    InputError
        Where the file cannot be read, a table or field is unknown, missing or of the wrong kind,
        a topic is not defined, or two decisions on one paper and topic contradict each other; all
        problems together, each with its line.
    """
    text, content = _content(path)
    tables = content.get("topic", [])
    problems = [f"unknown entry {name!r}" for name in content if name not in ("topic", *OTHERS)]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append("topic is not a list of tables ([[topic]])")
        tables = []
    lines = table_lines(text, name="topic", n=len(tables))
    found = []
    for number, (table, line) in enumerate(zip(tables, lines, strict=True), start=1):
        where = f"line {line}" if line else f"decision {number}"
        wrong = _problems(table, topics=topics)
        problems += [f"{where}: {problem}" for problem in wrong]
        if not wrong:
            why = clean(table.get("why", ""))
            belongs = _WORDS[table["belongs"]]
            found.append(Override(clean(table["paper"]), table["topic"], belongs, why, line))
    problems += contradictions([(o, normalised_title(bare_id(o.paper))) for o in found])
    if problems:
        raise _error(path, problems, topics=topics)
    return found


def _content(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        return read_toml(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            f"overrides file {path}: {reason}",
            allowed=_allowed([]),
            next_step="give another --overrides FILE",
        ) from error
    except ValueError as error:
        raise _error(path, [f"not TOML ({error})"], topics=[]) from error


def _error(path: Path, problems: Sequence[str], *, topics: Sequence[str]) -> InputError:
    found = [f"overrides file {path}: {problem}" for problem in problems]
    return InputError(found, allowed=_allowed(topics), next_step=_NEXT)


def _allowed(topics: Sequence[str]) -> str:
    named = f"; the topics are {', '.join(topics)}" if topics else ""
    return (
        "[[topic]] tables with paper (arXiv id or title), topic (id), belongs (true or false) and "
        f"why (text), one decision for each paper and topic{named}"
    )


def _problems(table: dict[str, Any], *, topics: Sequence[str]) -> list[str]:
    problems = [f"unknown field {name!r}" for name in table if name not in FIELDS]
    for name in ("paper", "topic"):
        if not isinstance(table.get(name), str) or not clean(table[name]):
            problems.append(f"{name} is missing or no text")
    topic = table.get("topic")
    if isinstance(topic, str) and clean(topic) and topic not in topics:
        close = get_close_matches(topic, list(topics), n=1)
        meant = f" (did you mean {close[0]}?)" if close else ""
        problems.append(f"topic {first_lines(clean(topic), limit=60)!r} is not defined{meant}")
    belongs = table.get("belongs")
    if not isinstance(belongs, bool | str) or belongs not in _WORDS:
        problems.append("belongs is neither true nor false")
    if not isinstance(table.get("why", ""), str):
        problems.append("why is no text")
    return problems


def contradictions(named: Sequence[tuple[Override, str]]) -> list[str]:
    """Say which decisions contradict an earlier one on the same paper and topic.

    Parameters
    ----------
    named : sequence of (Override, str)
        Each with the paper that it names, in any one way.
    """
    first: dict[tuple[str, str], Override] = {}
    problems = []
    for override, paper in named:
        earlier = first.setdefault((paper, override.topic), override)
        if earlier.belongs != override.belongs:
            problems.append(
                f"{_place(override)} contradicts {_place(earlier)}: topic {override.topic} of "
                f"paper “{first_lines(override.paper, limit=60)}”"
            )
    return problems


def _place(override: Override) -> str:
    return f"line {override.line}" if override.line else "a decision"
