"""The training of the built-in embedding, on made-up papers through the same functions."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.embedding import builtin, model_file, paper_texts
from conftest import ROOT
from planted import FIELDS, planted

BENCHMARKS = ROOT / "benchmarks"


@pytest.fixture
def training(monkeypatch):
    """The modules `train_embedding` and `training_texts`."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    names = ("train_embedding", "training_texts")
    yield [importlib.import_module(name) for name in names]
    for name in names:
        sys.modules.pop(name, None)


def made_up(texts_module, *, n: int = 240):
    """Papers of six fields; the teacher knows only the field, of two in three."""
    frame = planted(n, n_fields=6)
    fields = list(FIELDS)
    papers = frame[["title", "abstract"]].assign(paper_id=frame["id"], source="arxiv")
    known = np.arange(n) % 3 < 2
    papers["teacher_row"] = np.where(known, np.cumsum(known) - 1, -1)
    random = np.random.default_rng(0)
    teacher = np.eye(8)[[fields.index(f) for f in frame["field"][known]]]
    teacher = teacher + 0.05 * random.standard_normal(teacher.shape)
    teacher /= np.linalg.norm(teacher, axis=1, keepdims=True)
    return texts_module.Training(papers=papers, teacher=teacher.astype(np.float16))


def small_recipe(train_module):
    return train_module.Recipe(
        dimensions=8,
        min_papers_a_word=2,
        latent=12,
        steps=6,
        batch=64,
        buckets=256,
        held_out=30,
        shortest_abstract=3,
    )


def test_training_twice_gives_the_same_bytes(training, tmp_path):
    train_module, texts_module = training
    papers, recipe = made_up(texts_module), small_recipe(train_module)
    for name in ("one", "two"):
        train_module.train(papers, out=tmp_path / f"{name}.npz", recipe=recipe)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_what_is_learned_tells_the_fields_apart(training, tmp_path):
    train_module, texts_module = training
    recipe = small_recipe(train_module)
    train_module.train(made_up(texts_module), out=tmp_path / "m.npz", recipe=recipe)
    model = model_file.read_model(tmp_path / "m.npz")
    frame = planted(120, n_fields=6, seed=1)
    vectors = builtin.builtin_vectors(paper_texts(frame["title"], frame["abstract"]), model=model)
    same = frame["field"].to_numpy()[:, None] == frame["field"].to_numpy()[None, :]
    cosines = vectors @ vectors.T
    assert cosines[same].min() > cosines[~same].max()


def chunk(folder: Path, name: str, ids: list[str], value: float) -> None:
    folder.mkdir(exist_ok=True)
    vectors = np.full((len(ids), 8), value, np.float16)
    np.savez(folder / name, ids=np.array(ids), vectors=vectors)


def test_more_teacher_vectors_are_joined_by_id(training, tmp_path):
    _, texts_module = training
    papers = made_up(texts_module, n=12)
    free = papers.papers.loc[papers.papers["teacher_row"] < 0, "paper_id"].tolist()
    chunk(tmp_path / "a", "000512.npz", [free[0]], 0.5)
    chunk(tmp_path / "b", "000000.npz", [free[2], free[1]], 0.25)
    chunk(tmp_path / "b", "000000.0.part.npz", [free[3]], 9)
    more = texts_module.with_more(papers, more=[tmp_path / "a", tmp_path / "b"])
    rows = pd.Series(more.papers["teacher_row"].to_numpy(), index=more.papers["paper_id"])
    assert more.teacher[rows[free[:3]]][:, 0].tolist() == [0.5, 0.25, 0.25]
    assert rows[free[1]] == rows[free[2]] + 1
    assert rows[free[3]] == -1
    assert (papers.papers["teacher_row"] < 0).sum() == 4


@pytest.mark.parametrize("wrong", ["unknown", "taught", "twice"])
def test_teacher_vectors_of_other_papers_are_refused(wrong, training, tmp_path):
    _, texts_module = training
    papers = made_up(texts_module, n=12)
    ids = papers.papers["paper_id"]
    free, taught = (ids[papers.papers["teacher_row"] < 0].iloc[0], ids.iloc[0])
    chunk(tmp_path, "000000.npz", [{"unknown": "no such id", "taught": taught}.get(wrong, free)], 1)
    if wrong == "twice":
        chunk(tmp_path, "000512.npz", [free], 1)
    with pytest.raises(AssertionError, match=r"no free training paper|repeats papers"):
        texts_module.with_more(papers, more=[tmp_path])
