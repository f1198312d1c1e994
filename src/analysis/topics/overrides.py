"""Decisions on topics made by hand: what a person writes in `overrides.toml`, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines, normalised_title
from analysis.base.toml_tables import read_toml, table_lines

from .find_paper import bare_id

FIELDS = ("paper", "topic", "belongs", "why")
OTHERS = ("cluster",)
"""Tables of the same file that are read elsewhere."""

_BELONGS = {True: True, False: False, "yes": True, "no": False}


@dataclass(frozen=True)
class Override:
    """One decision by hand: paper (id or title as written), topic, yes or no, and why."""

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
        TOML with one `[[topic]]` table per decision: `paper` (arXiv id or title), `topic` (id),
        `belongs` (true or false, "yes" or "no") and, optionally, `why`.
    topics : sequence of str
        Ids of the topics that are defined.

    Returns
    -------
    list of Override
        In the order of the file.

    Raises
    ------
    InputError
        If the file cannot be read, a table or field is unknown, missing or of the wrong type, a
        topic is not defined, or two decisions on one paper and topic contradict each other; all
        problems together, each with its line.
    """
    try:
        text, content = read_toml(path)
    except OSError as error:
        problem, next_step = error.strerror or type(error).__name__, "give another --overrides FILE"
        raise InputError(
            f"overrides file {path}: {problem}", allowed=_allowed([]), next_step=next_step
        ) from error
    except ValueError as error:
        raise _refusal(path, [f"not TOML ({error})"], topics=[]) from error
    tables = content.get("topic", [])
    problems = [f"unknown entry {name!r}" for name in content if name not in ("topic", *OTHERS)]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append("topic is not a list of tables ([[topic]])")
        tables = []
    overrides = []
    lines = table_lines(text, name="topic", n=len(tables))
    for number, (table, line) in enumerate(zip(tables, lines, strict=True), start=1):
        wrong = _problems(table, topics=topics)
        place = f"line {line}" if line else f"decision {number}"
        problems += [f"{place}: {problem}" for problem in wrong]
        if not wrong:
            belongs, why = _BELONGS[table["belongs"]], clean(table.get("why", ""))
            overrides.append(Override(clean(table["paper"]), table["topic"], belongs, why, line))
    problems += contradictions([(o, normalised_title(bare_id(o.paper))) for o in overrides])
    if problems:
        raise _refusal(path, problems, topics=topics)
    return overrides


def _refusal(path: Path, problems: Sequence[str], *, topics: Sequence[str]) -> InputError:
    return InputError(
        [f"overrides file {path}: {problem}" for problem in problems],
        allowed=_allowed(topics),
        next_step="correct the file and run again; data/overrides.toml explains the form",
    )


def _allowed(topics: Sequence[str]) -> str:
    names = f"; the topics are {', '.join(topics)}" if topics else ""
    return (
        "[[topic]] tables with paper (arXiv id or title), topic (id), belongs (true or false) and "
        f"why (text), one decision for each paper and topic{names}"
    )


def _problems(table: dict[str, Any], *, topics: Sequence[str]) -> list[str]:
    problems = [f"unknown field {name!r}" for name in table if name not in FIELDS]
    for name in ("paper", "topic"):
        if not isinstance(table.get(name), str) or not clean(table[name]):
            problems.append(f"{name} is missing or not a text")
    topic = table.get("topic")
    if isinstance(topic, str) and clean(topic) and topic not in topics:
        close = get_close_matches(topic, list(topics), n=1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        problems.append(f"topic {first_lines(clean(topic), limit=60)!r} is not defined{hint}")
    belongs = table.get("belongs")
    if not isinstance(belongs, bool | str) or belongs not in _BELONGS:
        problems.append("belongs is neither true nor false")
    if not isinstance(table.get("why", ""), str):
        problems.append("why is not a text")
    return problems


def contradictions(decisions: Sequence[tuple[Override, str]]) -> list[str]:
    """Report decisions that contradict an earlier one on the same paper and topic.

    Parameters
    ----------
    decisions : sequence of (Override, str)
        Each with the paper that it names, in a form that is the same for all of them.
    """
    first: dict[tuple[str, str], Override] = {}
    problems = []
    for override, paper in decisions:
        earlier = first.setdefault((paper, override.topic), override)
        if earlier.belongs != override.belongs:
            places = [f"line {o.line}" if o.line else "a decision" for o in (override, earlier)]
            problems.append(
                f"{places[0]} contradicts {places[1]}: topic {override.topic} of "
                f"paper “{first_lines(override.paper, limit=60)}”"
            )
    return problems
