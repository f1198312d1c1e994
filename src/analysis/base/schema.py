"""Names, dtypes and sort keys of every table.

This module imports nothing else of the package: a column that is not named here does not exist.
Tables are plain pandas frames; `conform` gives a frame the columns, dtypes and order of its table;
`laws.check_laws` checks that the tables of a run agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 4
"""Version of the run directory's layout."""

READABLE_VERSIONS = (3, 4)
"""Versions that are read: what an older one lacks is null, or a table without rows."""

COUNTED_WEIGHT = 0.5
"""A topic counts a paper from this weight on; a cluster placement below it is "low weight"."""

FEW_PAPERS = 15
"""Periods with fewer papers are not reliable: no axis is scaled to them, and none is compared."""

KINDS = ("cluster", "topic")
"""Kinds of groups."""
TREND_KINDS = (*KINDS, "broader", "word")
"""What has trends, verdicts and events: groups, broader clusters (in `groups` they are of kind
"cluster") and the words of the table `words`."""
LINEAGE = ("kept", "born", "split", "merged", "dormant", "retired", "revived")
CAUSES = ("added", "gone", "override", "definition", "revised", "refit")
STATUSES = ("active", "dormant", "retired")
MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""Months in a period, by its `freq`."""
FREQUENCIES = tuple(MONTHS)
AXES = ("published", "listed")
"""The day that decides a paper's period: publication, or the day on which a source listed it."""
DIRECTIONS = ("rising", "falling", "flat", "unclear", "too few to say")
EVENTS = ("burst", "hump", "dip", "step", "come-down", "change")
SPANS = ("burst", "hump", "dip")
"""Events that end; the others are a period from which a level or a course holds."""
STANDINGS = ("above", "below", "near")
"""Where the newest share is, seen from the one before an event."""
PRECISIONS = ("day", "month", "year")


@dataclass(frozen=True)
class Table:
    """The definition of a table: its key columns (also its sort order) and its columns' dtypes.

    If `open_columns` is true, further columns of the input follow the named ones.
    """

    key: tuple[str, ...]
    columns: Mapping[str, str]
    open_columns: bool = False


_GROUP = {"kind": "str", "group_id": "str"}
_MEMBER = {"paper_id": "str", **_GROUP}

TABLES: dict[str, Table] = {
    "papers": Table(
        key=("paper_id",),
        columns={
            "paper_id": "str",
            "title": "str",
            "abstract": "str",
            "published": "datetime64[us]",
            "published_precision": "str",
            "listed": "datetime64[us]",
            "source": "str",
            "url": "str",
            "in_snapshot": "bool",
            "first_run": "str",
            "last_run": "str",
            "text_hash": "str",
            "aliases": "list",
        },
        open_columns=True,
    ),
    "neighbours": Table(
        key=("paper_id", "rank"),
        columns={
            "paper_id": "str",
            "rank": "int64",
            "neighbour_id": "str",
            "similarity": "float32",
        },
    ),
    "memberships": Table(
        key=("paper_id", "kind", "group_id"),
        columns={**_MEMBER, "weight": "float32", "is_primary": "bool"},
    ),
    "evidence": Table(
        key=("paper_id", "kind", "group_id", "how", "text", "sentence"),
        columns={**_MEMBER, "how": "str", "text": "str", "sentence": "str", "value": "float32"},
    ),
    "reclassified": Table(
        key=("paper_id", "kind", "group_id"),
        columns={**_MEMBER, "weight_before": "float32", "weight": "float32", "previous_run": "str"},
    ),
    "map": Table(
        key=("paper_id",),
        columns={"paper_id": "str", "x": "float32", "y": "float32", "state": "str"},
    ),
    "groups": Table(
        key=("kind", "group_id"),
        columns={
            **_GROUP,
            "label": "str",
            "description": "str",
            "n_papers": "int64",
            "terms": "list",
            "exemplars": "list",
            "color": "str",
            "parent_id": "str",
            "status": "str",
            "definition_hash": "str",
            "stability": "float32",
            "label_coverage": "float32",
            "label_precision": "float32",
        },
    ),
    "tree": Table(
        key=("node",),
        columns={
            "node": "str",
            "parent": "str",
            "group_id": "str",
            "from_n": "int64",
            "to_n": "int64",
            "n_papers": "int64",
        },
    ),
    "leaves": Table(key=("paper_id",), columns={"paper_id": "str", "node": "str"}),
    "words": Table(
        key=("word_id",),
        columns={
            "word_id": "str",
            "label": "str",
            "forms": "list",
            "n_papers": "int64",
            "paper_ids": "list",
        },
    ),
    "lineage": Table(
        key=("group_id", "event", "previous_group_id"),
        columns={
            "event": "str",
            "group_id": "str",
            "previous_group_id": "str",
            "previous_run": "str",
            "n_shared": "int64",
            "overlap": "float32",
        },
    ),
    "moves": Table(
        key=("paper_id", "kind", "from_id", "to_id"),
        columns=dict.fromkeys(("paper_id", "kind", "from_id", "to_id", "cause"), "str"),
    ),
    "changes": Table(
        key=("kind", "group_id"),
        columns={
            **_GROUP,
            **dict.fromkeys(("n_old", "n_new", "n_total_old", "n_total_new", *CAUSES), "int64"),
        },
    ),
    "restated": Table(
        key=("run", "kind", "group_id", "period"),
        columns={
            "run": "str",
            "kind": "str",
            "group_id": "str",
            "period": "datetime64[us]",
            "share_then": "float64",
            "share_then_low": "float64",
            "share_then_high": "float64",
            "share_now": "float64",
        },
    ),
    "trends": Table(
        key=("kind", "group_id", "period"),
        columns={
            **_GROUP,
            "freq": "str",
            "period": "datetime64[us]",
            "period_end": "datetime64[us]",
            "n_papers": "int64",
            "n_total": "int64",
            "share": "float64",
            "share_low": "float64",
            "share_high": "float64",
            "share_weighted": "float64",
            "share_standardised": "float64",
            "n_low_weight": "int64",
            "phi": "float64",
            "is_partial": "bool",
        },
    ),
    "verdicts": Table(
        key=("kind", "group_id"),
        columns={
            **_GROUP,
            "direction": "str",
            "log_odds_per_year": "float64",
            "low": "float64",
            "high": "float64",
            "ratio": "float64",
            "ratio_low": "float64",
            "ratio_high": "float64",
            "p": "float64",
            "p_adjusted": "float64",
            "n_periods": "int64",
            "n_papers": "int64",
            "share_first": "float64",
            "share_last": "float64",
            "label_first": "float64",
            "label_last": "float64",
            "doubling_years": "float64",
            "theil_sen": "float64",
            "standardised": "float64",
            "standardised_error": "float64",
            "sign_flips": "bool",
            "dispersion": "float64",
            "df": "float64",
        },
    ),
    "events": Table(
        key=("kind", "group_id", "what", "start"),
        columns={
            **_GROUP,
            "what": "str",
            "start": "datetime64[us]",
            "end": "datetime64[us]",
            "strength": "float64",
            "n_papers": "int64",
            "p_adjusted": "float64",
            "share_before": "float64",
            "share_during": "float64",
            "peak": "datetime64[us]",
            "share_peak": "float64",
            "share_now": "float64",
            "standing": "str",
        },
    ),
}
"""Every table of a run, by name. `NAME.parquet` holds it, `tables/NAME.csv` is its copy."""


def empty(name: str) -> pd.DataFrame:
    """Return table `name` with no rows, all columns and the right dtypes."""
    import pandas as pd

    return conform(pd.DataFrame(columns=list(TABLES[name].columns)), name=name)


def conform(frame: pd.DataFrame, *, name: str) -> pd.DataFrame:
    """Give a frame the columns, dtypes and row order of table `name`.

    Parameters
    ----------
    frame : DataFrame
        Has every column of the table, in any order; left unchanged.
    name : str
        A key of `TABLES`.

    Returns
    -------
    DataFrame
        Columns in the table's order (further ones after them if the table is open, else
        dropped), dtypes cast, rows sorted by the key columns, index 0..n-1.

    Raises
    ------
    KeyError
        If a column is missing: a bug in Papertide, not a problem with the input.
    """
    table = TABLES[name]
    missing = [column for column in table.columns if column not in frame]
    if missing:
        raise KeyError(f"table {name} lacks {', '.join(missing)}")
    extra = [c for c in frame.columns if c not in table.columns] if table.open_columns else []
    casts = {c: "object" if d == "list" else d for c, d in table.columns.items()}
    out = frame[[*table.columns, *extra]].astype(casts)
    return out.sort_values(list(table.key), kind="stable", ignore_index=True)
