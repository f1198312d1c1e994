"""What the map's scripts need to count a selection over time as `trends` does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.base.english import period_label
from analysis.trends import choose_period, count_papers, reference_day

if TYPE_CHECKING:
    from analysis.runs import Run
    from analysis.trends import Counts

NO_VENUE = 0xFFFFFFFF
"""The clump of a paper that arrived alone."""


def selection_counts(run: Run, *, rows: Sequence[int], group_id: str) -> Counts | None:
    """Count papers at `rows` of `run.papers` as one group, in the periods of the run.

    If the run has no periods, in those of `trends.choose_period`; None if none can be formed.
    """
    day = run.manifest.get("snapshot_date")
    given = date.fromisoformat(day) if day else None
    reference = reference_day(run.papers, snapshot_date=given)
    freq = (
        run.manifest.get("period", {}).get("freq")
        or choose_period(run.papers, reference=reference).freq
    )
    if freq is None or not len(rows):
        return None
    group = {"kind": "topic", "group_id": group_id}
    members = run.papers[["paper_id"]].iloc[list(rows)]
    members = members.assign(**group, weight=np.float32(1), is_primary=True)
    return count_papers(
        members, papers=run.papers, groups=pd.DataFrame([group]), freq=freq, reference=reference
    )


def trend_periods(run: Run, points: pd.DataFrame) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return the periods of the page's trends, and columns that say what arrived together.

    Parameters
    ----------
    run : Run
    points : DataFrame
        The papers on the map.

    Returns
    -------
    periods : dict or None
        `start` and `end` (days since 1970), `partial` (0 or 1) and `label` of each period, `freq`,
        and `clump` ("day", "venue" or "none"). None if there are no periods or a paper is not on
        the map, since its share would then differ from Python's.
    columns : dict
        `venue`, the number of each paper's venue, if papers of one venue arrive together.
    """
    every = range(len(run.papers))
    counts = selection_counts(run, rows=every, group_id="") if len(points) == len(every) else None
    if counts is None:
        return None, {}
    bounds = (counts.starts, counts.ends)
    starts, ends = (days.astype("datetime64[D]").astype("int64") for days in bounds)
    periods = {
        "start": starts.tolist(),
        "end": ends.tolist(),
        "partial": counts.is_partial.astype("int64").tolist(),
        "label": [period_label(pd.Timestamp(day), freq=counts.freq) for day in counts.starts],
        "freq": counts.freq,
        "clump": counts.clump,
    }
    if counts.clump != "venue":
        return periods, {}
    venues = run.papers.set_index("paper_id")["venue"].reindex(points["paper_id"])
    numbers = pd.factorize(venues, sort=False)[0]
    return periods, {"venue": np.where(numbers < 0, NO_VENUE, numbers).astype("uint32")}
