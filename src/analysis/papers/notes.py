"""What a snapshot says about the texts of its papers: missing abstracts, shared titles."""

from __future__ import annotations

import pandas as pd

from analysis.base.english import count, verb
from analysis.base.escaping import first_lines

MOST_TITLES = 3


def text_notes(papers: pd.DataFrame) -> list[str]:
    """Return lines on the texts of merged papers, with `title`, `title_key` and `abstract`."""
    return [*_no_abstracts(papers), *_same_titles(papers)]


def _no_abstracts(papers: pd.DataFrame) -> list[str]:
    n = int(papers["abstract"].isna().sum())
    if not n:
        return []
    has, are = verb(n, "has", "have"), verb(n, "it is", "they are")
    return [f"{count(n, 'paper')} {has} no abstract; {are} placed by title"]


def _same_titles(papers: pd.DataFrame) -> list[str]:
    """Return a note on papers of one title that only their ids tell apart."""
    bare = papers[papers["abstract"].isna()]
    shared = bare[bare["title_key"].duplicated(keep=False)]
    if shared.empty:
        return []
    counts = shared["title_key"].value_counts()
    keys = sorted(counts.index, key=lambda key: (-counts[key], key))[:MOST_TITLES]
    firsts = shared.sort_values("title").drop_duplicates("title_key").set_index("title_key")
    shown = ", ".join(f"“{first_lines(firsts.at[key, 'title'], limit=60)}”" for key in keys)
    more = len(counts) - len(keys)
    return [
        f"{len(shared):,} papers have a title that others have too ({shown}"
        f"{f' and {more:,} more' if more else ''}) and no abstract; their ids differ, so they are "
        "kept apart"
    ]
