"""Planted steps, humps, dips and come-downs: how often they are found, as what, dated when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from trends_simulated import made_up, with_others

from analysis.trends import Counts, find_events

Planted = tuple[NDArray[np.float64], str, int]
"""Shares by month, the date that is planted, and its month (-1: none)."""


class Asked(Protocol):
    """What the command line says; see `bench_trends.Asked`."""

    seed: int

    def draws(self, n: int) -> int:
        """Return the number of draws."""


def turns(asked: Asked) -> None:
    """Planted turns among 30 groups in 24 months: what is reported, and when."""
    for per_month in (200, 800):
        for number, (name, plant) in enumerate(COURSES.items()):
            told: Counter[str] = Counter()
            near: list[int] = []
            draws = asked.draws(300)
            for draw in range(draws):
                rng = np.random.default_rng([asked.seed, 8, per_month, number, draw])
                shares, column, month = plant(rng)
                counts = made_up(with_others(shares), per_month=per_month, correlation=0.0, rng=rng)
                kinds, off = _told(counts, column=column, month=month)
                told.update(kinds)
                near += off
            kinds = ", ".join(f"{what} {n / draws:.1%}" for what, n in told.most_common())
            dated = f"; dated within a month {np.mean(np.array(near) <= 1):.1%}" if near else ""
            print(f"{name}, {per_month} a month, {draws} draws: {kinds}{dated}", flush=True)


def _told(counts: Counts, *, column: str, month: int) -> tuple[list[str], list[int]]:
    events = find_events(counts)
    mine = events[events["group_id"] == "c0001"]
    turn = mine[mine["what"] != "burst"]
    off = [
        abs(int(np.searchsorted(counts.starts, np.datetime64(day))) - month)
        for day in (turn[column] if month >= 0 else [])
    ]
    return sorted(mine["what"]) or ["nothing"], off


def _step(first: float, last: float) -> Callable[[np.random.Generator], Planted]:
    def plant(rng: np.random.Generator) -> Planted:
        month = int(rng.integers(6, 18))
        return np.where(np.arange(24) < month, first, last), "start", month

    return plant


def _hump(before: float, high: float, after: float) -> Callable[[np.random.Generator], Planted]:
    def plant(rng: np.random.Generator) -> Planted:
        month = int(rng.integers(4, 12))
        end = min(month + int(rng.integers(7, 12)), 20)
        shares = np.full(24, before)
        shares[month:end], shares[end:] = high, after
        return shares, "start", month

    return plant


def _tent(rng: np.random.Generator) -> Planted:
    peak, width = int(rng.integers(8, 15)), int(rng.integers(4, 7))
    far = np.minimum(np.abs(np.arange(24) - peak) / width, 1)
    return 0.2 - 0.15 * far, "peak", peak


def _come_down(rng: np.random.Generator) -> Planted:
    month = int(rng.integers(8, 16))
    falls = np.linspace(0.2, 0.05, 25 - month)[1:]
    return np.concatenate([np.full(month, 0.2), falls]), "start", month


def _line(first: float, last: float) -> Callable[[np.random.Generator], Planted]:
    odds = np.linspace(*(np.log(share / (1 - share)) for share in (first, last)), 24)
    return lambda rng: (1 / (1 + np.exp(-odds)), "start", -1)


COURSES: dict[str, Callable[[np.random.Generator], Planted]] = {
    "line of log-odds 3 to 12 %": _line(0.03, 0.12),
    "line of log-odds 30 to 5 %": _line(0.3, 0.05),
    "step 4 to 12 %": _step(0.04, 0.12),
    "step 12 to 4 %": _step(0.12, 0.04),
    "step 4 to 8 %": _step(0.04, 0.08),
    "hump 5, 15, 5 %": _hump(0.05, 0.15, 0.05),
    "hump 5, 20, 10 %": _hump(0.05, 0.2, 0.1),
    "tent 5, 20, 5 %": _tent,
    "dip 15, 5, 15 %": _hump(0.15, 0.05, 0.15),
    "come-down 20 to 5 %": _come_down,
}
