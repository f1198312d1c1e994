"""Placeholders: what sources write where they have no abstract."""

from __future__ import annotations

import re

from .headings import without_headings
from .lines import without_lines
from .vocabulary import PLACEHOLDER_WORDS, PLACEHOLDERS

LONGEST = 400
"""Characters of the longest placeholder."""

_WORD = re.compile(r"[^\W\d_](?:[\w/'’-]*\w)?")
_ABSTRACT = re.compile(
    r"abstract|summary|synopsis|preview|excerpt|extract|description|record|text|pdf|content|item"
)
_SAYS_NONE = re.compile(
    r"\b(?:no|not|none|without|unavailable|absent|lacking|missing|pending|withheld|soon|later|"
    r"never|available|see|refer|consult|follows?|restricted|embargo\w*|click|access|view|error|"
    r"found)\b"
)
_OTHERS = re.compile(
    "|".join(
        (
            r"info:eu-repo/\S+",
            r"contains full\s?text.*",
            r"click to (?:in|de)crease.*",
            r"(?:image|thumbnail) size.*",
            r"kein\w* (?:abstract|zusammenfassung|kurzfassung)\b.*",
            r"(?:abstract|zusammenfassung) (?:nicht|fehlt)\b.*",
            r"(?:pas|aucun|sans) (?:de |d['’])?(?:résumé|resume)\b.*",
            r"résumé (?:non|in)\s?(?:disponible|fourni)\b.*",
            r"(?:sin|no hay|no existe|no tiene) (?:un )?resumen\b.*",
            r"resumen no (?:est[áa] )?disponible\b.*",
            r"(?:sem|não há) resumo\b.*",
            r"resumo (?:não|in)\s?(?:está )?dispon[ií]vel\b.*",
            r"(?:nessun|senza) (?:abstract|sommario|riassunto)\b.*",
            r"(?:abstract|riassunto) non disponibile\b.*",
            r"(?:voir|consulter) le résumé\b.*",
            r"geen (?:abstract|samenvatting)\b.*",
            r"(?:ingen|inget) (?:abstract|sammanfattning|resumé)\b.*",
            r"brak (?:abstraktu|streszczenia)\b.*",
        )
    )
)
"""Placeholders of repositories and in other languages, as a whole."""


def is_placeholder(text: str) -> bool:
    """Whether `text` stands where an abstract is missing: "N/A", "No abstract available."."""
    if len(text) > LONGEST:
        return False
    plain = " ".join(text.casefold().split()).strip(" .,:;!?-–—_*[](){}<>\"'“”·•…/#=¿¡")
    if not any(character.isalnum() for character in plain) or plain in PLACEHOLDERS:
        return True
    if _OTHERS.fullmatch(plain) or _is_made_of_placeholders(plain):
        return True
    return _is_empty(text)


def _is_made_of_placeholders(plain: str) -> bool:
    words = _WORD.findall(plain)
    if not all(word in PLACEHOLDER_WORDS for word in words):
        return False
    return bool(_ABSTRACT.search(plain) and _SAYS_NONE.search(plain))


def _is_empty(text: str) -> bool:
    """Whether nothing is left of `text` without lines and headings."""
    left = without_headings(without_lines(text))
    return left is not text and not any(character.isalnum() for character in left)
