"""Measure the tree of groups: `python benchmarks/tree.py ami stability speed null power`.

`ami` compares divisions of labelled arXiv abstracts with k-means of as many groups on the same
vectors; the other figures are of a run (`--run DIR`; for `null` one whose papers have dates), or
simulated. Seeds are fixed. `ami` takes 6 minutes on one core, nearly all of them k-means, the
others 1 to 3.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score
from threadpoolctl import threadpool_limits
from trends_simulated import dealt_anew, full_only, made_up, recounted, with_others

from analysis import Run, divide, open_run, trends
from analysis.base.groups import broader_groups, broader_memberships, groups_of
from analysis.base.schema import KINDS
from analysis.clusters import (
    build_tree,
    centre_vectors,
    find_clusters,
    groups_at,
    primary_clusters,
    quality,
    stored_graph,
    subsample_fits,
)
from analysis.embedding import embed, paper_texts
from analysis.pipeline.groups.tree import DETAILS, divided_fits, run_tree
from analysis.pipeline.words import word_memberships
from analysis.trends.design_effect import ClumpCounts

SIZES = (5, 10, 16, 25, 50, 100)
K_MEANS_SEEDS = 5
N_BROADER = 10


def ami(asked: argparse.Namespace) -> None:
    """AMI with the 16 categories of arXiv, beside k-means++ of the same size."""
    file = asked.shared / "corpora" / "arxiv_labelled_16x1000.parquet"
    papers = pd.read_parquet(file).sort_values("id", kind="stable", ignore_index=True)
    vectors = embed(paper_texts(papers["title"], papers["abstract"]))
    fit = find_clusters(vectors)
    centred = centre_vectors(vectors)
    names = [f"c{number + 1:04d}" for number in range(fit.weights.shape[1])]
    tree = build_tree(fit.numbers, names=names, graph=fit.graph, vectors=centred)
    truth = papers["category"]
    print(f"{len(papers):,} papers, {len(names)} clusters, {tree.n_leaves} leaves")
    for size in SIZES:
        ours = adjusted_mutual_info_score(truth, groups_at(tree, count=size))
        fits = [
            KMeans(size, n_init=1, random_state=seed).fit(centred) for seed in range(K_MEANS_SEEDS)
        ]
        theirs = [adjusted_mutual_info_score(truth, each.labels_) for each in fits]
        best = min(range(len(fits)), key=lambda seed: fits[seed].inertia_)
        print(
            f"N = {size:3}: tree {ours:.3f}; k-means, mean of {K_MEANS_SEEDS} seeds "
            f"{np.mean(theirs):.3f}, of the best inertia {theirs[best]:.3f}",
            flush=True,
        )


def opened(asked: argparse.Namespace) -> Run:
    """Return the run, with a tree if an older version made it."""
    run = open_run(asked.run)
    if len(run.tree):
        return run
    tree, leaves = run_tree(
        run.papers,
        memberships=run.memberships,
        groups=run.groups,
        neighbours=run.neighbours,
        vectors=run.vectors,
    )
    return replace(run, tree=tree, leaves=leaves)


def stability(asked: argparse.Namespace) -> None:
    """How often groups are found again in fits of 80 % of the papers, at each detail."""
    run = opened(asked)
    fits = subsample_fits(run.vectors, count=quality.n_subsamples(len(run.papers)))
    graph = stored_graph(run.neighbours, papers=run.papers)
    for detail in DETAILS:
        of_paper = primary_clusters(divide(run, detail=detail).memberships)
        again = divided_fits(fits, graph=graph, vectors=run.vectors, clusters=None, detail=detail)
        grades = quality.grade_clusters(of_paper.reindex(run.papers["paper_id"]), fits=again)
        found = np.array(list(grades.values()))
        often, sometimes = (found >= 0.75).mean(), ((found >= 0.5) & (found < 0.75)).mean()
        print(
            f"{detail}: {len(found)} groups, mean Jaccard {found.mean():.2f}; often found again "
            f"{often:.0%}, sometimes {sometimes:.0%}",
            flush=True,
        )


def speed(asked: argparse.Namespace) -> None:
    """Seconds for the tree, and for a run in another division with its labels and verdicts."""
    run = opened(asked)
    start = time.perf_counter()
    run_tree(
        run.papers,
        memberships=run.memberships,
        groups=run.groups,
        neighbours=run.neighbours,
        vectors=run.vectors,
    )
    print(f"tree of {len(run.papers):,} papers: {time.perf_counter() - start:.2f} s")
    for size in SIZES:
        start, cpu = time.perf_counter(), time.process_time()
        divide(run, clusters=size)
        print(
            f"N = {size:3}: {time.perf_counter() - start:.2f} s, of the processor "
            f"{time.process_time() - cpu:.2f} s",
            flush=True,
        )


def null(asked: argparse.Namespace) -> None:
    """Draws in which anything rises or falls although whole days have changed dates at random."""
    run = divide(opened(asked), detail=asked.detail)
    counts = list(_counts(run))
    found: dict[str, int] = {}
    for draw in range(asked.draws):
        kinds: set[str] = set()
        for each in counts:
            dealt = dealt_anew(each, rng=np.random.default_rng([asked.seed, draw]))
            verdicts = trends.verdict_table(dealt)
            moved = verdicts["direction"].isin(("rising", "falling"))
            kinds |= set(verdicts.loc[moved, "kind"])
        for kind in (*kinds, *(["any"] if kinds else [])):
            found[kind] = found.get(kind, 0) + 1
    groups = {kind: n for each in counts for kind, n in each.groups["kind"].value_counts().items()}
    print(f"{asked.detail}, {groups}, {asked.draws} draws with a verdict: {found}")


def _counts(run: Run) -> Iterable[trends.Counts]:
    """Count groups, and words by themselves, in the full periods, as a run does."""
    memberships, groups = run.memberships, run.groups
    dated = trends.papers_on_axis(run.papers, by="published")
    day = run.manifest["snapshot_date"]
    reference = trends.reference_day(
        run.papers, snapshot_date=date.fromisoformat(day) if day else None
    )
    sets = [
        (
            pd.concat([memberships, broader_memberships(memberships, groups=groups)]),
            pd.concat([*(groups_of(groups, kind=kind) for kind in KINDS), broader_groups(groups)]),
        ),
        (
            word_memberships(run.words),
            run.words.rename(columns={"word_id": "group_id"}).assign(kind="word"),
        ),
    ]
    for rows, names in sets:
        counts = trends.count_papers(
            rows, papers=dated, groups=names, freq="month", reference=reference
        )
        if counts is not None:
            yield full_only(counts)


def power(asked: argparse.Namespace) -> None:
    """How often 3 to 12 % in 12 months of 200 papers is found, without and with broader ones."""
    course = np.linspace(0.03, 0.12, 12)
    hits = np.zeros(3, dtype=int)
    for draw in range(asked.draws):
        rng = np.random.default_rng([asked.seed, draw])
        plain = made_up(with_others(course), per_month=200, correlation=0.0, rng=rng)
        for i, with_broader in enumerate((False, True)):
            table = trends.verdict_table(_with_kinds(plain, broader=with_broader)).set_index("kind")
            first = table.loc["cluster"].iloc[0]
            hits[i] += first["direction"] == "rising"
            if with_broader:
                hits[2] += table.loc["broader"].iloc[0]["direction"] == "rising"
    rates = hits / asked.draws
    print(
        f"{asked.draws} draws; clusters and topics alone {rates[0]:.1%}, with {N_BROADER} broader "
        f"clusters {rates[1]:.1%} (its broader cluster {rates[2]:.1%})"
    )


def _with_kinds(counts: trends.Counts, *, broader: bool) -> trends.Counts:
    """Add eight topics with the papers of eight clusters and, if asked, broader clusters."""
    clumps, n = counts.clump_counts, len(counts.groups)
    parts = [(clumps.group, clumps.clump, clumps.n_papers)]
    inside = clumps.group >= n - 8
    parts.append((clumps.group[inside] + 8, clumps.clump[inside], clumps.n_papers[inside]))
    kinds = ["cluster"] * n + ["topic"] * 8
    if broader:
        cell = (clumps.group % N_BROADER) * len(clumps.size) + clumps.clump
        cells, where = np.unique(cell, return_inverse=True)
        group, clump = np.divmod(cells, len(clumps.size))
        parts.append((group + n + 8, clump, np.bincount(where, weights=clumps.n_papers)))
        kinds += ["broader"] * N_BROADER
    columns = (np.concatenate(each) for each in zip(*parts, strict=True))
    names = [f"g{number:04d}" for number in range(len(kinds))]
    nothing = np.zeros((len(kinds), len(counts.starts)))
    blank = replace(
        counts,
        groups=pd.DataFrame({"kind": kinds, "group_id": names}),
        n_low_weight=nothing.astype("int64"),
        weight=nothing,
    )
    return recounted(blank, ClumpCounts(*columns, clumps.size, clumps.period))


FIGURES = {each.__name__: each for each in (ami, stability, speed, null, power)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", nargs="+", choices=list(FIGURES))
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--run", type=Path, help="A run; the newest of the series by default.")
    parser.add_argument("--detail", choices=DETAILS, default="medium")
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with threadpool_limits(1):
        for name in asked.figures:
            FIGURES[name](asked)


if __name__ == "__main__":
    main()
