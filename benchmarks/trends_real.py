"""Verdicts and events on real corpora: nothing happening, known truths, known history."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from trends_simulated import dealt_anew, full_only

from analysis import Run, Settings, open_run, run, trends
from analysis.base.groups import broader_groups, broader_memberships, groups_of
from analysis.base.schema import KINDS, SPANS
from analysis.pipeline.words import word_memberships, word_table
from analysis.runs import list_runs
from analysis.trends import Counts

CORPORA = {
    "daily": "hf_daily_2024-05_2025-12.parquet",
    "anthology": "acl_anthology_58k.parquet",
    "arxiv": "arxiv_labelled_16x1000.parquet",
}
TOPICS = Path(__file__).parent / "trends_topics.toml"
PHRASES = {
    "statistical machine translation": r"statistical machine translation|\bSMT\b|phrase-based",
    "neural machine translation": r"neural machine translation|\bNMT\b",
    "word embeddings": r"word embeddings?|word2vec",
    "pre-trained language models": r"pre-?trained (?:language )?models?|\bBERT\b",
    "large language models": r"large language models?|\bLLMs?\b",
}


class Asked(Protocol):
    """What the command line says; see `bench_trends.Asked`."""

    shared: Path
    runs: Path
    seed: int
    quick: bool

    def draws(self, n: int) -> int:
        """Return the number of draws."""


def opened(asked: Asked, name: str) -> Run:
    """Return the newest run of a corpus; make it where there is none."""
    folder = asked.runs / name
    if list_runs(folder):
        return open_run(runs_dir=folder)
    print(f"making the run of {CORPORA[name]}", flush=True)
    topics = TOPICS if name == "arxiv" else None
    settings = Settings(runs=folder, topics=topics)
    return run(asked.shared / "corpora" / CORPORA[name], settings=settings)


def counts_of(
    papers: pd.DataFrame,
    *,
    memberships: pd.DataFrame,
    groups: pd.DataFrame,
    snapshot_date: pd.Timestamp | None = None,
    period: str = "auto",
) -> Counts:
    """Count as the pipeline does."""
    day = None if snapshot_date is None else snapshot_date.date()
    reference = trends.reference_day(papers, snapshot_date=day)
    assert reference is not None
    reference -= pd.Timedelta(days=trends.listing_lag(papers, reference=reference))
    choice = trends.choose_period(papers, period=period, reference=reference)
    assert choice.freq is not None
    counts = trends.count_papers(
        memberships, papers=papers, groups=groups, freq=choice.freq, reference=reference
    )
    assert counts is not None
    return counts


def of_run(made: Run) -> Counts:
    """Count a run's clusters, topics and broader clusters."""
    groups = [groups_of(made.groups, kind=kind) for kind in KINDS]
    groups = pd.concat([*groups, broader_groups(made.groups)])
    broader = broader_memberships(made.memberships, groups=made.groups)
    members = pd.concat([made.memberships, broader])
    return counts_of(made.papers, memberships=members, groups=groups)


def of_words(made: Run) -> Counts:
    """Count a run's words, chosen from scratch."""
    words = word_table(made.papers, neighbours=made.neighbours, memberships=made.memberships,
                       groups=made.groups, by="published")  # fmt: skip
    groups = words.rename(columns={"word_id": "group_id"}).assign(kind="word")
    return counts_of(made.papers, memberships=word_memberships(words), groups=groups)


def null(asked: Asked) -> None:
    """Whole days (venue-years) dealt out again: how often anything is found where nothing is.

    Groups and words are dealt out in the same way in each draw.
    """
    for name in ("daily", "anthology"):
        made = opened(asked, name)
        groups, words = (full_only(count(made)) for count in (of_run, of_words))
        draws = asked.draws(1000)
        hits = pd.DataFrame(0, index=["groups", "words", "any"],
                            columns=["rising or falling", "burst", "change"])  # fmt: skip
        for draw in range(draws):
            found = [_found(dealt_anew(counts, rng=np.random.default_rng([asked.seed, 5, draw])))
                     for counts in (groups, words)]  # fmt: skip
            hits += np.array([*found, np.logical_or(*found)])
        print(f"{name}: {len(groups.groups)} groups, {len(words.groups)} words, "
              f"{len(groups.starts)} periods, {len(groups.clump_counts.size)} clumps "
              f"({groups.clump}); part of {draws} draws with any:\n"
              f"{(hits / draws).map('{:.1%}'.format).to_string()}")  # fmt: skip


def _found(counts: Counts) -> np.ndarray:
    """Return whether there is any verdict that something moved, any burst, any other event."""
    what = set(trends.find_events(counts)["what"])
    moved = _clear(trends.verdict_table(counts)).any()
    return np.array([moved, bool(what & set(SPANS)), bool(what - set(SPANS))])


def partial(asked: Asked) -> None:
    """Cut on the 10th and at the end of the month before, snapshot of the 10th: one verdict."""
    made = opened(asked, "daily")
    groups = pd.concat([groups_of(made.groups, kind=kind) for kind in KINDS])
    same = {"verdicts": 0, "events": 0}
    days = [pd.Timestamp(f"2025-{month:02d}-10") for month in range(3, 13)]
    for day in days:
        found = []
        for end in (day, day.replace(day=1) - pd.Timedelta(days=1)):
            papers = made.papers[made.papers["published"] <= end].reset_index(drop=True)
            members = made.memberships[made.memberships["paper_id"].isin(set(papers["paper_id"]))]
            counts = counts_of(papers, memberships=members, groups=groups, snapshot_date=day,
                               period="month")  # fmt: skip
            found.append(
                {"verdicts": trends.verdict_table(counts), "events": trends.find_events(counts)}
            )
        for table in same:
            same[table] += found[0][table].equals(found[1][table])
    print(f"{len(days)} days: the same verdicts {same['verdicts']}, events {same['events']}")


def truth(asked: Asked) -> None:
    """Clusters and topics against the categories that authors gave their papers."""
    made = opened(asked, "arxiv")
    papers = made.papers
    own = _as_groups(papers["paper_id"], papers["category"])
    primary = made.memberships[(made.memberships["kind"] == "cluster")
                               & made.memberships["is_primary"]]  # fmt: skip
    category = papers.set_index("paper_id")["category"]
    within = primary["paper_id"].map(category)
    majority = within.groupby(primary["group_id"]).agg(
        lambda values: values.value_counts().idxmax()
    )
    merged = _as_groups(primary["paper_id"], primary["group_id"].map(majority))
    topics = made.memberships[(made.memberships["kind"] == "topic")
                              & (made.memberships["weight"] >= 0.5)]  # fmt: skip
    ids = {name.replace(".", "-").lower(): name for name in category.unique()}
    told = _as_groups(topics["paper_id"], topics["group_id"].map(ids))
    tables = {}
    for name, members in (("category", own), ("clusters", merged), ("topics", told)):
        groups = members[["kind", "group_id"]].drop_duplicates()
        judged = trends.verdict_table(counts_of(papers, memberships=members, groups=groups))
        tables[name] = judged.set_index("group_id")[["direction", "ratio", "p_adjusted"]]
    table = tables["category"].join(tables["clusters"]["direction"].rename("clusters"))
    table = table.join(tables["topics"]["direction"].rename("topics"))
    print(table.round(4).to_string())
    for found in ("clusters", "topics"):
        known = table[table[found].notna()]
        opposite = [{"rising", "falling"} == {a, b}
                    for a, b in zip(known["direction"], known[found], strict=True)]  # fmt: skip
        clear = known[known["p_adjusted"] < 0.01]
        clear = clear[clear["direction"].isin(["rising", "falling"])]
        same = (clear["direction"] == clear[found]).sum()
        print(f"{found}: {sum(opposite)} of {len(known)} opposite; the same direction for {same} "
              f"of {len(clear)} clear ones")  # fmt: skip


def history(asked: Asked) -> None:
    """Show what rose and fell in the ACL Anthology, and when."""
    made = opened(asked, "anthology")
    counts = of_run(made)
    labels = made.groups.set_index("group_id")["label"]
    judged = trends.verdict_table(counts)
    clear = judged[_clear(judged)].assign(label=judged["group_id"].map(labels)).sort_values("p")
    columns = ["label", "direction", "share_first", "share_last", "p_adjusted", "n_papers"]
    print(clear[columns].round(4).to_string(index=False))
    events = trends.find_events(counts).assign(label=lambda t: t["group_id"].map(labels))
    print(events[["label", "what", "start", "end", "strength"]].to_string(index=False))
    text = made.papers["title"].fillna("") + " " + made.papers["abstract"].fillna("")
    members = pd.concat(
        _as_groups(made.papers["paper_id"][rows], pd.Series(name, index=made.papers.index[rows]))
        for name, rows in _named(text)
    )
    groups = members[["kind", "group_id"]].drop_duplicates().assign(kind="topic")
    members = members.assign(kind="topic")
    counts = counts_of(made.papers, memberships=members, groups=groups)
    judged = trends.verdict_table(counts)
    print(judged[["group_id", "direction", "share_first", "share_last", "p_adjusted",
                  "n_papers"]].round(4).to_string(index=False))  # fmt: skip
    print(trends.find_events(counts).to_string(index=False))
    shares = pd.DataFrame(counts.n_papers / counts.n_total, index=counts.groups["group_id"],
                          columns=counts.starts.astype("datetime64[Y]"))  # fmt: skip
    print((100 * shares).round(1).to_string())


def _named(text: pd.Series) -> Iterable[tuple[str, np.ndarray]]:
    for name, pattern in PHRASES.items():
        yield name, text.str.contains(pattern, case=False, regex=True).to_numpy(dtype=bool)


def _as_groups(papers: pd.Series, names: pd.Series) -> pd.DataFrame:
    frame = pd.DataFrame({"paper_id": papers.to_numpy(), "group_id": names.to_numpy()})
    return frame.assign(kind="cluster", weight=np.float32(1), is_primary=True)


def _clear(verdicts: pd.DataFrame) -> pd.Series:
    return verdicts["direction"].isin(["rising", "falling"])
