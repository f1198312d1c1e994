"""The word lists of `vocabulary.toml` as sets."""

from __future__ import annotations

import tomllib
from pathlib import Path

_LISTS = tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text(encoding="utf-8"))


def _words(*names: str) -> frozenset[str]:
    return frozenset(word for name in names for word in _LISTS[name].split())


LINE_WORDS = _words("publishing", "function")
PLACEHOLDER_WORDS = LINE_WORDS | _words("placeholder")
PLACEHOLDERS = frozenset(" ".join(one.split()) for one in _LISTS["placeholders"].split("|"))
HEADING_WORDS = _words("heading")
HEADING_CORE = _words("heading_core")
BARE_HEADINGS = _words("bare_headings")
OTHER_HEADINGS = frozenset(" ".join(one.split()) for one in _LISTS["other_headings"].split("|"))
HAN_HEADINGS = "|".join(sorted(_words("han_headings"), key=lambda word: (-len(word), word)))
OPENINGS = _words("openings")
PUBLISHERS = tuple(sorted(name.replace("_", " ") for name in _words("publishers")))
