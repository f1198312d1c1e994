"""What is born when a category that was held back comes in, at once or in quarters of a year."""

from __future__ import annotations

import numpy as np
import pandas as pd
from series_corpora import Corpus, begun, best_set_f1, extended, fresh_fit

from analysis.clusters.extend.splits_and_mergers import Thresholds

FIRST_YEAR, FEWEST = 2017, 30


def held_back(corpus: Corpus, *, steps: str, limits: Thresholds) -> pd.DataFrame:
    """Hold each category back until 2017 and let the next year come in by `steps`.

    `steps` is a period of pandas ("Y" or "Q"). A category with fewer than 30 papers in 2017 comes
    in with the first later year that has them.

    Columns: category, year, papers, cold (F1 of the best set of clusters of a fresh fit of the
    same papers), born_f1 (of the clusters that the series did not begin with), born, split,
    merged (events), kept (least share of old papers that keep their cluster in a step), ratio.
    """
    rows = [
        _one(corpus, name, steps=steps, limits=limits)
        for name in np.unique(corpus.papers["category"])
    ]
    columns = ["category", "year", "papers", "cold", "born_f1", "born", "split", "merged", "kept"]
    table = pd.DataFrame([row for row in rows if row], columns=columns)
    return table.assign(ratio=table["born_f1"] / table["cold"])


def _one(corpus: Corpus, name: str, *, steps: str, limits: Thresholds) -> tuple[object, ...] | None:
    own, year = (corpus.papers["category"] == name).to_numpy(), corpus.year
    years = range(FIRST_YEAR, int(year.max()) + 1)
    first = next((one for one in years if (own & (year == one)).sum() >= FEWEST), None)
    if first is None:
        return None
    used = ~(own & (year < FIRST_YEAR))
    state = begun(corpus, np.flatnonzero(used & (year < first)))
    known, events, kept = int(state.labels.max()), [], 1.0
    period = corpus.papers["published"].dt.to_period(steps)
    for last in sorted(period[year == first].unique()):
        rows = np.flatnonzero(used & (period <= last).to_numpy())
        state, found, old = extended(corpus, state, rows=rows, limits=limits)
        events += [event.what for event in found.events]
        kept = min(kept, float((state.labels == old)[old >= 0].mean()))
    truth = own[state.rows]
    born = np.unique(state.labels[state.labels > known])
    return (
        name,
        first,
        int(truth.sum()),
        best_set_f1(fresh_fit(corpus, state.rows)[0], truth),
        best_set_f1(state.labels, truth, among=born),
        *(events.count(what) for what in ("born", "split", "merged")),
        kept,
    )


def say(table: pd.DataFrame) -> None:
    """Print the table, and what of it is asked for."""
    print(table.round(3).to_string(index=False))
    clear, found = table[table["cold"] >= 0.6], table[table["cold"] >= 0.3]
    print(f"{(clear['ratio'] >= 0.85).sum()} of {len(clear)} categories with C >= .6 reach .85 C "
          f"(bar 80 %); mean over the {len(found)} with C >= .3: {found['ratio'].mean():.3f} C "
          f"(bar .8), least {found['ratio'].min():.3f}", flush=True)  # fmt: skip
