"""LabelledPapers papers in few words, for tests of what a recogniser is worth."""

import numpy as np
import pandas as pd

from analysis.topics.accuracy.gold import Gold
from analysis.topics.accuracy.measures import score_table
from analysis.topics.accuracy.scoring import LabelledPapers


def papers(*titles: str, ids: list[str] | None = None, aliases: list[list[str]] | None = None):
    names = ids or [f"2401.0000{n}" for n in range(1, len(titles) + 1)]
    frame = {"paper_id": names, "title": list(titles), "aliases": aliases or [[]] * len(names)}
    return pd.DataFrame(frame).astype({"paper_id": "str", "title": "str", "aliases": "object"})


def memberships(*rows: tuple[str, str, float], kind: str = "topic") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["paper_id", "group_id", "weight"])
    frame = frame.assign(kind=kind, is_primary=False)
    return frame.astype({"paper_id": "str", "group_id": "str", "weight": "float32"})


def gold_of(labels: dict[str, list[float]], *, ids: list[str], drawn: list[str] | None = None):
    n = len(ids)
    rows = pd.DataFrame(
        {
            "line": np.arange(2, n + 2),
            "arxiv_id": pd.Series(ids, dtype="str"),
            "title": pd.Series([""] * n, dtype="str"),
            "drawn": pd.Series(drawn or [""] * n, dtype="str"),
            "chance": np.full(n, np.nan),
            **{topic: np.array(values, dtype="float64") for topic, values in labels.items()},
        }
    )
    return Gold("gold.csv", rows, tuple(labels), ())


def many(n: int) -> list[str]:
    return [f"p{number:04d}" for number in range(n)]


# figures


def known(labels: list[list[float]], weights: list[list[float]]) -> LabelledPapers:
    values = np.array(labels, dtype="float64")
    topics = tuple(f"t{n}" for n in range(values.shape[1]))
    ids = tuple(many(len(labels)))
    return LabelledPapers(ids, topics, values, np.array(weights, dtype="float32"))


def figures(each: LabelledPapers, *, at: float = 0.5) -> pd.DataFrame:
    given = each.weights >= np.float32(at)
    table = score_table(each.labels, weights=each.weights, given=given, topics=each.topics)
    return table.set_index("topic")


def planted_labels(n: int, *, seed: int) -> LabelledPapers:
    """Labels of two topics that follow their weights: calibrated by making."""
    random = np.random.default_rng(seed)
    weights = random.beta(0.4, 1.2, size=(n, 2)).astype("float32")
    labels = (random.random((n, 2)) < weights).astype("float64")
    return LabelledPapers(tuple(many(n)), ("peft", "data"), labels, weights)
