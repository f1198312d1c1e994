"""Texts to unit vectors: the built-in embedding, others by name, a cache.

The default needs no download and no extra package. Each of its vectors depends on one text alone,
and on the words that a series learned (`new_words.py`), so that papers of its runs can be compared.
"""

from __future__ import annotations

from .explain import explain, explain_pair, strongest_word_finder, strongest_words
from .external import given_vectors
from .registry import (
    ALLOWED_NAMES,
    EMBEDDINGS,
    depends_on_text_alone,
    embed,
    embedding_version,
    is_embedding_name,
    paper_texts,
)

__all__ = [
    "ALLOWED_NAMES",
    "EMBEDDINGS",
    "depends_on_text_alone",
    "embed",
    "embedding_version",
    "explain",
    "explain_pair",
    "given_vectors",
    "is_embedding_name",
    "paper_texts",
    "strongest_word_finder",
    "strongest_words",
]
