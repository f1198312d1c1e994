"""Decisions on topics made by hand: read from `overrides.toml`, and applied to the recogniser's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.base.english import count, verb
from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines, normalised_title
from analysis.base.files import read_toml, table_lines
from analysis.base.groups import counted_memberships
from analysis.base.schema import COUNTED_WEIGHT, TABLES, conform

from .find_paper import bare_id, find_papers, paper_index

FIELDS = ("paper", "topic", "belongs", "why")
_BELONGS = {True: True, False: False, "yes": True, "no": False}


@dataclass(frozen=True)
class Override:
    """One decision by hand: paper (id or title as written), topic, yes or no, and why."""

    paper: str
    topic: str
    belongs: bool
    why: str
    line: int | None = None


def read_overrides(path: Path, *, topics: Sequence[str]) -> list[Override]:
    """Read the decisions that a person made.

    Parameters
    ----------
    path : Path
        TOML with one `[[topic]]` table per decision: `paper` (arXiv id or title), `topic` (id),
        `belongs` (true or false, "yes" or "no") and, optionally, `why`.
    topics : sequence of str
        Ids of the topics that are defined.

    Returns
    -------
    list of Override
        In the order of the file.

    Raises
    ------
    InputError
        If the file cannot be read, a table or field is unknown, missing or of the wrong type, a
        topic is not defined, or two decisions on one paper and topic contradict each other; all
        problems together, each with its line.
    """
    try:
        text, content = read_toml(path)
    except OSError as error:
        problem, next_step = error.strerror or type(error).__name__, "give another --overrides FILE"
        raise _refusal(path, [problem], next_step=next_step) from error
    except ValueError as error:
        raise _refusal(path, [f"not TOML ({error})"]) from error
    tables = content.get("topic", [])
    # The tables of clusters in the same file are read by `clusters.overrides`.
    problems = [f"unknown entry {name!r}" for name in content if name not in ("topic", "cluster")]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append("topic is not a list of tables ([[topic]])")
        tables = []
    overrides = []
    lines = table_lines(text, name="topic", n=len(tables))
    for number, (table, line) in enumerate(zip(tables, lines, strict=True), start=1):
        wrong = _problems(table, topics=topics)
        place = f"line {line}" if line else f"decision {number}"
        problems += [f"{place}: {problem}" for problem in wrong]
        if not wrong:
            belongs, why = _BELONGS[table["belongs"]], clean(table.get("why", ""))
            overrides.append(Override(clean(table["paper"]), table["topic"], belongs, why, line))
    problems += contradictions([(o, normalised_title(bare_id(o.paper))) for o in overrides])
    if problems:
        raise _refusal(path, problems, topics=topics)
    return overrides


def _refusal(
    path: Path,
    problems: Sequence[str],
    *,
    topics: Sequence[str] = (),
    next_step: str = "correct the file and run again; data/overrides.toml explains the form",
) -> InputError:
    names = f"; the topics are {', '.join(topics)}" if topics else ""
    return InputError(
        [f"overrides file {path}: {problem}" for problem in problems],
        allowed="[[topic]] tables with paper (arXiv id or title), topic (id), belongs (true or "
        f"false) and why (text), one decision for each paper and topic{names}",
        next_step=next_step,
    )


def _problems(table: dict[str, Any], *, topics: Sequence[str]) -> list[str]:
    problems = [f"unknown field {name!r}" for name in table if name not in FIELDS]
    for name in ("paper", "topic"):
        if not isinstance(table.get(name), str) or not clean(table[name]):
            problems.append(f"{name} is missing or not a text")
    topic = table.get("topic")
    if isinstance(topic, str) and clean(topic) and topic not in topics:
        close = get_close_matches(topic, list(topics), n=1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        problems.append(f"topic {first_lines(clean(topic), limit=60)!r} is not defined{hint}")
    belongs = table.get("belongs")
    if not isinstance(belongs, bool | str) or belongs not in _BELONGS:
        problems.append("belongs is neither true nor false")
    if not isinstance(table.get("why", ""), str):
        problems.append("why is not a text")
    return problems


def contradictions(decisions: Sequence[tuple[Override, str]]) -> list[str]:
    """Report decisions that contradict an earlier one on the same topic and paper.

    Each comes with the paper that it names, in a form that is the same for all of them.
    """
    first: dict[tuple[str, str], Override] = {}
    problems = []
    for override, paper in decisions:
        earlier = first.setdefault((paper, override.topic), override)
        if earlier.belongs != override.belongs:
            places = [f"line {o.line}" if o.line else "a decision" for o in (override, earlier)]
            problems.append(
                f"{places[0]} contradicts {places[1]}: topic {override.topic} of "
                f"paper “{first_lines(override.paper, limit=60)}”"
            )
    return problems


# applying them

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
        {"line": each.line, "paper": each.paper, "topic": each.topic}
        | {"reason": f"{len(ids)} papers" if ids else "no paper"}
        for each, ids in candidates
        if len(ids) != 1
    ]
    yes = sum(override.belongs for override, _ in matched)
    counts = {"given": len(overrides), "yes": yes, "no": len(matched) - yes}
    counts["unmatched"] = len(unmatched)
    counts["changed"] = len(_counted(memberships) ^ _counted(members))
    new_evidence = _evidence(evidence, memberships=memberships, decisions=decisions)
    return OverrideResult(members, new_evidence, unmatched, counts)


def overrides_sentence(result: OverrideResult) -> str:
    """Return what was decided by hand and which decisions name no paper, unescaped; "" if none."""
    n = result.counts["given"]
    if not n:
        return ""
    parts = [f"{count(n, 'decision')} on topics {verb(n, 'was', 'were')} made by hand"]
    for is_unknown, verbs, what in (
        (True, ("names", "name"), "no paper of this run"),
        (False, ("fits", "fit"), "more than one paper"),
    ):
        papers = [r["paper"] for r in result.unmatched if (r["reason"] == "no paper") == is_unknown]
        names = ", ".join(f"“{first_lines(paper, limit=60)}”" for paper in papers[:MOST_NAMED])
        n, n_more = len(papers), len(papers) - MOST_NAMED
        if n:
            names += f" and {n_more:,} more" if n_more > 0 else ""
            parts.append(f"{n:,} {verb(n, *verbs)} {what}: {names}")
    return f"{'; '.join(parts)}."


def _pairs(frame: pd.DataFrame) -> list[tuple[str, str] | None]:
    """Return paper and topic of each row; None for rows of clusters."""
    rows = zip(frame["paper_id"], frame["kind"], frame["group_id"], strict=True)
    return [(paper, group) if kind == "topic" else None for paper, kind, group in rows]


def _counted(memberships: pd.DataFrame) -> set[tuple[str, str] | None]:
    return set(_pairs(counted_memberships(memberships, kind="topic")))


def _memberships(
    memberships: pd.DataFrame, *, decisions: _Decisions, topics: Sequence[str]
) -> pd.DataFrame:
    stays = np.array([pair not in decisions for pair in _pairs(memberships)], dtype="bool")
    kept = memberships[stays]
    if new := [pair for pair, override in decisions.items() if override.belongs]:
        rows = pd.DataFrame(new, columns=["paper_id", "group_id"])
        rows = rows.assign(kind="topic", weight=1.0, is_primary=False)[list(kept.columns)]
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
    rows = []
    for (paper, topic), override in decisions.items():
        text, weight = "yes" if override.belongs else "no", weights.get((paper, topic), 0.0)
        rows.append((paper, "topic", topic, "override", text, override.why, weight))
    new = pd.DataFrame(rows, columns=list(TABLES["evidence"].columns))
    pairs = _pairs(evidence)
    concerned = np.array([pair in decisions for pair in pairs], dtype="bool")
    stays = [pair in decisions and decisions[pair].belongs for pair in pairs]
    others = evidence[np.array(stays, dtype="bool") & (evidence["how"] != "override")]
    others = others.sort_values("value", ascending=False, kind="stable")
    others = others.groupby(["paper_id", "group_id"]).head(MOST_EVIDENCE - 1)
    parts = [frame for frame in (evidence[~concerned], others, new) if len(frame)]
    return conform(pd.concat(parts) if parts else new, name="evidence")
