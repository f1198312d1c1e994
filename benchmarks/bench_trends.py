"""Measure intervals, verdicts and events: `python benchmarks/bench_trends.py --shared ../shared`.

Every figure under its own name (`--only coverage null ...`), seeds fixed (`--seed`), `--quick` for
a tenth of the draws. The parts that read real corpora take finished runs from `--runs DIR`
(DIR/daily, DIR/anthology, DIR/arxiv) and make those that are missing, which takes minutes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from trends_peers import kleinberg, mann_kendall
from trends_real import history, null, partial, truth
from trends_simulated import beta_binomial, made_up, with_others
from trends_turns import turns

from analysis import trends
from analysis.trends import Counts
from analysis.trends.design_effect import ClumpCounts, clump_correlation

SIZES = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
SHARES = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5)
CORRELATIONS = (0.0, 0.02, 0.1)
CLUMP = 10


@dataclass(frozen=True)
class Asked:
    """What the command line says."""

    shared: Path
    runs: Path
    seed: int
    quick: bool

    def draws(self, n: int) -> int:
        """Return the number of draws, a tenth of them where it has to be quick."""
        return max(n // 10, 20) if self.quick else n


def coverage(asked: Asked) -> None:
    """Intervals of one share: how often they hold it, and how wide they are."""
    draws, rows = asked.draws(2000), []
    for correlation in CORRELATIONS:
        for number, share in enumerate(SHARES):
            rng = np.random.default_rng([asked.seed, number, round(1000 * correlation)])
            drawn = [beta_binomial(n, share=share, correlation=correlation, clump=CLUMP,
                                   draws=draws, rng=rng) for n in SIZES]  # fmt: skip
            found = _correlations(drawn)
            for n, (k, sizes) in zip(SIZES, drawn, strict=True):
                mean_size = (sizes**2).sum() / n
                phi = np.maximum(1 + found * (mean_size - 1), 1.0)
                true = 1 + correlation * (mean_size - 1)
                rows.append((n, share, correlation, n * share / true,
                             *_held(k.sum(axis=1), n=n, phi=phi, share=share)))  # fmt: skip
    table = pd.DataFrame(
        rows, columns=["n", "share", "correlation", "expected", "held", "width", "exact"]
    )
    table["relative"] = table["width"] / table["exact"]
    for name, part in (("expected >= 5", table[table["expected"] >= 5]),
                       ("expected < 5", table[table["expected"] < 5])):  # fmt: skip
        print(f"{name}: {len(part)} cells, least {part['held'].min():.3f}, mean "
              f"{part['held'].mean():.3f}, most {part['held'].max():.3f}; width over "
              f"Clopper-Pearson's mean {part['relative'].mean():.2f}, most "
              f"{part['relative'].max():.2f}")  # fmt: skip
    print(table.sort_values("held").head(5).round(3).to_string(index=False))


def _correlations(drawn: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Estimate the correlation in each draw, pooled over the ten sizes as over a run's periods."""
    sizes = np.concatenate([sizes for _, sizes in drawn])
    period = np.repeat(np.arange(len(drawn)), [len(s) for _, s in drawn])
    k = np.concatenate([k for k, _ in drawn], axis=1)
    groups, found = 20, []
    for first in range(0, len(k), groups):
        group, clump = np.nonzero(k[first : first + groups])
        part = ClumpCounts(group, clump, k[first + group, clump], sizes, period)
        n_groups = len(k[first : first + groups])
        full = np.ones(len(drawn), dtype=bool)
        found += [clump_correlation(part, n_groups=n_groups, full=full)] * n_groups
    return np.array(found)


def _held(k: np.ndarray, *, n: int, phi: np.ndarray, share: float) -> tuple[float, float, float]:
    from scipy.special import betaincinv

    low, high = trends.share_interval(k, n, phi=phi)
    hits, misses = k / phi, (n - k) / phi
    exact_low = np.where(k > 0, betaincinv(np.maximum(hits, 1e-9), misses + 1, 0.025), 0)
    exact_high = np.where(k < n, betaincinv(hits + 1, np.maximum(misses, 1e-9), 0.975), 1)
    held = float(((low <= share) & (share <= high)).mean())
    return held, float((high - low).mean()), float((exact_high - exact_low).mean())


def power(asked: Asked) -> None:
    """Courses that should be found among 30 groups, over 12 months."""
    line = {
        "3 to 12 %, 200 a month": (0.03, 0.12, 200, 0.0),
        "3 to 12 %, 200 a month, correlation .02": (0.03, 0.12, 200, 0.02),
        "3 to 6 %, 800 a month": (0.03, 0.06, 800, 0.0),
        "3 to 6 %, 200 a month": (0.03, 0.06, 200, 0.0),
        "6 to 6 %, 800 a month": (0.06, 0.06, 800, 0.0),
    }
    for name, (first, last, per_month, correlation) in line.items():
        rate = _share_of(
            asked.draws(1000),
            seed=[asked.seed, 1],
            shares=with_others(np.linspace(first, last, 12)),
            per_month=per_month,
            correlation=correlation,
            hit=lambda counts: trends.verdict_table(counts)["direction"][0] == "rising",
        )
        print(f"{name}: called rising in {rate:.1%}")
    for correlation in (0.0, 0.02):
        found = np.mean([_burst_found(asked, i, correlation) for i in range(asked.draws(1000))])
        print(f"one month of 4 x at 5 %, 200 a month, correlation {correlation}: burst found and "
              f"dated within a month in {found:.1%}")  # fmt: skip
    for first, last, per_month in ((0.04, 0.12, 200), (0.04, 0.08, 800)):
        found = np.mean([_step_found(asked, i, first, last, per_month)
                         for i in range(asked.draws(500))])  # fmt: skip
        print(f"step from {first:.0%} to {last:.0%} within 24 months of {per_month}: step found "
              f"and dated within a month in {found:.1%}")  # fmt: skip


def _share_of(
    draws: int,
    *,
    seed: list[int],
    shares: np.ndarray,
    per_month: int,
    correlation: float,
    hit: Callable[[Counts], bool],
) -> float:
    rng = np.random.default_rng(seed)
    hits = [hit(made_up(shares, per_month=per_month, correlation=correlation, rng=rng))
            for _ in range(draws)]  # fmt: skip
    return float(np.mean(hits))


def _burst_found(asked: Asked, number: int, correlation: float) -> bool:
    rng = np.random.default_rng([asked.seed, 2, number, round(1000 * correlation)])
    course, month = np.full(12, 0.05), int(rng.integers(12))
    course[month] = 0.2
    counts = made_up(with_others(course), per_month=200, correlation=correlation, rng=rng)
    return _dated(counts, what="burst", month=month)


def _step_found(asked: Asked, number: int, first: float, last: float, per_month: int) -> bool:
    rng = np.random.default_rng([asked.seed, 3, number, per_month])
    course, month = np.full(24, first), int(rng.integers(6, 18))
    course[month:] = last
    counts = made_up(with_others(course), per_month=per_month, correlation=0.0, rng=rng)
    return _dated(counts, what="step", month=month)


def _dated(counts: Counts, *, what: str, month: int) -> bool:
    events = trends.find_events(counts)
    mine = events[(events["group_id"] == "c0001") & (events["what"] == what)]
    for start, end in zip(mine["start"], mine["end"], strict=True):
        first = int(np.searchsorted(counts.starts, np.datetime64(start)))
        last = int(np.searchsorted(counts.ends, np.datetime64(end)))
        if month - 1 <= first and last <= month + 1:
            return True
    return False


def curve(asked: Asked) -> None:
    """Power by papers a month, for four courses, beside the formula that the report uses."""
    rows = []
    for per_month in (50, 100, 200, 400, 800, 1600):
        row: dict[str, object] = {"papers a month": per_month}
        for first, times in ((0.03, 2), (0.03, 4), (0.1, 1.5), (0.1, 2)):
            shares = with_others(np.linspace(first, first * times, 12))
            rate = _share_of(
                asked.draws(300),
                seed=[asked.seed, 4, per_month],
                shares=shares,
                per_month=per_month,
                correlation=0.0,
                hit=lambda counts: trends.verdict_table(counts)["direction"][0] == "rising",
            )
            foreseen = trends.detection_power(
                np.full(12, per_month), first=first, last=first * times, n_groups=30
            )
            row[f"{first:.0%} x {times:g}"] = f"{rate:.0%} ({foreseen:.0%})"
        rows.append(row)
    print(pd.DataFrame(rows).to_string(index=False))


def speed(asked: Asked) -> None:
    """Count, table and judge a million memberships of 300 groups over 120 months."""
    rng = np.random.default_rng(asked.seed)
    n = 500_000
    days = np.datetime64("2015-01-01") + rng.integers(0, 3652, n)
    papers = pd.DataFrame({
        "paper_id": pd.Series([f"p{i:07d}" for i in range(n)], dtype="str"),
        "published": days.astype("datetime64[us]"),
        "published_precision": pd.Series(["day"] * n, dtype="str"),
    })  # fmt: skip
    ids = np.array([f"g{i:04d}" for i in range(300)])
    parts = [
        pd.DataFrame({"paper_id": papers["paper_id"], "kind": kind,
                      "group_id": ids[rng.integers(first, last, n)], "weight": np.float32(0.9),
                      "is_primary": True})
        for kind, first, last in (("cluster", 0, 280), ("topic", 280, 300))
    ]  # fmt: skip
    memberships = pd.concat(parts, ignore_index=True)
    groups = pd.DataFrame({"kind": ["cluster"] * 280 + ["topic"] * 20, "group_id": ids})
    reference = pd.Timestamp("2025-01-31")
    for _ in range(2):
        times, used = [time.perf_counter()], time.process_time()
        counts = trends.count_papers(memberships, papers=papers, groups=groups, freq="month",
                              reference=reference)  # fmt: skip
        for made in (trends.trend_table, trends.verdict_table, trends.find_events):
            times.append(time.perf_counter())
            made(counts)
        times.append(time.perf_counter())
        spent = dict(zip(("count", "trends", "verdicts", "events"), np.diff(times), strict=True))
        told = ", ".join(f"{name} {seconds:.2f}" for name, seconds in spent.items())
        print(f"{len(memberships):,} memberships: {sum(spent.values()):.2f} s ({told}), "
              f"{time.process_time() - used:.2f} s of processor")  # fmt: skip


def peers(asked: Asked) -> None:
    """Set Mann-Kendall and Kleinberg's states beside it: power, and what they find in nothing."""
    draws, rows = asked.draws(500), []
    courses = {"nothing": np.full(12, 0.05), "3 to 12 %": np.linspace(0.03, 0.12, 12)}
    for name, course in courses.items():
        rng = np.random.default_rng([asked.seed, 6])
        for _ in range(draws):
            counts = made_up(with_others(course), per_month=200, correlation=0.0, rng=rng)
            trend, burst = mann_kendall(counts), kleinberg(counts).any(axis=1)
            rows.append((name, trend[0], trend.any(), burst[0], burst.any()))
    for number in range(draws):
        rng = np.random.default_rng([asked.seed, 7, number])
        course, month = np.full(12, 0.05), int(rng.integers(12))
        course[month] = 0.2
        counts = made_up(with_others(course), per_month=200, correlation=0.0, rng=rng)
        states = kleinberg(counts)
        rows.append(("one month of 4 x", False, False, states[0, month], states.any()))
    columns = ["course", "Mann-Kendall: it", "any", "Kleinberg: it", "any burst"]
    print(pd.DataFrame(rows, columns=columns).groupby("course").mean().round(3).to_string())


SIMULATED = (coverage, power, turns, peers, curve, speed)
REAL = (null, partial, truth, history)
PARTS = {each.__name__: each for each in (*SIMULATED, *REAL)}


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--runs", type=Path, default=Path("runs-of-benchmarks"))
    parser.add_argument("--only", nargs="*", choices=[*PARTS], default=[*PARTS])
    parser.add_argument("--seed", type=int, default=20260301)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    asked = Asked(given.shared, given.runs, given.seed, given.quick)
    for name in given.only:
        print(f"\n== {name}: {PARTS[name].__doc__}", flush=True)
        start = time.perf_counter()
        PARTS[name](asked)
        print(f"({time.perf_counter() - start:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
