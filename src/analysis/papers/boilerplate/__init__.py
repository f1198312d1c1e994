"""What abstracts hold besides the paper: publishers' lines, headings, placeholders.

The one place that decides it. The stored abstract stays whole; `analysed_papers` returns the papers
as vectors, terms, labels, topics and duplicates see them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from analysis.base.english import count, verb

from .headings import without_headings
from .lines import without_lines
from .placeholders import is_placeholder
from .repeated import repeated_abstracts, repeated_sentences, without_repeated

__all__ = [
    "Boilerplate",
    "analysed_abstracts",
    "analysed_papers",
    "find_boilerplate",
    "is_placeholder",
    "missing_abstracts",
    "papers_as_analysed",
    "repeated_of",
]


MOST_ROUNDS = 8
"""Rounds of leaving out lines and headings; two are enough for real texts."""


@dataclass(frozen=True)
class Boilerplate:
    """The boilerplate of a snapshot.

    Attributes
    ----------
    placeholders : int
        Records whose abstract was a placeholder; it is null now.
    lines, headings : int
        Papers with lines of publishers, licences and repositories, and with headings.
    repeated : tuple of str
        Sentences that return in many papers and carry no subject; see `repeated_sentences`.
    analysed : mapping of str to (str or None)
        What is analysed of each abstract of the snapshot.
    """

    placeholders: int = 0
    lines: int = 0
    headings: int = 0
    repeated: tuple[str, ...] = ()
    analysed: Mapping[str, str | None] = field(default_factory=dict, repr=False, compare=False)

    @property
    def entry(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "placeholders": self.placeholders,
            "lines": self.lines,
            "headings": self.headings,
            "repeated": list(self.repeated),
        }

    @property
    def notes(self) -> list[str]:
        """A line on placeholders, if there are any."""
        n = self.placeholders
        if not n:
            return []
        are = verb(n, "is a placeholder and counts", "are placeholders and count")
        return [f"{count(n, 'abstract')} {are} as missing (“No abstract available”)"]


def missing_abstracts(titles: Sequence[str], abstracts: Sequence[str | None]) -> list[bool]:
    """Tell which abstracts are placeholders: by what they say, or because they return.

    Parameters
    ----------
    titles, abstracts : sequence of str, length n
        None where there is no abstract.
    """
    returning = repeated_abstracts(titles, abstracts)
    return [text in returning or is_placeholder(text) if text else False for text in abstracts]


def find_boilerplate(
    titles: Sequence[str], abstracts: Sequence[str | None], *, placeholders: int
) -> tuple[Boilerplate, list[str | None]]:
    """Find the sentences that return, and count the texts with lines and headings.

    Parameters
    ----------
    titles, abstracts : sequence of str, length n
        None where there is no abstract, and where it is a placeholder.
    placeholders : int
        How many of them were.

    Returns
    -------
    boilerplate : Boilerplate
    analysed : list of str or None, length n
        What `analysed_abstracts` returns with `boilerplate.repeated`.
    """
    plain = [_plain(text) for text in abstracts]
    texts = [one.text for one in plain]
    repeated = repeated_sentences(titles, texts)
    analysed = analysed_abstracts(texts, repeated=repeated) if repeated else texts
    returning = [new is not old for new, old in zip(analysed, texts, strict=True)]
    n_lines = sum(one.has_line or gone for one, gone in zip(plain, returning, strict=True))
    n_headings = sum(one.has_heading for one in plain)
    of_text = {old: new for old, new in zip(abstracts, analysed, strict=True) if old is not None}
    return Boilerplate(placeholders, n_lines, n_headings, repeated, of_text), analysed


def analysed_abstracts(
    abstracts: Sequence[str | None], *, repeated: Collection[str] = ()
) -> list[str | None]:
    """Return abstracts as they are analysed: without lines, headings and repeated sentences.

    Parameters
    ----------
    abstracts : sequence of str, length n
        None where there is none.
    repeated : collection of str
        From `Boilerplate.repeated`.

    Returns
    -------
    list of str or None, length n
        The text itself where nothing is left out; None where nothing else is in it. What becomes
        of a text depends on it and on `repeated` alone.
    """
    keys = frozenset(repeated)
    return [_analysed(text, keys=keys) for text in abstracts]


class _Plain(NamedTuple):
    """A text without lines and headings, and whether it had some."""

    text: str | None
    has_line: bool = False
    has_heading: bool = False


def _plain(text: str | None) -> _Plain:
    """Leave out lines and headings until there is none; one can hide another."""
    if not isinstance(text, str):
        return _Plain(None)
    has_line = has_heading = False
    for _ in range(MOST_ROUNDS):
        no_lines = without_lines(text)
        no_headings = without_headings(no_lines)
        has_line |= no_lines is not text
        has_heading |= no_headings is not no_lines
        if no_headings is text:
            break
        text = no_headings
    return _Plain(text or None, has_line, has_heading)


def _analysed(text: str | None, *, keys: frozenset[str]) -> str | None:
    plain = _plain(text).text
    if plain is None or not keys:
        return plain
    left = without_repeated(plain, keys=keys)
    return plain if left is plain else _plain(left).text


def analysed_papers(
    papers: pd.DataFrame, *, repeated: Collection[str] = (), found: Boilerplate | None = None
) -> pd.DataFrame:
    """Return papers with the column `abstract` as `analysed_abstracts` gives it.

    `found` is the boilerplate of a snapshot: texts that it knows are not read again.
    """
    column = papers["abstract"].astype("object").where(papers["abstract"].notna(), None)
    texts: list[str | None] = column.tolist()
    of_text: dict[str | None, str | None] = {}
    if found is not None and set(found.repeated) == set(repeated):
        of_text.update(found.analysed)
    new = [text for text in dict.fromkeys(texts) if text not in of_text]
    of_text.update(zip(new, analysed_abstracts(new, repeated=repeated), strict=True))
    analysed = [of_text[text] for text in texts]
    return papers.assign(abstract=pd.Series(analysed, index=papers.index, dtype="str"))


def papers_as_analysed(papers: pd.DataFrame, *, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Return papers of a finished run with the abstracts as the run analysed them."""
    return analysed_papers(papers, repeated=repeated_of(manifest))


def repeated_of(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the repeated sentences that a run left out; none in runs of earlier versions."""
    return tuple(manifest.get("boilerplate", {}).get("repeated", ()))
