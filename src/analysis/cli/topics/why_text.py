"""What `papertide topics why` prints: what the decision on a paper and a topic rests on."""

from __future__ import annotations

import pandas as pd

from analysis.base.schema import COUNTED_WEIGHT
from analysis.figures.frames import date_label
from analysis.runs import Run
from analysis.topics.find_paper import the_paper, the_topic

from .score_text import short, wrapped

_UNITS = {"phrase": "log-odds", "word": "log-odds", "neighbour": "similarity"}
"""What the values of evidence are, by its kind, in the order in which it is shown."""


def why(run: Run, *, paper: str, topic: str) -> str:
    """Say what a decision rests on.

    Parameters
    ----------
    run : Run
    paper : str
        Id, alias, title or part of a title.
    topic : str
        Id or label.

    Raises
    ------
    InputError
        Where the run has no such paper or topic, or more than one such paper.
    """
    paper_id = the_paper(run.papers, text=paper)
    topic_id = the_topic(run.groups, text=topic)
    own = run.papers[run.papers["paper_id"] == paper_id].iloc[0]
    label = run.groups.loc[run.groups["group_id"] == topic_id, "label"].iloc[0]
    date = date_label(own["published"], own["published_precision"])
    rows = run.evidence[
        (run.evidence["paper_id"] == paper_id) & (run.evidence["group_id"] == topic_id)
    ]
    by_hand = rows[rows["how"] == "override"]
    weights = _weights(run, paper_id=paper_id)
    lines = [
        wrapped(f"{own['title']} ({paper_id}, {date})"),
        wrapped(f"Topic {topic_id}: {label}"),
        "",
        wrapped(_decision(weights.get(topic_id), by_hand=by_hand)),
    ]
    found = rows[rows["how"] != "override"]
    lines += _evidence(found, by_hand=len(by_hand) > 0)
    others = [f"{name} {short(w)}" for name, w in weights.items() if name != topic_id]
    if others:
        lines += ["", wrapped(f"Other topics of this paper: {', '.join(others)}.")]
    return "\n".join(lines)


def _weights(run: Run, *, paper_id: str) -> dict[str, float]:
    rows = run.memberships[
        (run.memberships["paper_id"] == paper_id) & (run.memberships["kind"] == "topic")
    ]
    rows = rows.sort_values(["weight", "group_id"], ascending=[False, True], kind="stable")
    return dict(zip(rows["group_id"], rows["weight"].tolist(), strict=True))


def _decision(weight: float | None, *, by_hand: pd.DataFrame) -> str:
    needed = f"the topic counts a paper from {short(COUNTED_WEIGHT)} on"
    if len(by_hand):
        row = by_hand.iloc[0]
        before = f"the recogniser gave {short(row['value'])}" if row["value"] > 0 else (
            "the recogniser gave under .05"
        )  # fmt: skip
        because = f" Why: {row['sentence']}" if row["sentence"] else ""
        verdict = "belongs" if row["text"] == "yes" else "does not belong"
        return f"Decided by hand ({row['text']}): the paper {verdict}; {before}.{because}"
    if weight is None:
        return f"Does not belong: the weight is under .05, and {needed}."
    if weight >= COUNTED_WEIGHT:
        return f"Belongs: weight {short(weight)}; {needed}."
    return (
        f"Does not belong: weight {short(weight)}, {short(COUNTED_WEIGHT - weight)} short; "
        f"{needed}."
    )


def _evidence(rows: pd.DataFrame, *, by_hand: bool) -> list[str]:
    if rows.empty:
        return [] if by_hand else ["Nothing was found that speaks for it."]
    kinds = [list(_UNITS).index(how) if how in _UNITS else len(_UNITS) for how in rows["how"]]
    rows = rows.assign(kind_rank=kinds).sort_values(
        ["kind_rank", "value", "sentence", "text"], ascending=[True, False, True, True]
    )
    lines = ["", "What was found:"]
    for row in rows.itertuples():
        unit = _UNITS.get(row.how, "value")
        lines.append(wrapped(f"{row.how} “{row.text}” ({unit} {short(row.value)})", indent="  "))
        if row.sentence:
            lines.append(wrapped(row.sentence, indent="      "))
    return lines
