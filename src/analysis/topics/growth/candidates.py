"""Groups of papers that could become a topic, and drafts of their definitions.

Groups are clusters, or papers near one another; a draft is TOML that `read_topics` accepts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from analysis.base.escaping import clean, for_toml
from analysis.base.words import STOP_WORDS, WORD, fold_word

from .comparisons import counted_rows

FEWEST_UNCOVERED = 3
N_TERMS = 10
NEAR_RANKS = 3
MOST_HOLDING = 0.5
LEAST_LIFT = 2
MOST_PHRASES = 8
STRONG_SHARE = 1 / 3
_LONGEST_ID = 40
_LONGEST_PHRASE = 6
_NOT_SLUG = re.compile(r"[^a-z0-9]+")

Phrases = Callable[[str], Sequence[tuple[str, str]]]
"""Return the candidate phrases of a text: (form to count, as written)."""


@dataclass(frozen=True)
class Group:
    """Papers that could become a topic: row numbers, sorted, and terms, best first."""

    group_id: str
    label: str
    rows: NDArray[np.int64]
    terms: tuple[str, ...]


def clusters_as_groups(
    memberships: pd.DataFrame, *, groups: pd.DataFrame, rows_of: pd.Series
) -> list[Group]:
    """Return the clusters that have papers, with their primary papers.

    Parameters
    ----------
    memberships, groups : DataFrame
    rows_of : Series of int64
        Row number of each paper id.
    """
    clusters = groups[groups["kind"] == "cluster"]
    members = counted_rows(
        memberships, kind="cluster", ids=clusters["group_id"].tolist(), rows_of=rows_of
    )
    return [
        Group(group_id, label, rows, tuple(terms))
        for (group_id, rows), label, terms in zip(
            members.items(), clusters["label"], clusters["terms"], strict=True
        )
        if len(rows)
    ]


def near_groups(
    papers: pd.DataFrame,
    *,
    covered: NDArray[np.bool_],
    neighbours: pd.DataFrame,
    phrases: Phrases,
    rows_of: pd.Series,
) -> list[Group]:
    """Connect uncovered papers that are among one another's three nearest.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, `title`, `abstract`, n rows.
    covered : ndarray of bool, shape (n,)
    neighbours : DataFrame
        Table `neighbours`.
    phrases : callable
    rows_of : Series of int64
        Row number of each paper id.

    Returns
    -------
    list of Group
        Connected papers, at least three per group, largest first.
    """
    near = neighbours[neighbours["rank"] <= NEAR_RANKS]
    a = rows_of.reindex(near["paper_id"]).to_numpy(dtype="int64")
    b = rows_of.reindex(near["neighbour_id"]).to_numpy(dtype="int64")
    free = ~covered[a] & ~covered[b]
    shape = (len(papers), len(papers))
    links = sp.csr_matrix((np.ones(int(free.sum())), (a[free], b[free])), shape=shape)
    _, part = connected_components(links.minimum(links.T), directed=False)
    members = pd.Series(np.flatnonzero(~covered)).groupby(part[~covered]).agg(list)
    large = [rows for rows in members if len(rows) >= FEWEST_UNCOVERED]
    texts = texts_of(papers) if large else []
    out = []
    for number, rows in enumerate(sorted(large, key=lambda rows: (-len(rows), rows)), start=1):
        terms = _terms(texts, rows=rows, phrases=phrases)
        label = terms[0][:1].upper() + terms[0][1:] if terms else f"Group {number}"
        out.append(Group(f"near-{number}", label, np.asarray(rows), terms))
    return out


def texts_of(papers: pd.DataFrame, *, fold: Callable[[str], str] = str) -> list[str]:
    """Return title and abstract of each paper as one text, passed through `fold`."""
    return [
        fold(f"{title}. {abstract}" if isinstance(abstract, str) else title)
        for title, abstract in zip(papers["title"], papers["abstract"], strict=True)
    ]


def group_phrases(group: Group, *, texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sort a group's terms into strong and weak phrases; see `strong_and_weak`.

    Left out are terms that are about as common in other papers.

    Parameters
    ----------
    group : Group
    texts : sequence of str
        All papers, from `texts_of` with `fold_text`.
    """
    least = min(0.5, LEAST_LIFT * len(group.rows) / len(texts))
    pairs = zip(group.terms, _own_shares(group, texts=texts), strict=True)
    telling = {term: share for term, share in pairs if share >= least}
    return strong_and_weak(list(telling), own=list(telling.values()))


def _own_shares(group: Group, *, texts: Sequence[str]) -> list[float]:
    """Return, for each term, the group's share of the papers that contain it.

    0 for a term that more than half of all papers contain: it distinguishes nothing, and a
    definition with such a phrase is refused.
    """
    own = set(group.rows.tolist())
    shares = []
    for term in group.terms:
        form = f" {fold_text(str(term)).split('|')[0].strip()} "
        holders = [row for row, text in enumerate(texts) if form in text]
        common = len(holders) > MOST_HOLDING * len(texts)
        shares.append(0 if common else sum(row in own for row in holders) / max(len(holders), 1))
    return shares


def _terms(texts: Sequence[str], *, rows: Sequence[int], phrases: Phrases) -> tuple[str, ...]:
    """Return the phrases whose share in the group exceeds that in the other papers most.

    A phrase must occur in two of the group's papers; longer ones win ties.
    """
    counts: dict[str, list[int]] = {}
    written: dict[str, str] = {}
    own = set(rows)
    for row, text in enumerate(texts):
        for key, spelling in dict(phrases(text)).items():
            counts.setdefault(key, [0, 0])[row not in own] += 1
            if row in own:
                written.setdefault(key, spelling)
    others = max(len(texts) - len(rows), 1)
    scored = [
        (inside / len(rows) - outside / others, key.count(" "), key)
        for key, (inside, outside) in counts.items()
        if inside >= 2 and inside / len(rows) > outside / others
    ]
    kept: list[str] = []
    for _, _, key in sorted(scored, key=lambda entry: (-entry[0], -entry[1], entry[2])):
        if not any(nested(key, other) for other in kept):
            kept.append(key)
    return tuple(written[key] for key in kept[:N_TERMS])


def nested(phrase: str, other: str) -> bool:
    """Whether one of two phrases contains all words of the other, in sequence."""
    return f" {phrase} " in f" {other} " or f" {other} " in f" {phrase} "


# Drafts


@dataclass(frozen=True)
class Draft:
    """The content of a suggested `[[topic]]`; `remark` becomes comment lines above it."""

    id: str
    label: str
    description: str
    strong: tuple[str, ...]
    weak: tuple[str, ...]
    exemplars: tuple[str, ...]
    remark: str


def slug(label: str, *, taken: Collection[str]) -> str:
    """Return an id from `label` that is not in `taken`: "My topic" is my-topic or my-topic-2."""
    plain = unicodedata.normalize("NFKD", clean(label)).encode("ascii", "ignore").decode("ascii")
    base = _NOT_SLUG.sub("-", plain.lower())[:_LONGEST_ID].strip("-") or "new-topic"
    names = (base if number == 1 else f"{base}-{number}" for number in count(1))
    return next(name for name in names if name not in taken)


def strong_and_weak(
    terms: Sequence[str], *, own: Sequence[float]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sort terms into phrases that suffice for a topic and words that only support it.

    Parameters
    ----------
    terms : sequence of str
        The most distinctive first.
    own : sequence of float
        Of the papers that contain the term, the share that are the group's.

    Returns
    -------
    strong, weak : tuples of str, at most eight each
        Strong are terms of several words for which that share is at least a third, weak the
        others; if none is strong, the one with the highest share is, since a topic needs one. Left
        out are terms of stop words, numbers and single letters only, and repetitions apart from
        case, hyphens and plurals.
    """
    phrases: dict[str, tuple[str, float, bool]] = {}
    for term, share in zip(terms, own, strict=True):
        words = WORD.findall(clean(str(term)))[:_LONGEST_PHRASE]
        # Only words are taken: a "*" or "..." would have a meaning in a definition.
        if not all(_empty(word) for word in words):
            is_strong = len(words) > 1 and share >= STRONG_SHARE
            phrases.setdefault(" ".join(map(fold_word, words)), (" ".join(words), share, is_strong))
    if phrases and not any(is_strong for _, _, is_strong in phrases.values()):
        best = max(phrases, key=lambda key: phrases[key][1])
        phrases[best] = (*phrases[best][:2], True)
    strong = [text for text, _, is_strong in phrases.values() if is_strong]
    weak = [text for text, _, is_strong in phrases.values() if not is_strong]
    return tuple(strong[:MOST_PHRASES]), tuple(weak[:MOST_PHRASES])


def fold_text(text: str) -> str:
    """Return the folded words of `text` between spaces, hyphenated ones joined and then split."""
    words = WORD.findall(text)
    joined = " ".join(map(fold_word, words))
    apart = " ".join(fold_word(part) for word in words for part in word.split("-") if part)
    return f" {joined} " if joined == apart else f" {joined} | {apart} "


def _empty(word: str) -> bool:
    return word.lower() in STOP_WORDS or len(word) < 2 or word.isdigit()


def as_toml(draft: Draft) -> str:
    """Return one `[[topic]]` with its remark.

    If it has no strong phrase, the remark says so; if it has no exemplar either, all of it is a
    comment, since such a topic is not accepted.
    """
    remark = [f"# {line}" for line in map(clean, draft.remark.splitlines()) if line]
    lines = ["[[topic]]"]
    for name in ("id", "label", "description"):
        lines.append(f"{name} = {for_toml(getattr(draft, name))}")
    for name in ("strong", "weak", "exemplars"):
        lines.append(f"{name} = [{', '.join(map(for_toml, getattr(draft, name)))}]")
    if not draft.strong:
        remark.append("# No phrase sets these papers apart; please add strong phrases of your own.")
        lines = lines if draft.exemplars else [f"# {line}" for line in lines]
    return "\n".join([*remark, *lines]) + "\n"
