"""Topics: what the user defines in `topics.toml`, found in papers, with the evidence kept."""

from __future__ import annotations

from .definitions import Topic, read_topics
from .recogniser import find_topics

__all__ = ["Topic", "find_topics", "read_topics"]
