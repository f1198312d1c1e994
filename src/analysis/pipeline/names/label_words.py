"""Words that are never used in labels: checked, read from a file, taken from the parent run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines
from analysis.base.files import read_small

MOST_WORDS = 10_000
LONGEST = 100
MOST_BYTES = 1_000_000
_COMMENT = re.compile(r"(?:^|\s)#.*")
_ALLOWED = (
    f"one word or phrase per line, of up to {LONGEST} characters with a letter or digit, at most "
    f"{MOST_WORDS:,} of them; what follows a # at the start of a line or after a space is a comment"
)


def checked_words(words: Iterable[str]) -> tuple[str, ...]:
    """Return words and phrases in their stored form: on one line, each once, sorted.

    Parameters
    ----------
    words : iterable of str
        Two that differ in case alone count as one.

    Raises
    ------
    InputError
        If a word is empty, too long or without a letter or digit, or there are too many; all
        problems together.
    """
    cleaned = [clean(word) for word in words]
    return _stored(cleaned, problems=[_problem(word) for word in cleaned])


def read_words(path: Path) -> tuple[str, ...]:
    """Return the words of a file, as `checked_words` does.

    Parameters
    ----------
    path : Path
        UTF-8 text with one word or phrase per line; empty lines and comments count for nothing.

    Raises
    ------
    InputError
        If it cannot be read, is too large, or has lines that are no words; all lines together.
    """
    try:
        text = read_small(path, most=MOST_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise _error([f"cannot read {path}: {error.strerror or type(error).__name__}"]) from error
    except UnicodeDecodeError as error:
        raise _error([f"{path} is not a text in UTF-8"]) from error
    lines = [clean(_COMMENT.sub("", line)) for line in text.splitlines()]
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line]
    problems = [
        f"{path}, line {number}: {problem}" if (problem := _problem(line)) else ""
        for number, line in numbered
    ]
    return _stored([line for _, line in numbered], problems=problems)


def given_words(words: Sequence[str], *, file: Path | None) -> tuple[str, ...] | None:
    """Return the words of an option and of a file together; None if neither is given."""
    if not words and file is None:
        return None
    return checked_words([*words, *(read_words(file) if file is not None else ())])


def words_of_parent(
    given: Sequence[str] | None, *, settings: Mapping[str, Any] | None
) -> tuple[str, ...]:
    """Return the words that apply to a run: those given, else those of the run that it continues.

    Parameters
    ----------
    given : sequence of str or None
        None if nothing was said; an empty sequence means no words.
    settings : mapping or None
        The recorded settings of the run that is continued, if there is one.
    """
    words = (settings or {}).get("not_in_labels", ()) if given is None else given
    return checked_words(words)


def _problem(word: str) -> str:
    if not any(character.isalnum() for character in word):
        return f"{first_lines(word, limit=40)!r} has no letter or digit"
    if len(word) > LONGEST:
        return f"{first_lines(word, limit=40)!r} has {len(word):,} characters"
    return ""


def _stored(words: Sequence[str], *, problems: Sequence[str]) -> tuple[str, ...]:
    found = [problem for problem in problems if problem]
    if len(words) > MOST_WORDS:
        found.append(f"{len(words):,} words")
    if found:
        raise _error(found)
    return tuple(sorted({word.casefold(): word for word in words}.values()))


def _error(problems: Sequence[str]) -> InputError:
    return InputError(
        problems,
        allowed=_ALLOWED,
        next_step="correct --not-in-labels or the file of --stopwords, and run again",
    )
