"""The rule for which records are one paper.

1. Two records with different arXiv ids are two papers, whatever else they share.
2. Records that share an arXiv id, or another id from their sources, are one paper.
3. Records of one title are one paper, unless both have ids from their sources, none in common,
   and abstracts that differ; or, where an abstract is missing, DOIs of their own and a title that
   many works have (`generic_titles`).

Within a snapshot `exact_duplicates` and `near_duplicates` apply it to rows. Between the papers of
a series and a snapshot, and between two runs, `match_papers` does; it makes no guesses where
several papers fit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from analysis.base.english import count
from analysis.base.escaping import first_lines, normalised_title
from analysis.base.words import content_words

from .generic_titles import are_other_works, work_dois

_TITLE_HASH = re.compile(r"t[0-9a-f]{12}")
_ARXIV = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7}")

SIMILAR = 0.5
"""Abstracts with at least this share of words in common (Jaccard) are versions of one another."""

MOST_NAMED = 3
MOST_PAIRS = 100
"""A title that more pairs of papers than this share identifies none of them."""


def is_title_hash(identifier: str) -> bool:
    """Whether an id was made from a title, for want of one from a source."""
    return _TITLE_HASH.fullmatch(identifier) is not None


def have_different_arxiv_ids(ids: Collection[str], others: Collection[str]) -> bool:
    """Whether both papers have arXiv ids, none of them in common: then they are two papers."""
    return bool(ids) and bool(others) and set(ids).isdisjoint(others)


def have_similar_abstracts(text: str, other: str) -> bool:
    """Whether two abstracts can be versions of one; if one is missing, nothing speaks against."""
    if not text or not other or text.casefold() == other.casefold():
        return True
    return jaccard(frozenset(content_words(text)), frozenset(content_words(other))) >= SIMILAR


def jaccard(one: Set[str], other: Set[str]) -> float:
    """Return the share of the words of two sets that both have; 0 if both are empty."""
    return len(one & other) / len(one | other) if one or other else 0.0


class Matches(NamedTuple):
    """Row of `old` by row of `new`, and near misses as lines to show."""

    rows: dict[int, int]
    notes: tuple[str, ...]


def match_papers(old: pd.DataFrame, new: pd.DataFrame, *, ids_are_kept: bool) -> Matches:
    """Match the papers of two tables, one to one.

    In this order, each among the papers that have no match yet: the same id; a title hash as id
    and the same text; a shared alias; the same title hash, which means no more than that the
    title was the same; the same normalised title. What fits more than one paper of either side
    decides nothing. The rule of this module refuses pairs in every step after the first.

    Parameters
    ----------
    old, new : DataFrame
        `paper_id` (unique), `aliases` (lists or arrays), `title`, `abstract`, `text_hash`; any
        index.
    ids_are_kept : bool
        Both are papers of runs, where one id is one paper. If false, `new` is a snapshot, where
        an id that is a title hash means only that the title is the same.

    Returns
    -------
    Matches
        The notes name titles and ids that several papers have, and papers that only the rule
        keeps apart.
    """
    row_of = {identifier: row for row, identifier in enumerate(old["paper_id"])}
    matches = {
        row: row_of[identifier]
        for row, identifier in enumerate(new["paper_id"])
        if identifier in row_of and (ids_are_kept or not is_title_hash(identifier))
    }
    rows = [row for row in range(len(new)) if row not in matches]
    taken = set(matches.values())
    old_rows = [row for row in range(len(old)) if row not in taken]
    if not rows or not old_rows:
        return Matches(matches, ())
    rest, notes = _match_rest(_side(old.iloc[old_rows]), _side(new.iloc[rows]))
    return Matches(matches | {rows[row]: old_rows[k] for row, k in rest.items()}, notes)


@dataclass(frozen=True)
class _Side:
    """The papers of one side that the same id did not match, one entry per row."""

    ids: list[str]
    arxiv: list[frozenset[str]]
    names: list[frozenset[str]]
    hashes: list[frozenset[str]]
    texts: list[str]
    titles: list[str]
    abstracts: list[str]


def _side(papers: pd.DataFrame) -> _Side:
    ids = papers["paper_id"].tolist()
    aliases = papers["aliases"].tolist()
    names = [frozenset((identifier, *more)) for identifier, more in zip(ids, aliases, strict=True)]
    hashes = [frozenset(filter(is_title_hash, each)) for each in names]
    given = [each - made for each, made in zip(names, hashes, strict=True)]
    return _Side(
        ids=ids,
        arxiv=[frozenset(filter(_ARXIV.fullmatch, each)) for each in given],
        names=given,
        hashes=hashes,
        texts=papers["text_hash"].fillna("").tolist(),
        titles=papers["title"].fillna("").tolist(),
        abstracts=papers["abstract"].fillna("").tolist(),
    )


def _match_rest(old: _Side, new: _Side) -> tuple[dict[int, int], tuple[str, ...]]:
    matches: dict[int, int] = {}
    refused: set[_Pair] = set()
    ambiguous: set[int] = set()
    for step in _STEPS:
        rows = [row for row in range(len(new.ids)) if row not in matches]
        if not rows:
            break
        taken, old_keys = set(matches.values()), step.old_keys or step.keys
        pairs, shared = _pairs_with_one_key(
            {row: step.keys(new, row) for row in rows},
            {k: old_keys(old, k) for k in range(len(old.ids)) if k not in taken},
        )
        allowed = {pair for pair in pairs if not _differ(old, new, pair=pair, step=step)}
        refused |= pairs - allowed
        ambiguous |= shared
        per_row, per_partner = (Counter(pair[side] for pair in allowed) for side in (0, 1))
        unique = {pair for pair in allowed if per_row[pair[0]] == 1 == per_partner[pair[1]]}
        ambiguous |= {row for row, _ in allowed - unique}
        matches |= dict(unique)
    return matches, _notes(old, new, matches=matches, refused=refused, ambiguous=ambiguous)


_Pair = tuple[int, int]
_Keys = Callable[[_Side, int], Iterable[Hashable]]


class _Step(NamedTuple):
    """Papers match if they share one of these keys of their rows."""

    keys: _Keys
    by_title_alone: bool = False
    old_keys: _Keys | None = None


_STEPS = (
    _Step(
        lambda new, row: [(new.ids[row], new.texts[row])],
        by_title_alone=True,  # as the text may be no more than that
        old_keys=lambda old, k: [(name, old.texts[k]) for name in old.hashes[k]],
    ),
    _Step(lambda side, row: side.names[row]),
    _Step(lambda side, row: [side.ids[row]], by_title_alone=True),
    _Step(lambda side, row: side.hashes[row], by_title_alone=True),
    _Step(lambda side, row: [normalised_title(side.titles[row])], by_title_alone=True),
)
"""The ways to match papers, in the order in which they are tried."""


def _pairs_with_one_key(
    new: Mapping[int, Iterable[Hashable]], old: Mapping[int, Iterable[Hashable]]
) -> tuple[set[_Pair], set[int]]:
    """Return the pairs that share a key, and the rows of `new` whose key too many papers have."""
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


def _differ(old: _Side, new: _Side, *, pair: _Pair, step: _Step) -> bool:
    row, k = pair
    if have_different_arxiv_ids(new.arxiv[row], old.arxiv[k]):
        return True
    if not step.by_title_alone:
        return False
    names, known = new.names[row] - new.arxiv[row], old.names[k] - old.arxiv[k]
    if not names or not known or names & known:
        return False
    if not new.abstracts[row] or not old.abstracts[k]:
        title = normalised_title(new.titles[row])
        return are_other_works(title, work_dois(names), work_dois(known))
    return not have_similar_abstracts(new.abstracts[row], old.abstracts[k])


def _notes(
    old: _Side, new: _Side, *, matches: Mapping[int, int], refused: set[_Pair], ambiguous: set[int]
) -> tuple[str, ...]:
    taken = set(matches.values())
    apart = {pair for pair in refused if pair[0] not in matches and pair[1] not in taken}
    arxiv = {(row, k) for row, k in apart if have_different_arxiv_ids(new.arxiv[row], old.arxiv[k])}
    rows_by_reason = {
        "the title or another id of a known paper but a different arXiv id; counted as new": {
            row for row, _ in arxiv
        },
        "the title of a known paper but other ids and a different abstract; counted as new": {
            row for row, _ in apart - arxiv
        },
        "a title or an id that fits several papers; counted as new": ambiguous - set(matches),
    }
    return tuple(
        _note(new, rows=sorted(rows, key=lambda row: new.ids[row]), reason=reason)
        for reason, rows in rows_by_reason.items()
        if rows
    )


def _note(side: _Side, *, rows: Sequence[int], reason: str) -> str:
    named = [f"{side.ids[r]} “{first_lines(side.titles[r], limit=60)}”" for r in rows[:MOST_NAMED]]
    rest = len(rows) - len(named)
    more = f" and {rest:,} more" if rest else ""
    has = "has" if len(rows) == 1 else "have"
    return f"{count(len(rows), 'paper')} {has} {reason}: {', '.join(named)}{more}"
