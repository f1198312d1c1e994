"""Suggestions: groups of papers that no topic covers, as drafts of definitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.errors import InputError
from analysis.base.escaping import clean
from analysis.base.groups import counted_memberships

from .candidates import (
    FEWEST_UNCOVERED,
    Group,
    Phrases,
    clusters_as_groups,
    near_groups,
    own_shares,
    texts_of,
)
from .counting import unit
from .drafts import Draft, as_toml, folded, slug, strong_and_weak
from .growth import growth, windows

MOSTLY = 0.5
LEAST_LIFT = 2
N_EXEMPLARS = 3


@dataclass(frozen=True)
class Suggestions:
    """What no topic covers.

    Attributes
    ----------
    table : DataFrame
        One row a suggestion; see `suggest`.
    outside : DataFrame
        `nearest_topic` (null where no topic has papers), `n_papers`: uncovered papers that are in
        no mostly uncovered group, by the topic they lie nearest to, most first.
    n_papers, n_uncovered, n_groups : int
        All papers, those that no topic counts, and mostly uncovered groups, shown or not.
    window : str
        The days that growth compares; empty where no paper has a date.
    """

    table: pd.DataFrame
    outside: pd.DataFrame
    n_papers: int
    n_uncovered: int
    n_groups: int
    window: str

    @property
    def toml(self) -> str:
        """All drafts as one text that `read_topics` accepts."""
        return "\n".join(self.table["toml"])


def suggest(
    papers: pd.DataFrame,
    *,
    vectors: NDArray[np.float32],
    memberships: pd.DataFrame,
    groups: pd.DataFrame,
    trends: pd.DataFrame,
    neighbours: pd.DataFrame,
    phrases: Phrases,
    n: int = 10,
) -> Suggestions:
    """Find the groups of papers that no topic covers.

    A paper is covered where a topic has it with weight of at least .5. Groups are the clusters;
    where there are none (fewer than 60 papers), uncovered papers that are among one another's
    three nearest, and what hangs together through them. Suggested are groups of which at least
    half of the papers, and at least three, are uncovered.

    Parameters
    ----------
    papers, memberships, groups, trends, neighbours : DataFrame
        Tables of one run.
    vectors : ndarray of float32, shape (len(papers), d)
    phrases : callable
        Candidate phrases of a text; asked only where there are no clusters.
    n : int, default 10
        Suggestions at most.

    Returns
    -------
    Suggestions
        Its table, ordered by uncovered papers: `group_id` (of the cluster; "near-1" and so on
        where there are none), `label`, `n_papers`, `n_uncovered`, `share_covered`, the columns of
        `growth.growth` (corrected for all groups, shown or not), `nearest_topic` and `similarity`
        (cosine of the mean vectors of the group's papers and of the topic's counted ones; null
        where no topic has papers), `strong`, `weak` (lists of phrases), `exemplars` (ids of the
        three uncovered papers nearest the middle of the uncovered), `topic_id` (a slug that no
        topic has) and `toml`.

    Raises
    ------
    InputError
        Where `n` is below 1.
    """
    if n < 1:
        raise InputError(
            f"n={n}", allowed="1 or more suggestions", next_step="leave n out, or give a number"
        )
    rows_of = pd.Series(np.arange(len(papers)), index=papers["paper_id"])
    covered = _covered(papers, memberships=memberships)
    found = clusters_as_groups(memberships, groups=groups, rows_of=rows_of)
    if not found:
        found = near_groups(
            papers, covered=covered, neighbours=neighbours, phrases=phrases, rows_of=rows_of
        )
    open_groups = [group for group in found if _is_open(group, covered=covered)]
    open_groups.sort(key=lambda group: (-int((~covered[group.rows]).sum()), group.group_id))
    centres = _topic_centres(memberships, groups=groups, vectors=vectors, rows_of=rows_of)
    compared = windows(papers, trends=trends)
    grows = growth([group.rows for group in open_groups], within=compared)
    texts = texts_of(papers, fold=folded) if open_groups else []
    records = [
        _place(group, papers=papers, vectors=vectors, covered=covered, centres=centres)
        | _words(group, texts=texts)
        | grows.iloc[number].to_dict()
        for number, group in enumerate(open_groups[:n])
    ]
    named = set(groups.loc[groups["kind"] == "topic", "group_id"])
    inside = np.isin(np.arange(len(papers)), [row for group in open_groups for row in group.rows])
    return Suggestions(
        table=_table(_with_drafts(records, named=named, window=compared.words)),
        outside=_outside(np.flatnonzero(~covered & ~inside), vectors=vectors, centres=centres),
        n_papers=len(papers),
        n_uncovered=int((~covered).sum()),
        n_groups=len(open_groups),
        window=compared.words,
    )


def _covered(papers: pd.DataFrame, *, memberships: pd.DataFrame) -> NDArray[np.bool_]:
    counted = counted_memberships(memberships, kind="topic")
    return papers["paper_id"].isin(counted["paper_id"]).to_numpy(dtype=bool)


def _is_open(group: Group, *, covered: NDArray[np.bool_]) -> bool:
    n = int((~covered[group.rows]).sum())
    return n >= FEWEST_UNCOVERED and n >= MOSTLY * len(group.rows)


def _topic_centres(
    memberships: pd.DataFrame,
    *,
    groups: pd.DataFrame,
    vectors: NDArray[np.float32],
    rows_of: pd.Series,
) -> dict[str, NDArray[np.float64]]:
    """Return the mean vector, at length 1, of each topic that has papers."""
    counted = counted_memberships(memberships, kind="topic")
    rows = rows_of.reindex(counted["paper_id"]).to_numpy()
    places = counted.groupby("group_id").indices
    topics = groups.loc[groups["kind"] == "topic", "group_id"]
    return {
        topic: unit(vectors[np.sort(rows[places[topic]])].mean(axis=0, dtype="float64"))
        for topic in topics
        if topic in places
    }


def _place(
    group: Group,
    *,
    papers: pd.DataFrame,
    vectors: NDArray[np.float32],
    covered: NDArray[np.bool_],
    centres: dict[str, NDArray[np.float64]],
) -> dict[str, object]:
    free = group.rows[~covered[group.rows]]
    nearest, similarity = _nearest(vectors[group.rows], centres=centres)
    middle = unit(vectors[free].mean(axis=0, dtype="float64"))
    order = np.argsort(-(vectors[free] @ middle), kind="stable")[:N_EXEMPLARS]
    return {
        "group_id": group.group_id,
        "label": clean(group.label),
        "n_papers": len(group.rows),
        "n_uncovered": len(free),
        "share_covered": 1 - len(free) / len(group.rows),
        "nearest_topic": nearest,
        "similarity": similarity,
        "exemplars": papers["paper_id"].iloc[free[order]].tolist(),
    }


def _words(group: Group, *, texts: Sequence[str]) -> dict[str, object]:
    """Sort the group's terms; those that are about as common elsewhere define nothing."""
    own = own_shares(group, texts=texts)
    least = min(0.5, LEAST_LIFT * len(group.rows) / len(texts))
    telling = [place for place, share in enumerate(own) if share >= least]
    strong, weak = strong_and_weak(
        [group.terms[place] for place in telling], own=[own[place] for place in telling]
    )
    return {"strong": list(strong), "weak": list(weak)}


def _with_drafts(
    records: list[dict[str, object]], *, named: set[str], window: str
) -> list[dict[str, object]]:
    taken = set(named)
    out = []
    for record in records:
        name = slug(str(record["label"]), taken=taken)
        taken.add(name)
        whole = record | {"topic_id": name}
        out.append(whole | {"toml": as_toml(_draft(whole, window=window))})
    return out


def _nearest(
    vectors: NDArray[np.float32], *, centres: dict[str, NDArray[np.float64]]
) -> tuple[str | None, float]:
    """Return the topic whose centre is nearest to that of `vectors`, and the cosine."""
    if not centres:
        return None, float("nan")
    centre = unit(vectors.mean(axis=0, dtype="float64"))
    names = list(centres)
    cosines = [float(centre @ centres[name]) for name in names]
    best = int(np.argmax(cosines))
    return names[best], cosines[best]


def _outside(
    rows: NDArray[np.int64],
    *,
    vectors: NDArray[np.float32],
    centres: dict[str, NDArray[np.float64]],
) -> pd.DataFrame:
    nearest = [_nearest(vectors[[row]], centres=centres)[0] for row in rows]
    counts = pd.Series(nearest, dtype="object").value_counts(dropna=False)
    frame = pd.DataFrame(
        {"nearest_topic": counts.index, "n_papers": counts.to_numpy(dtype="int64")}
    )
    frame = frame.astype({"nearest_topic": "str"})
    order = ["n_papers", "nearest_topic"]
    return frame.sort_values(order, ascending=[False, True], ignore_index=True)


def _draft(record: dict[str, object], *, window: str) -> Draft:
    strong, weak = record["strong"], record["weak"]
    about = ", ".join([*strong, *weak][:3]) or "?"
    near = record["nearest_topic"]
    nearest = (
        f"the nearest topic is {near} (cosine {record['similarity']:.2f})."
        if near
        else "no topic has papers yet."
    )
    remark = [
        f"{record['n_uncovered']} of the {record['n_papers']} papers of {record['group_id']} "
        f"({record['label']}) are in no topic; {nearest}",
        growth_words(record, window=window),
    ]
    return Draft(
        id=str(record["topic_id"]),
        label=str(record["label"]) or str(record["group_id"]),
        description=f"DRAFT, please edit: is about {about}. When does a paper belong here?",
        strong=tuple(strong),
        weak=tuple(weak),
        exemplars=tuple(record["exemplars"]),
        remark="\n".join(remark),
    )


def growth_words(record: dict[str, object], *, window: str) -> str:
    """Say how a suggested group's share changed, with its counts; empty without dates."""
    if not window:
        return ""
    counts = (
        f"{record['n_last']} of {record['total_last']} papers against "
        f"{record['n_before']} of {record['total_before']} before"
    )
    clear = record["growth"] in ("rises", "falls")
    verdict = f"Its share {record['growth']}" if clear else f"Growth: {record['growth']}"
    return f"{verdict} ({counts}; {window})."


def _table(records: list[dict[str, object]]) -> pd.DataFrame:
    columns = {
        "group_id": "str", "label": "str", "n_papers": "int64", "n_uncovered": "int64",
        "share_covered": "float64", "n_before": "int64", "total_before": "int64",
        "n_last": "int64", "total_last": "int64", "p": "float64", "p_adjusted": "float64",
        "growth": "str", "nearest_topic": "str", "similarity": "float64", "strong": "object",
        "weak": "object", "exemplars": "object", "topic_id": "str", "toml": "str",
    }  # fmt: skip
    return pd.DataFrame(records, columns=list(columns)).astype(columns)
