"""What `papertide topics score` and `sample` print, at most 100 columns wide."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import first_lines, for_terminal
from analysis.base.schema import COUNTED_WEIGHT
from analysis.runs import Run
from analysis.topics.accuracy.calibration import Calibration, calibrate_thresholds
from analysis.topics.accuracy.gold import Gold, read_gold
from analysis.topics.accuracy.matching import match_gold
from analysis.topics.accuracy.sampling import sample_for_labelling, write_sample
from analysis.topics.accuracy.scoring import Scores, score
from analysis.topics.find_paper import the_topic

from ..show_text import text_table

WIDTH = 100
_MOST_UNMATCHED = 5
_ID_WIDTH = 24


def topic_ids(run: Run) -> list[str]:
    """Return the ids of the run's topics."""
    return run.groups.loc[run.groups["kind"] == "topic", "group_id"].tolist()


def score_topics(run: Run, *, gold: Path, seed: int = 0) -> Scores:
    """Compare a run's topics with a labelled file.

    Parameters
    ----------
    run : Run
    gold : Path
        See `topics.gold.read_gold`.
    seed : int
        Of the bootstrap.

    Raises
    ------
    InputError
        Where the file is wrong or no label of it counts on this run.
    """
    return _scored(run, read=read_gold(gold, topics=topic_ids(run)), gold=gold, seed=seed)


def _scored(run: Run, *, read: Gold, gold: Path, seed: int) -> Scores:
    found = score(run.memberships, gold=read, papers=run.papers, evidence=run.evidence, seed=seed)
    _check_any(found, gold=gold, run=run)
    return found


def scores(run: Run, *, gold: Path, seed: int = 0, as_json: bool = False) -> str:
    """Print the result of `score_topics`, which has the same parameters.

    Parameters
    ----------
    as_json : bool
        One JSON object instead of tables.
    """
    read = read_gold(gold, topics=topic_ids(run))
    found = _scored(run, read=read, gold=gold, seed=seed)
    if as_json:
        return _json({**_about(run, gold=read, found=found), "scores": found.table,
                      "reliability": found.reliability})  # fmt: skip
    return "\n\n".join(
        [
            _heading(run, gold=read, found=found),
            _score_table(found.table),
            _reliability_table(found.reliability),
            wrapped(
                "In brackets 95 % intervals: Wilson's of precision and recall, of F1 from 2,000 "
                "bootstrap samples of papers. macro: mean over topics; pooled: all labels "
                f"together. A topic is given from weight {short(COUNTED_WEIGHT)} on."
            ),
        ]
    )


def calibration(run: Run, *, gold: Path, seed: int = 0, as_json: bool = False) -> str:
    """Choose thresholds on a labelled file; parameters as for `scores`."""
    read = read_gold(gold, topics=topic_ids(run))
    found = calibrate_thresholds(
        run.memberships, gold=read, papers=run.papers, evidence=run.evidence, seed=seed
    )
    _check_any(found, gold=gold, run=run)
    if as_json:
        return _json({**_about(run, gold=read, found=found), "folds": found.folds,
                      "thresholds": found.thresholds, "held_out": found.held_out,
                      "at_half": found.at_half})  # fmt: skip
    return "\n\n".join(
        [
            _heading(run, gold=read, found=found),
            _threshold_table(found),
            "Held-out figures, with the thresholds chosen without each paper's fold:",
            _score_table(found.held_out),
            wrapped(
                f"The papers were dealt into {found.folds} folds; each was decided by the "
                "thresholds chosen on the other folds, and no figure here rests on a paper that "
                "had a part in choosing. The threshold to use is chosen on all of them, moved "
                f"towards {short(COUNTED_WEIGHT)} the fewer papers carry the topic. Keep "
                f"{short(COUNTED_WEIGHT)} where the held-out F1 is no better."
            ),
        ]
    )


def _check_any(found: Scores | Calibration, *, gold: Path, run: Run) -> None:
    if found.n_papers:
        return
    n = len(found.unmatched)
    first = found.unmatched[:1]
    unmatched = [f"{n:,} of its rows name no one paper of the run, first {row}" for row in first]
    raise InputError(
        [f"{gold} has no label that counts on run {run.name}", *unmatched, *found.notes],
        allowed="at least one 1 or 0 for a paper of the run; of a sample, in a row drawn at random",
        next_step="label some papers, or name the run that the labels belong to",
    )


def _about(run: Run, *, gold: Gold, found: Scores | Calibration) -> dict[str, Any]:
    return {
        "run": run.name,
        "gold": gold.file,
        "n_papers": found.n_papers,
        "notes": list(found.notes),
        "unmatched": list(found.unmatched),
        "ignored_columns": list(gold.ignored),
    }


def _json(content: dict[str, Any]) -> str:
    plain = {
        key: json.loads(value.to_json(orient="records", double_precision=15))
        if isinstance(value, pd.DataFrame)
        else value
        for key, value in content.items()
    }
    return json.dumps(plain, ensure_ascii=True, indent=2)


def _heading(run: Run, *, gold: Gold, found: Scores | Calibration) -> str:
    n = found.n_papers
    lines = [f"{gold.file} on run {run.name}: {n:,} labelled {'paper' if n == 1 else 'papers'}"]
    lines += [f"Note: {note}." for note in found.notes]
    if gold.ignored:
        lines.append(f"Columns not read: {', '.join(gold.ignored)}.")
    n = len(found.unmatched)
    if n:
        rows = "row names" if n == 1 else "rows name"
        lines.append(f"{n:,} {rows} no one paper of this run:")
    lines += [f"  {row}" for row in found.unmatched[:_MOST_UNMATCHED]]
    if n > _MOST_UNMATCHED:
        lines.append(f"  and {n - _MOST_UNMATCHED:,} more")
    return "\n".join(wrapped(line) for line in lines)


def _score_table(table: pd.DataFrame) -> str:
    rows = [
        [
            first_lines(row["topic"], limit=_ID_WIDTH),
            *(f"{row[name]:,}" for name in ("n", "n_positive", "n_predicted")),
            *(_with_interval(row, name) for name in ("precision", "recall", "f1")),
            short(row["brier"]),
        ]
        for row in table.to_dict("records")
    ]
    header = ["topic", "labels", "yes", "given", "precision", "recall", "F1", "Brier"]
    text = text_table(rows, header=header, right=(1, 2, 3))
    notes = [f"{row.topic}: {row.note}." for row in table.itertuples() if row.note]
    return "\n".join([text, *(["", *map(wrapped, notes)] if notes else [])])


def _threshold_table(found: Calibration) -> str:
    pairs = zip(found.held_out.itertuples(), found.at_half.itertuples(), strict=True)
    f1 = {ours.topic: (short(ours.f1), short(half.f1)) for ours, half in pairs}
    rows = [
        [
            first_lines(row.topic, limit=_ID_WIDTH),
            short(row.threshold),
            f"{short(row.lowest)}-{short(row.highest)}",
            *f1[row.topic],
            row.note,
        ]
        for row in found.thresholds.itertuples()
    ]
    rows += [[name, "", "", *f1[name], ""] for name in ("macro", "pooled")]
    header = ["topic", "threshold", "over the folds", "held-out F1", "F1 at .50", "note"]
    return text_table(rows, header=header)


def _reliability_table(table: pd.DataFrame) -> str:
    rows = [
        [
            f"{short(row.low)} to {short(row.high)}",
            f"{row.n:,}",
            short(row.mean_weight),
            short(row.share_true)
            + (f" ({short(row.share_low)}-{short(row.share_high)})" if row.n else ""),
        ]
        for row in table.itertuples()
    ]
    header = ["weight", "labels", "mean weight", "share that belongs"]
    return text_table(rows, header=header, right=(1,))


def _with_interval(row: dict[str, Any], name: str) -> str:
    value = short(row[name])
    if pd.isna(row[name]) or pd.isna(row[f"{name}_low"]):
        return value
    return f"{value} ({short(row[f'{name}_low'])}-{short(row[f'{name}_high'])})"


def short(value: float) -> str:
    """Return a share with two digits and no leading 0; - where it is not known."""
    return "-" if pd.isna(value) else f"{value:.2f}".removeprefix("0")


def wrapped(text: str, *, indent: str = "") -> str:
    """Return `text`, safe for a terminal, in lines of at most 100 columns; its indent is kept."""
    plain = for_terminal(text)
    lead = " " * (len(text) - len(text.lstrip()))
    return textwrap.fill(
        plain, width=WIDTH, initial_indent=indent + lead, subsequent_indent=indent + lead
    )


def sample(
    run: Run, *, topic: str, n: int, out: Path, labelled: Sequence[Path] = (), seed: int = 0
) -> str:
    """Write papers to label into a CSV, and say what is in it.

    Parameters
    ----------
    run : Run
    topic : str
        Id or label.
    n : int
    out : Path
        A new file.
    labelled : sequence of Path
        Files of labels; papers that have one for the topic there are left out.
    seed : int

    Raises
    ------
    InputError
        Where there is no such topic, a file is wrong or exists already, or no paper is left.
    """
    name = the_topic(run.groups, text=topic)
    already: set[str] = set()
    for path in labelled:
        rows = match_gold(read_gold(path, topics=topic_ids(run)), papers=run.papers).rows
        if name in rows:
            already |= set(rows.loc[rows[name].notna(), "paper_id"])
    drawn = sample_for_labelling(
        run.memberships, papers=run.papers, topic=name, n=n, seed=seed, already=already
    )
    if drawn.empty:
        raise InputError(
            f"no paper of run {run.name} is left to label for {name}",
            allowed="a run with papers that have no label for the topic yet",
            next_step="leave out --labelled, or name another run",
        )
    write_sample(drawn, path=out)
    n_random = int((drawn["drawn"] == "random").sum())
    left = len(run.papers) - len(already & set(run.papers["paper_id"]))
    labelled_before = f" ({len(already):,} labelled before left out)" if already else ""
    return "\n".join(
        [
            f"{len(drawn):,} {'paper' if len(drawn) == 1 else 'papers'}: {n_random:,} at random of "
            f"{left:,}{labelled_before}, "
            f"{len(drawn) - n_random:,} near the threshold.",
            wrapped(
                f"Next: write 1 or 0 into the column {name}, leave the cell empty where you "
                f"cannot decide, then: papertide topics score {out}"
            ),
        ]
    )
