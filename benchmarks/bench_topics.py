"""Measure the topics: `python benchmarks/bench_topics.py --shared ../shared`.

Two readers labelled the 177 papers of the snapshot and 80 daily papers. The snapshot is recognised
as a run of its own, the daily papers within a run of 5,840, as a user would have them; nothing is
fitted to the labels. Definitions and the weights of the places were chosen while looking at the
snapshot and at half of the daily papers; the other half is a row of its own. Beside it the phrase
rules that came before: .8 for the title, .3 a sentence, joined as a noisy or.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path

import numpy as np
import pandas as pd
from training_texts import snapshot_papers

from analysis.base.files import data_file
from analysis.embedding import embed, paper_texts, strongest_word_finder
from analysis.topics import definition_text, read_topics, recognise_topics
from analysis.topics.accuracy.measures import score_table
from analysis.topics.phrase_evidence import TITLE, sentence_roles
from analysis.topics.phrases import STRONG, find_phrases, phrase_matcher, sequences

USERS_FOUR = ["pretraining", "peft", "multimodal", "scaling"]
BINS = [(0.05, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)]
TOPICS = read_topics(data_file("topics/ml.toml"))
NAMES = [topic.id for topic in TOPICS]


def gold_papers(shared: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the labelled papers with a column `half`, and all daily papers."""
    gold = pd.read_csv(shared / "gold" / "topics_dev.csv", dtype={"arxiv_id": str})
    daily = pd.read_parquet(shared / "corpora" / "hf_daily_2024-05_2025-12.parquet")
    daily = daily.rename(columns={"id": "paper_id"})[["paper_id", "title", "abstract"]]
    listed = snapshot_papers(shared).drop_duplicates("title").set_index("title")["abstract"]
    is_daily = gold["set"] != "snapshot"
    gold["paper_id"] = gold["arxiv_id"].where(is_daily, gold["key"])
    gold["abstract"] = gold["title"].map(listed)
    keys = [hashlib.md5(key.encode()).hexdigest() for key in gold["key"]]
    looked_at = set(gold[is_daily].assign(h=np.array(keys)[is_daily]).sort_values("h").key[:40])
    gold["half"] = np.where(
        is_daily, np.where(gold["key"].isin(looked_at), "looked at", "held out"), "snapshot"
    )
    return gold, daily


def recognised(papers: pd.DataFrame) -> pd.DataFrame:
    """Return the weights, papers by topics; say what it took after embedding."""
    papers = papers.sort_values("paper_id", ignore_index=True)
    vectors = embed(paper_texts(papers["title"], papers["abstract"]))
    wall, used = time.perf_counter(), time.process_time()
    words = strongest_word_finder(papers, embedding="builtin")
    near = embed([definition_text(topic) for topic in TOPICS])
    made = recognise_topics(papers, vectors=vectors, topics=TOPICS, definitions=near, words=words)
    wall, used = time.perf_counter() - wall, time.process_time() - used
    print(f"{len(papers)} papers after embedding: {wall:.1f} s, {used:.1f} s of processor")
    wide = made.memberships.pivot(index="paper_id", columns="group_id", values="weight")
    return wide.reindex(index=papers["paper_id"], columns=NAMES).fillna(0.0)


def by_rules(papers: pd.DataFrame) -> pd.DataFrame:
    """Return the weights of the phrase rules that came before the recogniser."""
    phrases = [
        (phrase, number, STRONG)
        for number, topic in enumerate(TOPICS)
        for phrase in (*topic.strong, *topic.title)
    ]
    look = phrase_matcher(phrases)
    doubt = np.ones((len(papers), len(TOPICS)))
    for row, (title, abstract) in enumerate(zip(papers["title"], papers["abstract"], strict=True)):
        for part in sentence_roles(title, abstract):
            hits = {
                hit.pattern.owner
                for words in sequences(part.text)
                for hit in find_phrases(words, matcher=look)
            }
            doubt[row, sorted(hits)] *= 0.2 if part.role == TITLE else 0.7
    return pd.DataFrame(1 - doubt, index=papers["paper_id"], columns=NAMES)


def row(name: str, labels: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """Print one row of the table and return the figures by topic."""
    weights = weights.astype("float32")
    table = score_table(labels, weights=weights, given=weights >= 0.5, topics=NAMES)
    four = score_table(
        labels[:, :4], weights=weights[:, :4], given=weights[:, :4] >= 0.5, topics=USERS_FOUR
    )
    figures = [t.set_index("topic").loc["macro"] for t in (table, four)]
    cells = [f"{f.f1:.3f} ({f.f1_low:.2f}-{f.f1_high:.2f})" for f in figures]
    brier = table.set_index("topic").loc["pooled", "brier"]
    print(f"| {name} | {len(labels)} | {cells[0]} | {cells[1]} | {brier:.4f} |")
    return table


def report_calibration(labels: np.ndarray, weights: np.ndarray) -> None:
    known = ~np.isnan(labels)
    y, w = labels[known], weights[known]
    print("\n| weight | memberships | mean weight | share true |\n|---|---|---|---|")
    for low, high in BINS:
        own = (w >= low) & (w < high)
        ends = f"{low:.2f}-{min(high, 1):.2f}"
        print(f"| {ends} | {own.sum()} | {w[own].mean():.3f} | {y[own].mean():.3f} |")
    print(
        f"of the memberships of .5 or more, {(w >= 0.7).sum() / (w >= 0.5).sum():.0%} lie above .7"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    gold, daily = gold_papers(parser.parse_args().shared)
    snapshot = gold[gold["half"] == "snapshot"]
    weights = {"recogniser": pd.concat([recognised(snapshot), recognised(daily)])}
    texts = pd.concat([snapshot[daily.columns], daily[daily["paper_id"].isin(gold["paper_id"])]])
    weights["phrase rules"] = by_rules(texts)
    labels = gold[NAMES].to_numpy(dtype="float64")
    parts_of = {
        "snapshot": gold["half"] == "snapshot", "daily": gold["half"] != "snapshot",
        "daily, looked at": gold["half"] == "looked at",
        "daily, held out": gold["half"] == "held out", "pooled": gold["half"] != "",
    }  # fmt: skip
    print("\n| | papers | macro-F1 | the user's four | Brier |\n|---|---|---|---|---|")
    for method, wide in weights.items():
        values = wide.loc[gold["paper_id"]].to_numpy()
        for name, chosen in parts_of.items():
            table = row(f"{method}, {name}", labels[chosen], values[chosen])
        if method == "recogniser":
            pooled, sure = table, values
    rate = np.nanmean(labels, axis=0)
    print(f"| base rate, pooled | {len(gold)} | | | {np.nanmean((labels - rate) ** 2):.4f} |\n")
    print(pooled[["topic", "n_positive", "precision", "recall", "f1"]].round(2).to_string())
    report_calibration(labels, sure)


if __name__ == "__main__":
    main()
