"""Pairs of made-up runs that differ in known ways, for the tests of comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.base.schema import TABLES, conform, empty
from analysis.runs import Run, sha256
from page_runs import made_run

COLORS = ("#4269d0", "#d98200", "#d6452b")


@cache
def blank_run(n: int) -> Run:
    """Make a run of `n` papers that nothing is known of; nobody changes it."""
    run = made_run(n, topics=())
    blank = {name: empty(name) for name in ("neighbours", "map", "trends")}
    return replace(run, **blank)


def tiny_run(
    rows: Sequence[tuple[str, str | None, str | None, Sequence[str]]],
    *,
    name: str,
    hashes: Mapping[str, str] | None = None,
    by_hand: Sequence[tuple[str, str, str, str]] = (),
    texts: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    **more: Any,
) -> Run:
    """Make a run of given papers.

    Parameters
    ----------
    rows
        Paper id, date (None where unknown), cluster (None where there are none), topics.
    name
        Of the run.
    hashes
        Topic to definition hash; topics "t" and "u" with the hash "h" by default.
    by_hand
        Rows of evidence: paper, kind, group, decision.
    texts
        Paper to text hash, where it is not "0".
    labels
        Group to label, where it is not its id.
    more
        Attributes of the run: vectors, trends, lineage and so on.
    """
    hashes, texts, labels = hashes or {"t": "h", "u": "h"}, texts or {}, labels or {}
    ids = [row[0] for row in rows]
    blank = blank_run(len(rows))
    papers = blank.papers.assign(
        paper_id=ids,
        title=[f"Paper {i}" for i in ids],
        published=pd.to_datetime([row[1] for row in rows]).astype("datetime64[us]"),
        text_hash=[texts.get(i, "0") for i in ids],
        first_run=name,
        last_run=name,
    )
    members = [(i, "cluster", c, 0.8, True) for i, _, c, _ in rows if c]
    members += [(i, "topic", t, 0.9, k == 0) for i, _, _, ts in rows for k, t in enumerate(ts)]
    columns = list(TABLES["memberships"].columns)
    memberships = conform(pd.DataFrame(members, columns=columns), name="memberships")
    groups = _groups(memberships, hashes=hashes, labels=labels)
    evidence = [(p, k, g, "override", text, "", 0.0) for p, k, g, text in by_hand]
    made = replace(
        blank,
        name=name,
        papers=conform(papers, name="papers"),
        memberships=memberships,
        groups=groups,
        evidence=conform(
            pd.DataFrame(evidence, columns=list(TABLES["evidence"].columns)), name="evidence"
        ),
        vectors=np.eye(max(len(ids), 2), dtype="float32")[: len(ids)],
        manifest={**blank.manifest, "run": name},
    )
    return replace(made, **more)


def _groups(
    memberships: pd.DataFrame, *, hashes: Mapping[str, str], labels: Mapping[str, str]
) -> pd.DataFrame:
    of_clusters = memberships.loc[memberships["kind"] == "cluster", "group_id"]
    keys = [("cluster", c) for c in sorted(set(of_clusters))] + [("topic", t) for t in hashes]
    rows = [
        {
            "kind": kind, "group_id": group, "label": labels.get(group, group),
            "description": "", "terms": ["wombat"],
            "n_papers": int((memberships["group_id"] == group).sum()),
            "exemplars": memberships.loc[memberships["group_id"] == group, "paper_id"].tolist()[:2],
            "color": COLORS[k % 3], "parent_id": None, "status": "active",
            "definition_hash": hashes.get(group, ""), "stability": 0.5,
            "label_coverage": 0.6, "label_precision": 0.7,
        }
        for k, (kind, group) in enumerate(keys)
    ]  # fmt: skip
    return conform(pd.DataFrame(rows, columns=list(TABLES["groups"].columns)), name="groups")


def trend_rows(
    rows: Sequence[tuple[str, str, str, int, int]], *, freq: str = "year", half: float = 0.1
) -> pd.DataFrame:
    """Make table `trends` of kind, group, year, papers and total; intervals of +- `half`."""
    frame = pd.DataFrame(rows, columns=["kind", "group_id", "year", "n_papers", "n_total"])
    start = pd.to_datetime(frame["year"] + "-01-01").astype("datetime64[us]")
    share = frame["n_papers"] / frame["n_total"].where(frame["n_total"] > 0)
    return conform(
        frame.assign(
            freq=freq,
            period=start,
            period_end=start + pd.offsets.YearEnd(0),
            share=share,
            share_low=(share - half).clip(lower=0),
            share_high=(share + half).clip(upper=1),
            share_weighted=share,
            share_standardised=share,
            n_low_weight=0,
            phi=1.0,
            is_partial=False,
        ),
        name="trends",
    )


def lineage_rows(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Make table `lineage` of event, group and previous group."""
    frame = pd.DataFrame(rows, columns=["event", "group_id", "previous_group_id"])
    frame = frame.assign(previous_run="0001", n_shared=2, overlap=0.7)
    return conform(frame, name="lineage")


def with_parent(run: Run, path: Path) -> Run:
    """Return a run that extends the one written at `path`."""
    record = {"run": path.name, "manifest_sha256": sha256(path / "manifest.json")}
    return replace(run, manifest={**run.manifest, "parent": record, "how": "extended"})
