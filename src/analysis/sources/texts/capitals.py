"""Texts that were put into capitals, as bibliometrix does, back in small letters."""

from __future__ import annotations

import re

import pandas as pd

_START = re.compile(r"(^|[.!?]\s+)([^\W\d_])")
_WITH_DIGIT = re.compile(r"[^\W_]*\d[^\W_]*", re.IGNORECASE)
_COLUMNS = ("TI", "AB")


def without_capitals(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a bibliometrix table with titles and abstracts in small letters.

    Only texts without any small letter are changed; sentences begin with a capital, and words
    with digits ("CO2") stay as they are. Acronyms are lost: they cannot be told from other words.
    """
    changed = {name: frame[name].map(_lowered) for name in _COLUMNS if name in frame}
    return frame.assign(**changed) if frame.columns.is_unique else frame


def _lowered(text: object) -> object:
    if not isinstance(text, str) or text.upper() != text or text.lower() == text:
        return text
    kept = {match.start(): match.group() for match in _WITH_DIGIT.finditer(text)}
    lowered = text.lower()
    if len(lowered) != len(text):
        return text
    for start, word in kept.items():
        lowered = lowered[:start] + word + lowered[start + len(word) :]
    return _START.sub(lambda match: match[1] + match[2].upper(), lowered)
