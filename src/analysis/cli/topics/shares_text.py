"""What `papertide topics score --shares` prints: shares corrected for precision and recall."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.base.english import period_label
from analysis.base.escaping import first_lines
from analysis.pipeline.corrected_shares import corrected_shares
from analysis.runs import Run

from ..show_text import text_table
from .score_text import score_topics, short, wrapped

_ID_WIDTH = 24


def corrected(run: Run, *, gold: Path, seed: int = 0, as_json: bool = False) -> str:
    """Print the shares of topics in the first and the last full period, as counted and corrected.

    Parameters
    ----------
    run : Run
    gold : Path
        As for `score_topics`.
    seed : int
        Of the bootstrap; no share hangs on it.
    as_json : bool
        Every period, as one JSON list, instead of tables.
    """
    found = corrected_shares(run, score_topics(run, gold=gold, seed=seed).table)
    if as_json:
        return found.to_json(orient="records", date_format="iso", double_precision=15, indent=2)
    full = found[~found["is_partial"] & (found["n_total"] > 0)]
    ends = full[full["period"].isin([full["period"].min(), full["period"].max()])]
    header = ["topic", "period", "papers", "share", "corrected", "precision", "recall"]
    rows = [_row(row) for row in ends.itertuples(index=False)]
    return "\n\n".join(
        [
            text_table(rows, header=header),
            wrapped(
                "Corrected: share times precision over recall, as measured on the labelled papers; "
                "in brackets 95 % intervals, which hold what share, precision and recall are "
                "unsure of. What is wrong in every period alike changes no ratio of two periods. "
                "--json prints all periods."
            ),
        ]
    )


def _row(row: object) -> list[str]:
    return [
        first_lines(row.group_id, limit=_ID_WIDTH),
        period_label(row.period, freq=row.freq),
        f"{row.n_papers:,} of {row.n_total:,}",
        _with_interval(row.share, low=row.share_low, high=row.share_high),
        _with_interval(row.corrected, low=row.corrected_low, high=row.corrected_high),
        short(row.precision),
        short(row.recall),
    ]


def _with_interval(value: float, *, low: float, high: float) -> str:
    if pd.isna(value):
        return "-"
    return f"{short(value)} ({short(low)}-{short(high)})"
