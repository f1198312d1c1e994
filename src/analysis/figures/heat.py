"""Heatmaps of shares, interactive and printed: rows, columns, colour levels, key and notes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .frames.trends import ShareRow
from .shares import hidden_groups_note, partial_runs, partial_words, periods_of, shown_groups
from .style import percent

NUMBERED = 14
"""Up to this many periods, cells show their share as a number in percent."""

_KEY_SHARES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
_LEAST_APART = 0.13


@dataclass(frozen=True)
class Heat:
    """A heatmap: one row per group, one column per period, top row first.

    Attributes
    ----------
    groups : DataFrame
        `group_id`, `label`, `color`, `symbol`, n rows.
    periods : DataFrame
        From `periods_of`, m rows.
    cells : list of list of ShareRow
        Rows of the share table.
    share : ndarray of float64, shape (n, m)
        NaN for a period without papers.
    level : ndarray of float64, shape (n, m)
        Position on the colour ramp, 0 to 1: the square root of the share over the largest share.
    key : list of (float, str)
        Level and text of the marks of the colour key.
    words : list of list of str
        Texts of the cells, empty if there are too many periods.
    """

    groups: pd.DataFrame
    periods: pd.DataFrame
    cells: list[list[ShareRow]]
    share: np.ndarray
    level: np.ndarray
    key: list[tuple[float, str]]
    words: list[list[str]]

    def partial_runs(self) -> list[tuple[int, int]]:
        """Return the first and last column of each run of partial periods."""
        return partial_runs(self.periods["is_partial"])


def heat_of(shares: pd.DataFrame, *, top: int) -> Heat:
    """Arrange the first `top` groups of a share table as rows of a heatmap.

    Rows are ordered by the mean of the full periods (of all, if none is full), weighted by the
    share; groups that peaked early are at the top. The mean is used because the period of the
    highest share is often one with few papers.

    The colour scale is the square root of the share: one large group does not flatten the rest,
    the same colour means the same share in every row, and the standard deviation of a small count
    is the same everywhere on it (Bartlett 1936, Suppl. J. R. Stat. Soc. 3:68-78).

    Raises
    ------
    InputError
        If `top` is below 1.
    """
    visible = pd.concat([rows for _, rows in shown_groups(shares, top=top)])
    periods = periods_of(visible)
    styles = visible.drop_duplicates("group_id")[["group_id", "label", "color", "symbol"]]
    share = visible.pivot(index="group_id", columns="period", values="share")
    share = share.reindex(index=styles["group_id"]).to_numpy(dtype="float64")
    order = np.argsort(_mean_period(share, periods), kind="stable")
    groups, share = styles.iloc[order].reset_index(drop=True), share[order]
    rows = {(row.group_id, row.period): row for row in visible.itertuples(index=False)}
    cells = [[rows[group, period] for period in periods["period"]] for group in groups["group_id"]]
    highest = float(np.nanmax(share)) if np.isfinite(share).any() else 0.0
    level = np.sqrt(share / highest) if highest > 0 else np.where(np.isnan(share), np.nan, 0.0)
    few = len(periods) <= NUMBERED
    words = [["" if np.isnan(s) or not few else percent(s) for s in row] for row in share]
    return Heat(groups, periods, cells, share, level, key=_key(highest), words=words)


def heat_notes(shares: pd.DataFrame, heat: Heat) -> list[str]:
    """Return the sentences under a heatmap."""
    out = ["Share of all papers of a period; darker is more, on a square-root scale."]
    out.append("Groups that peaked early are at the top, those that peaked late at the bottom.")
    if partial := partial_words(heat.periods):
        out.append(f"Hatched: incomplete ({partial}).")
    if (heat.periods["n_total"] == 0).any():
        out.append("Blank: a period without papers.")
    return [*out, *hidden_groups_note(shares, n_shown=len(heat.groups))]


def _mean_period(share: np.ndarray, periods: pd.DataFrame) -> np.ndarray:
    full = ~periods["is_partial"].to_numpy(dtype=bool)
    weight = np.nan_to_num(share) * (full if full.any() else 1)
    total = weight.sum(axis=1)
    places = weight @ np.arange(len(periods))
    return np.where(total > 0, places / np.where(total > 0, total, 1), len(periods))


def _key(highest: float) -> list[tuple[float, str]]:
    marks = [(0.0, "0")]
    if highest <= 0:
        return marks
    for share in _KEY_SHARES:
        level = float(np.sqrt(share / highest))
        if level <= 1 and level - marks[-1][0] >= _LEAST_APART:
            marks.append((level, f"{100 * share:g} %"))
    return marks
