"""The newest full period in words: what differs from the periods before, in which papers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.base.english import capital, count, listing, period_words, verb
from analysis.base.escaping import clean, first_lines
from analysis.base.schema import FEW_PAPERS
from analysis.runs.newest import Key, Newest

from ..markup import Part, Target
from .numbers import share_text, signed
from .selection import have_same_papers
from .sentences import sure_by_p

MOST_TOLD, MOST_PAPERS, MOST_FAR, MOST_ALSO = 7, 3, 3, 4
MOST_RESTATED, MOST_BORN = 3, 3
_LONG_LABEL, _LONG_TITLE = 80, 90
_SIGNS = {"new": "▲", "back": "▲", "more": "▲", "less": "▼", "quiet": "▼"}
_KIND_WORDS = {"broader": "broader cluster"}


def newest_title(newest: Newest) -> str:
    """Return the heading of the section: "This month: November 2025"."""
    if newest.table.empty:
        return f"This {newest.freq or 'month'}"
    when = period_words(newest.span[0].date(), freq=newest.freq)
    return f"This {newest.freq}: {when}"


def newest_parts(newest: Newest, *, target: Target) -> list[Part]:
    """Return what differs in the newest full period, in parts; the first has no heading."""
    if newest.table.empty:
        return [Part("", (_why_nothing(newest),))]
    heads = _heads(newest)
    items = [_movement(newest, *head, target=target) for head in heads[:MOST_TOLD]]
    if more := len(heads) - len(items):
        items.append(f"And {more:,} more, in tables/newest.csv.")
    parts = [
        Part("", (_lead(newest),), tuple(items)),
        _by_the_rerun(newest, target=target),
        _far(newest, target=target),
    ]
    return [part for part in parts if part.text or part.items]


def _why_nothing(newest: Newest) -> str:
    freq = newest.freq
    if not freq:
        return "There are no shares over time, so no period can be set against those before."
    return (
        f"The newest full {freq} is not set against those before it: that takes {FEW_PAPERS} "
        f"papers in it and three full {freq}s with papers before it."
    )


def _lead(newest: Newest) -> str:
    table, freq = newest.table, newest.freq
    row, told = table.iloc[0], newest.told
    is_word = table["kind"] == "word"
    looked = [count(int((~is_word).sum()), "group")]
    if is_word.any():
        looked.append(count(int(is_word.sum()), "word"))
    n_told = len(told)
    found = (
        f"{n_told:,} {verb(n_told, 'differs', 'differ')} by more than chance explains among so "
        "many (brackets after points: 95 % interval)"
        if n_told
        else "none differs by more than chance explains among so many. That does not prove that "
        "nothing happened"
    )
    when = period_words(newest.span[0].date(), freq=freq)
    return (
        f"{capital(when)}, the newest full {freq}, has {count(int(row['n_total']), 'paper')}. Of "
        f"{listing(looked)} whose share in it was set against {_spans(row, freq=freq)}, {found}."
    )


def _spans(row: pd.Series, *, freq: str) -> str:
    spans = sorted({int(row["periods_3"]), int(row["periods_12"])})
    return f"the {' and the '.join(map(str, spans))} full {freq}s before"


def _heads(newest: Newest) -> list[tuple[Any, list[Any]]]:
    """Return each movement with those that go with it: same direction, mostly the same papers."""
    heads: list[tuple[Any, list[Any]]] = []
    for row in newest.told.itertuples(index=False):
        own = _sets(newest, row)
        for head, also in heads:
            if _SIGNS[head.change] == _SIGNS[row.change] and have_same_papers(
                _sets(newest, head), own
            ):
                also.append(row)
                break
        else:
            heads.append((row, []))
    return heads


def _sets(newest: Newest, row: Any) -> frozenset[str]:
    """Return the papers that a movement is made of: those now, or those before that are missing."""
    key = (row.kind, row.group_id)
    return frozenset(newest.papers(key, before=_SIGNS[row.change] == "▼"))


def _movement(newest: Newest, row: Any, also: list[Any], *, target: Target) -> str:
    now = f"{share_text(row.share)} ({row.n_papers:,} of {count(row.n_total, 'paper')})"
    before = listing(_before(row, freq=newest.freq))
    text = (
        f"{_SIGNS[row.change]} {_name(row, target=target)}: {now}{_first(row, freq=newest.freq)}, "
        f"against {before}. {_difference(row, freq=newest.freq)}"
    )
    if papers := _papers(newest, row, target=target):
        text += f" {papers}"
    if also:
        names = [_name(each, target=target) for each in also[:MOST_ALSO]]
        rest = len(also) - len(names)
        joined = listing([*names, *([f"{rest:,} more"] if rest else [])])
        text += f" With it, in largely the same papers: {joined}."
    return text


def _first(row: Any, *, freq: str) -> str:
    return {
        "new": f", its first in any full {freq}",
        "back": ", after none in the three before",
        "quiet": ", none any more",
    }.get(row.change, "")


def _before(row: Any, *, freq: str) -> list[str]:
    """Return the shares before: of the longer span, and of the shorter one if it is another."""
    out = []
    for span in (12, 3):
        periods, papers, total, share = (
            getattr(row, f"{name}_{span}") for name in ("periods", "papers", "total", "share")
        )
        if span == 12 or periods != row.periods_12:
            out.append(
                f"{share_text(share)} in the {periods} {freq}s before ({papers:,} of {total:,})"
            )
    return out


def _difference(row: Any, *, freq: str) -> str:
    span = row.against
    value, low, high, periods = (
        getattr(row, f"{name}_{span}") for name in ("difference", "low", "high", "periods")
    )
    return (
        f"Against the {periods} {freq}s: {_points(value)} points ({_points(low)} to "
        f"{_points(high)}), {sure_by_p(row.p_adjusted)}."
    )


def _points(value: float) -> str:
    return signed(round(100 * value, 1))


def _papers(newest: Newest, row: Any, *, target: Target) -> str:
    ids = newest.papers((row.kind, row.group_id))
    if not ids:
        return ""
    titles = _titles(newest, ids[:MOST_PAPERS], target=target)
    more = len(ids) - len(titles)
    rest = [f"{more:,} more"] if more else []
    return f"{verb(len(ids), 'Its paper', 'Its papers')}: {listing([*titles, *rest])}."


def _titles(newest: Newest, ids: tuple[str, ...], *, target: Target) -> list[str]:
    rows = newest.run.papers.set_index("paper_id").loc[list(ids), ["title", "url"]]
    return [
        target.paper(first_lines(clean(str(title)), limit=_LONG_TITLE), url)
        for title, url in rows.itertuples(index=False)
    ]


def _name(row: Any, *, target: Target) -> str:
    label = first_lines(clean(str(row.label)), limit=_LONG_LABEL) or row.group_id
    return f"{target.label(label)} {target.aside(f'({_KIND_WORDS.get(row.kind, row.kind)})')}"


def _by_the_rerun(newest: Newest, *, target: Target) -> Part:
    """Return what this run made different by itself: new clusters, earlier shares counted again."""
    born, restated = newest.born(), newest.restated()
    labels: dict[Key, str] = {
        (row.kind, row.group_id): _name(row, target=target) for row in newest.table.itertuples()
    }
    items = [
        f"New cluster: {_name(row, target=target)}, {count(row.n_papers, 'paper')} in this "
        f"{newest.freq}. {_papers(newest, row, target=target)}".strip()
        for row in born.head(MOST_BORN).itertuples()
    ]
    if len(born) > MOST_BORN:
        items.append(f"And {len(born) - MOST_BORN:,} more new clusters.")
    shown = restated.head(MOST_RESTATED)
    items += [
        f"Counted again: {labels[row.kind, row.group_id]}, {share_text(row.share_then)} in the "
        f"{newest.freq}s before as run {target.text(row.run)} reported it, "
        f"{share_text(row.share_now)} as this run counts it."
        for row in shown.itertuples()
        if (row.kind, row.group_id) in labels
    ]
    if len(restated) > len(shown):
        items.append(f"And {len(restated) - len(shown):,} more that were counted again.")
    if not items:
        return Part("", ())
    text = (
        f"All {newest.freq}s above are counted by the groups of this run, and clusters that it "
        "opened are not compared, so none of this is in those differences:"
    )
    return Part("What the rerun itself made different", (text,), tuple(items))


def _far(newest: Newest, *, target: Target) -> Part:
    ids = newest.farthest(most=MOST_FAR)
    if not ids:
        return Part("", ())
    titles = listing(_titles(newest, ids, target=target))
    return Part(
        "Papers least like any cluster",
        (f"Every {newest.freq} has some; these are the farthest from all clusters: {titles}.",),
    )
