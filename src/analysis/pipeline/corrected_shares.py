"""Shares of topics as they would be if the recogniser made no mistakes, as measured on labels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.runs import Run
from analysis.trends import corrected_share

COLUMNS = (
    *("group_id", "freq", "period", "n_papers", "n_total", "share", "share_low", "share_high"),
    *("corrected", "corrected_low", "corrected_high", "precision", "recall", "is_partial"),
)


def corrected_shares(run: Run, scores: pd.DataFrame) -> pd.DataFrame:
    """Correct the shares of topics for precision and recall, with what these are unsure of.

    Parameters
    ----------
    run : Run
        With trends.
    scores : DataFrame
        `table` of what `score_topics(run, gold=...)` returns: by `topic`, labels rightly counted
        (`n_right`), counted (`n_predicted`) and belonging (`n_positive`).

    Returns
    -------
    DataFrame
        One row a topic with labels and a period, in the order of the trends: the columns of
        `COLUMNS`. `corrected` is share * precision / recall with a 95 % interval from the three
        (`trends.corrected_share`, which names its sources); null where nothing was counted
        rightly. A mistake that is the same in all periods moves every share and no ratio of two.

    Raises
    ------
    InputError
        Where the run has no trends.
    """
    if run.trends.empty:
        raise InputError(
            f"run {run.name} has no shares over time",
            allowed="a run whose dates fill at least one period",
            next_step="give dates with --dates, or leave out --shares",
        )
    measured = scores.set_index("topic")
    parts = []
    rows = run.trends[run.trends["kind"] == "topic"]
    for topic, own in rows[rows["group_id"].isin(measured.index)].groupby("group_id"):
        right, counted, belong = (
            int(measured.at[topic, name]) for name in ("n_right", "n_predicted", "n_positive")
        )
        share, low, high = corrected_share(
            own["n_papers"],
            own["n_total"],
            precision=(right, counted),
            recall=(right, belong),
            phi=own["phi"],
        )
        parts.append(
            own.assign(
                corrected=share,
                corrected_low=low,
                corrected_high=high,
                precision=right / counted if counted else np.nan,
                recall=right / belong if belong else np.nan,
            )
        )
    found = pd.concat(parts) if parts else rows.iloc[:0].reindex(columns=COLUMNS)
    return found[list(COLUMNS)].reset_index(drop=True)
