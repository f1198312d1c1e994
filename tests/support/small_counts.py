"""Papers, groups and memberships in few words, for tests of periods and counts."""

import pandas as pd

from analysis.base.schema import TABLES, conform
from analysis.trends import count_papers, trend_table

REFERENCE = pd.Timestamp("2025-03-17")


def make_papers(dates: list[str | None], *, listed: list[str | None] | None = None):
    """Papers from dates such as 2024, 2024-05, 2024-05-27, None: the length is the precision."""
    precision = [None if d is None else {4: "year", 7: "month", 10: "day"}[len(d)] for d in dates]
    listed = listed or [None] * len(dates)
    return pd.DataFrame(
        {
            "paper_id": pd.Series([f"p{i:05d}" for i in range(len(dates))], dtype="str"),
            "published": _days([None if d is None else (d + "-01-01")[:10] for d in dates]),
            "published_precision": pd.Series(precision, dtype="str"),
            "listed": _days(listed),
        }
    )


def _days(values: list[str | None]) -> pd.Series:
    return pd.Series([pd.NaT if v is None else pd.Timestamp(v) for v in values], dtype="M8[us]")


def months(first: str, counts: list[int]) -> list[str]:
    starts = pd.period_range(first, periods=len(counts), freq="M")
    return [str(month) for month, n in zip(starts, counts, strict=True) for _ in range(n)]


def make_groups(clusters: list[str], topics: list[str]) -> pd.DataFrame:
    kinds = ["cluster"] * len(clusters) + ["topic"] * len(topics)
    return pd.DataFrame({"kind": kinds, "group_id": [*clusters, *topics]}).astype("str")


def make_memberships(rows: list[tuple]) -> pd.DataFrame:
    columns = list(TABLES["memberships"].columns)
    return conform(pd.DataFrame(rows, columns=columns), name="memberships")


# --- the counts ---------------------------------------------------------------------------------

SMALL_PAPERS = make_papers(["2023-05", "2023-06-30", "2023", "2024-11", None, "2025-03-01"])


SMALL_GROUPS = make_groups(["c0001", "c0002"], ["data", "peft"])


SMALL_MEMBERSHIPS = make_memberships(
    [
        ("p00000", "cluster", "c0001", 0.9, True),
        ("p00000", "cluster", "c0002", 0.1, False),
        ("p00001", "cluster", "c0001", 0.4, True),
        ("p00002", "cluster", "c0001", 0.8, True),
        ("p00003", "cluster", "c0002", 0.5, True),
        ("p00004", "cluster", "c0002", 1.0, True),
        ("p00005", "cluster", "c0001", 0.3, True),
        ("p00000", "topic", "data", 0.5, True),
        ("p00000", "topic", "peft", 0.49, False),
        ("p00001", "topic", "data", 0.7, True),
        ("p00002", "topic", "data", 0.95, True),
        ("p00005", "topic", "data", 0.69, False),
        ("p00005", "topic", "peft", 0.75, True),
    ]
)


def small_case(*, freq: str = "year", memberships=SMALL_MEMBERSHIPS) -> pd.DataFrame:
    return trend_table(
        count_papers(
            memberships, papers=SMALL_PAPERS, groups=SMALL_GROUPS, freq=freq, reference=REFERENCE
        )
    )
