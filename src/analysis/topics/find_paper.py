"""The paper or topic that a person names: by arXiv id in its usual spellings, alias or title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines, normalised_title
from analysis.base.words import content_words

_PREFIX = re.compile(
    r"""(?: arxiv\s*:\s*
      | (?:https?://)?(?:[\w-]+\.)*arxiv\.org/(?:abs|pdf|html)/
      | (?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/papers/
      | (?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_ARXIV = re.compile(r"(\d{3,4}\.\d{1,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?", re.I)
_NUMBER = re.compile(r"(\d{3,4})\.(\d{1,5})")
_FIVE_DIGITS_SINCE = "1501"


@dataclass(frozen=True)
class PaperIndex:
    """The papers of a run by id and alias, and by normalised title."""

    by_id: dict[str, str]
    by_title: dict[str, tuple[str, ...]]


def paper_index(papers: pd.DataFrame) -> PaperIndex:
    """Index papers by their ids and titles.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, `title` and, optionally, `aliases` (lists of str).

    Returns
    -------
    PaperIndex
        A paper's own id takes precedence over another paper's alias; a title may name several
        papers.
    """
    ids = papers["paper_id"].tolist()
    by_id = {clean(identifier): identifier for identifier in reversed(ids)}
    aliases = papers["aliases"].tolist() if "aliases" in papers else [[]] * len(ids)
    for identifier, others in sorted(zip(ids, aliases, strict=True), key=lambda pair: pair[0]):
        for other in others:
            for form in (clean(str(other)), bare_id(str(other))):
                by_id.setdefault(form, identifier)
    by_title: dict[str, list[str]] = {}
    for identifier, title in sorted(zip(ids, papers["title"].tolist(), strict=True)):
        by_title.setdefault(normalised_title(clean(title)), []).append(identifier)
    return PaperIndex(by_id, {title: tuple(found) for title, found in by_title.items()})


def bare_id(text: str) -> str:
    """Return an id without "arXiv:", address or version: 2401.00001 for arXiv:2401.00001v2."""
    bare = _PREFIX.sub("", clean(text), count=1)
    match = _ARXIV.fullmatch(bare)
    if match is None:
        return clean(text)
    archive, slash, number = match[1].partition("/")
    return f"{archive.lower().split('.')[0]}/{number}" if slash else match[1]


def paper_by_id(index: PaperIndex, *, text: str) -> str | None:
    """Return the id of the paper that `text` names by an id or alias, None if there is none.

    Zeros that a spreadsheet removed from an arXiv id are restored: 2310.1234 also finds
    2310.12340, and 704.0001 also finds 0704.0001.
    """
    bare = bare_id(text)
    for form in (clean(text), bare):
        if form and form in index.by_id:
            return index.by_id[form]
    number = _NUMBER.fullmatch(bare)
    if number is None:
        return None
    month = number[1].zfill(4)
    length = 5 if month >= _FIVE_DIGITS_SINCE else 4
    return index.by_id.get(f"{month}.{number[2].ljust(length, '0')}")


def papers_by_title(index: PaperIndex, *, text: str) -> tuple[str, ...]:
    """Return the ids of the papers whose title is `text`, apart from case and punctuation."""
    title = clean(text)
    return index.by_title.get(normalised_title(title), ()) if title else ()


def find_papers(index: PaperIndex, *, text: str) -> tuple[str, ...]:
    """Return the ids of the papers that `text` names: one by id or alias, else all by title."""
    by_id = paper_by_id(index, text=text)
    return papers_by_title(index, text=text) if by_id is None else (by_id,)


def find_paper(papers: pd.DataFrame, *, text: str) -> str:
    """Return the id of the one paper that a person names.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, `title`, `aliases`.
    text : str
        An id or alias, a title, or a part of a title that no other paper has.

    Raises
    ------
    InputError
        If `text` names no paper, then with the closest ones, or more than one.
    """
    index = paper_index(papers)
    if (by_id := paper_by_id(index, text=text)) is not None:
        return by_id
    ids = papers_by_title(index, text=text)
    part = normalised_title(clean(text))
    if not ids and part:
        titles_with_it = sorted(title for title in index.by_title if part in title)
        ids = tuple(i for title in titles_with_it for i in index.by_title[title])
    if len(ids) == 1:
        return ids[0]
    titles = dict(zip(papers["paper_id"], papers["title"], strict=True))
    shown = first_lines(clean(text), limit=80)
    if ids:
        raise InputError(
            f"{len(ids):,} papers have {shown!r} in their titles: {_listing(ids, titles=titles)}",
            allowed="an id, a title, or a part of a title that no other paper of the run has",
            next_step="give the paper's id, or more of its title",
        )
    close = _close(text, titles=titles)
    raise InputError(
        f"no paper {shown!r} in this run" + (f"; close are {close}" if close else ""),
        allowed="an id, a title, or a part of a title of a paper of the run",
        next_step="give another one or another run; map.html of the run has a search",
    )


def find_topic(groups: pd.DataFrame, *, text: str) -> str:
    """Return the id of the topic that a person names by its id or label.

    Parameters
    ----------
    groups : DataFrame
        Table `groups` of the run.
    text : str

    Raises
    ------
    InputError
        If there is no such topic; with the closest one.
    """
    topics = groups[groups["kind"] == "topic"]
    ids = topics["group_id"].tolist()
    names = {label.casefold(): i for i, label in zip(ids, topics["label"], strict=True)}
    names |= {identifier: identifier for identifier in ids}
    wanted = clean(text).casefold()
    if wanted in names:
        return names[wanted]
    close = get_close_matches(wanted, list(names), n=1)
    hint = f" (did you mean {names[close[0]]}?)" if close else ""
    raise InputError(
        f"no topic {first_lines(clean(text), limit=60)!r} in this run{hint}",
        allowed=f"one of {', '.join(ids)}" if ids else "none: this run has no topics",
        next_step="choose one of these, or define it in topics.toml and run again",
    )


def _listing(ids: Sequence[str], *, titles: dict[str, str]) -> str:
    first = [f"{i} “{first_lines(titles[i], limit=60)}”" for i in ids[:3]]
    rest = len(ids) - 3
    return ", ".join(first) + (f" and {rest:,} more" if rest > 0 else "")


def _close(text: str, *, titles: dict[str, str]) -> str:
    """List the papers with the closest ids, or those whose titles share the most words."""
    if _NUMBER.fullmatch(bare_id(text)):
        return _listing(get_close_matches(bare_id(text), sorted(titles), cutoff=0.8), titles=titles)
    wanted = set(content_words(clean(text)))
    shared = {i: len(wanted & set(content_words(title))) for i, title in titles.items()}
    best = sorted((i for i, n in shared.items() if n), key=lambda i: (-shared[i], i))
    return _listing(best[:3], titles=titles)
