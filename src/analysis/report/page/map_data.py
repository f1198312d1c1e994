"""The data of the map page as bytes that its scripts read as typed arrays, and its colourings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.base.escaping import clean, first_lines, safe_url
from analysis.base.schema import COUNTED_WEIGHT
from analysis.base.words import STOP_WORDS

from .map_trend import trend_periods
from .map_values import NONE, colourings, days, extra_values

if TYPE_CHECKING:
    from analysis.runs import Run

_KINDS = {"uint8": "u8", "uint16": "u16", "uint32": "u32", "int32": "i32", "float32": "f32"}

CUT_FROM = 50_000
"""From this many papers on, the page holds only the first lines of each abstract."""

FIRST_LINES = 300
CITED = ("authors", "venue", "doi")
"""Columns of the input that a citation names, as far as the papers have them."""

_PRECISIONS = {"day": 0, "month": 1, "year": 2}
_NO_ROW = 0xFFFFFFFF

Places = Mapping[tuple[str, str], int]
"""The position of each group in `meta["groups"]`, by kind and id."""


@dataclass(frozen=True)
class Columns:
    """The page's data: a part in JSON, and bytes for the first paint and for later."""

    meta: dict[str, Any]
    points: bytes
    texts: bytes
    abstracts: bytes
    near: bytes


def map_columns(
    run: Run,
    points: pd.DataFrame,
    *,
    groups: list[dict[str, Any]],
    labels: list[dict[str, Any]],
    place: Places,
) -> Columns:
    """Collect what the page's scripts draw and search.

    Parameters
    ----------
    run : Run
    points : DataFrame
        `frames.map_points(run)`, at least one row.
    groups, labels : list of dict
        As the page's scripts read them.
    place : Places

    Returns
    -------
    Columns
        All rows in the order of `points`. `meta` holds the groups, labels and colourings and the
        position of each column in the bytes; a date is in days since 1970, a group is its place
        in `meta["groups"]`.
    """
    papers = run.papers.set_index("paper_id").reindex(points["paper_id"]).reset_index()
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
    values, coded = extra_values(papers.assign(state=points["state"]))
    periods, clumps = trend_periods(run, points)
    index, packed = pack({**columns, **coded, **clumps})
    abstracts, cut = papers["abstract"].fillna("").map(clean), len(points) >= CUT_FROM
    if cut:
        abstracts = abstracts.map(lambda text: first_lines(text, limit=FIRST_LINES))
    near_index, near = pack(_nearest(run, points))
    urls = [safe_url(url) for url in points["url"]]
    cited = {name: papers[name] for name in CITED if name in papers and name not in values}
    return Columns(
        meta={
            "n": len(points),
            "scale": scale,
            "columns": index,
            "near": near_index,
            "groups": groups,
            "labels": labels,
            "values": values,
            "colourings": colourings(columns, values),
            "periods": periods,
            "stop": " ".join(sorted(STOP_WORDS)),
            "cited": list(cited),
            "counted": COUNTED_WEIGHT,
            "cut": FIRST_LINES if cut else 0,
            "run": run.name,
        },
        points=packed,
        texts=lines(
            [
                *(titles, list(points["paper_id"]), urls, list(points["topics_why"])),
                *(list(column) for column in cited.values()),
            ]
        ),
        abstracts=lines([list(abstracts)]),
        near=near,
    )


def _primary_groups(points: pd.DataFrame, *, place: Places) -> dict[str, np.ndarray]:
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


def _members(run: Run, points: pd.DataFrame, *, place: Places) -> dict[str, np.ndarray]:
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


def pack(columns: Mapping[str, np.ndarray]) -> tuple[dict[str, dict[str, object]], bytes]:
    """Pack columns one after the other, little-endian, each starting at a multiple of four bytes.

    Parameters
    ----------
    columns : mapping of str to ndarray
        One-dimensional, of a dtype in uint8, uint16, uint32, int32, float32.

    Returns
    -------
    index : dict
        Name to `kind` (u8, u16, u32, i32 or f32), `start` in bytes and `length` in values.
    data : bytes
    """
    index: dict[str, dict[str, object]] = {}
    parts: list[bytes] = []
    start = 0
    for name, column in columns.items():
        raw = np.ascontiguousarray(column, dtype=column.dtype.newbyteorder("<")).tobytes()
        index[name] = {"kind": _KINDS[column.dtype.name], "start": start, "length": len(column)}
        parts.append(raw + b"\0" * (-len(raw) % 4))
        start += len(parts[-1])
    return index, b"".join(parts)


def lines(columns: Sequence[Sequence[object]]) -> bytes:
    """Return columns of texts one after the other, one text per line; a null is an empty line."""
    texts = [clean(text) if isinstance(text, str) else "" for column in columns for text in column]
    return "".join(f"{text}\n" for text in texts).encode("utf-8")


def on_grid(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, dict[str, float]]:
    """Return coordinates as integers from 0 to 65535, on one scale for both, and that scale.

    Returns
    -------
    x, y : ndarray of uint16
    scale : dict
        `x`, `y` (of the corner) and `step`: a coordinate is corner + number times step.
    """
    left, low = float(x.min()), float(y.min())
    step = max(float(x.max()) - left, float(y.max()) - low) / 65535 or 1.0
    columns, rows = (
        np.rint((values.astype("float64") - start) / step).astype("uint16")
        for values, start in ((x, left), (y, low))
    )
    return columns, rows, {"x": left, "y": low, "step": step}


def ranks(texts: Sequence[str]) -> np.ndarray:
    """Return the rank of each text in alphabetical order, ignoring case."""
    order = sorted(range(len(texts)), key=lambda row: (texts[row].casefold(), row))
    return np.argsort(np.array(order, dtype="int64")).astype("uint32")
