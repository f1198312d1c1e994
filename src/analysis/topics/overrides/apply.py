"""Decisions by hand put over those of the recogniser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import first_lines
from analysis.base.groups import counted_memberships
from analysis.base.schema import COUNTED_WEIGHT, conform

from ..find_paper import PaperIndex, paper_by_id, paper_index, papers_by_title
from .read import Override, contradictions

MOST_EVIDENCE = 5
MOST_NAMED = 3


class Overridden(NamedTuple):
    """What `apply_overrides` returns.

    `unmatched` lists decisions that were not applied, ready for JSON: `line`, `paper`, `topic`,
    `reason`. `counts`: `given` in all, of these `yes` and `no` (applied), `unmatched`, and
    `changed`: how many papers a topic counts that it did not before, or the other way round.
    """

    memberships: pd.DataFrame
    evidence: pd.DataFrame
    unmatched: list[dict[str, Any]]
    counts: dict[str, int]


def apply_overrides(
    memberships: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    papers: pd.DataFrame,
    overrides: Sequence[Override],
    topics: Sequence[str],
) -> Overridden:
    """Put decisions by hand over those of the recogniser.

    Yes gives weight 1; the evidence keeps its four strongest rows behind the decision's own. No
    takes membership and evidence away (a weight of 0 is under .05, and such rows are not stored):
    the decision's own row of evidence alone says why the paper is not there. That row has `how`
    "override", `text` "yes" or "no", `sentence` the reason given and `value` the weight that the
    recogniser had given (0 where under .05). The primary topic of the papers concerned is found
    anew. Applied twice the result is the same.

    Parameters
    ----------
    memberships, evidence : DataFrame
        Tables of the schema; rows of clusters pass through.
    papers : DataFrame
        `paper_id`, `title`, `aliases`.
    overrides : sequence of Override
    topics : sequence of str
        Ids in the order of their definitions: of equal weights the first is primary.

    Returns
    -------
    Overridden
        Tables as in the schema; the ones given are left unchanged.

    Raises
    ------
    InputError
        Where two decisions that name one paper in different ways contradict each other.
    """
    index = paper_index(papers)
    named = [(override, _paper(index, text=override.paper)) for override in overrides]
    matched = [(override, ids[0]) for override, ids in named if len(ids) == 1]
    if problems := contradictions(matched):
        raise InputError(
            [f"overrides: {problem}" for problem in problems],
            allowed="one decision for each paper and topic",
            next_step="remove one of them and run again",
        )
    decided: dict[tuple[str, str], Override] = {}
    for override, paper_id in matched:
        decided.setdefault((paper_id, override.topic), override)
    before = _counted(memberships)
    reasons = _evidence(evidence, memberships=memberships, decided=decided)
    members = _memberships(memberships, decided=decided, topics=topics)
    unmatched = [
        {
            "line": override.line,
            "paper": override.paper,
            "topic": override.topic,
            "reason": "no paper" if not ids else f"{len(ids)} papers",
        }
        for override, ids in named
        if len(ids) != 1
    ]
    yes = sum(override.belongs for override, _ in matched)
    counts = {
        "given": len(overrides),
        "yes": yes,
        "no": len(matched) - yes,
        "unmatched": len(unmatched),
        "changed": len(before ^ _counted(members)),
    }
    return Overridden(members, reasons, unmatched, counts)


def overrides_line(made: Overridden) -> str:
    """Say in one sentence what was decided by hand, and which decisions name no paper.

    Returns
    -------
    str
        Plain text, not escaped for any target; empty where nothing was decided.
    """
    given = made.counts["given"]
    if not given:
        return ""
    line = (
        f"{given:,} {'decision' if given == 1 else 'decisions'} on topics "
        f"{'was' if given == 1 else 'were'} made by hand"
    )
    unknown = [each["paper"] for each in made.unmatched if each["reason"] == "no paper"]
    doubtful = [each["paper"] for each in made.unmatched if each["reason"] != "no paper"]
    line += _left_out(unknown, verbs=("names", "name"), what="no paper of this run")
    line += _left_out(doubtful, verbs=("fits", "fit"), what="more than one paper")
    return f"{line}."


def _left_out(papers: Sequence[str], *, verbs: tuple[str, str], what: str) -> str:
    if not papers:
        return ""
    named = ", ".join(f"“{first_lines(paper, limit=60)}”" for paper in papers[:MOST_NAMED])
    more = f" and {len(papers) - MOST_NAMED:,} more" if len(papers) > MOST_NAMED else ""
    return f"; {len(papers):,} {verbs[len(papers) > 1]} {what}: {named}{more}"


def _paper(index: PaperIndex, *, text: str) -> tuple[str, ...]:
    by_id = paper_by_id(index, text=text)
    return (by_id,) if by_id else papers_by_title(index, text=text)


def _pairs(frame: pd.DataFrame) -> list[tuple[str, str] | None]:
    """Return paper and topic of each row; None for rows of clusters."""
    return [
        (paper, group) if kind == "topic" else None
        for paper, kind, group in zip(
            frame["paper_id"], frame["kind"], frame["group_id"], strict=True
        )
    ]


def _counted(memberships: pd.DataFrame) -> set[tuple[str, str] | None]:
    return set(_pairs(counted_memberships(memberships, kind="topic"))) - {None}


def _memberships(
    memberships: pd.DataFrame, *, decided: dict[tuple[str, str], Override], topics: Sequence[str]
) -> pd.DataFrame:
    stays = np.array([pair not in decided for pair in _pairs(memberships)], dtype="bool")
    kept = memberships[stays]
    new = [
        {"paper_id": p, "kind": "topic", "group_id": t, "weight": 1.0, "is_primary": False}
        for (p, t), override in decided.items()
        if override.belongs
    ]
    if new:
        rows = pd.DataFrame(new, columns=list(kept.columns))
        kept = pd.concat([kept, rows.astype(kept.dtypes)]) if len(kept) else rows
    out = conform(kept, name="memberships")
    touched = {paper for paper, _ in decided}
    concerned = (out["kind"] == "topic") & out["paper_id"].isin(touched)
    rank = {topic: number for number, topic in enumerate(topics)}
    ranked = out[concerned & (out["weight"] >= COUNTED_WEIGHT)]
    ranked = ranked.assign(rank=[rank.get(topic, len(rank)) for topic in ranked["group_id"]])
    ranked = ranked.sort_values(["weight", "rank", "group_id"], ascending=[False, True, True])
    best = ranked.drop_duplicates("paper_id").index
    primary = out["is_primary"].where(~concerned, out.index.isin(best))
    return out.assign(is_primary=primary.astype("bool"))


def _evidence(
    evidence: pd.DataFrame, *, memberships: pd.DataFrame, decided: dict[tuple[str, str], Override]
) -> pd.DataFrame:
    given = dict(zip(_pairs(memberships), memberships["weight"].tolist(), strict=True))
    own = evidence[evidence["how"] == "override"]
    # A decision that was put over the recogniser's before knows what that was.
    given |= dict(zip(_pairs(own), own["value"].tolist(), strict=True))
    rows = [
        {
            **{"paper_id": paper, "kind": "topic", "group_id": topic, "how": "override"},
            **{"text": "yes" if override.belongs else "no", "sentence": override.why},
            "value": given.get((paper, topic), 0.0),
        }
        for (paper, topic), override in decided.items()
    ]
    new = pd.DataFrame(rows, columns=list(evidence.columns))
    full = [frame for frame in (_other_evidence(evidence, decided=decided), new) if len(frame)]
    return conform(pd.concat(full) if full else new, name="evidence")


def _other_evidence(
    evidence: pd.DataFrame, *, decided: dict[tuple[str, str], Override]
) -> pd.DataFrame:
    pairs = pd.Series(_pairs(evidence), index=evidence.index, dtype="object")
    concerned = pd.Series([pair in decided for pair in pairs], index=evidence.index, dtype="bool")
    stays = [pair in decided and decided[pair].belongs for pair in pairs]
    kept = evidence[np.array(stays, dtype="bool")]
    kept = kept[kept["how"] != "override"].sort_values("value", ascending=False, kind="stable")
    kept = kept.groupby(["paper_id", "group_id"]).head(MOST_EVIDENCE - 1)
    return pd.concat([evidence[~concerned], kept]) if len(kept) else evidence[~concerned]
