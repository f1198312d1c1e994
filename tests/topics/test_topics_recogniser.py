from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.schema import TABLES
from analysis.embedding import embed, paper_texts, strongest_words
from analysis.topics import Topic, read_topics, reclassifications, recognise_topics
from analysis.topics.phrase_evidence import phrase_evidence
from analysis.topics.vector_evidence import definition_fit, definition_nearness, fit, score
from conftest import ROOT

TOPICS = ROOT / "data" / "topics" / "ml.toml"
WE = "We propose adapters."
REST = "Adapters are fine."
OTHER = "Nothing else is said."


def topic(*strong: str, name: str = "t", **more: object) -> Topic:
    return Topic(name, name.capitalize(), "", strong, **more)


def papers(*rows: tuple[str, str | None]) -> pd.DataFrame:
    ids = [f"p{number:03d}" for number in range(len(rows))]
    return pd.DataFrame(
        {
            "paper_id": pd.Series(ids, dtype="str"),
            "title": pd.Series([title for title, _ in rows], dtype="str"),
            "abstract": pd.Series([abstract for _, abstract in rows], dtype="str"),
        }
    )


def odds(heading: str, abstract: str | None, /, **phrases: tuple[str, ...]) -> float:
    made = Topic("t", "T", "", **phrases)
    return round(float(phrase_evidence(papers((heading, abstract)), topics=[made]).odds[0, 0]), 4)


def noise(n: int, *, d: int = 8) -> np.ndarray:
    out = np.random.default_rng(0).normal(size=(n, d))
    return (out / np.linalg.norm(out, axis=1, keepdims=True)).astype(np.float32)


# log-odds of phrases, by hand


@pytest.mark.parametrize(
    ("title", "abstract", "expected"),
    [
        ("A title", OTHER, -4.2),
        ("A title", None, -4.2),
        ("Adapters", None, -2.7 + 2.4),
        ("A title", WE, -2.7 + 1.1 + 2.3 * math.log(2)),
        ("A title", REST, -2.7 + 2.3 * math.log(2)),
        ("A title", f"{REST} {REST.replace('fine', 'good')}", -2.7 + 2.3 * math.log(3)),
        ("A title", f"{REST} We propose a thing.", -2.7 + 1.2 * math.log(2)),  # background
        ("Adapters", f"{WE} {REST}", -2.7 + 2.4 + 1.1 + 2.3 * math.log(3)),
        ("Adapters and adapters", None, -2.7 + 2.4),  # once a title
    ],
)
def test_strong_phrases_count_by_place(title, abstract, expected):
    assert odds(title, abstract, strong=("adapter",)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("title", "abstract", "expected"),
    [
        ("Adapters", None, -4.2 + 0.3),
        ("A title", WE, -4.2 + 1.4 * math.log(2)),
        ("A title", REST, -4.2 + 1.4 * math.log(2)),
        ("A title", f"{REST} We propose a thing.", -4.2),  # background says nothing
    ],
)
def test_weak_phrases_count_less(title, abstract, expected):
    assert odds(title, abstract, strong=("zzz",), weak=("adapter",)) == pytest.approx(
        expected, abs=1e-4
    )


def test_title_phrases_are_strong_in_a_title_and_weak_elsewhere():
    assert odds("Adapters", None, title=("adapter",)) == pytest.approx(-0.3)
    assert odds("x", REST, title=("adapter",)) == pytest.approx(-4.2 + 1.4 * math.log(2), abs=1e-4)


def test_different_strong_phrases_count_more_than_one_repeated():
    assert odds("x", "Adapters and LoRA.", strong=("adapter", "LoRA")) == pytest.approx(
        -2.7 + 2.3 * math.log(2) + 0.9 * math.log(2), abs=1e-4
    )


def test_a_sentence_with_a_strong_and_a_weak_phrase_is_strong_only():
    both = odds("x", "Adapters and prompts.", strong=("adapter",), weak=("prompt",))
    assert both == odds("x", "Adapters and things.", strong=("adapter",), weak=("prompt",))


def test_excluded_phrases_take_away():
    assert odds("Adapter cards", None, strong=("adapter",), excluded=("adapter card",)) == -4.2


def test_at_most_three_phrases_are_kept_the_weightiest_first():
    text = f"{REST} " + " ".join(f"Adapters number {n}." for n in range(9)) + f" {WE}"
    said = phrase_evidence(papers(("Adapters", text)), topics=[topic("adapter")]).rows
    assert len(said) == 3
    assert [reason[3] for reason in said][:2] == [WE, "Adapters"]
    assert said[1][4] == pytest.approx(3.9)


def test_a_phrase_that_nearly_every_paper_holds_is_told():
    rows = [("A model", None)] * 27 + [("x", None)] * 3
    assert phrase_evidence(papers(*rows), topics=[topic("model")]).common == [(0, "model", 27)]
    assert phrase_evidence(papers(*rows[1:]), topics=[topic("model")]).common == []  # 29 papers
    fewer = papers(*rows[:26], *rows[27:], ("y", None))
    assert phrase_evidence(fewer, topics=[topic("model")]).common == []


def test_the_label_counts_in_a_short_definition_and_hardly_in_a_long_one():
    label = {"label": "Low-rank"}
    short = Topic("t", **label, strong=("zzz",))
    long = Topic("t", **label, strong=tuple(f"zzz{chr(97 + n)}" for n in range(20)))
    rows = papers(("Low rank", REST), ("x", None))
    values = phrase_evidence(rows, topics=[short, long]).odds
    assert values[:, 0] == pytest.approx([-4.2 + 1 + math.log(2), -4.2])
    assert values[:, 1] == pytest.approx([-3.9 + 0.5 + 0.5 * math.log(2), -3.9])
    starred = Topic("t", "C* ...", strong=("zzz",))
    assert phrase_evidence(rows, topics=[starred]).odds[0, 0] == -4.2


def test_a_strong_phrase_in_the_title_decides_however_far_the_vector():
    rows = [("Joint infection", None), *[("Infection", "An infection of the hip.")] * 9]
    frame = papers(*rows, *[("Other", "Of something else.")] * 30)
    vectors = np.zeros((40, 8), np.float32)
    vectors[1:10, 0] = 1
    vectors[[0, *range(10, 40)], 1] = 1
    made = topic("infection"), Topic("b", "B", title=("joint",))
    found = recognise_topics(frame, vectors=vectors, topics=made).memberships
    of_first = found[found["paper_id"] == "p000"].set_index("group_id")["weight"]
    assert of_first["t"] >= 0.5
    assert of_first.get("b", 0) < 0.5


# nearness


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 30])
def test_nearness_to_a_definition_is_finite_and_counts_more_in_large_runs(n):
    vectors = noise(n)
    near = definition_fit(vectors, definitions=np.eye(8)[:2], brevity=[1, 0.5])
    values = definition_nearness(vectors, near=near)
    assert np.isfinite(values).all()
    assert near[2] == pytest.approx(np.array([1, 0.5]) * n / (n + 10) * (n > 1))
    if n == 30:
        cosines = vectors[:, 0]
        z = (cosines - cosines.mean()) / cosines.std()
        assert values[:, 0] == pytest.approx(0.75 * np.clip(z - 1, -3, 2.5), abs=1e-5)


def test_the_score_separates_what_is_planted():
    vectors = noise(60)
    belongs = np.zeros((60, 1))
    belongs[:20] = 0.9
    vectors[:20, 0] += 2
    fitted, scores = fit(vectors, belongs=belongs, ids=["t"], hashes=["h"])
    assert scores[:20].min() > scores[20:].max()
    assert fitted.strengths[0] == pytest.approx(18 / 21)


def test_a_paper_is_scored_as_if_it_had_not_been_learned_from():
    vectors, rng = noise(40), np.random.default_rng(1)
    belongs = rng.random((40, 1))
    _, scores = fit(vectors, belongs=belongs, ids=["t"], hashes=["h"])
    v = vectors.astype(float) - vectors.mean(axis=0, dtype=float)
    spread = v.T @ v / 40
    inverse = np.linalg.inv(spread + 3 * np.trace(spread) / 8 * np.eye(8))
    raw = []
    for i in range(40):
        others = np.arange(40) != i
        means = [
            (w[others, None] * v[others]).sum(axis=0) / w[others].sum()
            for w in (belongs[:, 0], 1 - belongs[:, 0])
        ]
        raw.append((v[i] - (means[0] + means[1]) / 2) @ inverse @ (means[0] - means[1]))
    expected = np.clip(np.array(raw) / np.std(raw), -3, 2.5)
    strength = belongs.sum() / (belongs.sum() + 3)
    np.testing.assert_allclose(scores[:, 0], strength * expected, atol=1e-8)


def test_new_papers_are_scored_by_what_was_saved():
    vectors, belongs = noise(200), np.zeros((200, 1))
    belongs[:50] = 1
    vectors[:50, 0] += 1
    fitted, scores = fit(vectors, belongs=belongs, ids=["t"], hashes=["h"])
    again = score(vectors, fitted=fitted)
    assert np.corrcoef(again[:, 0], scores[:, 0])[0, 1] > 0.99


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7])
def test_few_or_equal_papers_give_finite_scores(n):
    for vectors in (noise(n), np.ones((n, 8), np.float32) / np.sqrt(8)):
        fitted, scores = fit(vectors, belongs=np.full((n, 2), 0.3), ids="ab", hashes="ab")
        assert scores.shape == (n, 2)
        assert np.isfinite(scores).all()
        assert np.isfinite(fitted.directions).all()


# memberships and evidence


def planted(n: int = 60) -> tuple[pd.DataFrame, np.ndarray]:
    """A third on adapters, of which every fifth does not say so; vectors know."""
    rows = []
    for i in range(n):
        if i % 3:
            rows.append((f"Images {i}", f"We study images of kind {i}. They are nice."))
        elif i % 15 == 0:
            rows.append((f"Quiet {i}", f"We study small modules {i}. They are nice."))
        else:
            rows.append((f"Adapters {i}", f"We propose adapters {i}. Adapters are nice."))
    vectors = noise(n)
    vectors[np.arange(n) % 3 == 0, 0] += 1.5
    return papers(*rows), (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("f4")


def weights_of(frame: pd.DataFrame, vectors: np.ndarray, topics: list[Topic], **more) -> pd.Series:
    members = recognise_topics(frame, vectors=vectors, topics=topics, **more).memberships
    wide = members.pivot(index="paper_id", columns="group_id", values="weight")
    return wide.reindex(index=frame["paper_id"], columns=[t.id for t in topics]).fillna(0)


def test_vectors_raise_papers_near_to_sure_ones_and_lower_others():
    frame, vectors = planted(240)
    near = np.eye(8, dtype="f4")[:1]
    weights = weights_of(frame, vectors, [topic("adapter")], definitions=near)["t"].to_numpy()
    says = frame["title"].str.startswith("Adapters").to_numpy()
    quiet = frame["title"].str.startswith("Quiet").to_numpy()
    assert weights[says].min() > 0.9
    assert weights[quiet].max() > 0.05
    assert weights[quiet].mean() > 5 * weights[~says & ~quiet].mean()


def test_an_exemplar_belongs_and_draws_others():
    frame, vectors = planted()
    for named in ("p000", "quiet 0"):
        made = [topic("adapter", exemplars=(named,))]
        found = recognise_topics(frame, vectors=vectors, topics=made)
        members = found.memberships.set_index("paper_id")
        assert members.loc["p000", "weight"] > 0.98
        rows = found.evidence[found.evidence["paper_id"] == "p000"]
        assert "named in the definition" in set(rows["sentence"])


def test_a_topic_may_be_defined_by_exemplars_alone():
    frame, vectors = planted()
    made = [Topic("t", "T", exemplars=tuple(f"p{i:03d}" for i in range(0, 60, 3)))]
    weights = weights_of(frame, vectors, made)["t"].to_numpy()
    assert weights[::3].min() > 0.9
    assert weights[np.arange(60) % 3 != 0].max() < 0.5


def test_a_parent_holds_what_its_children_hold():
    frame, vectors = planted()
    topics = [
        topic("image", name="top"),
        topic("zzz", name="middle", parent="top"),
        topic("adapter", name="leaf", parent="middle"),
    ]
    weights = weights_of(frame, vectors, topics)
    assert (weights["top"] >= weights["middle"]).all()
    assert (weights["middle"] >= weights["leaf"]).all()
    assert (weights["middle"] > 0.9).any()


def test_evidence_has_phrase_neighbour_and_word_and_at_most_five_rows():
    frame, _ = planted()
    texts = paper_texts(frame["title"], frame["abstract"])
    vectors = embed(texts)

    def words(rows, directions):
        return strongest_words([texts[row] for row in rows], directions=directions)

    found = recognise_topics(frame, vectors=vectors, topics=[topic("adapter")], words=words)
    assert list(found.evidence.columns) == list(TABLES["evidence"].columns)
    own = found.evidence[found.evidence["paper_id"] == "p003"]
    assert set(own["how"]) == {"phrase", "neighbour", "word"}
    assert own.loc[own["how"] == "word", "text"].tolist() == ["adapter"]
    assert (own.loc[own["how"] == "word", "value"] > 0).all()
    neighbour = own[own["how"] == "neighbour"].iloc[0]
    assert neighbour["text"].startswith("Adapters")
    assert neighbour["text"] != "Adapters 3"
    key = ["paper_id", "kind", "group_id"]
    assert found.evidence.groupby(key).size().max() <= 5
    members = set(found.memberships[key].itertuples(index=False, name=None))
    assert set(found.evidence[key].itertuples(index=False, name=None)) <= members


def test_the_strongest_word_adds_what_explain_says():
    from analysis.embedding import explain

    text = "Adapters for models. We train low-rank adapters."
    direction = np.random.default_rng(0).normal(size=embed([text]).shape[1])
    (((word, value), (other, less)),) = strongest_words(
        [text], directions=np.stack([direction, -direction])
    )
    told = explain(text, centroid=direction)
    assert word == told["word"].iloc[0]
    assert value / np.linalg.norm(direction) == pytest.approx(told["value"].iloc[0], abs=1e-5)
    assert other == told["word"].iloc[-1]
    assert -less / np.linalg.norm(direction) == pytest.approx(told["value"].iloc[-1], abs=1e-5)
    assert strongest_words(["", "?!"], directions=direction[None]) == [[("", 0.0)]] * 2


# laws


def test_rows_and_order_of_definitions_change_no_weight():
    frame, vectors = planted()
    topics = [topic("adapter", name="a"), topic("image", name="b")]
    one = recognise_topics(frame, vectors=vectors, topics=topics)
    other = recognise_topics(frame, vectors=vectors, topics=topics[::-1])
    pd.testing.assert_frame_equal(
        one.memberships.drop(columns="is_primary"), other.memberships.drop(columns="is_primary")
    )
    turned = np.arange(len(frame))[::-1]
    shuffled = recognise_topics(
        frame.iloc[turned].reset_index(drop=True), vectors=vectors[turned], topics=topics
    )
    pd.testing.assert_frame_equal(one.memberships, shuffled.memberships, atol=1e-6)


def test_equal_weights_give_the_first_defined_as_primary():
    topics = [topic("prompt", name="b"), topic("adapter", name="a")]
    frame = papers(("Adapters and prompts", "We study adapters and prompts."), ("x", None))
    members = recognise_topics(frame, vectors=noise(2), topics=topics).memberships
    first = members[members["paper_id"] == "p000"]
    assert first["weight"].nunique() == 1
    assert list(first["group_id"]) == ["a", "b"]
    assert list(first["is_primary"]) == [False, True]


def test_no_definitions_and_no_papers_give_empty_tables():
    for frame in (papers(("Title", None)), papers()):
        for topics in ([], [topic("adapter")]):
            found = recognise_topics(frame, vectors=noise(len(frame)), topics=topics)
            assert len(found.memberships) == len(found.evidence) == 0
            assert list(found.memberships.columns) == list(TABLES["memberships"].columns)


def test_inputs_are_left_as_they_were():
    frame, vectors = planted()
    before, rows = frame.copy(), vectors.copy()
    recognise_topics(frame, vectors=vectors, topics=[topic("adapter")])
    pd.testing.assert_frame_equal(frame, before)
    np.testing.assert_array_equal(vectors, rows)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=80)), min_size=1, max_size=4))
def test_weights_stay_in_bounds_for_any_text(rows):
    found = recognise_topics(
        papers(*rows), vectors=noise(len(rows)), topics=read_topics(TOPICS), words=None
    )
    weights = found.memberships["weight"]
    assert ((weights >= 0.05) & (weights <= 1)).all()


# reuse


def test_an_earlier_fit_judges_new_papers_and_changed_definitions_are_learned_anew():
    frame, vectors = planted()
    topics = [topic("adapter", name="a"), topic("image", name="b")]
    first = recognise_topics(frame, vectors=vectors, topics=topics)
    new, new_vectors = frame.iloc[:9], vectors[:9]
    kept = recognise_topics(new, vectors=new_vectors, topics=topics, fitted=first.fitted)
    expected = score(new_vectors, fitted=first.fitted)
    np.testing.assert_allclose(score(new_vectors, fitted=kept.fitted), expected, atol=1e-9)
    changed = [topics[0], topic("image", "nice", name="b")]
    again = recognise_topics(new, vectors=new_vectors, topics=changed, fitted=first.fitted)
    scores = score(new_vectors, fitted=again.fitted)
    np.testing.assert_allclose(scores[:, 0], expected[:, 0], atol=1e-9)
    assert not np.allclose(scores[:, 1], expected[:, 1])
    assert again.fitted.hashes == tuple(topic.definition_hash for topic in changed)


def test_decisions_that_change_are_listed():
    def members(*rows: tuple[str, str, float]) -> pd.DataFrame:
        frame = pd.DataFrame(rows, columns=["paper_id", "group_id", "weight"])
        return frame.assign(kind="topic", is_primary=False)

    before = members(("p1", "a", 0.9), ("p2", "a", 0.4), ("p3", "a", 0.8), ("p4", "a", 0.2))
    after = members(("p1", "a", 0.6), ("p2", "a", 0.5), ("p5", "a", 0.7), ("p4", "a", 0.3))
    found = reclassifications(before, after=after)
    assert found[["paper_id", "group_id"]].to_numpy().tolist() == [
        ["p2", "a"],
        ["p3", "a"],
        ["p5", "a"],
    ]
    assert found["weight_before"].tolist() == pytest.approx([0.4, 0.8, 0.0])
    assert found["weight"].tolist() == pytest.approx([0.5, 0.0, 0.7])
    assert reclassifications(after, after=after).empty
