"""Texts to unit vectors: the built-in embedding, the optional ones by name, a cache.

The default needs no download and no extra package. Its vectors are a function of each text alone,
so that papers of different runs can be compared.
"""

from __future__ import annotations

from .choice import ALLOWED, EMBEDDINGS, embed, embedding_version, is_known, paper_texts
from .drawing import drawing_words, strongest_words
from .explain import explain, explain_pair
from .given import given_vectors

__all__ = [
    "ALLOWED",
    "EMBEDDINGS",
    "drawing_words",
    "embed",
    "embedding_version",
    "explain",
    "explain_pair",
    "given_vectors",
    "is_known",
    "paper_texts",
    "strongest_words",
]
