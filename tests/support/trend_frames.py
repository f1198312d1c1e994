"""Frames as `views.then_and_now_table` and `views.event_table` give them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.base.schema import DIRECTIONS
from tidy import COLORS


def make_changes(labels: list[str]) -> pd.DataFrame:
    """One row a group, the directions in turn; the g-th has 10 + g of 100 + 5g papers then."""
    rows = []
    for i in range(len(labels)):
        then, now = (10 + i % 9) / 100, (20 - i % 9) / 100
        known = DIRECTIONS[i % 5] != "too few to say"
        rows.append(
            {
                "group_id": f"g{i:02d}",
                "label": i,
                "color": COLORS[i % len(COLORS)],
                "symbol": "circle",
                "then": pd.Timestamp("2020-01-01"),
                "then_label": "2020",
                "n_then": 10 + i % 9,
                "total_then": 100,
                "share_then": then,
                "share_then_low": then - 0.05,
                "share_then_high": then + 0.06,
                "now": pd.Timestamp("2024-01-01"),
                "now_label": "2024",
                "n_now": 40 - 2 * (i % 9),
                "total_now": 200,
                "share_now": now,
                "share_now_low": now - 0.03,
                "share_now_high": now + 0.04,
                "direction": DIRECTIONS[i % 5],
                "ratio": 2.0 if known else np.nan,
                "ratio_low": 1.5 if known else np.nan,
                "ratio_high": 2.6 if known else np.nan,
                "p_adjusted": 0.01 if known else np.nan,
                "n_periods": 5,
            }
        )
    frame = pd.DataFrame(rows)
    # Not the str dtype, which could not hold the lone surrogate among the hostile strings.
    return frame.assign(label=pd.Series(labels, dtype="object"))


def make_events(labels: list[str], *, shares: pd.DataFrame | None = None) -> pd.DataFrame:
    """A burst of 2020 and 2021 for every even group, a fall from 2022 on for every odd one."""
    ids = [f"g{i:02d}" for i in range(len(labels))]
    burst = np.arange(len(labels)) % 2 == 0
    frame = pd.DataFrame(
        {
            "group_id": ids,
            "label": pd.Series(labels, dtype="object"),
            "color": [COLORS[i % len(COLORS)] for i in range(len(labels))],
            "symbol": "circle",
            "freq": "year",
            "what": np.where(burst, "burst", "change"),
            "start": pd.to_datetime(np.where(burst, "2020-01-01", "2022-01-01")),
            "end": pd.to_datetime(np.where(burst, "2021-12-31", "2022-12-31")),
            "start_label": np.where(burst, "2020", "2022"),
            "end_label": np.where(burst, "2021", "2022"),
            "sign": np.where(burst, 1, -1),
            "strength": np.where(burst, 2.5, 0.4),
            "n_papers": np.where(burst, 12, 9),
            "p_adjusted": 0.01,
            "first": pd.Timestamp("2019-01-01"),
            "last": pd.Timestamp("2025-12-31"),
            "partial_from": pd.Timestamp("2025-01-01"),
            "partial_to": pd.NaT,
        }
    )
    return frame if shares is None else frame[frame["group_id"].isin(shares["group_id"])]
