"""`papertide topics why`: the evidence behind the decision on a paper and a topic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.base.schema import COUNTED_WEIGHT

from ..common import handle_errors, open_run, run_options, two_digits, wrap_text

if TYPE_CHECKING:
    import pandas as pd

    from analysis.runs import Run

_UNITS = {"phrase": "log-odds", "word": "log-odds", "neighbour": "similarity"}
"""Units of the values of evidence by its kind, in the order in which it is shown."""


@click.command("why", short_help="Show why a paper is in a topic, or is not.")
@click.argument("paper")
@click.argument("topic")
@run_options
@handle_errors
def why_command(paper: str, topic: str, run: str | None, runs: Path | None) -> None:
    """Show why PAPER is in TOPIC in RUN (default: the newest), or why it is not.

    PAPER is an id, a title, or part of a title that no other paper has.
    """
    click.echo(_explanation(open_run(run, runs=runs), paper=paper, topic=topic))


def _explanation(run: Run, *, paper: str, topic: str) -> str:
    from analysis.figures.frames import date_label
    from analysis.topics.find_paper import find_paper, find_topic

    paper_id = find_paper(run.papers, text=paper)
    topic_id = find_topic(run.groups, text=topic)
    row = run.papers[run.papers["paper_id"] == paper_id].iloc[0]
    label = run.groups.loc[run.groups["group_id"] == topic_id, "label"].iloc[0]
    date = date_label(row["published"], row["published_precision"])
    evidence = run.evidence[
        (run.evidence["paper_id"] == paper_id) & (run.evidence["group_id"] == topic_id)
    ]
    is_manual = evidence["how"] == "override"
    weights = _weights(run, paper_id=paper_id)
    lines = [
        wrap_text(f"{row['title']} ({paper_id}, {date})"),
        wrap_text(f"Topic {topic_id}: {label}"),
        "",
        wrap_text(_decision(weights.get(topic_id), manual=evidence[is_manual])),
        *_evidence_lines(evidence[~is_manual], decided_by_hand=bool(is_manual.any())),
    ]
    others = [f"{name} {two_digits(w)}" for name, w in weights.items() if name != topic_id]
    if others:
        lines += ["", wrap_text(f"Other topics of this paper: {', '.join(others)}.")]
    return "\n".join(lines)


def _weights(run: Run, *, paper_id: str) -> dict[str, float]:
    rows = run.memberships[
        (run.memberships["paper_id"] == paper_id) & (run.memberships["kind"] == "topic")
    ]
    rows = rows.sort_values(["weight", "group_id"], ascending=[False, True], kind="stable")
    return dict(zip(rows["group_id"], rows["weight"].tolist(), strict=True))


def _decision(weight: float | None, *, manual: pd.DataFrame) -> str:
    rule = f"a topic counts papers from {two_digits(COUNTED_WEIGHT)} on"
    if len(manual):
        row = manual.iloc[0]
        given = two_digits(row["value"]) if row["value"] > 0 else "under .05"
        reason = f" Reason: {row['sentence']}" if row["sentence"] else ""
        verdict = "belongs" if row["text"] == "yes" else "does not belong"
        return (
            f"Decided by hand ({row['text']}): the paper {verdict}; the recogniser gave {given}."
            f"{reason}"
        )
    if weight is None:
        return f"Does not belong: the weight is under .05; {rule}."
    if weight >= COUNTED_WEIGHT:
        return f"Belongs: weight {two_digits(weight)}; {rule}."
    missing = two_digits(COUNTED_WEIGHT - weight)
    return f"Does not belong: weight {two_digits(weight)}, {missing} too low; {rule}."


def _evidence_lines(rows: pd.DataFrame, *, decided_by_hand: bool) -> list[str]:
    if rows.empty:
        return [] if decided_by_hand else ["There is no evidence for it."]
    kinds = [list(_UNITS).index(how) if how in _UNITS else len(_UNITS) for how in rows["how"]]
    rows = rows.assign(kind_rank=kinds).sort_values(
        ["kind_rank", "value", "sentence", "text"], ascending=[True, False, True, True]
    )
    lines = ["", "Evidence:"]
    for row in rows.itertuples():
        unit = _UNITS.get(row.how, "value")
        value = f"{row.how} “{row.text}” ({unit} {two_digits(row.value)})"
        lines.append(wrap_text(value, indent="  "))
        if row.sentence:
            lines.append(wrap_text(row.sentence, indent="      "))
    return lines
