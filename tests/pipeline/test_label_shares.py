"""How the words of labels move, counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import trends
from analysis.base.schema import TABLES, conform
from analysis.pipeline.label_shares import label_memberships, with_label_shares

MONTHS = pd.date_range("2024-01-01", periods=8, freq="MS")


def papers() -> pd.DataFrame:
    """Eight months of 60 papers: those that say "quantization" rise from 6 to 20."""
    rows = []
    for number, month in enumerate(MONTHS):
        for i in range(60):
            title = "Quantizations of nets" if i < 6 + 2 * number else "Speech encoders"
            rows.append({"paper_id": f"p{number}{i:02d}", "title": title, "published": month})
    values = dict.fromkeys(TABLES["papers"].columns)
    frame = pd.DataFrame([{**values, **row, "aliases": []} for row in rows])
    frame = frame.assign(in_snapshot=True, published_precision="day", abstract=None)
    return conform(frame, name="papers")


def groups(*labels: str, status: str = "active") -> pd.DataFrame:
    values = dict.fromkeys(TABLES["groups"].columns)
    rows = [
        {**values, "kind": "cluster", "group_id": f"c{n:04d}", "label": label, "n_papers": 1}
        for n, label in enumerate(labels, start=1)
    ]
    rows.append({**values, "kind": "topic", "group_id": "t", "label": "Quantization"})
    frame = pd.DataFrame(rows).assign(status=status, n_papers=1)
    frame["terms"] = frame["exemplars"] = [[] for _ in rows]
    return conform(frame, name="groups")


def test_papers_that_say_a_phrase_of_a_label():
    said = label_memberships(papers(), groups=groups("Quantization", "Mixed: wombats, speech"))
    sizes = said.groupby("group_id").size().to_dict()
    assert sizes == {"c0001": sum(6 + 2 * n for n in range(8)), "c0002": 480 - 104}
    assert set(said["kind"]) == {"word"}
    assert label_memberships(papers(), groups=groups("Wombats")).empty
    assert label_memberships(papers(), groups=groups("Speech", status="retired")).empty


def test_the_line_of_a_label_s_words_stands_beside_the_cluster_s_verdict():
    table = papers()
    verdict = dict.fromkeys(TABLES["verdicts"].columns)
    rows = [
        {**verdict, "kind": kind, "group_id": name, "direction": "falling", "sign_flips": False}
        for kind, name in (("cluster", "c0001"), ("broader", "c0002"), ("topic", "t"))
    ]
    verdicts = conform(pd.DataFrame(rows).fillna({"n_periods": 8, "n_papers": 9}), name="verdicts")
    done = with_label_shares(
        verdicts,
        said=label_memberships(table, groups=groups("Quantization", "Wombats")),
        dated=trends.papers_on_axis(table, by="published"),
        freq="month",
        reference=pd.Timestamp("2024-09-15"),
    ).set_index("group_id")
    assert np.isclose(done.loc["c0001", "label_first"], 6 / 60, atol=0.02)
    assert np.isclose(done.loc["c0001", "label_last"], 20 / 60, atol=0.04)
    assert done.loc[["c0002", "t"], ["label_first", "label_last"]].isna().all(axis=None)
