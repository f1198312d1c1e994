"""Tidy frames such as figures are drawn from."""

import numpy as np
import pandas as pd
from matplotlib.text import Text

from analysis.base.english import period_label
from analysis.figures.style import SYMBOLS
from analysis.trends import share_interval

COLORS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f"]


TOPICS = [
    *("Pretraining", "PEFT", "Multimodal", "Scaling"),
    *("Data", "Alignment", "Efficiency", "Domain"),
]


YEARS = [1, 4, 8, 18, 65, 65, 16]


MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


def make_shares(
    labels: list[str],
    *,
    totals: list[int] = YEARS,
    freq: str = "year",
    start: str = "2019-01-01",
    n_partial: int = 1,
) -> pd.DataFrame:
    """A share table as `views.share_table` gives it; the g-th group has every (g+2)th paper."""
    rows = []
    for group in range(len(labels)):
        for place, total in enumerate(totals):
            first = pd.Timestamp(start) + pd.DateOffset(months=MONTHS[freq] * place)
            after = first + pd.DateOffset(months=MONTHS[freq])
            count = total // (group + 2)
            low, high = share_interval(count, total)
            share = count / total if total else np.nan
            rows.append(
                {
                    "group_id": f"g{group:02d}",
                    "label": group,
                    "color": COLORS[group % len(COLORS)],
                    "symbol": SYMBOLS[group // len(COLORS)],
                    "period_label": period_label(first, freq=freq),
                    "kind": "topic",
                    "freq": freq,
                    "period": first,
                    "period_end": after - pd.Timedelta(days=1),
                    "n_papers": count,
                    "n_total": total,
                    "share": share,
                    "share_low": float(low),
                    "share_high": float(high),
                    "share_weighted": share,
                    "share_standardised": np.nan,
                    "n_low_weight": 0,
                    "phi": 1.0,
                    "is_partial": place >= len(totals) - n_partial,
                }
            )
    shares = pd.DataFrame(rows)
    # Not the str dtype, which could not hold the lone surrogate among the hostile strings.
    return shares.assign(label=pd.Series([labels[g] for g in shares["label"]], dtype="object"))


def make_points(n: int, *, n_clusters: int = 3) -> pd.DataFrame:
    """Points as `views.map_points` gives them: every 5th without a topic, every 7th undated."""
    place = np.arange(n)
    cluster = (place % (n_clusters * (n_clusters + 1) // 2)) if n_clusters else place
    cluster = np.searchsorted(np.cumsum(np.arange(n_clusters, 0, -1)), cluster, side="right")
    dated = place % 7 != 0
    topic = [None if i % 5 == 0 else i % 2 for i in place]
    days = pd.Series(pd.Timestamp("2019-08-01") + pd.to_timedelta(30 * place, unit="D"))
    return pd.DataFrame(
        {
            "paper_id": [f"2403.{i:05d}" for i in place],
            "x": np.cos(place).astype("float32"),
            "y": np.sin(2 * place).astype("float32"),
            "state": "new",
            "title": [f"Paper {i}" for i in place],
            "snippet": ["" if i % 3 == 0 else f"Abstract {i}." for i in place],
            "published": days.where(pd.Series(dated)).astype("datetime64[us]"),
            "date": [
                str(d.date()) if known else "undated" for d, known in zip(days, dated, strict=True)
            ],
            "url": [f"https://arxiv.org/abs/2403.{i:05d}" for i in place],
            "cluster_id": [f"c{c:04d}" for c in cluster],
            "cluster": [f"cluster {c}" for c in cluster],
            "cluster_color": [COLORS[c] for c in cluster],
            "cluster_symbol": "circle",
            "cluster_weight": np.where(place % 4 == 0, 0.49, 0.5),
            "topic_id": [None if t is None else TOPICS[t].lower() for t in topic],
            "topic": [None if t is None else TOPICS[t] for t in topic],
            "topic_color": [None if t is None else COLORS[t] for t in topic],
            "topic_symbol": [None if t is None else "circle" for t in topic],
            "topics": ["" if t is None else f"{TOPICS[t]}, Data" for t in topic],
            "topics_why": [
                "" if t is None else f"{TOPICS[t]} 0.91 (“x”); Data 0.60" for t in topic
            ],
            "topic_ids": [[] if t is None else [f"t{t}", "data"] for t in topic],
            "topic_labels": [[] if t is None else [TOPICS[t], "Data"] for t in topic],
        }
    )


def named(figure, name: str):
    return next(trace for trace in figure.data if trace.name == name)


# --- shares, printed ----------------------------------------------------------------------------


def drawn(figure) -> list[str]:
    return [text.get_text().replace("\n", " ") for text in figure.findobj(Text)]
