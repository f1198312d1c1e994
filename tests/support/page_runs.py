"""Made-up runs for the page tests: the attributes of a run, tables that keep the laws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.base.schema import SCHEMA_VERSION, TABLES, conform, empty
from analysis.runs import Run, finish, new_run_folder, write_tables
from analysis.topics import as_arrays, recognise_topics

PALETTE = ("#4269d0", "#d98200", "#d6452b", "#1a8a72", "#8a56c2", "#0f7fa8", "#b3428c", "#6b7f1d")


def made_run(
    n: int,
    *,
    n_clusters: int = 4,
    topics: Sequence[str] = ("Pretraining", "Fine-tuning", "Multimodal"),
    n_undated: int = 0,
    texts: Sequence[str] | None = None,
    freq: str | None = "quarter",
) -> Run:
    """Make a run of `n` papers whose every shown string is taken from `texts` where given.

    Paper i sits in cluster i mod `n_clusters` (none below 60 papers) and in topic i mod 4, papers
    with remainder 3 in none; the last `n_undated` have no date.
    """
    n_clusters = n_clusters if n >= 60 else 0
    # A table cannot hold a lone surrogate; the manifest can.
    stored = texts and [text.replace("\ud800", "\ufffd") for text in texts]
    papers = _papers(n, n_undated=n_undated, texts=stored)
    ids = list(papers["paper_id"])
    memberships = _memberships(ids, n_clusters=n_clusters, n_topics=len(topics))
    groups = _groups(memberships, n_clusters=n_clusters, topics=topics, texts=stored)
    trends = _trends(papers, memberships, groups, freq=freq)
    return Run(
        name="0001-2025-03-17",
        path=None,
        papers=papers,
        neighbours=_neighbours(ids),
        memberships=memberships,
        evidence=empty("evidence"),
        reclassified=empty("reclassified"),
        map=_map(ids) if n >= 15 else empty("map"),
        groups=groups,
        lineage=empty("lineage"),
        moves=empty("moves"),
        changes=empty("changes"),
        restated=empty("restated"),
        trends=trends,
        verdicts=_verdicts(trends),
        events=empty("events"),
        vectors=np.ones((n, 1), dtype="float32"),
        quality={"coherence_npmi": 0.123, "diversity": 0.91, "share_well_placed": 0.784},
        manifest=_manifest(papers, groups, freq=freq, texts=texts),
    )


def written(run: Run, folder: Path) -> Path:
    """Write a made-up run into a series, as far as it is read back: tables, no pages."""
    fit = as_arrays(recognise_topics(run.papers, vectors=run.vectors, topics=[]).fitted)
    manifest = {**run.manifest, "schema_version": SCHEMA_VERSION}
    with new_run_folder(folder) as temporary:
        write_tables(replace(run, topic_fit=fit), temporary)
        finish(temporary, manifest=manifest, path=folder / run.name)
    return folder / run.name


def _text(texts: Sequence[str] | None, i: int, otherwise: str) -> str:
    return otherwise if texts is None else texts[i % len(texts)]


def _papers(n: int, *, n_undated: int, texts: Sequence[str] | None) -> pd.DataFrame:
    rows = range(n)
    days = pd.date_range("2023-01-10", periods=max(n, 1), freq="9D")[:n]
    frame = {
        "paper_id": [f"2301.{i:05d}" for i in rows],
        "title": [_text(texts, i, f"Paper {i} on subject {i % 7}") for i in rows],
        "abstract": [_text(texts, i + 1, f"Abstract {i}: we study wombats.") for i in rows],
        "published": [pd.NaT if i >= n - n_undated else days[i] for i in rows],
        "published_precision": ["day"] * n,
        "listed": [pd.NaT] * n,
        "source": ["csv"] * n,
        "url": [_text(texts, i + 2, f"https://arxiv.invalid/abs/2301.{i:05d}") for i in rows],
        "in_snapshot": [True] * n,
        "first_run": ["0001-2025-03-17"] * n,
        "last_run": ["0001-2025-03-17"] * n,
        "text_hash": [f"{i:012x}" for i in rows],
        "aliases": [[] for _ in rows],
    }
    return conform(pd.DataFrame(frame), name="papers")


def _memberships(ids: Sequence[str], *, n_clusters: int, n_topics: int) -> pd.DataFrame:
    rows: list[tuple[str, str, str, float, bool]] = []
    for i, paper in enumerate(ids):
        if n_clusters:
            rows.append((paper, "cluster", f"c{i % n_clusters + 1:04d}", 0.4 + i % 5 / 10, True))
        if i % 4 < n_topics and i % 4 < 3:
            rows.append((paper, "topic", f"topic-{i % 4}", 0.9, True))
        if i % 8 == 0 and n_topics > 1:
            rows.append((paper, "topic", "topic-1", 0.6, False))
    return conform(
        pd.DataFrame(rows, columns=list(TABLES["memberships"].columns)), name="memberships"
    )


def _groups(
    memberships: pd.DataFrame,
    *,
    n_clusters: int,
    topics: Sequence[str],
    texts: Sequence[str] | None,
) -> pd.DataFrame:
    names = [("cluster", f"c{i + 1:04d}", f"Cluster {i + 1}") for i in range(n_clusters)]
    names += [("topic", f"topic-{i}", label) for i, label in enumerate(topics)]
    rows = []
    for i, (kind, group_id, label) in enumerate(names):
        of_kind = memberships["kind"] == kind
        mine = memberships[of_kind & (memberships["group_id"] == group_id)]
        rows.append(
            {
                "kind": kind,
                "group_id": group_id,
                "label": _text(texts, i, label),
                "description": _text(texts, i + 3, f"All about {label.lower()}."),
                "n_papers": len(mine),
                "terms": [_text(texts, i + 4, "wombat"), _text(texts, i + 5, "burrow")],
                "exemplars": list(mine["paper_id"])[:3],
                "color": PALETTE[i % len(PALETTE)],
                "parent_id": None,
                "status": "active",
                "definition_hash": "0" * 12,
                "stability": 0.8,
                "label_coverage": 0.6,
                "label_precision": 0.7,
            }
        )
    frame = pd.DataFrame(rows, columns=list(TABLES["groups"].columns))
    return conform(frame, name="groups")


def _map(ids: Sequence[str]) -> pd.DataFrame:
    turn = np.arange(len(ids)) * 2.4
    out = np.sqrt(np.arange(len(ids)) + 1.0)
    frame = {"paper_id": ids, "x": out * np.cos(turn), "y": out * np.sin(turn), "state": "new"}
    return conform(pd.DataFrame(frame), name="map")


def _neighbours(ids: Sequence[str]) -> pd.DataFrame:
    n = len(ids)
    rows = [
        (ids[i], rank, ids[(i + rank) % n], 1 - rank / 20)
        for i in range(n)
        for rank in range(1, min(10, n - 1) + 1)
    ]
    return conform(
        pd.DataFrame(rows, columns=list(TABLES["neighbours"].columns)), name="neighbours"
    )


def _trends(
    papers: pd.DataFrame, memberships: pd.DataFrame, groups: pd.DataFrame, *, freq: str | None
) -> pd.DataFrame:
    dated = papers[papers["published"].notna()]
    if freq is None or dated.empty or groups.empty:
        return empty("trends")
    quarter = dated["published"].dt.to_period("Q")
    periods = pd.period_range(quarter.min(), quarter.max(), freq="Q")
    rows = []
    for kind, group_id in zip(groups["kind"], groups["group_id"], strict=True):
        of_group = (memberships["kind"] == kind) & (memberships["group_id"] == group_id)
        mine = quarter[dated["paper_id"].isin(memberships[of_group]["paper_id"])]
        for period in periods:
            k, total = int((mine == period).sum()), int((quarter == period).sum())
            share = k / total if total else np.nan
            rows.append(
                {
                    "kind": kind,
                    "group_id": group_id,
                    "freq": freq,
                    "period": period.start_time,
                    "period_end": period.end_time.normalize(),
                    "n_papers": k,
                    "n_total": total,
                    "share": share,
                    "share_low": max(0.0, share - 0.1),
                    "share_high": min(1.0, share + 0.1),
                    "share_weighted": share,
                    "share_standardised": np.nan,
                    "n_low_weight": 0,
                    "phi": 1.0,
                    "is_partial": period == periods[-1],
                }
            )
    return conform(pd.DataFrame(rows), name="trends")


def _verdicts(trends: pd.DataFrame) -> pd.DataFrame:
    """Too few to say, of every group: the made-up runs are small."""
    full = trends[~trends["is_partial"]].groupby(["kind", "group_id"])["n_papers"]
    frame = full.agg(n_papers="sum", n_periods="count").reset_index()
    missing = [name for name in TABLES["verdicts"].columns if name not in frame]
    frame = frame.assign(**dict.fromkeys(missing, np.nan))
    frame = frame.assign(direction="too few to say", sign_flips=False)
    return conform(frame, name="verdicts") if len(frame) else empty("verdicts")


def _manifest(
    papers: pd.DataFrame, groups: pd.DataFrame, *, freq: str | None, texts: Sequence[str] | None
) -> Mapping[str, Any]:
    n, undated = len(papers), int(papers["published"].isna().sum())
    kinds = groups["kind"].value_counts()
    name = _text(texts, 0, "papers.csv")
    rule = "Clusters are dense regions of the graph of nearest neighbours."
    why_none = "" if n >= 60 else f"There are {n} papers; clusters are looked for from 60 on."
    return {
        "run": "0001-2025-03-17",
        "snapshot_date": "2025-03-17",
        "snapshot_date_from": "given",
        "inputs": [{"name": name, "format": "csv", "n_papers": n}],
        "counts": {
            "papers": n,
            "dated": n - undated,
            "undated": undated,
            "no_abstract": 0,
            "clusters": int(kinds.get("cluster", 0)),
            "topics": int(kinds.get("topic", 0)),
            "dropped": {_text(texts, 1, "duplicate title"): 2} if n else {},
        },
        "period": {
            "freq": freq,
            "reason": _text(texts, 2, "Quarters, the finest with 20 papers in the median period."),
        },
        "clustering": {
            "rule": _text(texts, 3, rule if n >= 60 else ""),
            "why_none": _text(texts, 4, why_none) if n < 60 else "",
        },
        "settings": {},
        "embedding": {
            "name": _text(texts, 5, "builtin"),
            "description": _text(texts, 6, "Word counts, weighted and reduced."),
        },
        "notes": [_text(texts, 7, "Two files were read.")],
    }
