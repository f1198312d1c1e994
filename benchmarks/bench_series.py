"""Measure series of runs: `python benchmarks/bench_series.py --shared ../shared --work DIR`.

Every bar of "the same clusters from snapshot to snapshot" under its own name (`--only years news`),
seeds fixed. Fresh fits are kept in DIR, as they are slow: delete it to repeat them. Prints
what was found beside what is asked for; nothing is asserted.

- months: daily papers month by month, cumulative and disjoint, through the whole pipeline
- steps: daily papers in smaller steps, clusters alone
- years: labelled arXiv papers year by year, beside cold fits and frozen centroids
- heldout, quarters: each category held back until 2017, that year at once or in four steps
  (`--labelled NAME ...` for other corpora with `category`)
- planted: 30 papers of an absent field, ten draws a field
- news: a hundred draws of a tenth of the daily papers, which hold no news
- weights: how often papers stay with their cluster in bootstrap refits, by weight
- cost: extending by 2 % at 15,000 papers, against a fresh run
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import series_news
from scipy.optimize import linear_sum_assignment
from series_corpora import (
    ARXIV,
    DAILY,
    begun,
    best_set_f1,
    extended,
    fresh_fit,
    load,
    subsample_scores,
)
from series_runs import cost_of_extending, month_by_month
from sklearn.metrics import adjusted_mutual_info_score

from analysis.clusters import centre_vectors, find_clusters
from analysis.clusters.extend.extend import FreshFit, extend_clusters
from analysis.clusters.extend.splits_and_mergers import Thresholds

FIELDS = ("physics.plasm-ph", "math.GR", "q-fin.ST")
RISING = ("eess.IV", "econ.EM", "cs.SI")


@dataclass(frozen=True)
class Asked:
    """What the command line says."""

    shared: Path
    work: Path
    seed: int
    draws: int
    limits: Thresholds
    labelled: tuple[str, ...] = (ARXIV,)


def months(asked: Asked) -> None:
    """Daily papers month by month, cumulative and disjoint."""
    tables = {}
    for how in ("cumulative", "disjoint"):
        table = month_by_month(how, shared=asked.shared, work=asked.work)
        tables[how] = table
        print(f"\n{how}\n{table.round(4).to_string(index=False)}")
        _say_kept(table)
        kept = table.loc[table["how"] == "extended", "places_changed"]
        print(f"moves not listed: {int(table['unlisted'].sum())} (bar 0); "
              f"places changed in extended runs: {int(kept.sum())} (bar 0)")  # fmt: skip
    same = tables["cumulative"].equals(tables["disjoint"])
    print(f"cumulative and disjoint give the same: {same}")


def _say_kept(table: pd.DataFrame) -> None:
    """Say the least share of old papers that keep their cluster, by size of step."""
    for low, high, bar in ((0, 0.02, 0.99), (0.02, 0.1, 0.97), (0.1, np.inf, None)):
        some = table[(table["step"] > low) & (table["step"] <= high)]
        if len(some):
            asks = f", bar {bar}" if bar else ""
            print(f"steps of {low:.0%} to {min(high, 9.99):.0%}: {len(some)}, kept least "
                  f"{some['kept'].min():.4f}, mean {some['kept'].mean():.4f}{asks}")  # fmt: skip


def steps(asked: Asked) -> None:
    """Daily papers week by week, and by 2, 5 and 10 %, clusters alone."""
    corpus = load(DAILY, shared=asked.shared, work=asked.work)
    day = corpus.papers["published"]
    order = np.lexsort((np.arange(len(day)), day.to_numpy()))
    weeks = np.searchsorted(day.to_numpy()[order], pd.date_range(day.min(), day.max(), freq="W"))
    ways = {"weekly": [int(n) for n in weeks if n >= 200]}
    for step in (0.02, 0.05, 0.1):
        sizes = [1000]
        while sizes[-1] * (1 + step) < len(day):
            sizes.append(int(sizes[-1] * (1 + step)))
        ways[f"{step:.0%}"] = sizes
    for name, sizes in ways.items():
        rows, state = [], begun(corpus, np.sort(order[: sizes[0]]))
        for size in sizes[1:]:
            if size == len(state.rows):
                continue
            state, found, old = extended(
                corpus, state, rows=np.sort(order[:size]), limits=asked.limits
            )
            moved, of_events = _moves(state.labels, old, found)
            rows.append(((old < 0).sum() / (old >= 0).sum(), 1 - moved / (old >= 0).sum(),
                         moved - of_events, len(found.events), len(set(state.labels))))  # fmt: skip
        table = pd.DataFrame(rows, columns=["step", "kept", "unlisted", "events", "clusters"])
        print(f"{name}: {len(table)} steps, {int(table['events'].sum())} events, "
              f"{table['clusters'].iloc[-1]} clusters at the end, moves without an event "
              f"{int(table['unlisted'].sum())}; AMI with the cold fit at the end "
              f"{adjusted_mutual_info_score(fresh_fit(corpus, state.rows)[0], state.labels):.3f}",
              flush=True)  # fmt: skip
        _say_kept(table)


def _moves(labels: np.ndarray, old: np.ndarray, found: object) -> tuple[int, int]:
    """Count the old papers that moved, and those that the events say moved."""
    known = old >= 0
    return int((labels != old)[known].sum()), sum(event.n_moved for event in found.events)


def years(asked: Asked) -> None:
    """Labelled arXiv papers year by year."""
    corpus = load(ARXIV, shared=asked.shared, work=asked.work)
    truth, rng = corpus.papers["category"].to_numpy(), np.random.default_rng(asked.seed)
    state, frozen, rows, out = None, None, np.empty(0), []
    for year in range(2009, 2020):
        rows = np.flatnonzero(corpus.year <= year)
        scores = subsample_scores(corpus, rows, truth=truth, rng=rng)
        full = fresh_fit(corpus, rows)[0]
        if state is None:
            state, middles = begun(corpus, rows), _centroids(corpus.vectors[rows], full)
            continue
        state, found, old = extended(corpus, state, rows=rows, limits=asked.limits)
        frozen = (centre_vectors(corpus.vectors[rows]) @ middles.T).argmax(axis=1)
        ours, theirs = (adjusted_mutual_info_score(truth[rows], one) / np.mean(scores)
                        for one in (state.labels, frozen))  # fmt: skip
        moved, of_events = _moves(state.labels, old, found)
        out.append((year, len(rows), (old < 0).mean(), ours, theirs, len(set(state.labels)),
                    int(full.max()) + 1, len(found.events), moved - of_events))  # fmt: skip
    table = pd.DataFrame(out, columns=["year", "papers", "new", "ours", "frozen", "clusters",
                                       "cold", "events", "unlisted"])  # fmt: skip
    print(table.round(3).to_string(index=False))
    ratio = table["clusters"] / table["cold"]
    print(f"AMI over cold fits: mean {table['ours'].mean():.3f} (bar .97), least "
          f"{table['ours'].min():.3f} (bar .93), frozen {table['frozen'].mean():.3f}; clusters "
          f"{ratio.min():.2f} to {ratio.max():.2f} of the cold fit's (bar .7 to 1.3)")  # fmt: skip
    for name in RISING:
        ours, theirs, fresh = (best_set_f1(one, truth[rows] == name)
                               for one in (state.labels, frozen, full))  # fmt: skip
        print(f"{name}: F1 {ours:.3f}, frozen {theirs:.3f} (bar: below), cold {fresh:.3f}")


def _centroids(vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    middle = centre_vectors(vectors)
    means = np.stack([middle[labels == one].mean(axis=0) for one in range(labels.max() + 1)])
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def heldout(asked: Asked) -> None:
    """Each category held back until 2017: what the born clusters are worth after a year."""
    _held_back(asked, steps="Y")


def quarters(asked: Asked) -> None:
    """Each category held back until 2017, and that year in four steps."""
    _held_back(asked, steps="Q")


def _held_back(asked: Asked, *, steps: str) -> None:
    for name in asked.labelled:
        corpus = load(name, shared=asked.shared, work=asked.work)
        print(name)
        series_news.say(series_news.held_back(corpus, steps=steps, limits=asked.limits))


def planted(asked: Asked) -> None:
    """Thirty papers of an absent field and 200 of known ones, into 4,000 of computer science."""
    corpus = load(ARXIV, shared=asked.shared, work=asked.work)
    category = corpus.papers["category"].to_numpy()
    known = np.flatnonzero(np.char.startswith(category.astype(str), "cs."))
    for name in FIELDS:
        good, said = 0, []
        for draw in range(asked.draws):
            rng = np.random.default_rng([asked.seed, draw])
            base = np.sort(rng.choice(known, 4000, replace=False))
            more = rng.choice(np.setdiff1d(known, base), 200, replace=False)
            field = rng.choice(np.flatnonzero(category == name), 30, replace=False)
            rows = np.sort(np.concatenate([base, more, field]))
            state, _, old = extended(corpus, begun(corpus, base), rows=rows, limits=asked.limits)
            truth = category[rows] == name
            born = [state.labels == one for one in np.setdiff1d(state.labels, old)]
            found = max(born, key=lambda one: (one & truth).sum(), default=truth & False)
            precision = (found & truth).sum() / max(found.sum(), 1)
            recall = (found & truth).sum() / 30
            good += bool(precision >= 0.85 and recall >= 0.75)
            said.append(f"{precision:.2f}/{recall:.2f}/{len(born)}")
        print(f"{name}: {good} of {asked.draws} draws (bar 9 of 10); precision/recall/born: "
              + ", ".join(said), flush=True)  # fmt: skip


def news(asked: Asked) -> None:
    """Add a tenth of the daily papers, drawn within months, to the others: nothing is new.

    Births follow from the fresh look and from who is new, not from the clusters there were, and
    the look is at the same papers in every draw: one fit serves all draws. A tenth of the draws
    begins with a real fit on the other papers, to show that. Beside it a twentieth of the papers,
    and eleven steps of 3 %, after the last of which a look goes back over several.
    """
    corpus = load(DAILY, shared=asked.shared, work=asked.work)
    n, middle = len(corpus.papers), centre_vectors(corpus.vectors)
    month = corpus.papers["published"].dt.to_period("M").astype(str).to_numpy()
    every = np.arange(n)
    labels, graph, least = fresh_fit(corpus, every)
    draws = 10 * asked.draws
    cases = ((0.1, 1, "bar 8 of 100"), (0.05, 1, "bar 8 of 100"), (0.03, 11, "bar 8 of 100"))
    for share, steps, said in cases:
        births = 0
        for draw in range(draws):
            rng = np.random.default_rng([asked.seed, draw])
            arrived = np.zeros(n, dtype=np.int64)
            for step in range(1, steps + 1):
                arrived[_drawn(month, among=arrived == 0, count=share, rng=rng)] = step
            is_new = arrived == steps
            old = np.where(is_new, -1, labels)
            if share == 0.1 and draw % 10 == 0:
                old[~is_new] = fresh_fit(corpus, every[~is_new])[0]
            known = int((~is_new).sum())
            found = extend_clusters(
                middle, numbers=old, is_new=is_new, revised=np.zeros(n, dtype=bool),
                n_last_fit=round(0.9 * known), n_last_review=known, arrived=arrived,
                fit=lambda: FreshFit(labels, graph, least), limits=asked.limits,
            )  # fmt: skip
            births += any(event.what in ("born", "split") for event in found.events)
        print(f"{steps} steps of {share:.0%} of the papers: {births} of {draws} draws have a birth "
              f"({said})", flush=True)  # fmt: skip


def _drawn(
    month: np.ndarray, *, among: np.ndarray, count: float, rng: np.random.Generator
) -> np.ndarray:
    """Draw from `among`, in each month, papers that are this share of the month's."""
    drawn = np.zeros(len(month), dtype=bool)
    for one in np.unique(month):
        own = month == one
        rows = np.flatnonzero(own & among)
        drawn[rng.choice(rows, min(len(rows), round(count * own.sum())), replace=False)] = True
    return drawn


def weights(asked: Asked) -> None:
    """How often a paper's cluster is found with it in 20 bootstrap refits, by its weight."""
    corpus = load(DAILY, shared=asked.shared, work=asked.work)
    n = len(corpus.papers)
    whole = find_clusters(corpus.vectors)
    own = np.asarray(whole.weights[np.arange(n), whole.numbers]).ravel()
    drawn, stayed, mapped = np.zeros(n), np.zeros(n), np.zeros(n)
    for draw in range(2 * asked.draws):
        rng = np.random.default_rng([asked.seed, draw])
        rows = np.unique(rng.integers(0, n, n))
        labels, counted = fresh_fit(corpus, rows)[0], whole.numbers[rows]
        table = np.zeros((counted.max() + 1, labels.max() + 1))
        np.add.at(table, (counted, labels), 1)
        union = table.sum(axis=1, keepdims=True) + table.sum(axis=0) - table
        ours, theirs = linear_sum_assignment(-table / np.maximum(union, 1))
        partner = np.full(labels.max() + 1, -1)
        partner[theirs] = ours
        drawn[rows] += 1
        stayed[rows] += partner[labels] == counted
        mapped[rows] += table.argmax(axis=0)[labels] == counted
    for low, high, bar in ((0.8, 1.01, "bar at least .80"), (0.5, 0.8, ""), (0.3, 0.5, ""),
                           (0.0, 0.3, "bar at most .50")):  # fmt: skip
        some = (own >= low) & (own < high) & (drawn > 0)
        one, many = (float((hits[some] / drawn[some]).mean()) for hits in (stayed, mapped))
        print(
            f"weight {low} to {min(high, 1):g}: {some.sum():,} papers, stay {one:.3f} (clusters "
            f"matched one to one), {many:.3f} (each to the one most of it is from) {bar}"
        )


def cost(asked: Asked) -> None:
    """Extend 15,000 papers by 2 %, beside a fresh run, each in a process of its own."""
    table = cost_of_extending(shared=asked.shared, work=asked.work)
    print(table.round(1).to_string())
    part = table.loc["wall", "extended"] / table.loc["wall", "fresh"]
    print(f"extending costs {part:.1%} of a fresh run (bar 15 %)")


PARTS: dict[str, Callable[[Asked], None]] = {
    "months": months, "steps": steps, "years": years, "heldout": heldout,
    "quarters": quarters, "planted": planted,
    "news": news, "weights": weights, "cost": cost,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--work", type=Path, required=True, help="folder for fits and runs")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--draws", type=int, default=10, help="draws a field; news has ten times")
    parser.add_argument("--labelled", nargs="+", default=[ARXIV], help="corpora of categories")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="thresholds")
    given = parser.parse_args()
    changed = {name: float(value) for name, value in (one.split("=") for one in given.set)}
    asked = Asked(
        given.shared,
        given.work,
        given.seed,
        given.draws,
        replace(Thresholds(), **changed),
        tuple(given.labelled),
    )
    for name in given.only:
        print(f"\n## {name}: {PARTS[name].__doc__.splitlines()[0]}", flush=True)
        PARTS[name](asked)


if __name__ == "__main__":
    main()
