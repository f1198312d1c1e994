"""Words as Papertide counts them, and as a query searches titles and abstracts for them.

Counting knows tokens, stop words and folded plurals. The rules of searching are those of the map
page (`report/assets/map/search.js`), so that the page, the notebook and `papertide filter` find the
same papers: every word must begin a word of the title or abstract, without regard to case and
accents, and the words of a "phrase in quotes" must stand next to each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .spelling import fold_spelling

WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
"""A word: letters and digits, with hyphens and apostrophes inside it."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9(\"'“])")

STOP_WORDS = frozenset(
    """
    a about above across after again against all almost alone along already also although always
    am among amongst an and another any anyone anything anywhere are around as at back be became
    because become becomes been before beforehand behind being below beside besides between beyond
    both but by can cannot could did do does doing done down due during each either else elsewhere
    enough etc even ever every everyone everything everywhere few for former found from further
    furthermore get give go had has have having he hence her here hereby herein hers herself him
    himself his how however i ie if in inc indeed instead into is it its itself just keep last
    latter least less many may me meanwhile might mine more moreover most mostly much must my myself
    namely neither never nevertheless next no nobody none nor not nothing now nowhere of off often
    on once one only onto or other others otherwise our ours ourselves out over own per perhaps
    please rather re same several she should since so some somehow someone something sometimes
    somewhere still such take than that the their them themselves then thence there thereafter
    thereby therefore therein these they this those though through throughout thus to together too
    toward towards under unless until up upon us very via was we well were what whatever when whence
    whenever where whereas whereby wherein wherever whether which while who whoever whole whom whose
    why will with within without would yet you your yours yourself yourselves
    don doesn didn isn aren wasn weren won don't doesn't didn't isn't aren't wasn't weren't won't
    hasn't haven't hadn't can't couldn't wouldn't shouldn't let's it's that's we're they're
    i.e e.g et al vs versus
    """.split()
)
"""English function words; kept out of vectors, terms and labels."""


_SINGULARS = {
    "analyses": "analysis",
    "biases": "bias",
    "corpora": "corpus",
    "criteria": "criterion",
    "hypotheses": "hypothesis",
    "indices": "index",
    "lenses": "lens",
    "matrices": "matrix",
    "phenomena": "phenomenon",
    "vertices": "vertex",
} | {word: word for word in "bias atlas canvas gas lens news series species whereas".split()}


def fold_plural(word: str) -> str:
    """Return the singular of an English plural in lower case, else the word itself.

    Regular plurals by their ending, the irregular ones of abstracts by a list.
    """
    if word in _SINGULARS:
        return _SINGULARS[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=500_000)
def fold_word(word: str) -> str:
    """Return the form in which a word is counted: lower case, no inner hyphen, singular.

    "Pre-training", "pretraining" and "Pre-Training" are one word, "tumour" and "tumors" too.
    """
    plain = word.lower().replace("-", "").replace("’", "'").removesuffix("'s")
    return fold_spelling(fold_plural(plain))


def content_words(text: str) -> list[str]:
    """Return the folded words of `text` that are neither stop words, numbers nor single letters."""
    words = (match.group().lower().replace("’", "'") for match in WORD.finditer(text))
    folded = (fold_word(word) for word in words if word not in STOP_WORDS)
    return [word for word in folded if len(word) > 1 and not word.isdigit()]


def sentences(text: str) -> list[str]:
    """Split `text` after full stops, question and exclamation marks that begin a new sentence."""
    return [part for part in _SENTENCE_END.split(text.strip()) if part]


# searching

_SEARCHED_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r'["“”„«]([^"“”„«»]+)["“”«»]')
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_UNSPACED = re.compile(
    "[\u0e00-\u0e7f\u3005\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
)
"""Scripts that put no spaces between words: Thai, Han, Hiragana and Katakana."""

_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}


def fold(text: str) -> str:
    """Return `text` in lower case, without accents and with compatible characters unified."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return _NOT_ASCII.sub(_without_mark, decomposed).lower()


def _without_mark(match: re.Match[str]) -> str:
    character = match.group()
    return "" if unicodedata.category(character)[0] == "M" else character


def searchable_text(title: str, abstract: str | None) -> str:
    """Return the folded words of a paper, one space before each."""
    text = f"{title} {abstract}" if isinstance(abstract, str) else title
    words = text.translate(_ASCII).split() if text.isascii() else _SEARCHED_WORD.findall(fold(text))
    return f" {' '.join(words)}"


def query_terms(query: str, *, join_hyphens: bool = False) -> list[str]:
    """Return the terms of a query: what a searchable text must contain to match.

    Parameters
    ----------
    query : str
        Words and "phrases in quotes" (straight, typographic or angle quotes).
    join_hyphens : bool
        Whether words that are joined by a hyphen or another sign form a phrase.

    Returns
    -------
    list of str
        One folded term per word or phrase, each once, in the order of the query. A term begins
        with a space, so that it matches only where a word begins; a single word in a script
        without spaces between words does not, and matches anywhere.
    """
    terms: list[str] = []
    for place, part in enumerate(_QUOTED.split(query)):
        if place % 2 == 1:  # the text between quotes is the captured group
            groups = [part]
        else:
            groups = part.split() if join_hyphens else _SEARCHED_WORD.findall(fold(part))
        terms += [_term(_SEARCHED_WORD.findall(fold(group))) for group in groups]
    return [term for term in dict.fromkeys(terms) if term]


def _term(words: Sequence[str]) -> str:
    if len(words) == 1 and _UNSPACED.search(words[0]):
        return words[0]
    return "".join(f" {word}" for word in words)


def matching_texts(query: str, *, texts: Sequence[str]) -> NDArray[np.bool_]:
    """Return which texts contain every term of a query.

    Parameters
    ----------
    query : str
        An empty query, or one of spaces, matches every text; one without a letter or digit none.
    texts : sequence of str, length n
        From `searchable_text`.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    if not query.strip():
        return np.ones(len(texts), dtype=bool)
    matches = np.zeros(len(texts), dtype=bool)
    terms = query_terms(query)
    rows: Iterable[int] = range(len(texts)) if terms else ()
    for term in sorted(terms, key=len, reverse=True):  # the longest is the rarest, most often
        rows = [row for row in rows if term in texts[row]]
    matches[list(rows)] = True
    return matches
