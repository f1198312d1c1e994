"""Which paper a person means: by arXiv id in its usual spellings, by alias, by title."""

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
    """The papers of a run by every id they go under, and by normalised title."""

    by_id: dict[str, str]
    by_title: dict[str, tuple[str, ...]]


def paper_index(papers: pd.DataFrame) -> PaperIndex:
    """Index papers by their ids and titles.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, `title` and, where there is one, `aliases` (lists of str).

    Returns
    -------
    PaperIndex
        A paper's own id comes before another one's alias; a title may name several papers.
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
    return PaperIndex(by_id, {title: tuple(named) for title, named in by_title.items()})


def bare_id(text: str) -> str:
    """Return an id without "arXiv:", address or version: 2401.00001 for arXiv:2401.00001v2."""
    bare = _PREFIX.sub("", clean(text), count=1)
    match = _ARXIV.fullmatch(bare)
    if match is None:
        return clean(text)
    archive, slash, number = match[1].partition("/")
    return f"{archive.lower().split('.')[0]}/{number}" if slash else match[1]


def paper_by_id(index: PaperIndex, *, text: str) -> str | None:
    """Return the id of the paper that `text` names by an id or alias, None where it names none.

    What a spreadsheet makes of an arXiv id is mended: 2310.1234 also finds 2310.12340, and
    704.0001 also finds 0704.0001.
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
    """Return the ids of the papers whose title is `text`, case and punctuation aside."""
    title = clean(text)
    return index.by_title.get(normalised_title(title), ()) if title else ()


def papers_named(index: PaperIndex, *, text: str) -> tuple[str, ...]:
    """Return the ids of the papers that `text` names: one by id or alias, else all by title."""
    by_id = paper_by_id(index, text=text)
    return papers_by_title(index, text=text) if by_id is None else (by_id,)


def the_paper(papers: pd.DataFrame, *, text: str) -> str:
    """Return the id of the one paper that a person means.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, `title`, `aliases`.
    text : str
        An id or alias, a title, or a part of a title that no other paper has.

    Raises
    ------
    InputError
        Where no paper is meant, or more than one; close ones are named.
    """
    index = paper_index(papers)
    if (by_id := paper_by_id(index, text=text)) is not None:
        return by_id
    found = papers_by_title(index, text=text)
    part = normalised_title(clean(text))
    if not found and part:
        found = tuple(i for t, ids in sorted(index.by_title.items()) if part in t for i in ids)
    if len(found) == 1:
        return found[0]
    titles = dict(zip(papers["paper_id"], papers["title"], strict=True))
    shown = first_lines(clean(text), limit=80)
    if found:
        raise InputError(
            f"{len(found):,} papers have {shown!r} in their titles: {_named(found, titles=titles)}",
            allowed="an id, a title, or a part of a title that no other paper of the run has",
            next_step="give the id of the paper that is meant, or more of its title",
        )
    close = _close(text, titles=titles)
    raise InputError(
        f"no paper {shown!r} in this run" + (f"; close are {close}" if close else ""),
        allowed="an id, a title, or a part of a title of a paper of the run",
        next_step="give another, or name another run; map.html of the run has a search",
    )


def the_topic(groups: pd.DataFrame, *, text: str) -> str:
    """Return the id of the topic that a person means by its id or label.

    Parameters
    ----------
    groups : DataFrame
        Of the run: `kind`, `group_id`, `label`.
    text : str

    Raises
    ------
    InputError
        Where there is no such topic; close ones are named.
    """
    own = groups[groups["kind"] == "topic"]
    ids = own["group_id"].tolist()
    names = {label.casefold(): i for i, label in zip(ids, own["label"], strict=True)}
    names |= {identifier: identifier for identifier in ids}
    wanted = clean(text).casefold()
    if wanted in names:
        return names[wanted]
    close = get_close_matches(wanted, list(names), n=1)
    meant = f" (did you mean {names[close[0]]}?)" if close else ""
    raise InputError(
        f"no topic {first_lines(clean(text), limit=60)!r} in this run{meant}",
        allowed=f"one of {', '.join(ids)}" if ids else "none: this run looked for no topic",
        next_step="choose one of these, or define it in topics.toml and run again",
    )


def _named(ids: Sequence[str], *, titles: dict[str, str], most: int = 3) -> str:
    named = [f"{i} “{first_lines(titles[i], limit=60)}”" for i in ids[:most]]
    rest = len(ids) - most
    return ", ".join(named) + (f" and {rest:,} more" if rest > 0 else "")


def _close(text: str, *, titles: dict[str, str]) -> str:
    """Name the papers with the closest ids, or those whose titles share the most words."""
    if _NUMBER.fullmatch(bare_id(text)):
        return _named(get_close_matches(bare_id(text), sorted(titles), cutoff=0.8), titles=titles)
    wanted = set(content_words(clean(text)))
    shared = {i: len(wanted & set(content_words(title))) for i, title in titles.items()}
    best = sorted((i for i, n in shared.items() if n), key=lambda i: (-shared[i], i))
    return _named(best[:3], titles=titles)
