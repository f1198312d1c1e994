"""Fixed rules that split a text into words, and an unknown word into character n-grams.

The built-in model was trained with exactly these rules. Changing one of them requires a new model,
so `RULES` is stored in the model file and compared when it is loaded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator

RULES = 1
"""Version of the rules in this file."""

MAX_WORD = 40
"""Longer tokens are noise (hashes, encoded data) and are cut to this length."""

NGRAMS = (3, 4, 5)
"""Lengths of the character n-grams of a word, including its two boundary marks."""

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_LATEX_ACCENT = re.compile(r"\{?\\(?:[`'^\"~=.]\s*\{?|[uvHckr]\s*\{)([A-Za-z])\}{0,2}")
_LATEX_COMMAND = re.compile(
    r"\\(?:text|math|em|it|bf|tt|rm|sf|sc|url|href|cite|ref|left|right|begin|end)[a-z]*\b"
)
_STOP_TEXT = """
    a about above across after again against all almost alone along already also although always
    am among an and another any anyone anything are around as at be became because become becomes
    been before being below between beyond both but by can cannot could de did do does doing done
    down due during each either else elsewhere enough etc even ever every everything except few for
    from further furthermore get give go had has have having he hence her here hers him his how
    however i ie if in indeed instead into is it its itself keep last latter least less made many
    may me meanwhile might more moreover most mostly much must my namely neither never nevertheless
    next no nobody none nor not nothing now of off often on once one only onto or other others
    otherwise our ours out over own per perhaps put rather re s same see seem seemed seems several
    she should since so some something sometimes still such t than that the their them themselves
    then there thereby therefore these they this those though through throughout thus to together
    too toward towards two under until up upon us very via was we well were what whatever when where
    whereas whereby wherein whether which while who whole whom whose why will with within without
    would yet you your"""
_STOP = frozenset(_STOP_TEXT.split())


def singular(word: str) -> str:
    """Return the singular of a plural by three English rules; other words unchanged."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def normalise(text: str) -> str:
    """Lower-case a text in NFKC; LaTeX accents become letters, LaTeX commands are removed."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if "\\" in text:
        text = _LATEX_COMMAND.sub(" ", _LATEX_ACCENT.sub(r"\1", text))
    return text.lower()


def raw_tokens(text: str) -> list[str]:
    """Return the runs of letters and digits of a text; a hyphenated compound is one token."""
    return _WORD.findall(normalise(text))


def token_words(token: str, *, vocabulary: Container[str]) -> list[str]:
    """Return the words that one raw token stands for.

    A hyphenated token is one word if the vocabulary contains it joined or hyphenated, else the
    words of its parts. Stop words, single letters and pure numbers are left out.

    Parameters
    ----------
    token : str
        From `raw_tokens`.
    vocabulary : container of str

    Returns
    -------
    list of str
        Zero or more words in the singular, each at most `MAX_WORD` letters long.
    """
    if "-" in token:
        word = singular(token)
        for candidate in (word, word.replace("-", "")):
            if candidate in vocabulary:
                return [candidate]
        parts = token.split("-")
        return [word for part in parts for word in token_words(part, vocabulary=vocabulary)]
    if len(token) < 2 or token in _STOP or token.isdigit():
        return []
    return [singular(token[:MAX_WORD])]


def ngrams(word: str) -> Iterator[str]:
    """Yield the character n-grams of `<word>` with lengths `NGRAMS`, left to right."""
    marked = f"<{word}>"
    for size in NGRAMS:
        for start in range(len(marked) - size + 1):
            yield marked[start : start + size]
