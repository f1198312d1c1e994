"""Whether a bundled set of topics is about a corpus: the share of papers that its phrases cover."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .definitions import Topic
from .phrase_evidence import phrase_evidence

MOST_READ = 1000
LEAST_COVERED = 0.45


def coverage(papers: pd.DataFrame, *, topics: Sequence[Topic]) -> float:
    """Return the share of papers that have a topic by phrases alone, the largest topic left out.

    One broad topic ("specialised domains") says nothing about the field of a corpus, so the one
    that most papers have does not count.

    Parameters
    ----------
    papers : DataFrame
        `title`, `abstract`; at most 1,000 rows are read, evenly spaced.
    topics : sequence of Topic
    """
    if not len(papers) or len(topics) < 2:
        return 0.0
    places = np.linspace(0, len(papers) - 1, min(len(papers), MOST_READ)).astype(int)
    clear = phrase_evidence(papers.iloc[places], topics=topics).odds >= 0
    largest = int(clear.sum(axis=0).argmax())
    return float(np.delete(clear, largest, axis=1).any(axis=1).mean())
