"""Topics: what the user defines in `topics.toml`, found in papers, with the evidence kept."""

from __future__ import annotations

from .definitions import Topic, located, read_topics
from .recognise.recogniser import Recognised, reclassified, recognise_topics
from .recognise.vector_evidence import Fitted, as_arrays, from_arrays

__all__ = [
    "Fitted",
    "Recognised",
    "Topic",
    "as_arrays",
    "from_arrays",
    "located",
    "read_topics",
    "reclassified",
    "recognise_topics",
]  # fmt: skip
