"""From a text to its words, and from an unknown word to its letters: fixed rules, no state.

The built-in model was trained with exactly these rules. Changing one of them needs a new model,
so `RULES` is stored in the model file and compared when it is loaded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

RULES = 1
"""Version of the rules in this file."""

MAX_WORD = 40
"""Longer tokens are noise (hashes, encoded data): they are cut here."""

NGRAMS = (3, 4, 5)
"""Lengths of the letter groups of a word, its two boundary marks included."""

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


def folded(word: str) -> str:
    """Fold a plural to its singular by three English rules; other words are returned unchanged."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def plain(text: str) -> str:
    """Lower-case `text` in NFKC; LaTeX accents become their letters, LaTeX font commands go."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if "\\" in text:
        text = _LATEX_COMMAND.sub(" ", _LATEX_ACCENT.sub(r"\1", text))
    return text.lower()


def raw_words(text: str) -> list[str]:
    """Return the runs of letters and digits of a text, hyphenated compounds in one piece."""
    return _WORD.findall(plain(text))


def features(raw: str, *, known: object) -> list[str]:
    """Return the words that one raw token stands for.

    A hyphenated token is one word where `known` contains it joined or hyphenated, else its parts.
    Stop words, single letters and pure numbers are none.

    Parameters
    ----------
    raw : str
        One token from `raw_words`.
    known : container of str
        The vocabulary.

    Returns
    -------
    list of str
        Zero or more folded words, each at most `MAX_WORD` letters long.
    """
    if "-" in raw:
        word = folded(raw)
        if word in known:  # type: ignore[operator]
            return [word]
        joined = word.replace("-", "")
        if joined in known:  # type: ignore[operator]
            return [joined]
        return [part for piece in raw.split("-") for part in features(piece, known=known)]
    if len(raw) < 2 or raw in _STOP or raw.isdigit():
        return []
    return [folded(raw[:MAX_WORD])]


def ngrams(word: str) -> Iterator[str]:
    """Yield the letter groups of `<word>` with lengths `NGRAMS`, left to right."""
    marked = f"<{word}>"
    for size in NGRAMS:
        for start in range(len(marked) - size + 1):
            yield marked[start : start + size]
