"""What becomes of the fields of a paper that two snapshots list; laws of the union."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.escaping import normalised_title, short_hash
from analysis.base.schema import TABLES, empty
from analysis.papers.same_paper import is_title_hash
from analysis.papers.snapshot import read_snapshot
from analysis.papers.union import PaperUnion, join_papers
from hostile import HOSTILE
from joined_papers import ABSTRACT, OTHER, joined, listed, own, row, series

# what the paper's fields become


def test_newer_values_win_and_what_the_snapshot_lacks_stays():
    old = series({"paper_id": "2401.00001", "url": "http://a.example", "venue": "A", "stars": 3})
    found = joined(old, {"paper_id": "2401.00001", "title": "New", "source": "jsonl", "stars": 4})
    told = row(found, "2401.00001")
    assert (told["title"], told["source"], told["url"]) == ("New", "jsonl", "http://a.example")
    assert (told["venue"], told["stars"]) == ("A", 4)
    assert found.revised == ("2401.00001",)
    assert told["text_hash"] == short_hash(f"New\n{ABSTRACT}", length=16)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((None, None), ("2024-03-01", "month"), ("2024-03-01", "month")),
        (("2024-03-01", "month"), (None, None), ("2024-03-01", "month")),
        (("2024-03-01", "month"), ("2024-03-08", "day"), ("2024-03-08", "day")),
        (("2024-03-08", "day"), ("2024-03-01", "month"), ("2024-03-08", "day")),
        (("2024-03-08", "day"), ("2024-01-01", "year"), ("2024-03-08", "day")),
        (("2024-03-01", "month"), ("2024-01-01", "year"), ("2024-03-01", "month")),
        (("2024-03-08", "day"), ("2024-04-01", "month"), ("2024-04-01", "month")),
        (("2024-03-08", "day"), ("2023-01-01", "year"), ("2023-01-01", "year")),
        (("2024-03-08", "day"), ("2024-03-09", "day"), ("2024-03-09", "day")),
        (("2024-01-01", "year"), ("2024-01-01", "month"), ("2024-01-01", "month")),
    ],
)
def test_a_date_goes_with_its_precision(before, after, expected):
    name = {"paper_id": "2401.00001"}
    one, other = (name | {"published": d, "published_precision": p} for d, p in (before, after))
    found = joined(series(one), other)
    told = row(found, "2401.00001")
    assert (told["published"], told["published_precision"]) == (
        pd.Timestamp(expected[0]), expected[1],
    )  # fmt: skip
    assert found.redated == (() if expected == before else ("2401.00001",))
    assert found.revised == ()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, "2024-03-08", "2024-03-08"),
        ("2024-03-08", None, "2024-03-08"),
        ("2024-03-08", "2024-04-01", "2024-03-08"),
        ("2024-03-08", "2024-02-01", "2024-02-01"),
    ],
)
def test_the_first_listing_counts(before, after, expected):
    found = joined(
        series({"paper_id": "2401.00001", "listed": before}),
        {"paper_id": "2401.00001", "listed": after},
    )
    assert row(found, "2401.00001")["listed"] == pd.Timestamp(expected)
    assert found.redated == (() if expected == before else ("2401.00001",))


@pytest.mark.parametrize(
    ("before", "after", "dtype", "values"),
    [
        (3, 4, "int64", [3, 4]),
        (3, 4.5, "float64", [3.0, 4.5]),
        (True, False, "bool", [True, False]),
        ("a", 4, "str", ["a", "4"]),
        (True, 4, "str", ["True", "4"]),
        (2**60 + 1, 4, "int64", [2**60 + 1, 4]),
        (2**60 + 1, 4.5, "str", [str(2**60 + 1), "4.5"]),
    ],
)
def test_columns_that_ride_along_get_one_type(before, after, dtype, values):
    old = series({"paper_id": "2401.00001", "rider": before})
    found = joined(old, {"paper_id": "2401.00002", "title": "B", "rider": after})
    assert str(found.papers["rider"].dtype) == dtype
    assert found.papers["rider"].tolist() == values


@pytest.mark.parametrize(
    ("value", "dtype", "kept"),
    [(3, "float64", 3.0), (2**60 + 1, "str", str(2**60 + 1)), (True, "str", "True"),
     ("x", "str", "x"), (1.5, "float64", 1.5)],
)  # fmt: skip
def test_a_column_with_gaps_loses_no_digit(value, dtype, kept):
    old = series({"paper_id": "2401.00001", "rider": value})
    found = joined(old, {"paper_id": "2401.00002", "title": "B"})
    assert str(found.papers["rider"].dtype) == dtype
    assert found.papers["rider"].iloc[0] == kept
    assert pd.isna(found.papers["rider"].iloc[1])


def test_columns_are_the_same_whatever_their_case():
    old = series({"paper_id": "2401.00001", "Venue": "A"})
    found = joined(old, {"paper_id": "2401.00001", "venue": "B", "extra": 1})
    assert list(found.papers.columns)[len(TABLES["papers"].columns) :] == ["Venue", "extra"]
    assert row(found, "2401.00001")["Venue"] == "B"


def test_hostile_texts_stay_what_they_are():
    texts = [text.replace("\ud800", "\ufffd") for text in HOSTILE]
    old = series(*({"title": text, "aliases": [text]} for text in texts))
    found = joined(old, *({"title": text, "aliases": [text], "rider": text} for text in texts))
    assert len(found.papers) == len(set(texts))
    assert set(found.papers["rider"]) == set(texts)
    assert found.revised == ()


def test_a_table_read_back_joins_as_one_in_memory(tmp_path):
    old = series({"aliases": ["a", "b"], "listed": "2024-01-01"}, {"title": "B", "stars": 1})
    old.to_parquet(tmp_path / "papers.parquet")
    again = pd.read_parquet(tmp_path / "papers.parquet")
    assert isinstance(again["aliases"].iloc[0], np.ndarray)
    new = listed({"title": "B", "aliases": ["c"]}, {"title": "C"})
    one, other = (join_papers(frame, new, run="0002") for frame in (old, again))
    pd.testing.assert_frame_equal(one.papers, other.papers)


def test_the_readers_own_papers_join(tmp_path):
    """The two months of a real reader: ids, aliases and columns as it makes them."""
    texts = (
        "title,abstract,id,citations\nFirst words,About one.,x1,3\nSecond words,About two.,x2,\n",
        "title,abstract,arxiv_id,citations\nFirst Words.,About one.,2401.00001,5\nThird,It.,,1\n",
    )
    months = []
    for number, text in enumerate(texts):
        file = tmp_path / f"{number}.csv"
        file.write_text(text, encoding="utf-8")
        months.append(read_snapshot([file], today=date(2024, 6, 1)).papers)
    first = join_papers(empty("papers"), months[0], run="0001")
    found = join_papers(first.papers, months[1], run="0002")
    name = own("First words")
    assert found.renamed == {name: "2401.00001"}
    assert row(found, name)["aliases"] == ["2401.00001", "x1"]
    assert row(found, name)["citations"] == 5
    assert found.redated == (name,)  # dated by its arXiv id now
    assert (found.added, found.gone) == ((own("Third"),), (own("Second words"),))


# laws

TITLES = ("Editorial", "editorial!", "On words", "Deep learning")


ARXIV = ("2401.00001", "2401.00002", "2402.00003")


NAMES = ("x/1", "x/2", "10.1/z")


TEXTS = (None, ABSTRACT, ABSTRACT + " More.", OTHER)


PAPER = st.fixed_dictionaries(
    {
        "title": st.sampled_from(TITLES),
        "abstract": st.sampled_from(TEXTS),
        "published": st.sampled_from((None, "2024-01-01", "2024-03-08")),
        "aliases": st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(sorted),
        "stars": st.sampled_from((None, 1.0, 2.0)),
        "given": st.sampled_from((None, None, *ARXIV, "split")),
    }
)


def _snapshot(papers: list[dict]) -> pd.DataFrame:
    rows = {}
    for paper in papers:
        title, given_id = paper["title"], paper["given"]
        if given_id == "split":
            name = min(paper["aliases"], default="")
            given_id = "t" + short_hash(f"{normalised_title(title)}\n{name}")
        row = {k: v for k, v in paper.items() if k != "given"}
        row["paper_id"] = given_id or own(title)
        rows.setdefault(row["paper_id"], row)
    return listed(*rows.values())


SNAPSHOTS = st.lists(PAPER, min_size=1, max_size=6).map(_snapshot)


@settings(max_examples=25)
@given(st.lists(SNAPSHOTS, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_laws_of_the_union(snapshots, random):
    papers = empty("papers")
    for number, new in enumerate(snapshots, start=1):
        before = papers
        found = join_papers(before, new, run=f"{number:04d}")
        papers = found.papers
        _check_once(found, before=before, new=new)
        again = join_papers(papers, new, run="9999")
        _check_idempotent(again, papers=papers)
        shuffled = [f.sample(frac=1, random_state=random.randrange(99)) for f in (before, new)]
        other = join_papers(shuffled[0], shuffled[1], run=f"{number:04d}")
        pd.testing.assert_frame_equal(other.papers, papers)
        assert other.notes == found.notes


def _check_once(found: PaperUnion, *, before: pd.DataFrame, new: pd.DataFrame) -> None:
    ids = set(found.papers["paper_id"])
    assert found.papers["paper_id"].is_unique
    assert set(before["paper_id"]) | set(found.ids) == ids
    assert found.ids.is_unique
    assert sorted(found.ids.index) == sorted(new["paper_id"])
    assert len(ids) == len(found.known) + len(found.added) + len(found.gone)
    assert set(found.known) | set(found.added) == set(found.ids)
    assert set(found.papers.loc[found.papers["in_snapshot"], "paper_id"]) == set(found.ids)
    assert {*found.revised, *found.redated, *found.renamed} <= set(found.known)
    by_id = found.papers.set_index("paper_id")
    for given_id, aliases in zip(new["paper_id"], new["aliases"], strict=True):
        name = found.ids[given_id]
        assert {given_id, *aliases} <= {name, *by_id.at[name, "aliases"]}
    for name, paper in by_id.iterrows():
        text = (
            f"{paper['title']}\n{paper['abstract'] if isinstance(paper['abstract'], str) else ''}"
        )
        assert paper["text_hash"] == short_hash(text, length=16)
        assert name not in paper["aliases"]
        arxiv = [i for i in (name, *paper["aliases"]) if i in ARXIV]
        assert len(arxiv) <= 1
        assert is_title_hash(name) or name in ARXIV


def _check_idempotent(again: PaperUnion, *, papers: pd.DataFrame) -> None:
    assert (again.added, again.revised, again.redated) == ((), (), ())
    assert again.renamed == {}
    same = papers.assign(
        last_run=papers["last_run"].mask(papers["in_snapshot"], "9999").astype("str")
    )
    pd.testing.assert_frame_equal(again.papers, same)


@settings(max_examples=10)
@given(SNAPSHOTS, SNAPSHOTS)
def test_inputs_stay_as_they_were(one, other):
    old = join_papers(empty("papers"), one, run="0001").papers
    copies = old.copy(deep=True), other.copy(deep=True)
    join_papers(old, other, run="0002")
    pd.testing.assert_frame_equal(old, copies[0])
    pd.testing.assert_frame_equal(other, copies[1])
