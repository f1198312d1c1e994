"""Papers with different ids that are one: the same DOI, title or abstract, written differently.

Candidate pairs share a DOI, a title without its spaces and accents, the first or last words of the
title, or the first words of the abstract. A pair is merged or listed as a near miss; papers with
different arXiv ids are never merged (`same_paper`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from .generic_titles import are_other_works, is_generic_title, work_dois
from .same_paper import have_different_arxiv_ids, jaccard

DOI = "same DOI"
LOOSE = "same title, give or take spaces and accents"
NEAR = "near-identical title and abstract"

SIMILAR_TITLE = 0.8
RELATED_TITLE = 0.5
SIMILAR_ABSTRACT = 0.8
RELATED_ABSTRACT = 0.6
SAME_ABSTRACT = 0.9
"""Shares of common words (Jaccard) from which titles and abstracts count as such. The same
abstract under another title is not enough: in 58,824 papers of the ACL Anthology two of three such
pairs were different papers that share a text."""

_FEWEST_WORDS = 20
_MAX_BLOCK = 30
_WORDS = re.compile(r"\w+")
_NUMBERING = re.compile(r".*\d.*|[ivx]+|part|one|two|three|first|second|third")
_NEAR_COLUMNS = ("paper_id", "title", "other_id", "other_title", "why")


@dataclass(frozen=True)
class NearDuplicates:
    """Pairs of papers that are one or nearly are.

    Attributes
    ----------
    same : dict
        Id -> (id of the paper that it is, rule).
    near : DataFrame
        `paper_id`, `title`, `other_id`, `other_title`, `why`: pairs left apart.
    """

    same: dict[str, tuple[str, str]]
    near: pd.DataFrame


@dataclass(frozen=True)
class _Paper:
    id: str
    title: str
    words: frozenset[str]
    loose: str
    key: str
    abstract: str
    arxiv_id: str
    dois: frozenset[str]

    @property
    def arxiv_ids(self) -> frozenset[str]:
        return frozenset({self.arxiv_id} - {""})


def find_near_duplicates(papers: pd.DataFrame) -> NearDuplicates:
    """Find papers with different ids that are one, and those that nearly are.

    Parameters
    ----------
    papers : DataFrame
        One row per paper: `paper_id`, `title`, `title_key`, `abstract` (`analysed` is compared in
        its place if there), `arxiv_id`, `aliases`.

    Returns
    -------
    NearDuplicates
        The same for any order of the rows. Papers that are one get the arXiv id of the one that
        has one, else the first id in text order.
    """
    from scipy.cluster.hierarchy import DisjointSet

    records = sorted(_papers(papers), key=lambda paper: paper.id)
    groups = DisjointSet(paper.id for paper in records)
    heads = {paper.id: paper for paper in records}
    rules: dict[str, str] = {}
    near = []
    for one, other in _pairs(records):
        rule, why = _verdict(one, other)
        first, second = heads[groups[one.id]], heads[groups[other.id]]
        if first is second:
            continue
        if rule and not have_different_arxiv_ids(first.arxiv_ids, second.arxiv_ids):
            keep, gone = sorted((first, second), key=lambda head: (not head.arxiv_id, head.id))
            groups.merge(one.id, other.id)
            heads[groups[one.id]] = keep
            rules[gone.id] = rule
        elif why:
            near.append((one.id, one.title, other.id, other.title, why))
    same = {gone: (heads[groups[gone]].id, rule) for gone, rule in rules.items()}
    return NearDuplicates(
        same=same, near=pd.DataFrame(near, columns=list(_NEAR_COLUMNS), dtype="str")
    )


def _papers(papers: pd.DataFrame) -> Iterator[_Paper]:
    abstract = "analysed" if "analysed" in papers else "abstract"
    columns = ("paper_id", "title", "title_key", abstract, "arxiv_id")
    texts = (papers[column].fillna("").tolist() for column in columns)
    for identifier, title, key, abstract, arxiv_id, aliases in zip(
        *texts, papers["aliases"].tolist(), strict=True
    ):
        yield _Paper(
            id=identifier,
            title=title,
            words=frozenset(key.split()),
            loose=_loose(key),
            key=key,
            abstract=abstract,
            arxiv_id=arxiv_id,
            dois=work_dois(aliases),
        )


def _loose(key: str) -> str:
    if key.isascii():
        return key.replace(" ", "").replace("_", "")
    plain = unicodedata.normalize("NFKD", key)
    return "".join(c for c in plain if c.isalnum())


def _pairs(papers: Sequence[_Paper]) -> Iterator[tuple[_Paper, _Paper]]:
    """Yield each pair that shares a key, in the order of the papers."""
    blocks: dict[str, list[int]] = {}
    for place, paper in enumerate(papers):
        for key in _keys(paper):
            blocks.setdefault(key, []).append(place)
    pairs = {
        pair
        for places in blocks.values()
        if 1 < len(places) <= _MAX_BLOCK
        for pair in combinations(places, 2)
    }
    for one, other in sorted(pairs):
        yield papers[one], papers[other]


def _keys(paper: _Paper) -> Iterator[str]:
    yield f"t {paper.loose}"
    if len(paper.loose) >= 25:
        yield f"b {paper.loose[:20]}"
        yield f"e {paper.loose[-20:]}"
    yield from (f"d {doi}" for doi in paper.dois)
    if len(paper.abstract) >= 100:
        yield f"a {paper.abstract[:60].casefold()}"


def _verdict(one: _Paper, other: _Paper) -> tuple[str, str]:
    """Return the rule by which two papers are one, or why they nearly are; both may be empty."""
    titles = jaccard(one.words, other.words)
    doi = bool(one.dois & other.dois)
    loose = one.loose == other.loose
    beginning = bool(one.abstract) and one.abstract[:60] == other.abstract[:60]
    if not (doi or loose or beginning or titles >= SIMILAR_TITLE):
        return "", ""
    abstracts = _abstracts(one, other)
    if loose and abstracts is None and _are_two_works(one, other):
        return "", ""
    differ = one.words ^ other.words
    numbered = any(_NUMBERING.fullmatch(word) for word in differ)
    rule = ""
    if doi and titles >= RELATED_TITLE and not numbered:
        rule = DOI
    elif loose and (abstracts is None or abstracts >= RELATED_ABSTRACT):
        rule = LOOSE
    elif titles >= SIMILAR_TITLE and (abstracts or 0) >= SIMILAR_ABSTRACT and not numbered:
        rule = NEAR
    if rule and have_different_arxiv_ids(one.arxiv_ids, other.arxiv_ids):
        return "", f"{rule}, but different arXiv ids"
    if rule:
        return rule, ""
    return "", _why(doi, loose, titles, abstracts)


def _are_two_works(one: _Paper, other: _Paper) -> bool:
    """Whether titles alone do not make two papers one; those of one key were told apart before."""
    told_apart = one.key == other.key and not (one.arxiv_id or other.arxiv_id)
    has_own = bool(one.dois and other.dois) and one.dois.isdisjoint(other.dois)
    if told_apart and (has_own or is_generic_title(one.key)):
        return True
    return are_other_works(one.key, one.dois, other.dois)


def _why(doi: bool, loose: bool, titles: float, abstracts: float | None) -> str:
    if doi:
        return "same DOI, but another title"
    if loose:
        return "same title, but another abstract"
    if abstracts is not None and abstracts >= SAME_ABSTRACT:
        return f"same abstract, but titles alike by {titles:.2f}"
    if titles >= SIMILAR_TITLE:
        compared = "not known" if abstracts is None else f"alike by {abstracts:.2f}"
        return f"titles alike by {titles:.2f}, abstracts {compared}"
    return ""


def _abstracts(one: _Paper, other: _Paper) -> float | None:
    if not one.abstract or not other.abstract:
        return None
    if one.abstract == other.abstract:
        return 1.0
    words = _words(one.abstract), _words(other.abstract)
    # Of a few words most are common ones.
    return jaccard(*words) if min(map(len, words)) >= _FEWEST_WORDS else 0.0


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(text.casefold()))
