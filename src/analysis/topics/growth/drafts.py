"""Drafts of definitions: TOML that `read_topics` accepts, for a person to edit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from analysis.base.escaping import clean, for_toml
from analysis.base.words import STOP_WORDS, WORD, fold_word

MOST_PHRASES = 8
STRONG_SHARE = 1 / 3
_LONGEST_ID = 40
_LONGEST_PHRASE = 6
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Draft:
    """The content of a suggested `[[topic]]`; `remark` becomes comment lines above it."""

    id: str
    label: str
    description: str
    strong: tuple[str, ...]
    weak: tuple[str, ...]
    exemplars: tuple[str, ...]
    remark: str


def slug(label: str, *, taken: Collection[str]) -> str:
    """Return an id from `label` that is not in `taken`: "My topic" is my-topic or my-topic-2."""
    plain = unicodedata.normalize("NFKD", clean(label)).encode("ascii", "ignore").decode("ascii")
    base = _NOT_SLUG.sub("-", plain.lower())[:_LONGEST_ID].strip("-") or "new-topic"
    number, name = 1, base
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def strong_and_weak(
    terms: Sequence[str], *, own: Sequence[float]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sort terms into phrases that suffice for a topic and words that only support it.

    Parameters
    ----------
    terms : sequence of str
        The most distinctive first.
    own : sequence of float
        Of the papers that contain the term, the share that are the group's.

    Returns
    -------
    strong, weak : tuples of str, at most eight each
        Strong are terms of several words for which that share is at least a third, weak the
        others; if none is strong, the one with the highest share is, since a topic needs one. Left
        out are terms of stop words, numbers and single letters only, and repetitions apart from
        case, hyphens and plurals.
    """
    phrases: dict[str, tuple[str, float, bool]] = {}
    for term, share in zip(terms, own, strict=True):
        words = WORD.findall(clean(str(term)))[:_LONGEST_PHRASE]
        # Only words are taken: a "*" or "..." would have a meaning in a definition.
        if not all(_empty(word) for word in words):
            is_strong = len(words) > 1 and share >= STRONG_SHARE
            phrases.setdefault(" ".join(map(fold_word, words)), (" ".join(words), share, is_strong))
    if phrases and not any(is_strong for _, _, is_strong in phrases.values()):
        best = max(phrases, key=lambda key: phrases[key][1])
        phrases[best] = (*phrases[best][:2], True)
    strong = [text for text, _, is_strong in phrases.values() if is_strong]
    weak = [text for text, _, is_strong in phrases.values() if not is_strong]
    return tuple(strong[:MOST_PHRASES]), tuple(weak[:MOST_PHRASES])


def fold_text(text: str) -> str:
    """Return the folded words of `text` between spaces, hyphenated ones joined and then split."""
    words = WORD.findall(text)
    joined = " ".join(map(fold_word, words))
    apart = " ".join(fold_word(part) for word in words for part in word.split("-") if part)
    return f" {joined} " if joined == apart else f" {joined} | {apart} "


def _empty(word: str) -> bool:
    return word.lower() in STOP_WORDS or len(word) < 2 or word.isdigit()


def as_toml(draft: Draft) -> str:
    """Return one `[[topic]]` with its remark.

    If it has no strong phrase, the remark says so; if it has no exemplar either, all of it is a
    comment, since such a topic is not accepted.
    """
    remark = [f"# {line}" for line in map(clean, draft.remark.splitlines()) if line]
    lines = [
        "[[topic]]",
        f"id = {for_toml(draft.id)}",
        f"label = {for_toml(draft.label)}",
        f"description = {for_toml(draft.description)}",
        f"strong = {_array(draft.strong)}",
        f"weak = {_array(draft.weak)}",
        f"exemplars = {_array(draft.exemplars)}",
    ]
    if not draft.strong:
        remark.append("# No phrase sets these papers apart; please add strong phrases of your own.")
        lines = lines if draft.exemplars else [f"# {line}" for line in lines]
    return "\n".join([*remark, *lines]) + "\n"


def _array(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(for_toml, texts))}]"
