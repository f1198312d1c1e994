"""Which papers of a snapshot the series knows already: by id, then alias, then title."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.base.escaping import first_lines, normalised_title
from analysis.base.words import content_words

_OWN_HASH = re.compile(r"t[0-9a-f]{12}")
_ARXIV = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7}")
ALIKE = 0.5
"""Abstracts that share this part of all their words are two versions of one."""

MOST_NAMED = 3
MOST_PAIRS = 100
"""A title that more pairs of papers than this have is nobody's: they are not looked at."""


@dataclass(frozen=True)
class Paired:
    """Row of the series by row of the snapshot, and near misses as lines to show."""

    matches: dict[int, int]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Side:
    """The papers of one side and the names they go under, one entry a row."""

    ids: list[str]
    arxiv: list[frozenset[str]]
    names: list[frozenset[str]]
    hashes: list[frozenset[str]]
    texts: list[str]
    titles: list[str]
    abstracts: list[str]


def is_own_hash(identifier: str) -> bool:
    """Whether an id is one of our own, made from a title."""
    return _OWN_HASH.fullmatch(identifier) is not None


def paired(old: pd.DataFrame, new: pd.DataFrame) -> Paired:
    """Pair the papers of a snapshot with those of a series, one to one.

    In this order, each among the papers that are still without partner: the same given id (an
    arXiv id); an id of ours and the same text; a shared alias; the same id of ours (which says no
    more than that the title was the same); the same normalised title. What more than one paper of
    either side could be decides nothing. Two papers with different arXiv ids are two papers,
    whatever else they share. So are papers of one title that both have names from their sources,
    none in common, and abstracts that are not alike: the rule of `sources.merge` for rows of one
    snapshot.

    Parameters
    ----------
    old, new : DataFrame
        `paper_id` (unique), `aliases` (lists), `title`, `abstract`, `text_hash`; index 0..n-1.

    Returns
    -------
    Paired
        Near misses are named in the notes: titles that several papers have, and the two rules
        of the last sentences where nothing but them keeps papers apart.
    """
    one, other = _side(old), _side(new)
    matches = _by_given_id(one, other)
    refused: set[tuple[int, int]] = set()
    doubtful: set[int] = set()
    for step in (_same_text, _shared_name, _same_hash, _hash_as_alias, _same_title):
        pairs, shared = step(one, other, _unmatched(one, other, matches=matches))
        good = {pair for pair in pairs if not _differ(one, other, pair=pair, step=step)}
        refused |= pairs - good
        doubtful |= shared
        per_row, per_partner = (Counter(pair[side] for pair in good) for side in (0, 1))
        doubtful |= {row for row, k in good if per_row[row] > 1 or per_partner[k] > 1}
        matches |= {row: k for row, k in good if per_row[row] == 1 and per_partner[k] == 1}
    notes = _notes(one, other, matches=matches, refused=refused, doubtful=doubtful)
    return Paired(matches, notes)


def _side(papers: pd.DataFrame) -> _Side:
    ids = papers["paper_id"].tolist()
    aliases = papers["aliases"].tolist()
    every = [
        frozenset((identifier, *names)) for identifier, names in zip(ids, aliases, strict=True)
    ]
    hashes = [frozenset(filter(is_own_hash, names)) for names in every]
    given = [names - own for names, own in zip(every, hashes, strict=True)]
    arxiv = [frozenset(filter(_ARXIV.fullmatch, names)) for names in given]
    return _Side(
        ids, arxiv, given, hashes,
        papers["text_hash"].fillna("").tolist(),
        papers["title"].fillna("").tolist(),
        papers["abstract"].fillna("").tolist(),
    )  # fmt: skip


@dataclass(frozen=True)
class _Rows:
    """The rows of the snapshot and of the series that are still without partner."""

    new: list[int]
    old: list[int]


def _unmatched(one: _Side, other: _Side, *, matches: Mapping[int, int]) -> _Rows:
    taken = set(matches.values())
    return _Rows(
        [row for row in range(len(other.ids)) if row not in matches],
        [row for row in range(len(one.ids)) if row not in taken],
    )


def _by_given_id(one: _Side, other: _Side) -> dict[int, int]:
    places = {identifier: row for row, identifier in enumerate(one.ids)}
    return {
        row: places[identifier]
        for row, identifier in enumerate(other.ids)
        if identifier in places and not is_own_hash(identifier)
    }


Step = Callable[[_Side, _Side, _Rows], tuple[set[tuple[int, int]], set[int]]]


def _same_text(one: _Side, other: _Side, rows: _Rows) -> tuple[set[tuple[int, int]], set[int]]:
    return _with_one_key(
        {row: [(other.ids[row], other.texts[row])] for row in rows.new},
        {k: [(name, one.texts[k]) for name in one.hashes[k]] for k in rows.old},
    )


def _shared_name(one: _Side, other: _Side, rows: _Rows) -> tuple[set[tuple[int, int]], set[int]]:
    return _with_one_key(
        {row: other.names[row] for row in rows.new}, {k: one.names[k] for k in rows.old}
    )


def _same_hash(one: _Side, other: _Side, rows: _Rows) -> tuple[set[tuple[int, int]], set[int]]:
    return _with_one_key(
        {row: [other.ids[row]] for row in rows.new}, {k: [one.ids[k]] for k in rows.old}
    )


def _hash_as_alias(one: _Side, other: _Side, rows: _Rows) -> tuple[set[tuple[int, int]], set[int]]:
    return _with_one_key(
        {row: other.hashes[row] for row in rows.new}, {k: one.hashes[k] for k in rows.old}
    )


def _same_title(one: _Side, other: _Side, rows: _Rows) -> tuple[set[tuple[int, int]], set[int]]:
    if not rows.new:
        return set(), set()
    return _with_one_key(
        {row: [normalised_title(other.titles[row])] for row in rows.new},
        {k: [normalised_title(one.titles[k])] for k in rows.old},
    )


_ONLY_TITLES = (_same_hash, _hash_as_alias, _same_title)


def _with_one_key(
    new: Mapping[int, Iterable[Hashable]], old: Mapping[int, Iterable[Hashable]]
) -> tuple[set[tuple[int, int]], set[int]]:
    """Return the pairs that share a key, and the rows of the snapshot whose key too many have."""
    rows_of: dict[Hashable, list[int]] = {}
    for row, keys in new.items():
        for key in keys:
            rows_of.setdefault(key, []).append(row)
    partners_of: dict[Hashable, list[int]] = {}
    for k, keys in old.items():
        for key in keys:
            if key in rows_of:
                partners_of.setdefault(key, []).append(k)
    pairs, shared = set(), set()
    for key, partners in partners_of.items():
        rows = rows_of[key]
        if len(rows) * len(partners) > MOST_PAIRS:
            shared |= set(rows)
        else:
            pairs |= {(row, k) for row in rows for k in partners}
    return pairs, shared


def _differ(one: _Side, other: _Side, *, pair: tuple[int, int], step: Step) -> bool:
    row, k = pair
    if _differing_arxiv(one, other, pair=pair):
        return True
    if step not in _ONLY_TITLES:
        return False
    names, known = other.names[row] - other.arxiv[row], one.names[k] - one.arxiv[k]
    if not names or not known or names & known:
        return False
    return not _alike(other.abstracts[row], one.abstracts[k])


def _differing_arxiv(one: _Side, other: _Side, *, pair: tuple[int, int]) -> bool:
    ids, known = other.arxiv[pair[0]], one.arxiv[pair[1]]
    return bool(ids and known and not ids & known)


def _alike(text: str, other: str) -> bool:
    """Whether two abstracts are two versions of one; nothing speaks against it where one lacks."""
    if not text or not other or text.casefold() == other.casefold():
        return True
    words, others = set(content_words(text)), set(content_words(other))
    return len(words & others) >= ALIKE * max(len(words | others), 1)


def _notes(
    one: _Side,
    other: _Side,
    *,
    matches: Mapping[int, int],
    refused: set[tuple[int, int]],
    doubtful: set[int],
) -> tuple[str, ...]:
    taken = set(matches.values())
    apart = {pair for pair in refused if pair[0] not in matches and pair[1] not in taken}
    arxiv = {pair for pair in apart if _differing_arxiv(one, other, pair=pair)}
    told = (
        ([pair[0] for pair in arxiv],
         "the title or another id of a known paper but another arXiv id; counted as new"),
        ([pair[0] for pair in apart - arxiv],
         "the title of a known paper but other ids and another abstract; counted as new"),
        ([row for row in doubtful if row not in matches],
         "a title or an id that fits several papers; counted as new"),
    )  # fmt: skip
    return tuple(
        _note(other, rows=sorted(set(rows), key=lambda row: other.ids[row]), what=what)
        for rows, what in told
        if rows
    )


def _note(side: _Side, *, rows: Sequence[int], what: str) -> str:
    named = [f"{side.ids[r]} “{first_lines(side.titles[r], limit=60)}”" for r in rows[:MOST_NAMED]]
    rest = len(rows) - len(named)
    more = f" and {rest:,} more" if rest else ""
    verb = "1 paper has" if len(rows) == 1 else f"{len(rows):,} papers have"
    return f"{verb} {what}: {', '.join(named)}{more}"
