"""Cleaning many texts: what is clean already costs next to nothing."""

from __future__ import annotations

import unicodedata

from ..text import clean


def cleaned(text: str) -> str:
    """Return what `text.clean` returns.

    A printable text has no white space but the plain space and nothing that `clean` would take
    out, so that only its form and its spaces are left to look at.
    """
    tidy = (
        text.isprintable()
        and "  " not in text
        and not text.startswith(" ")
        and not text.endswith(" ")
        and (text.isascii() or unicodedata.is_normalized("NFC", text))
    )
    return text if tidy else clean(text)
