"""Decisions on topics made by hand, applied to what the recogniser found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.base.english import count, verb
from analysis.base.errors import InputError
from analysis.base.escaping import first_lines
from analysis.base.groups import counted_memberships
from analysis.base.schema import COUNTED_WEIGHT, conform

from .find_paper import find_papers, paper_index
from .overrides import Override, contradictions

MOST_EVIDENCE = 5
MOST_NAMED = 3


class OverrideResult(NamedTuple):
    """The result of `apply_overrides`.

    `unmatched` lists decisions that were not applied, ready for JSON: `line`, `paper`, `topic`,
    `reason`. `counts`: `given` in all, of these `yes` and `no` (applied) and `unmatched`, and
    `changed`: how many papers a topic counts that it did not before, or the other way round.
    """

    memberships: pd.DataFrame
    evidence: pd.DataFrame
    unmatched: list[dict[str, Any]]
    counts: dict[str, int]


_Decisions = dict[tuple[str, str], Override]
"""By paper id and topic id."""


def apply_overrides(
    memberships: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    papers: pd.DataFrame,
    overrides: Sequence[Override],
    topics: Sequence[str],
) -> OverrideResult:
    """Let decisions by hand replace those of the recogniser.

    A yes gives weight 1 and keeps the four strongest rows of evidence besides the decision's own.
    A no removes membership and evidence (a weight of 0 is under .05, and such rows are not
    stored): only the decision's own row of evidence says why the paper is not there. That row has
    `how` "override", `text` "yes" or "no", `sentence` the reason given and `value` the weight that
    the recogniser had given (0 if under .05). The primary topic of these papers is determined
    again. Applying the same decisions twice changes nothing.

    Parameters
    ----------
    memberships, evidence : DataFrame
        Tables of the schema; rows of clusters are passed through.
    papers : DataFrame
        `paper_id`, `title`, `aliases`.
    overrides : sequence of Override
    topics : sequence of str
        Ids in the order of their definitions: of equal weights the first is primary.

    Returns
    -------
    OverrideResult
        Tables as in the schema; the arguments are left unchanged.

    Raises
    ------
    InputError
        If two decisions that name one paper in different ways contradict each other.
    """
    index = paper_index(papers)
    candidates = [(override, find_papers(index, text=override.paper)) for override in overrides]
    matched = [(override, ids[0]) for override, ids in candidates if len(ids) == 1]
    if problems := contradictions(matched):
        raise InputError(
            [f"overrides: {problem}" for problem in problems],
            allowed="one decision for each paper and topic",
            next_step="remove one of them and run again",
        )
    decisions: _Decisions = {}
    for override, paper_id in matched:
        decisions.setdefault((paper_id, override.topic), override)
    members = _memberships(memberships, decisions=decisions, topics=topics)
    unmatched = [
        {
            "line": override.line,
            "paper": override.paper,
            "topic": override.topic,
            "reason": "no paper" if not ids else f"{len(ids)} papers",
        }
        for override, ids in candidates
        if len(ids) != 1
    ]
    yes = sum(override.belongs for override, _ in matched)
    counts = {
        "given": len(overrides),
        "yes": yes,
        "no": len(matched) - yes,
        "unmatched": len(unmatched),
        "changed": len(_counted(memberships) ^ _counted(members)),
    }
    new_evidence = _evidence(evidence, memberships=memberships, decisions=decisions)
    return OverrideResult(members, new_evidence, unmatched, counts)


def overrides_sentence(result: OverrideResult) -> str:
    """Return one sentence on what was decided by hand and which decisions name no paper.

    Returns
    -------
    str
        Plain text, not escaped for any target; empty if nothing was decided.
    """
    n = result.counts["given"]
    if not n:
        return ""
    unknown = [each["paper"] for each in result.unmatched if each["reason"] == "no paper"]
    ambiguous = [each["paper"] for each in result.unmatched if each["reason"] != "no paper"]
    parts = [
        f"{count(n, 'decision')} on topics {verb(n, 'was', 'were')} made by hand",
        _not_applied(unknown, verbs=("names", "name"), what="no paper of this run"),
        _not_applied(ambiguous, verbs=("fits", "fit"), what="more than one paper"),
    ]
    return f"{'; '.join(filter(None, parts))}."


def _not_applied(papers: Sequence[str], *, verbs: tuple[str, str], what: str) -> str:
    if not papers:
        return ""
    n = len(papers)
    names = ", ".join(f"“{first_lines(paper, limit=60)}”" for paper in papers[:MOST_NAMED])
    more = f" and {n - MOST_NAMED:,} more" if n > MOST_NAMED else ""
    return f"{n:,} {verb(n, *verbs)} {what}: {names}{more}"


def _pairs(frame: pd.DataFrame) -> list[tuple[str, str] | None]:
    """Return paper and topic of each row; None for rows of clusters."""
    columns = (frame[name] for name in ("paper_id", "kind", "group_id"))
    return [
        (paper, group) if kind == "topic" else None
        for paper, kind, group in zip(*columns, strict=True)
    ]


def _counted(memberships: pd.DataFrame) -> set[tuple[str, str] | None]:
    return set(_pairs(counted_memberships(memberships, kind="topic")))


def _memberships(
    memberships: pd.DataFrame, *, decisions: _Decisions, topics: Sequence[str]
) -> pd.DataFrame:
    stays = np.array([pair not in decisions for pair in _pairs(memberships)], dtype="bool")
    kept = memberships[stays]
    new = [
        {"paper_id": p, "kind": "topic", "group_id": t, "weight": 1.0, "is_primary": False}
        for (p, t), override in decisions.items()
        if override.belongs
    ]
    if new:
        rows = pd.DataFrame(new, columns=list(kept.columns))
        kept = pd.concat([kept, rows.astype(kept.dtypes)]) if len(kept) else rows
    out = conform(kept, name="memberships")
    concerned = (out["kind"] == "topic") & out["paper_id"].isin({paper for paper, _ in decisions})
    rank = {topic: number for number, topic in enumerate(topics)}
    ranked = out[concerned & (out["weight"] >= COUNTED_WEIGHT)]
    ranked = ranked.assign(rank=[rank.get(topic, len(rank)) for topic in ranked["group_id"]])
    ranked = ranked.sort_values(["weight", "rank", "group_id"], ascending=[False, True, True])
    best = ranked.drop_duplicates("paper_id").index
    primary = out["is_primary"].where(~concerned, out.index.isin(best))
    return out.assign(is_primary=primary.astype("bool"))


def _evidence(
    evidence: pd.DataFrame, *, memberships: pd.DataFrame, decisions: _Decisions
) -> pd.DataFrame:
    weights = dict(zip(_pairs(memberships), memberships["weight"].tolist(), strict=True))
    manual = evidence[evidence["how"] == "override"]
    # A decision that already replaced the recogniser's remembers the recogniser's weight.
    weights |= dict(zip(_pairs(manual), manual["value"].tolist(), strict=True))
    columns = ["paper_id", "kind", "group_id", "how", "text", "sentence", "value"]
    rows = []
    for (paper, topic), override in decisions.items():
        text, weight = "yes" if override.belongs else "no", weights.get((paper, topic), 0.0)
        rows.append((paper, "topic", topic, "override", text, override.why, weight))
    new = pd.DataFrame(rows, columns=columns)
    pairs = _pairs(evidence)
    concerned = np.array([pair in decisions for pair in pairs], dtype="bool")
    stays = [pair in decisions and decisions[pair].belongs for pair in pairs]
    others = evidence[np.array(stays, dtype="bool") & (evidence["how"] != "override")]
    others = others.sort_values("value", ascending=False, kind="stable")
    others = others.groupby(["paper_id", "group_id"]).head(MOST_EVIDENCE - 1)
    parts = [frame for frame in (evidence[~concerned], others, new) if len(frame)]
    return conform(pd.concat(parts) if parts else new, name="evidence")
