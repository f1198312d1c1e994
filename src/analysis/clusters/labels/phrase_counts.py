"""Which papers hold which phrases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from .phrases import phrase_keys


@dataclass(frozen=True)
class PhraseCounts:
    """Which of n papers hold which phrases.

    Attributes
    ----------
    texts : list of str, length n
    presence, in_titles : csr_matrix of float64, shape (n, number of phrases)
        1 where title or abstract, or the title, holds the phrase.
    keys : ndarray of str
        The phrases, folded.
    """

    texts: list[str]
    presence: sp.csr_matrix
    in_titles: sp.csr_matrix
    keys: np.ndarray

    def of_rows(self, rows: np.ndarray) -> PhraseCounts:
        """Return the counts of some papers only, by row numbers."""
        texts = [self.texts[row] for row in rows]
        return PhraseCounts(texts, self.presence[rows], self.in_titles[rows], self.keys)


def count_phrases(
    titles: Sequence[str],
    abstracts: Sequence[str | None],
    *,
    track: Callable[..., Iterable[str]] = list,
) -> PhraseCounts:
    """Find the phrases that occur in at least two papers, in four from 1,000 papers on.

    Parameters
    ----------
    titles, abstracts : sequence of str, length n
    track : callable
        Walks through a sequence; may draw a progress bar.
    """
    abstracts = [text if isinstance(text, str) else "" for text in abstracts]
    texts = [f"{title}. {abstract}" for title, abstract in zip(titles, abstracts, strict=True)]
    least = 2 if len(texts) < 1000 else 4
    counter = CountVectorizer(analyzer=phrase_keys, min_df=least, binary=True, dtype=np.float64)
    try:
        presence = counter.fit_transform(track(texts))
    except ValueError:  # scikit-learn's way to say that no phrase occurs often enough
        none = sp.csr_matrix((len(texts), 0))
        return PhraseCounts(texts, none, none, np.array([], dtype=str))
    in_titles = CountVectorizer(
        analyzer=phrase_keys, vocabulary=counter.vocabulary_, binary=True, dtype=np.float64
    ).transform(titles)
    return PhraseCounts(texts, presence, in_titles, counter.get_feature_names_out())
