"""What `papertide compare` prints: text of at most 100 columns, or JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal
from analysis.report.changes.basics import Part, Target
from analysis.report.changes.sentences import change_parts
from analysis.runs import find_run, read_run
from analysis.runs.compare import Comparison, compare_opened, has_left, printed_change, share_parts

from .topics.score_text import wrapped


def compared(old: str, new: str, *, runs: Path | None = None, as_json: bool = False) -> str:
    """Compare two runs.

    Parameters
    ----------
    old, new : str
        Names or numbers in the series, or paths.
    runs : Path, optional
        The series' directory; see `runs.runs_folder` for the default.
    as_json : bool
        One JSON object instead of text.

    Raises
    ------
    InputError
        Where there is no such run, both are one, or they have no paper in common.
    """
    paths = [find_run(name, runs=runs) for name in (old, new)]
    if paths[0].resolve() == paths[1].resolve():
        raise InputError(
            f"both names mean run {paths[0].name}",
            allowed="two different runs",
            next_step="list the runs with: papertide show",
        )
    found = compare_opened(*(read_run(path) for path in paths))
    if not found.papers.both:
        raise InputError(
            f"runs {found.old} and {found.new} have no paper in common",
            allowed="two runs of one series, which share papers",
            next_step="list the runs with: papertide show, and name two that belong together",
        )
    return json.dumps(_as_json(found), ensure_ascii=True, indent=2) if as_json else _as_text(found)


def _as_text(found: Comparison) -> str:
    target = Target(text=for_terminal, paper=lambda title, url: f"“{for_terminal(title)}”")
    parts = change_parts(found, target=target)
    head = for_terminal(f"From run {found.old} to run {found.new}")
    return "\n\n".join([head, *map(_text, parts)])


def _text(part: Part) -> str:
    lines = [part.title, "-" * len(part.title), *(wrapped(text) for text in part.text)]
    return "\n".join([*lines, *(_item(item) for item in part.items)])


def _item(item: str) -> str:
    """Return a list's item with its lines under each other."""
    return "- " + wrapped(item, indent="  ")[2:]


def _as_json(found: Comparison) -> dict[str, Any]:
    papers = found.papers
    restated = found.restated.assign(outside=has_left(found.restated))
    return {
        "old": found.old,
        "new": found.new,
        "notes": list(found.notes),
        "papers": {
            "n_old": found.n_old, "n_new": found.n_new, "n_both": len(papers.both),
            "added": papers.added, "gone": papers.gone, "revised": papers.revised,
            "no_longer_listed": papers.unlisted,
        },
        "clusters": {
            "ids": found.ids, "lineage": _records(found.lineage), "born": _born(found.born),
            "old_homes": _records(found.old_homes),
        },
        "moves": _records(found.moves),
        "changes": [_change(found, row) for row in found.changes.to_dict("records")],
        "restated": _records(restated),
    }  # fmt: skip


def _change(found: Comparison, row: dict[str, Any]) -> dict[str, Any]:
    parts, printed = share_parts(row), printed_change(row)
    label = found.labels.get((row["kind"], row["group_id"]))
    out = {"kind": row["kind"], "group_id": row["group_id"], "label": label}
    out |= {name: int(value) for name, value in row.items() if name not in out}
    if printed is None:
        return {**out, "share": None}
    share = {
        "old": row["n_old"] / row["n_total_old"],
        "new": row["n_new"] / row["n_total_new"],
        "parts": {name: float(value) for name, value in parts.items()},
        "printed": {"old": _number(printed.old), "new": _number(printed.new),
                    "change": _number(printed.change),
                    "parts": {name: _number(value) for name, value in printed.parts.items()}},
    }  # fmt: skip
    return {**out, "share": share}


def _number(value: Decimal) -> float:
    return float(value)


def _born(born: pd.DataFrame) -> list[dict[str, Any]]:
    growth = [
        [{"period": f"{period:%Y-%m-%d}", "n_papers": n} for period, n in periods]
        for periods in born["growth"]
    ]
    records = _records(born.drop(columns="growth"))
    return [{**row, "growth": own} for row, own in zip(records, growth, strict=True)]


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    days = {
        name: table[name].dt.strftime("%Y-%m-%d")
        for name in table.columns
        if pd.api.types.is_datetime64_any_dtype(table[name])
    }
    text = table.assign(**days).to_json(orient="records", double_precision=15)
    return list(json.loads(text))
