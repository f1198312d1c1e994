"""Which papers of a series and of a snapshot are one."""

import pytest

from analysis.base.escaping import short_hash
from analysis.base.schema import TABLES, empty
from analysis.papers.union import join_papers
from joined_papers import ABSTRACT, OTHER, joined, listed, own, row, series

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
        "1 paper has the title or another id of a known paper but a different arXiv id; counted as "
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
    assert "other ids and a different abstract" in found.notes[0]
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


@pytest.mark.timeout(120)  # compared pair by pair they would take hours
def test_a_title_of_thousands_costs_no_more_than_others():
    papers = [
        {"title": "Editorial", "aliases": [f"x/{n}"], "paper_id": f"t{n:012x}"}
        for n in range(20_000)
    ]
    new = [{**paper, "aliases": [], "paper_id": f"t{n:012x}"}
           for n, paper in enumerate(papers, start=50_000)]  # fmt: skip
    old = series(*papers)
    found = joined(old, *new)
    assert len(found.papers) == len(found.known) + len(found.added) + len(found.gone)


def test_a_month_joins_fifteen_thousand_papers():
    ids = [f"24{n // 5000 + 1:02d}.{n % 5000 + 1:05d}" for n in range(15_000)]
    old = series(*({"paper_id": i, "title": f"Paper {i} on words", "stars": 3} for i in ids))
    new = listed(*({"title": f"Paper {i} on Words", "stars": 4} for i in ids[:300]))
    found = join_papers(old, new, run="0002")
    assert len(found.known) == 300
    assert len(found.papers) == 15_000
