"""Cleaning many texts: what is clean already costs next to nothing."""

from __future__ import annotations

import unicodedata

from analysis.base.escaping import clean


def cleaned(text: str) -> str:
    """Return what `text.clean` returns.

    A text that is printable once its white space is plain has nothing that `clean` would take out,
    so that only its form is left to look at.
    """
    told = " ".join(text.split())
    tidy = told.isprintable() and (told.isascii() or unicodedata.is_normalized("NFC", told))
    return told if tidy else clean(text)
