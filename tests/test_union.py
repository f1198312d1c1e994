from __future__ import annotations

import time
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import sources
from analysis.extension.pairing import is_own_hash
from analysis.extension.union import Joined, join_papers
from analysis.schema import TABLES, empty
from analysis.text import normalised_title, short_hash
from hostile import HOSTILE

ABSTRACT = "We train small models on long documents and measure how well they answer."
OTHER = "Turbulent flow past rough walls, studied by direct simulation at high resolution."


def own(title: str) -> str:
    """The id that a paper without arXiv id gets."""
    return "t" + short_hash(normalised_title(title))


def listed(*papers: dict) -> pd.DataFrame:
    """The papers of a snapshot as `read_snapshot` gives them; what is not said is filled in."""
    rows = []
    for paper in papers:
        row = {"title": "A title", "abstract": ABSTRACT, "published": None, "aliases": []}
        row |= {"published_precision": "day" if paper.get("published") else None, "listed": None}
        row |= {"source": "csv", "url": None, **paper}
        row.setdefault("paper_id", own(row["title"]))
        row["text_hash"] = short_hash(f"{row['title']}\n{row['abstract'] or ''}", length=16)
        rows.append(row)
    table = {c: d for c, d in TABLES["papers"].columns.items() if c != "aliases"}
    frame = pd.DataFrame(rows, columns=None if rows else [*table, "aliases"])
    return frame.astype({c: d for c, d in table.items() if c in frame})


def series(*papers: dict) -> pd.DataFrame:
    """The table of a first run."""
    return join_papers(empty("papers"), listed(*papers), run="0001").papers


def joined(old: pd.DataFrame, *papers: dict, run: str = "0002") -> Joined:
    return join_papers(old, listed(*papers), run=run)


def row(found: Joined, name: str) -> pd.Series:
    return found.papers.set_index("paper_id").loc[name]


# which papers are one


def test_a_first_run_has_the_snapshot():
    found = joined(empty("papers"), {"paper_id": "2401.00002"}, {"title": "Other"}, run="0001")
    assert found.added == ("2401.00002", own("Other"))
    assert (found.known, found.gone, found.revised, found.renamed) == ((), (), (), {})
    assert found.papers["in_snapshot"].all()
    assert set(found.papers["first_run"]) == set(found.papers["last_run"]) == {"0001"}
    assert list(found.papers.columns) == list(TABLES["papers"].columns)


def test_known_added_and_gone_papers_are_told_apart():
    old = series({"paper_id": "2401.00001", "title": "One"}, {"paper_id": "2401.00002"})
    found = joined(old, {"paper_id": "2401.00001", "title": "One"}, {"paper_id": "2402.00001"})
    assert (found.known, found.added, found.gone) == (
        ("2401.00001",), ("2402.00001",), ("2401.00002",),
    )  # fmt: skip
    told = found.papers[["paper_id", "in_snapshot", "first_run", "last_run"]]
    assert told.values.tolist() == [
        ["2401.00001", True, "0001", "0002"],
        ["2401.00002", False, "0001", "0001"],
        ["2402.00001", True, "0002", "0002"],
    ]


def test_a_paper_that_gets_its_arxiv_id_later_is_not_a_new_one():
    name = own("A title")
    found = joined(series({}), {"paper_id": "2401.00001", "title": "A  Title!", "abstract": OTHER})
    assert (found.known, found.added) == ((name,), ())
    assert found.renamed == {name: "2401.00001"}
    assert found.ids["2401.00001"] == name
    assert row(found, name)["aliases"] == ["2401.00001"]
    assert found.revised == (name,)
    # From then on the alias alone is enough, and it is no news any more.
    again = joined(found.papers, {"paper_id": "2401.00001", "title": "Renamed"}, run="0003")
    assert (again.known, again.added, again.renamed) == ((name,), (), {})
    assert row(again, name)["title"] == "Renamed"


def test_a_paper_that_is_listed_without_its_arxiv_id_keeps_it():
    found = joined(series({"paper_id": "2401.00001"}), {"abstract": None})
    assert found.known == ("2401.00001",)
    assert found.renamed == {"2401.00001": own("A title")}
    assert row(found, "2401.00001")["abstract"] == ABSTRACT
    assert found.revised == ()


def test_an_alias_finds_a_paper_whose_title_is_another():
    old = series({"title": "Preliminary", "aliases": ["10.1/x"]})
    found = joined(old, {"title": "Final", "aliases": ["10.1/x", "W7"], "abstract": OTHER})
    assert found.known == (own("Preliminary"),)
    assert row(found, own("Preliminary"))["aliases"] == ["10.1/x", "W7", own("Final")]
    back = joined(found.papers, {"title": "Preliminary"}, run="0003")
    assert back.known == (own("Preliminary"),)


def test_an_alias_comes_before_a_title():
    old = series({"title": "One", "aliases": ["a"]}, {"title": "Two", "aliases": ["b"]})
    found = joined(old, {"title": "Two", "aliases": ["a"], "abstract": OTHER})
    assert found.known == (own("One"),)
    assert found.ids[own("Two")] == own("One")


def test_two_arxiv_ids_are_two_papers_and_the_title_is_noted():
    old = series({"paper_id": "2401.00001"})
    found = joined(old, {"paper_id": "2402.00002"})
    assert found.added == ("2402.00002",)
    assert found.notes == (
        "1 paper has the title or another id of a known paper but another arXiv id; counted as "
        "new: 2402.00002 “A title”",
    )
    assert joined(found.papers, {"paper_id": "2402.00002"}, run="0003").notes == ()


def test_an_arxiv_id_that_came_later_counts_as_one():
    first = joined(series({}), {"paper_id": "2401.00001"})
    found = joined(first.papers, {"paper_id": "2402.00002"}, run="0003")
    assert found.added == ("2402.00002",)
    assert len(found.notes) == 1


def test_where_both_are_listed_nothing_is_noted():
    old = series({"paper_id": "2401.00001"})
    found = joined(old, {"paper_id": "2401.00001"}, {"paper_id": "2402.00002"})
    assert (found.known, found.added, found.notes) == (("2401.00001",), ("2402.00002",), ())


def test_a_title_that_fits_two_papers_is_not_guessed_at():
    first = series({"aliases": ["a"]}, {"paper_id": "t00000000000b", "aliases": ["b"]})
    found = joined(first, {"paper_id": "2401.00001"})
    assert found.added == ("2401.00001",)
    assert found.notes == (
        "1 paper has a title or an id that fits several papers; counted as new: 2401.00001 "
        "“A title”",
    )


def test_two_new_papers_of_one_title_are_not_guessed_at_either():
    found = joined(series({}), {"paper_id": "2401.00001"}, {"paper_id": "2401.00002"})
    assert found.gone == (own("A title"),)
    assert found.added == ("2401.00001", "2401.00002")
    assert "2 papers have a title or an id that fits several papers" in found.notes[0]


def test_one_title_with_other_names_and_another_abstract_is_another_paper():
    """The rule of `sources.merge` within one snapshot, and the same id for the second paper."""
    old = series({"title": "Editorial", "aliases": ["x/1"]})
    found = joined(old, {"title": "Editorial", "aliases": ["x/2"], "abstract": OTHER})
    second = "t" + short_hash("editorial\nx/2")
    assert found.added == (second,)
    assert found.ids[own("Editorial")] == second
    assert "other ids and another abstract" in found.notes[0]
    together = joined(
        found.papers,
        {"title": "Editorial", "aliases": ["x/1"]},
        {"title": "Editorial", "aliases": ["x/2"], "abstract": OTHER, "paper_id": second},
        run="0003",
    )
    assert together.known == tuple(sorted([own("Editorial"), second]))
    assert together.added == ()


def test_one_title_with_other_names_and_a_revised_abstract_is_the_same_paper():
    old = series({"aliases": ["x/1"]})
    found = joined(
        old, {"aliases": ["doi"], "abstract": ABSTRACT + " Longer documents are harder."}
    )
    assert found.known == (own("A title"),)
    assert found.revised == (own("A title"),)


def test_a_title_of_thousands_costs_no_more_than_others():
    papers = [
        {"title": "Editorial", "aliases": [f"x/{n}"], "paper_id": f"t{n:012x}"} for n in range(2000)
    ]
    new = [{**paper, "aliases": [], "paper_id": f"t{n:012x}"}
           for n, paper in enumerate(papers, start=5000)]  # fmt: skip
    old = series(*papers)
    start = time.process_time()
    found = joined(old, *new)
    assert time.process_time() - start < 5
    assert len(found.papers) == len(found.known) + len(found.added) + len(found.gone)


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
        months.append(sources.read_snapshot([file], today=date(2024, 6, 1)).papers)
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


@settings(max_examples=25, deadline=None)
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


def _check_once(found: Joined, *, before: pd.DataFrame, new: pd.DataFrame) -> None:
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
    for name, row in by_id.iterrows():
        text = f"{row['title']}\n{row['abstract'] if isinstance(row['abstract'], str) else ''}"
        assert row["text_hash"] == short_hash(text, length=16)
        assert name not in row["aliases"]
        arxiv = [i for i in (name, *row["aliases"]) if i in ARXIV]
        assert len(arxiv) <= 1
        assert is_own_hash(name) or name in ARXIV


def _check_idempotent(again: Joined, *, papers: pd.DataFrame) -> None:
    assert (again.added, again.revised, again.redated) == ((), (), ())
    assert again.renamed == {}
    same = papers.assign(
        last_run=papers["last_run"].mask(papers["in_snapshot"], "9999").astype("str")
    )
    pd.testing.assert_frame_equal(again.papers, same)


@settings(max_examples=10, deadline=None)
@given(SNAPSHOTS, SNAPSHOTS)
def test_inputs_stay_as_they_were(one, other):
    old = join_papers(empty("papers"), one, run="0001").papers
    copies = old.copy(deep=True), other.copy(deep=True)
    join_papers(old, other, run="0002")
    pd.testing.assert_frame_equal(old, copies[0])
    pd.testing.assert_frame_equal(other, copies[1])


def test_a_month_joins_fifteen_thousand_papers_in_well_under_a_second():
    ids = [f"24{n // 5000 + 1:02d}.{n % 5000 + 1:05d}" for n in range(15_000)]
    old = series(*({"paper_id": i, "title": f"Paper {i} on words", "stars": 3} for i in ids))
    new = listed(*({"title": f"Paper {i} on Words", "stars": 4} for i in ids[:300]))
    start = time.process_time()
    found = join_papers(old, new, run="0002")
    assert time.process_time() - start < 1.5
    assert len(found.known) == 300
    assert len(found.papers) == 15_000
