"""Topics: what the user defines in `topics.toml`, found in papers, with the evidence kept."""

from __future__ import annotations

from .definitions import Topic, located, read_topics
from .nearness import Fitted, as_arrays, from_arrays
from .recogniser import Recognised, reclassified, recognise

__all__ = [
    "Fitted",
    "Recognised",
    "Topic",
    "as_arrays",
    "from_arrays",
    "located",
    "read_topics",
    "reclassified",
    "recognise",
]  # fmt: skip
