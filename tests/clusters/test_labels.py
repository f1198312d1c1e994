from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from analysis.base.words import STOP_WORDS, WORD, fold_word
from analysis.clusters.labels.labels import cluster_terms
from analysis.clusters.labels.names import MIXED
from analysis.clusters.labels.phrases import count_phrases, phrase_keys, phrases
from planted import FIELDS, planted


def labelled(n: int, *, n_fields: int = 5):
    frame = planted(n, n_fields=n_fields)
    names = list(FIELDS)[:n_fields]
    labels = np.array([names.index(field) for field in frame["field"]])
    return cluster_terms(count_phrases(frame["title"], frame["abstract"]), numbers=labels), names


def check_headings(labels: list[str]) -> None:
    """Labels of one to three short phrases, all different, no stop word at either end."""
    assert len({label.casefold() for label in labels}) == len(labels)
    for label in labels:
        phrases = label.removeprefix(MIXED).replace(" · ", ", ").split(", ")
        assert 1 <= len(phrases) <= 3
        for phrase in phrases:
            words = phrase.split(" (")[0].split()
            assert 1 <= len(words) <= 6
            assert not {words[0].lower(), words[-1].lower()} & STOP_WORDS
        assert label[0] == label[0].upper()


def check_terms(terms: list[list[str]]) -> None:
    """At most ten terms a cluster, none within another."""
    for of_cluster in terms:
        assert len(of_cluster) <= 10
        folded = [{fold_word(word) for word in WORD.findall(term)} for term in of_cluster]
        assert not any(a <= b or b <= a for a, b in combinations(folded, 2))


# phrases


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We propose a diffusion transformer.", {"diffusion transformer"}),
        ("Reward models, language models", {"reward model"}),
        ("the of and", set()),
        ("in 2024", set()),
        ("", set()),
    ],
)
def test_candidate_phrases(text, expected):
    assert expected <= set(phrase_keys(text))
    if not expected:
        assert phrase_keys(text) == []


def test_phrases_do_not_cross_punctuation_or_stop_words():
    keys = phrase_keys("Image retrieval (speech). Protein of galaxy")
    assert "image retrieval" in keys
    assert not {"retrieval speech", "speech protein", "protein galaxy"} & set(keys)


def test_phrases_end_at_function_words_of_other_languages_but_not_at_names():
    found = {written for _, written in phrases("Dans cet article nous étudions un corpus français")}
    assert "corpus français" in found
    assert not found & {"Dans", "Dans cet", "cet", "nous"}
    assert not {w for _, w in phrases("la traduction de la parole")} & {"de", "la", "de la"}
    assert "de novo protein" in {w for _, w in phrases("a de novo protein from scratch")}
    assert "EM algorithm" in {written for _, written in phrases("We fit it by the EM algorithm.")}


def test_spellings_of_one_phrase_have_one_key():
    (one,) = {key for key, _ in phrases("Reward Models") if " " in key}
    assert one in phrase_keys("a reward model")
    assert ("reward model", "Reward Models") in phrases("Reward Models")


def test_phrases_have_at_most_three_words():
    keys = phrase_keys("protein language graph diffusion transformer adapter")
    assert max(key.count(" ") for key in keys) == 2


# headings and terms


@pytest.mark.parametrize(("n", "n_fields"), [(60, 4), (300, 6)])
def test_planted_fields_are_named_by_their_own_words(n, n_fields):
    found, names = labelled(n, n_fields=n_fields)
    check_headings(found.headings)
    check_terms(found.terms)
    for label, terms, name in zip(found.headings, found.terms, names, strict=True):
        own = {fold_word(word) for word in FIELDS[name].split()}
        assert {fold_word(word) for word in WORD.findall(label)} & own
        inside = [own & {fold_word(word) for word in WORD.findall(term)} for term in terms]
        assert sum(map(bool, inside)) >= 0.8 * len(terms)


def test_presence_says_which_paper_holds_a_term():
    frame = planted(60)
    found, _ = labelled(60)
    texts = frame["title"] + ". " + frame["abstract"]
    for term in {term for terms in found.terms for term in terms}:
        key = " ".join(fold_word(word) for word in WORD.findall(term))
        expected = [key in phrase_keys(text) for text in texts]
        column = found.presence[:, found.columns[term]].toarray().ravel()
        assert column.tolist() == expected


def test_the_bundled_clusters_have_good_headings(bundled):
    clusters = bundled.groups[bundled.groups["kind"] == "cluster"]
    check_headings(list(clusters["label"]))
    check_terms(list(clusters["terms"]))
    assert (clusters["terms"].map(len) >= 5).all()
    assert not clusters["label"].str.startswith("Cluster ").any()
    assert clusters["exemplars"].map(len).between(1, 3).all()


def test_singular_and_plural_are_not_two_terms():
    titles = [f"Speech encoder {i}" if i % 2 else f"Speech encoders {i}" for i in range(20)]
    titles += [f"Galaxy survey {i}" for i in range(20)]
    found = cluster_terms(count_phrases(titles, [None] * 40), numbers=np.repeat([0, 1], 20))
    assert len({fold_word(term.split()[-1]) for term in found.terms[0]}) == len(found.terms[0])
    check_headings(found.headings)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize(
    "titles",
    [
        ["zebra crossing"] * 6,
        ["the of"] * 6,
        [""] * 6,
        ["日本語 研究"] * 6,
        [f"word{i}" for i in range(6)],
        ["2024"] * 6,
        ["$x^2$ <b>"] * 6,
    ],
)
def test_odd_and_tiny_clusters_have_different_headings_too(titles, count):
    found = cluster_terms(count_phrases(titles, [None] * 6), numbers=np.arange(6) % count)
    assert len(found.headings) == len(found.terms) == count
    assert len(set(found.headings)) == count
    assert all(found.headings)
    assert found.presence.shape == (6, len(found.columns))


def test_clusters_of_one_and_two_papers():
    frame = planted(63, n_fields=3)
    labels = np.array([0] * 60 + [1, 2, 2])
    found = cluster_terms(count_phrases(frame["title"], frame["abstract"]), numbers=labels)
    assert len(set(found.headings)) == 3
    check_terms(found.terms)


def test_one_cluster_of_all_papers_is_named_by_what_most_of_them_hold():
    titles = [f"Protein folding {'kinetics' if i % 3 else 'maps'}" for i in range(60)]
    found = cluster_terms(count_phrases(titles, [None] * 60), numbers=np.zeros(60, dtype=int))
    assert "rotein" in found.headings[0]
