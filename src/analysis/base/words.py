"""Words as Papertide counts them: tokens, stop words and folded plurals."""

from __future__ import annotations

import re
from functools import lru_cache

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

    "Pre-training", "pretraining" and "Pre-Training" are one word.
    """
    return fold_plural(word.lower().replace("-", "").replace("’", "'").removesuffix("'s"))


def content_words(text: str) -> list[str]:
    """Return the folded words of `text` that are neither stop words, numbers nor single letters."""
    words = (match.group().lower().replace("’", "'") for match in WORD.finditer(text))
    folded = (fold_word(word) for word in words if word not in STOP_WORDS)
    return [word for word in folded if len(word) > 1 and not word.isdigit()]


def sentences(text: str) -> list[str]:
    """Split `text` after full stops, question and exclamation marks that begin a new sentence."""
    return [part for part in _SENTENCE_END.split(text.strip()) if part]
