"""`papertide compare`: what changed from one run to another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .common import handle_errors, json_option, json_records, runs_option, wrap_text

if TYPE_CHECKING:
    import pandas as pd

    from analysis.report.text.share_changes import Part
    from analysis.runs.comparison import Comparison


@click.command("compare", short_help="Show what changed from one run to another.")
@click.argument("old")
@click.argument("new")
@runs_option
@json_option
@handle_errors
def compare_command(old: str, new: str, runs: Path | None, as_json: bool) -> None:
    """Show what changed from run OLD to run NEW: papers, clusters, shares, earlier reports.

    OLD and NEW are names or numbers of runs in the series, or paths.
    """
    click.echo(compare_text(old, new, runs=runs, as_json=as_json))


def compare_text(old: str, new: str, *, runs: Path | None = None, as_json: bool = False) -> str:
    """Compare two runs, as text of at most 100 columns or as JSON.

    Parameters
    ----------
    old, new : str
        Names or numbers in the series, or paths.
    runs : Path, optional
        Folder of the series; see `runs.runs_folder` for the default.
    as_json : bool
        One JSON object instead of text.

    Raises
    ------
    InputError
        If a run does not exist, both are the same run, or they share no paper.
    """
    from analysis.base.errors import InputError
    from analysis.runs import find_run, read_run
    from analysis.runs.comparison import compare_opened

    paths = [find_run(name, runs=runs) for name in (old, new)]
    if paths[0].resolve() == paths[1].resolve():
        raise InputError(
            f"both names mean run {paths[0].name}",
            allowed="two different runs",
            next_step="list the runs with: papertide show",
        )
    comparison = compare_opened(*(read_run(path) for path in paths))
    if not comparison.papers.both:
        raise InputError(
            f"runs {comparison.old} and {comparison.new} have no paper in common",
            allowed="two runs of one series, which share papers",
            next_step="list the runs with: papertide show, and name two that belong together",
        )
    if as_json:
        return json.dumps(_json_content(comparison), ensure_ascii=True, indent=2)
    return _as_text(comparison)


def _as_text(comparison: Comparison) -> str:
    from analysis.base.escaping import for_terminal
    from analysis.report.markup import PLAIN
    from analysis.report.text.changes import change_parts

    parts = change_parts(comparison, target=PLAIN)
    head = for_terminal(f"From run {comparison.old} to run {comparison.new}")
    return "\n\n".join([head, *map(_part_text, parts)])


def _part_text(part: Part) -> str:
    lines = [part.title, "-" * len(part.title), *map(wrap_text, part.text)]
    return "\n".join([*lines, *("- " + wrap_text(item, indent="  ")[2:] for item in part.items)])


def _json_content(comparison: Comparison) -> dict[str, Any]:
    from analysis.runs.shares import has_left

    papers, restated = comparison.papers, comparison.restated
    return {
        "old": comparison.old,
        "new": comparison.new,
        "notes": list(comparison.notes),
        "papers": {
            "n_old": comparison.n_old,
            "n_new": comparison.n_new,
            "n_both": len(papers.both),
            "added": papers.added,
            "gone": papers.gone,
            "revised": papers.revised,
            "no_longer_listed": papers.unlisted,
        },
        "clusters": {
            "ids": comparison.ids,
            "lineage": json_records(comparison.lineage),
            "renamed": json_records(comparison.renamed),
            "born": _new_clusters(comparison.born),
            "old_homes": json_records(comparison.old_homes),
        },
        "moves": json_records(comparison.moves),
        "changes": [_change(comparison, row) for row in comparison.changes.to_dict("records")],
        "restated": json_records(restated.assign(outside=has_left(restated))),
    }


def _change(comparison: Comparison, row: dict[str, Any]) -> dict[str, Any]:
    from analysis.runs.shares import printed_change, share_parts

    label = comparison.labels.get((row["kind"], row["group_id"]))
    out = {"kind": row["kind"], "group_id": row["group_id"], "label": label}
    out |= {name: int(value) for name, value in row.items() if name not in out}
    printed = printed_change(row)
    if printed is None:
        return {**out, "share": None}
    share = {
        "old": row["n_old"] / row["n_total_old"],
        "new": row["n_new"] / row["n_total_new"],
        "parts": {name: float(value) for name, value in share_parts(row).items()},
        "printed": {
            **{name: float(getattr(printed, name)) for name in ("old", "new", "change")},
            "parts": {name: float(value) for name, value in printed.parts.items()},
        },
    }
    return {**out, "share": share}


def _new_clusters(born: pd.DataFrame) -> list[dict[str, Any]]:
    growth = [
        [{"period": f"{period:%Y-%m-%d}", "n_papers": n} for period, n in periods]
        for periods in born["growth"]
    ]
    records = json_records(born.drop(columns="growth"))
    return [{**row, "growth": counts} for row, counts in zip(records, growth, strict=True)]
