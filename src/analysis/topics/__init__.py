"""Topics: what the user defines in `topics.toml`, recognised in papers, with the evidence kept."""

from __future__ import annotations

from .definitions import Topic, definition_text, phrase_location, read_topics
from .recogniser import Recognition, reclassifications, recognise_topics
from .vector_evidence import VectorFit, as_arrays, from_arrays

__all__ = [
    "Recognition",
    "Topic",
    "VectorFit",
    "as_arrays",
    "definition_text",
    "from_arrays",
    "phrase_location",
    "read_topics",
    "reclassifications",
    "recognise_topics",
]
