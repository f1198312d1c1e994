"""The data of the map page: packed numbers, each text once, and what it can be coloured by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.base.escaping import clean, first_lines, safe_url
from analysis.base.groups import broader_clusters, grade
from analysis.base.schema import COUNTED_WEIGHT, TABLES
from analysis.figures.frames import symbols

from .packing import NO_DAY, NONE, codes, days, lines, on_grid, pack, ranks

if TYPE_CHECKING:
    from analysis.runs import Run

CUT_FROM = 50_000
"""From this many papers on, the page holds only the first lines of each abstract."""

FIRST_LINES = 300
MOST_VALUES = 20
"""A text column with more distinct values than there are colours is not offered as a colouring."""

_FEW_NUMBERS = 12
_MOST_EXTRA = 12
_PRECISIONS = {"day": 0, "month": 1, "year": 2}
_NO_ROW = 0xFFFFFFFF


@dataclass(frozen=True)
class Columns:
    """The page's data: a part in JSON, and bytes for the first paint and for later."""

    meta: dict[str, Any]
    points: bytes
    texts: bytes
    abstracts: bytes
    near: bytes


def map_columns(run: Run, points: pd.DataFrame, *, labels: pd.DataFrame) -> Columns:
    """Collect what the page's scripts draw and search.

    Parameters
    ----------
    run : Run
    points : DataFrame
        `frames.map_points(run)`, at least one row.
    labels : DataFrame
        `frames.map_labels(run)`.

    Returns
    -------
    Columns
        All rows in the order of `points`. `meta` holds the groups, labels and colourings and the
        position of each column in the bytes; a date is in days since 1970, a group is its place
        in `meta["groups"]`.
    """
    papers = run.papers.set_index("paper_id").reindex(points["paper_id"]).reset_index()
    groups = _groups(run)
    place = {(group["kind"], group["id"]): i for i, group in enumerate(groups)}
    titles = [clean(title) for title in points["title"]]
    x, y, scale = on_grid(points["x"].to_numpy(), points["y"].to_numpy())
    columns = {
        "x": x,
        "y": y,
        "day": days(points["published"]),
        "precision": papers["published_precision"].map(_PRECISIONS).fillna(0).to_numpy("uint8"),
        **_primary_groups(points, place=place),
        "weight": points["cluster_weight"].fillna(0).to_numpy("float32"),
        "rank": ranks(titles),
        **_members(run, points, place=place),
    }
    values, coded = _values(papers.assign(state=points["state"]))
    index, packed = pack({**columns, **coded})
    cut = len(points) >= CUT_FROM
    near_index, near = pack(_nearest(run, points))
    urls = [safe_url(url) for url in points["url"]]
    return Columns(
        meta={
            "n": len(points),
            "scale": scale,
            "columns": index,
            "near": near_index,
            "groups": groups,
            "labels": _labels(labels, place=place),
            "values": values,
            "colourings": _colourings(columns, values),
            "counted": COUNTED_WEIGHT,
            "cut": FIRST_LINES if cut else 0,
            "run": run.name,
        },
        points=packed,
        texts=lines([titles, list(points["paper_id"]), urls, list(points["topics_why"])]),
        abstracts=lines([_abstracts(papers, cut=cut)]),
        near=near,
    )


def _groups(run: Run) -> list[dict[str, Any]]:
    groups = run.groups.sort_values(["kind", "group_id"])
    # Shapes are assigned within a kind; broader clusters are a kind of their own here.
    kind = groups["kind"].where(~groups["group_id"].isin(broader_clusters(groups)), "broader")
    shapes = pd.Series("circle", index=groups.index)
    for _, rows in groups.groupby(kind):
        shapes[rows.index] = symbols(rows["color"])
    columns = ["kind", "group_id", "label", "color", "parent_id", "stability"]
    return [
        {
            "kind": kind,
            "id": group_id,
            "label": clean(label),
            "color": color,
            "symbol": shapes[index],
            "parent": parent if isinstance(parent, str) else None,
            "grade": grade(stability),
        }
        for index, kind, group_id, label, color, parent, stability in groups[columns].itertuples()
    ]


def _primary_groups(
    points: pd.DataFrame, *, place: dict[tuple[str, str], int]
) -> dict[str, np.ndarray]:
    """Return each paper's cluster, strongest topic and broader cluster, `NONE` if it has none."""
    in_broader = points["broader_id"].notna()
    # If there are broader clusters, a cluster outside them stands for itself.
    broader = points["broader_id"].where(in_broader | ~in_broader.any(), points["cluster_id"])
    ids = {
        "cluster": ("cluster", points["cluster_id"]),
        "topic": ("topic", points["topic_id"]),
        "broader": ("cluster", broader),
    }
    return {
        name: np.array([place.get((kind, str(i)), NONE) for i in column], dtype="uint16")
        for name, (kind, column) in ids.items()
    }


def _members(
    run: Run, points: pd.DataFrame, *, place: dict[tuple[str, str], int]
) -> dict[str, np.ndarray]:
    """Return each paper's groups, strongest first: how many, which ones, weights in per cent."""
    rows = run.memberships
    rows = rows[(rows["kind"] == "cluster") | (rows["weight"] >= COUNTED_WEIGHT)]
    row_of = pd.Series(range(len(points)), index=points["paper_id"])
    rows = rows.assign(row=rows["paper_id"].map(row_of)).dropna(subset=["row"])
    rows = rows.sort_values(
        ["row", "kind", "is_primary", "weight", "group_id"],
        ascending=[True, True, False, False, True],
    )
    groups = [place[key] for key in zip(rows["kind"], rows["group_id"], strict=True)]
    counts = np.bincount(rows["row"].to_numpy("int64"), minlength=len(points))
    return {
        "members": np.minimum(counts, 255).astype("uint8"),
        "member": np.array(groups, dtype="uint16"),
        "member_weight": np.rint(rows["weight"].to_numpy() * 100).astype("uint8"),
    }


def _nearest(run: Run, points: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the rows of each paper's nearest papers and their similarity in per cent."""
    row_of = pd.Series(range(len(points)), index=points["paper_id"])
    table = run.neighbours
    most = int(table["rank"].max()) if len(table) else 0
    rows = np.full((len(points), most), _NO_ROW, dtype="uint32")
    similar = np.zeros((len(points), most), dtype="uint8")
    paper, other = (table[c].map(row_of).to_numpy("float64") for c in ("paper_id", "neighbour_id"))
    known = ~np.isnan(paper) & ~np.isnan(other)
    cells = paper[known].astype("int64"), table["rank"].to_numpy()[known] - 1
    rows[cells] = other[known].astype("uint32")
    similar[cells] = np.rint(np.clip(table["similarity"].to_numpy()[known], 0, 1) * 100)
    return {"near": rows.ravel(), "similar": similar.ravel()}


def _abstracts(papers: pd.DataFrame, *, cut: bool) -> list[str]:
    texts = [clean(text) if isinstance(text, str) else "" for text in papers["abstract"]]
    return [first_lines(text, limit=FIRST_LINES) for text in texts] if cut else texts


def _labels(labels: pd.DataFrame, *, place: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    columns = ["level", "group_id", "x", "y", "n_papers"]
    broader = set(labels["parent_id"].dropna())
    return [
        {
            "level": int(level),
            "group": place["cluster", group_id],
            "x": round(float(x), 4),
            "y": round(float(y), 4),
            "n": int(n),
            "leaf": group_id not in broader,
        }
        for level, group_id, x, y, n in labels[columns].itertuples(index=False)
    ]


def _values(papers: pd.DataFrame) -> tuple[dict[str, dict[str, Any]], dict[str, np.ndarray]]:
    """Return the columns of papers that have few values or numbers, and their codes or numbers."""
    named = ["source", "state", "first_run", "last_run"]
    extra = [
        str(column)
        for column in papers.columns
        if column not in TABLES["papers"].columns and column not in named
    ]
    values: dict[str, dict[str, Any]] = {}
    coded: dict[str, np.ndarray] = {}
    for name in [*named, *extra[:_MOST_EXTRA]]:
        value = _value(papers[name])
        if value is not None:
            column = f"value{len(coded)}"
            values[clean(name)] = {"column": column, **value[0]}
            coded[column] = value[1]
    return values, coded


def _value(column: pd.Series) -> tuple[dict[str, Any], np.ndarray] | None:
    try:
        distinct = column.nunique()
    except TypeError:  # lists
        return None
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if numeric and distinct > _FEW_NUMBERS:
        return _number(column)
    if not 1 <= distinct <= MOST_VALUES or pd.api.types.is_datetime64_any_dtype(column):
        return None
    numbers, values = codes(column)
    return {"kind": "values", "values": [clean(str(value)) for value in values]}, numbers


def _number(column: pd.Series) -> tuple[dict[str, Any], np.ndarray]:
    numbers = column.to_numpy("float32", na_value=np.nan).copy()
    numbers[~np.isfinite(numbers)] = np.nan
    known = numbers[~np.isnan(numbers)]
    low, middle, high = (float(value) for value in np.quantile(known, [0, 0.5, 1]))
    # On a linear scale, a few very large numbers would leave one colour for all others.
    log = low >= 0 and high > 20 * max(middle, 1.0)
    return {"kind": "number", "low": low, "high": high, "log": log}, numbers


def _colourings(
    columns: dict[str, np.ndarray], values: dict[str, dict[str, Any]]
) -> list[dict[str, str]]:
    """Return what the map can be coloured by; by topic, all grey, if there is nothing else."""
    names = {"cluster": "cluster", "broader": "broader cluster", "topic": "topic"}
    choices = [
        {"key": key, "name": name, "kind": "groups", "column": key}
        for key, name in names.items()
        if (columns[key] != NONE).any()
    ]
    if (columns["day"] != NO_DAY).any():
        choices.append({"key": "date", "name": "date", "kind": "date", "column": "day"})
    titles = {"source": "source", "state": "state", "first_run": "first seen in run"}
    for name, value in values.items():
        if name == "last_run" or (value["kind"] == "values" and len(value["values"]) < 2):
            continue
        choice = {"key": f"column {name}", "name": titles.get(name, name), "kind": value["kind"]}
        choices.append({**choice, "column": value["column"], "value": name})
    return choices or [{"key": "topic", "name": "topic", "kind": "groups", "column": "topic"}]
