"""`papertide topics score`: precision, recall and thresholds of topics on labelled papers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.base.english import count, period_label
from analysis.base.errors import InputError
from analysis.base.escaping import first_lines
from analysis.base.schema import COUNTED_WEIGHT

from ..common import (
    flag,
    handle_errors,
    json_option,
    json_records,
    number_option,
    open_run,
    run_options,
    text_table,
    two_digits,
    two_digits_interval,
    wrap_text,
)

if TYPE_CHECKING:
    import pandas as pd

    from analysis.runs import Run
    from analysis.topics.accuracy.calibration import Calibration
    from analysis.topics.accuracy.gold import Gold
    from analysis.topics.accuracy.scoring import Scores

_MOST_UNMATCHED = 5
_ID_WIDTH = 24
_HALF = two_digits(COUNTED_WEIGHT)


@click.command("score", short_help="Compare topics with labelled papers.")
@click.argument("gold", metavar="GOLD.csv", type=click.Path(path_type=Path))
@run_options
@flag("--calibrate", help="Choose thresholds by cross-validation; show held-out figures.")
@flag("--shares", help="Show shares over time, corrected for precision and recall.")
@number_option("--seed", default=0, least=0, help="Random seed of the bootstrap and the folds.")
@json_option
@handle_errors
def score_command(
    gold: Path,
    run: str | None,
    runs: Path | None,
    calibrate: bool,
    shares: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Compare the topics of RUN (default: the newest) with labelled papers.

    GOLD.csv has a column arxiv_id or title and one column per topic, named by its id: 1 if the
    paper belongs, 0 if it does not, empty if unknown.
    """
    from analysis.topics.accuracy.gold import read_gold

    if calibrate and shares:
        raise InputError(
            "--calibrate together with --shares",
            allowed="one of the two, as they show different things",
            next_step="leave one of them out",
        )
    opened = open_run(run, runs=runs)
    labels = read_gold(gold, topics=topic_ids(opened))
    show = _calibration if calibrate else _corrected_shares if shares else _scores
    click.echo(show(opened, gold=labels, path=gold, seed=seed, as_json=as_json))


def topic_ids(run: Run) -> list[str]:
    """Return the ids of the run's topics."""
    return run.groups.loc[run.groups["kind"] == "topic", "group_id"].tolist()


def _scored(run: Run, *, gold: Gold, path: Path, seed: int) -> Scores:
    from analysis.topics.accuracy.scoring import score

    scores = score(run.memberships, gold=gold, papers=run.papers, evidence=run.evidence, seed=seed)
    _check_any(scores, path=path, run=run)
    return scores


def _check_any(result: Scores | Calibration, *, path: Path, run: Run) -> None:
    if result.n_papers:
        return
    problems = [f"{path} has no usable label for run {run.name}"]
    if n := len(result.unmatched):
        first = result.unmatched[0]
        problems.append(f"{n:,} of its rows match no single paper of the run, first {first}")
    raise InputError(
        [*problems, *result.notes],
        allowed="at least one 1 or 0 for a paper of the run; of a sample, in a row drawn at random",
        next_step="label some papers, or name the run that the labels belong to",
    )


def _scores(run: Run, *, gold: Gold, path: Path, seed: int, as_json: bool) -> str:
    scores = _scored(run, gold=gold, path=path, seed=seed)
    if as_json:
        tables = {"scores": scores.table, "reliability": scores.reliability}
        return _json(_summary(run, gold=gold, result=scores), tables)
    return "\n\n".join(
        [
            _heading(run, gold=gold, result=scores),
            _score_table(scores.table),
            _reliability_table(scores.reliability),
            wrap_text(
                "In brackets: 95 % intervals, Wilson's for precision and recall, from 2,000 "
                "bootstrap samples of papers for F1. macro: mean over topics; pooled: all labels "
                f"together. A paper is given a topic from weight {_HALF} on."
            ),
        ]
    )


def _calibration(run: Run, *, gold: Gold, path: Path, seed: int, as_json: bool) -> str:
    from analysis.topics.accuracy.calibration import calibrate_thresholds

    result = calibrate_thresholds(
        run.memberships, gold=gold, papers=run.papers, evidence=run.evidence, seed=seed
    )
    _check_any(result, path=path, run=run)
    if as_json:
        tables = {name: getattr(result, name) for name in ("thresholds", "held_out", "at_half")}
        return _json({**_summary(run, gold=gold, result=result), "folds": result.folds}, tables)
    return "\n\n".join(
        [
            _heading(run, gold=gold, result=result),
            _threshold_table(result),
            "Held-out figures, with the thresholds chosen without each paper's fold:",
            _score_table(result.held_out),
            wrap_text(
                f"The papers were divided into {result.folds} folds; each was decided with the "
                "thresholds chosen on the other folds, so that no figure here comes from a paper "
                "that helped to choose its threshold. The threshold to use is chosen on all "
                f"papers, and moved towards {_HALF} the fewer papers belong to the topic. Keep "
                f"{_HALF} unless the held-out F1 is better."
            ),
        ]
    )


def _corrected_shares(run: Run, *, gold: Gold, path: Path, seed: int, as_json: bool) -> str:
    """Show the first and the last full period; as JSON every period."""
    from analysis.pipeline.topic_questions import corrected_shares

    shares = corrected_shares(run, _scored(run, gold=gold, path=path, seed=seed).table)
    if as_json:
        return shares.to_json(orient="records", date_format="iso", double_precision=15, indent=2)
    full = shares[~shares["is_partial"] & (shares["n_total"] > 0)]
    ends = full[full["period"].isin([full["period"].min(), full["period"].max()])]
    rows = [
        [
            first_lines(row.group_id, limit=_ID_WIDTH),
            period_label(row.period, freq=row.freq),
            f"{row.n_papers:,} of {row.n_total:,}",
            two_digits_interval(row.share, low=row.share_low, high=row.share_high),
            two_digits_interval(row.corrected, low=row.corrected_low, high=row.corrected_high),
            two_digits(row.precision),
            two_digits(row.recall),
        ]
        for row in ends.itertuples(index=False)
    ]
    header = ["topic", "period", "papers", "share", "corrected", "precision", "recall"]
    note = wrap_text(
        "Corrected: share times precision over recall, as measured on the labelled papers. In "
        "brackets: 95 % intervals, which include the uncertainty of share, precision and recall. "
        "An error that is the same in every period does not change the ratio of two periods. "
        "--json prints all periods."
    )
    return f"{text_table(rows, header=header)}\n\n{note}"


def _summary(run: Run, *, gold: Gold, result: Scores | Calibration) -> dict[str, Any]:
    return {
        "run": run.name,
        "gold": gold.file,
        "n_papers": result.n_papers,
        "notes": list(result.notes),
        "unmatched": list(result.unmatched),
        "ignored_columns": list(gold.ignored),
    }


def _json(content: dict[str, Any], tables: dict[str, pd.DataFrame]) -> str:
    records = {name: json_records(table) for name, table in tables.items()}
    return json.dumps({**content, **records}, ensure_ascii=True, indent=2)


def _heading(run: Run, *, gold: Gold, result: Scores | Calibration) -> str:
    lines = [f"{gold.file} on run {run.name}: {count(result.n_papers, 'labelled paper')}"]
    lines += [f"Note: {note}." for note in result.notes]
    if gold.ignored:
        lines.append(f"Columns not read: {', '.join(gold.ignored)}.")
    if n := len(result.unmatched):
        lines.append(
            f"{n:,} {'row matches' if n == 1 else 'rows match'} no single paper of this run:"
        )
    lines += [f"  {row}" for row in result.unmatched[:_MOST_UNMATCHED]]
    if n > _MOST_UNMATCHED:
        lines.append(f"  and {n - _MOST_UNMATCHED:,} more")
    return "\n".join(map(wrap_text, lines))


def _score_table(table: pd.DataFrame) -> str:
    rows = [
        [
            first_lines(row["topic"], limit=_ID_WIDTH),
            *(f"{row[name]:,}" for name in ("n", "n_positive", "n_predicted")),
            *(
                two_digits_interval(row[name], low=row[f"{name}_low"], high=row[f"{name}_high"])
                for name in ("precision", "recall", "f1")
            ),
            two_digits(row["brier"]),
        ]
        for row in table.to_dict("records")
    ]
    header = ["topic", "labels", "yes", "given", "precision", "recall", "F1", "Brier"]
    text = text_table(rows, header=header, right=(1, 2, 3))
    notes = [wrap_text(f"{row.topic}: {row.note}.") for row in table.itertuples() if row.note]
    return "\n".join([text, "", *notes] if notes else [text])


def _threshold_table(result: Calibration) -> str:
    pairs = zip(result.held_out.itertuples(), result.at_half.itertuples(), strict=True)
    f1 = {chosen.topic: (two_digits(chosen.f1), two_digits(half.f1)) for chosen, half in pairs}
    rows = [
        [
            first_lines(row.topic, limit=_ID_WIDTH),
            two_digits(row.threshold),
            f"{two_digits(row.lowest)}-{two_digits(row.highest)}",
            *f1[row.topic],
            row.note,
        ]
        for row in result.thresholds.itertuples()
    ]
    rows += [[name, "", "", *f1[name], ""] for name in ("macro", "pooled")]
    header = ["topic", "threshold", "over the folds", "held-out F1", f"F1 at {_HALF}", "note"]
    return text_table(rows, header=header)


def _reliability_table(table: pd.DataFrame) -> str:
    rows = [
        [
            f"{two_digits(row.low)} to {two_digits(row.high)}",
            f"{row.n:,}",
            two_digits(row.mean_weight),
            two_digits_interval(row.share_true, low=row.share_low, high=row.share_high),
        ]
        for row in table.itertuples()
    ]
    header = ["weight", "labels", "mean weight", "share that belongs"]
    return text_table(rows, header=header, right=(1,))
