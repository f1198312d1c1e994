"""Words that rose or fell: which of them to tell, and in what sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.base.words import fold_plural

from . import selection
from .facts import Facts
from .receipts import Key, Mark, Name, Part
from .sentences import Finding, move_finding

MOST_TOLD = 8
MOST_NAMED = 6
"""Of each direction, in one sentence."""

WORDS_RULE = (
    "A word is a phrase of one to four words, with its spellings, plurals and short form, that at "
    "least 20 dated papers say and that is about their subject: a tenth of them have it in the "
    "title, and papers close to one another say it together. Left out are words that a group "
    "carries: its label says it, or the papers that say the word are largely the group's (F1 of at "
    "least two thirds). A paper may say several words. Their verdicts are corrected for all words "
    "that were tested. Words that move as a group does that has 60 % of their papers are not told."
)
"""A test compares these numbers with the constants that they describe."""


def moved_words(facts: Facts) -> pd.DataFrame:
    """Return the verdicts on words that rose or fell, those of group movements left out.

    A word goes with a group, and is not told, if at least `selection.SAME_PAPERS` of its papers are
    in one that moves the same way.
    """
    verdicts = facts.run.verdicts
    moving = verdicts[verdicts["direction"].isin(("rising", "falling"))]
    groups = [(row.kind, row.group_id) for row in moving.itertuples() if row.kind != "word"]
    words = moving[moving["kind"] == "word"]
    keys = zip(words["kind"], words["group_id"], strict=True)
    own = [not _goes_with(key, groups, facts=facts) for key in keys]
    return words[np.array(own, dtype=bool)].reset_index(drop=True)


def _goes_with(word: Key, groups: list[Key], *, facts: Facts) -> bool:
    papers = facts.paper_sets.get(word, frozenset())
    way = facts.verdicts[word].direction
    return any(
        facts.verdicts[group].direction == way
        and len(papers & facts.paper_sets.get(group, frozenset()))
        >= selection.SAME_PAPERS * len(papers)
        for group in groups
    )


def word_findings(facts: Facts) -> tuple[Finding, ...]:
    """Return the words to tell, the largest change first."""
    rows = moved_words(facts)
    if rows.empty:
        return ()
    clipped = selection.clip_to_intervals(rows, trends=facts.run.trends)
    chosen = selection.select_moves(clipped, papers=facts.paper_sets, most=MOST_TOLD)
    return tuple(move_finding(key, together=also, facts=facts) for key, also in chosen)


def words_counted(facts: Facts) -> tuple[Part, ...]:
    """Return "Of 248 words that no group carries, 27 rose and 17 fell."; () without words."""
    if not (facts.run.verdicts["kind"] == "word").any():
        return ()
    total, rose, fell = (
        facts.row_count("verdicts", kind="word", **key)
        for key in ({}, {"direction": "rising"}, {"direction": "falling"})
    )
    noun = "word" if total.text == "1" else "words"
    moved = facts.run.verdicts["direction"].isin(("rising", "falling"))
    n_moved = int((moved & (facts.run.verdicts["kind"] == "word")).sum())
    with_groups = " Those that move as a group does that has most of their papers are not told."
    return (
        *("Of ", total, f" {noun} that no group carries", Mark(total.receipt), ", "),
        *(rose, " rose", Mark(rose.receipt), " and ", fell, " fell", Mark(fell.receipt), "."),
        *([with_groups] if len(moved_words(facts)) < n_moved else []),
    )


def words_named(findings: tuple[Finding, ...], *, facts: Facts) -> tuple[Part, ...]:
    """Return one sentence that names the words told: which rose and which fell, from what to what.

    The shares are the two ends of the words' trend lines.
    """
    out: list[Part] = []
    for way, verb in (("rising", "rose"), ("falling", "fell")):
        keys = [each.key for each in findings if each.direction == way][:MOST_NAMED]
        if keys:
            out += ["; "] if out else ["Phrases that no group carries: "]
            out += [*_names(keys, facts=facts), f" {verb}"]
    return (*out, ".") if out else ()


def _names(keys: list[Key], *, facts: Facts) -> list[Part]:
    out: list[Part] = []
    for i, key in enumerate(keys):
        joint = "" if not i else " and " if i == len(keys) - 1 else ", "
        receipt = facts.verdict_receipt(
            key, *("direction", "share_first", "share_last", "p_adjusted", "n_papers")
        )
        out += [*([joint] if joint else []), Name(key, facts.labels[key])]
        out += facts.phrase(" (from {share_first:share} to {share_last:share}{mark})", receipt)
    return out


def word_rows(facts: Facts, *, most: int) -> list[dict[str, Any]]:
    """Return the words that moved as rows of a table, the surest first.

    Returns
    -------
    list of dict
        `key`, `label`, `forms`, `n_papers`, `direction`, and `within`: the group that has most of
        its papers, with their part; "" if no cluster has any.
    """
    words = facts.run.words.set_index("word_id")
    labels = {key: label for key, label in facts.labels.items() if key[0] == "cluster"}
    rows = moved_words(facts).sort_values(["p_adjusted", "group_id"], kind="stable").head(most)
    out = []
    for row in rows.itertuples():
        word = words.loc[row.group_id]
        papers = facts.paper_sets.get((row.kind, row.group_id), frozenset())
        parts = {key: len(papers & facts.paper_sets.get(key, frozenset())) for key in labels}
        best = max(sorted(parts), key=lambda key: parts[key], default=None)
        out.append(
            {
                "key": (row.kind, row.group_id),
                "label": str(word["label"]),
                "forms": [str(form) for form in word["forms"]],
                "n": int(word["n_papers"]),
                "within": labels[best] if best and parts[best] else "",
                "part": (parts[best], len(papers)) if best else (0, 0),
            }
        )
    return out


def word_searches(facts: Facts, *, most: int) -> list[dict[str, str]]:
    """Return the words that moved, the surest first, as searches of the map page.

    Returns
    -------
    list of dict
        `label`, `direction`, and `query`: the commonest form in quotes, in the singular where that
        is the beginning of the plural, since a search finds words that begin so.
    """
    forms = dict(zip(facts.run.words["word_id"], facts.run.words["forms"], strict=True))
    rows = moved_words(facts).sort_values(["p_adjusted", "group_id"], kind="stable").head(most)
    return [
        {
            "label": facts.labels["word", row.group_id],
            "direction": row.direction,
            "query": f'"{_beginning(str(forms[row.group_id][0]))}"',
        }
        for row in rows.itertuples()
    ]


def _beginning(phrase: str) -> str:
    folded = fold_plural(phrase.lower())
    return phrase[: len(folded)] if phrase.lower().startswith(folded) else phrase
