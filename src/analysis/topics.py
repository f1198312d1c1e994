"""Topics: what the user defines in `topics.toml`, found by phrases, with the evidence kept."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from .errors import InputError
from .schema import COUNTED_WEIGHT, conform
from .text import clean, short_hash
from .words import WORD, fold_word, sentences

TITLE_WEIGHT = 0.8
SENTENCE_WEIGHT = 0.3
LEAST_STORED = 0.05
MOST_EVIDENCE = 5

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
            if not isinstance(phrase, str) or not _folded(phrase.removesuffix("*"))
        ]
    return problems


def find_topics(
    papers: pd.DataFrame, *, topics: Sequence[Topic], track: Callable[..., Iterable[Any]] = list
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decide which topics each paper belongs to, and keep why.

    The weight joins independent hints as a noisy or: 1 - (1 - .8)^t (1 - .3)^s, where t is 1 if
    the title holds a phrase of the topic and s counts the sentences of the abstract that do. So a
    paper counts (weight of at least .5) with a phrase in its title or in two sentences.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, `title`, `abstract`.
    topics : sequence of Topic
    track : callable
        Walks through a sequence; may draw a progress bar.

    Returns
    -------
    memberships : DataFrame
        Table `memberships`, kind "topic", rows of at least .05; `is_primary` marks a paper's
        highest weight of at least .5, of equal ones the topic defined first.
    evidence : DataFrame
        Table `evidence`, how "phrase": the phrase, the sentence it stands in, and what the
        sentence counts; at most five rows a membership, title first.
    """
    patterns = [_pattern(topic.phrases) for topic in topics]
    memberships: list[tuple[object, ...]] = []
    evidence: list[tuple[object, ...]] = []
    rows = list(zip(papers["paper_id"], papers["title"], papers["abstract"], strict=True))
    for paper_id, title, abstract in track(rows):
        parts = [(title, TITLE_WEIGHT)]
        if isinstance(abstract, str):
            parts += [(sentence, SENTENCE_WEIGHT) for sentence in sentences(abstract)]
        folded = [(part, _folded(part), value) for part, value in parts]
        weights = []
        for topic, pattern in zip(topics, patterns, strict=True):
            hits = _hits(folded, pattern=pattern)
            weights.append(_joined([value for _, _, value in hits]))
            evidence += [(paper_id, topic.id, *hit) for hit in hits[:MOST_EVIDENCE]]
        best = max(range(len(topics)), key=weights.__getitem__, default=None)
        memberships += [
            (paper_id, topic.id, weight, number == best and weight >= COUNTED_WEIGHT)
            for number, (topic, weight) in enumerate(zip(topics, weights, strict=True))
            if weight >= LEAST_STORED
        ]
    return _tables(memberships, evidence)


def _tables(
    memberships: list[tuple[object, ...]], evidence: list[tuple[object, ...]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    columns = ["paper_id", "group_id", "weight", "is_primary"]
    members = pd.DataFrame(memberships, columns=columns).assign(kind="topic")
    columns = ["paper_id", "group_id", "text", "sentence", "value"]
    reasons = pd.DataFrame(evidence, columns=columns).assign(kind="topic", how="phrase")
    reasons = reasons.drop_duplicates(["paper_id", "group_id", "text", "sentence"])
    return conform(members, name="memberships"), conform(reasons, name="evidence")


def _joined(values: Sequence[float]) -> float:
    doubt = 1.0
    for value in values:
        doubt *= 1 - value
    return 1 - doubt


def _folded(text: str) -> str:
    """Return the folded words of `text`, each between spaces; hyphenated parts count as words.

    A hyphenated word stands both joined and apart ("fine-tuning" as "finetuning" and as "fine
    tuning"), so that a phrase is found however it is written.
    """
    apart = " ".join(fold_word(part) for w in WORD.findall(text) for part in w.split("-") if part)
    joined = " ".join(fold_word(word) for word in WORD.findall(text))
    if not apart:
        return ""
    return f" {apart} " if apart == joined else f" {apart} | {joined} "


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """Compile one pattern a topic; longer phrases first, a final * takes any word ending."""
    found: dict[str, None] = {}
    for phrase in phrases:
        for form in _folded(phrase.removesuffix("*")).split("|"):
            ending = r"\w*" if phrase.endswith("*") else ""
            found[re.escape(form.strip()) + ending] = None
    ordered = sorted(found, key=lambda form: (-len(form), form))
    return re.compile(f" ({'|'.join(ordered)})(?= )")


def _hits(
    folded: Sequence[tuple[str, str, float]], *, pattern: re.Pattern[str]
) -> list[tuple[str, str, float]]:
    hits = []
    for part, words, value in folded:
        match = pattern.search(words)
        if match:
            hits.append((match.group(1), part, value))
    return hits
