"""Candidate noun phrases of one to three words, found without a tagger, and who contains them.

A phrase is a run of words between punctuation, function words and the verbs, adverbs and stock
words of abstracts (`vocabulary.toml`). Its last word must be able to head a noun phrase.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.base.words import STOP_WORDS, WORD, fold_word

from .occurrences import PhraseIndex

if TYPE_CHECKING:
    import numpy as np
    import scipy.sparse as sp

LONGEST = 3

_RUN = re.compile(f"{WORD.pattern}(?: {WORD.pattern})*")
_GOES_ON, _ENDS, _ENDS_UNLESS = range(3)
_END_OF_RUN = ("", _ENDS, False)
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\b[\w-]{1,64}\.(?:io|com|org|net|ai|co)\b\S*")
_MAY_BE_ADDRESS = re.compile(r"://|www\.|\.(?:io|com|org|net|ai|co)\b")

_TEXT = Path(__file__).with_name("vocabulary.toml").read_text(encoding="utf-8")
_WORDS = {name: frozenset(words.split()) for name, words in tomllib.loads(_TEXT).items()}
_BREAKS, _ING_NOUNS, _FOREIGN = _WORDS["breaks"], _WORDS["ing_nouns"], _WORDS["foreign"]
_WEAK_ALONE = frozenset(map(fold_word, _WORDS["weak_alone"]))
_NOT_HEADS = frozenset(map(fold_word, _WORDS["not_heads"]))
_NOUNS = frozenset(map(fold_word, _WORDS["nouns_with_adjective_endings"]))
_ADJECTIVE_ENDINGS = (
    *("ly", "ous", "ful", "less", "ible", "able", "ish", "ward", "wise", "specific", "based"),
    *("aware", "driven", "agnostic", "free", "level", "oriented", "guided"),
)
_ADJECTIVE_OR_NOUN = ("al", "ive", "ic", "ed", "ary", "ar")


@lru_cache(maxsize=200_000)
def _kind(lower: str) -> tuple[str, bool, bool]:
    """Return a word's folded form, whether it ends a phrase, and whether it can be the head."""
    folded = fold_word(lower)
    plain = lower.replace("-", "")
    if lower in STOP_WORDS or lower in _BREAKS or plain in _BREAKS or folded in _BREAKS:
        return folded, True, False
    if len(lower) < 2 or (lower[0].isdigit() and not any(c.isalpha() for c in lower)):
        return folded, True, False
    if lower.endswith("ly") and len(lower) > 4:
        return folded, True, False
    last = lower.rsplit("-", 1)[-1]
    if last.endswith("ing") and last not in _ING_NOUNS and plain not in _ING_NOUNS:
        return folded, len(last) > 5, len(last) <= 5
    ends_as_adjective = last.endswith(_ADJECTIVE_ENDINGS) or (
        len(last) > 3 and last.endswith(_ADJECTIVE_OR_NOUN) and folded not in _NOUNS
    )
    return folded, False, not (ends_as_adjective or folded in _NOT_HEADS)


def ends_phrase(word: str) -> bool:
    """Whether a word in lower case stands in no phrase: function words, verbs, numbers."""
    return _kind(word)[1]


def may_head(word: str) -> bool:
    """Whether a word in lower case can be the last of a noun phrase."""
    return _kind(word)[2]


@lru_cache(maxsize=200_000)
def _as_written(word: str) -> tuple[str, int, bool]:
    """Return a word's folded form, whether it ends a phrase, and whether it can be the head.

    The second is `_ENDS_UNLESS` for "de", which ends one as a word of another language, but stands
    in the names "de novo" and "de facto"; EM, DES and OS are names too.
    """
    lower = word.lower()
    folded, ends, head = _kind(lower)
    if not ends and lower in _FOREIGN and not word.isupper():
        ends_here = _ENDS_UNLESS if word == "de" else _ENDS
    else:
        ends_here = _ENDS if ends else _GOES_ON
    return folded, ends_here, head


def _tails(text: str) -> Iterator[tuple[list[str], list[tuple[str, int, bool]]]]:
    """Yield the last words, at most `LONGEST`, of each run of words that may form a phrase.

    They come as written and as `_as_written` has them. Words of a run are separated by one space.
    """
    if _MAY_BE_ADDRESS.search(text):
        text = _ADDRESS.sub(" ; ", text)
    for run in _RUN.findall(text):
        words = run.split(" ")
        kinds = [*map(_as_written, words), _END_OF_RUN]
        start = 0
        for place, (_, ends, _) in enumerate(kinds):
            if not ends or (
                ends == _ENDS_UNLESS and words[place + 1 : place + 2] and _is_latin(words, place)
            ):
                continue
            if start < place and kinds[place - 1][2]:
                first = max(start, place - LONGEST)
                yield words[first:place], kinds[first:place]
            start = place + 1


def _is_latin(words: Sequence[str], place: int) -> bool:
    return words[place + 1].startswith(("novo", "facto"))


def phrases(text: str) -> list[tuple[str, str]]:
    """Return the candidate phrases of `text`, as (folded words joined by spaces, as written).

    A candidate ends where its run of words ends, since English noun phrases end in their head:
    "instruction tuning methods" gives neither "instruction" nor "instruction tuning".
    """
    candidates = []
    for words, kinds in _tails(text):
        keys = [folded for folded, _, _ in kinds]
        for start in range(len(words)):
            own = keys[start:]
            if len(own) == 1:
                if own[0] not in _WEAK_ALONE:
                    candidates.append((own[0], words[start]))
            elif len(set(own)) == len(own):
                candidates.append((" ".join(own), " ".join(words[start:])))
    return candidates


def phrase_keys(text: str) -> list[str]:
    """Return the folded forms of `phrases`, for counting."""
    return [key for key, _ in phrases(text)]


@dataclass(frozen=True)
class PhraseCounts:
    """Which of n papers contain which phrases.

    Attributes
    ----------
    texts, titles : list of str, length n
    presence, in_titles : csr_matrix of float64, shape (n, number of phrases)
        1 if title or abstract, or the title, contains the phrase.
    keys : ndarray of str
        The phrases, folded.
    written : list of str
        Each phrase as the first paper that has it writes it.
    known_index : PhraseIndex, optional
        Of `texts`, if there is one already.
    """

    texts: list[str]
    titles: list[str]
    presence: sp.csr_matrix
    in_titles: sp.csr_matrix
    keys: np.ndarray
    written: list[str]
    known_index: PhraseIndex | None = field(default=None, repr=False)

    @cached_property
    def index(self) -> PhraseIndex:
        """Where in the texts each word stands; made when first asked for, if it is not known."""
        return self.known_index or PhraseIndex(self.texts)

    @cached_property
    def title_index(self) -> PhraseIndex:
        """Where in the titles each word stands."""
        return PhraseIndex(self.titles, acronyms=self.index.acronyms)

    @cached_property
    def n_papers(self) -> np.ndarray:
        """The papers that contain each phrase, ndarray of float64."""
        import numpy as np

        return np.asarray(self.presence.sum(axis=0)).ravel()


def count_phrases(
    titles: Sequence[str],
    abstracts: Sequence[str | None],
    *,
    index: PhraseIndex | None = None,
    track: Callable[..., Iterable[str]] = list,
) -> PhraseCounts:
    """Count the phrases that occur in at least two papers, in four from 1,000 papers on.

    Parameters
    ----------
    titles, abstracts : sequence of str, length n
    index : PhraseIndex, optional
        Of "title. abstract" each, if there is one already.
    track : callable
        Iterates over a sequence; may draw a progress bar.
    """
    import numpy as np
    import scipy.sparse as sp
    from sklearn.feature_extraction.text import CountVectorizer

    known = [text if isinstance(text, str) else "" for text in abstracts]
    texts = [f"{title}. {abstract}" for title, abstract in zip(titles, known, strict=True)]
    least = 2 if len(texts) < 1000 else 4
    first: dict[str, str] = {}

    def keys_of(text: str) -> list[str]:
        found = phrases(text)
        for key, written in found:
            first.setdefault(key, written)
        return [key for key, _ in found]

    options = {"analyzer": keys_of, "binary": True, "dtype": np.float64}
    counter = CountVectorizer(min_df=least, **options)
    try:
        presence = counter.fit_transform(track(texts))
    except ValueError:  # scikit-learn raises it if no phrase occurs often enough
        none = sp.csr_matrix((len(texts), 0))
        return PhraseCounts(texts, list(titles), none, none, np.array([], dtype=str), [], index)
    in_titles = CountVectorizer(vocabulary=counter.vocabulary_, **options).transform(titles)
    keys = counter.get_feature_names_out()
    written = [first[key] for key in keys]
    return PhraseCounts(texts, list(titles), presence, in_titles, keys, written, index)
