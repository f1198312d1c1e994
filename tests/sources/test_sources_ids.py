"""What papers are called, and which rows are one paper."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.base.escaping import short_hash
from analysis.papers.snapshot import Snapshot, read_snapshot
from analysis.sources.ids import arxiv_id, arxiv_ids, arxiv_month, source_ids
from conftest import ROOT

DATA = ROOT / "data"
BUNDLED = DATA / "snapshots" / "hf-trending-2025-03-17.txt"
TODAY = date(2025, 3, 20)


def snap(tmp_path: Path, records: list[dict[str, object]], *, name: str = "p.json") -> Snapshot:
    path = tmp_path / name
    path.write_text(json.dumps(records), encoding="utf-8")
    return read_snapshot([path], today=TODAY)


def paper(title: str = "A", abstract: str | None = "about a", **more: object) -> dict[str, object]:
    return {"title": title, "abstract": abstract, **more}


# arXiv ids


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("2310.00001", "2310.00001"),
        ("2310.00010v12", "2310.00010"),
        ("arXiv:2310.00001v2 [cs.CL]", "2310.00001"),
        ("https://arxiv.org/abs/2310.00001v2", "2310.00001"),
        ("http://www.arxiv.org/pdf/2310.00001v2.pdf", "2310.00001"),
        ("https://huggingface.co/papers/2310.00001#community", "2310.00001"),
        ("https://doi.org/10.48550/arXiv.2310.00001", "2310.00001"),
        ("0704.0001", "0704.0001"),
        ("1412.9999", "1412.9999"),
        ("1501.00001", "1501.00001"),
        ("astro-ph/0601001", "astro-ph/0601001"),
        ("math.GT/0309136v1", "math/0309136"),
        ("https://arxiv.org/abs/hep-th/9901001", "hep-th/9901001"),
        ("1412.00001", None),  # four digits before 2015
        ("1501.0001", None),  # five since
        ("2313.00001", None),  # no such month
        ("2300.00001", None),
        ("0703.0001", None),  # the scheme began in April 2007
        ("2310.00000", None),
        ("astro-ph/0613001", None),
        ("astro-ph/0704001", None),
        ("nothing/0601001", None),
        ("2020.acl-main.1", None),
        ("10.1000/1234567", None),
        ("https://example.org/abs/2310.00001", None),
        ("17", None),
        ("", None),
    ],
)
def test_spellings_of_arxiv_ids(text: str, identifier: str | None) -> None:
    assert arxiv_id(text) == identifier


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("2310.1234", "2310.12340"),
        ("2310.1", "2310.10000"),
        ("1203.44", "1203.4400"),
        ("704.0001", "0704.0001"),
        ("704.1", "0704.1000"),
        ("1612.0621199999998", "1612.06212"),
        ("1808.0831600000001", "1808.08316"),
        ("704.00019999999995", "0704.0002"),
        ("1612.0621234567", None),
        ("2313.1", None),
        ("1203.44001", None),
    ],
)
def test_lost_zeros_are_put_back_only_when_asked(text: str, identifier: str | None) -> None:
    assert arxiv_id(text, pad=True) == identifier
    assert arxiv_id(text) is None


@given(st.integers(1501, 3512), st.integers(1, 99999))
def test_a_float_column_loses_no_id(yymm: int, number: int) -> None:
    whole = f"{yymm}.{number:05d}"
    expected = [whole if 1 <= yymm % 100 <= 12 else None]
    found = arxiv_ids(pd.Series([float(whole)]))
    assert [None if pd.isna(i) else i for i in found] == expected


def test_a_text_column_is_padded_where_most_of_it_is_arxiv_ids() -> None:
    mostly = arxiv_ids(pd.Series(["2310.00001", "2310.00002", "2310.1234"]))
    assert mostly.tolist() == ["2310.00001", "2310.00002", "2310.12340"]
    hardly = arxiv_ids(pd.Series(["row 1", "row 2", "1203.4"]))
    assert hardly.isna().all()
    assert arxiv_ids(pd.Series(["1203.4"]), surely=True).tolist() == ["1203.4000"]


def test_the_month_of_an_arxiv_id() -> None:
    assert arxiv_month("2310.00001") == date(2023, 10, 1)
    assert arxiv_month("0704.0001") == date(2007, 4, 1)
    assert arxiv_month("astro-ph/0601001") == date(2006, 1, 1)
    assert arxiv_month("hep-th/9912001") == date(1999, 12, 1)
    assert arxiv_month("t0123456789ab") is None


def test_ids_that_are_names() -> None:
    texts = ["2020.acl-main.1", "https://doi.org/10.1000/x.1", "17", "3.5", "2310.00001", "n/a"]
    values = pd.Series([*texts, None, "t0123456789ab"])
    assert source_ids(values).fillna("").tolist() == [
        "2020.acl-main.1",
        "10.1000/x.1",
        "",
        "",
        "",
        "",
        "",
        "",
    ]


def test_what_a_paper_is_called(tmp_path: Path) -> None:
    papers = snap(
        tmp_path,
        [
            paper("A", id="2020.acl-main.1", url="https://arxiv.org/abs/2001.00010v3"),
            paper("B", id=17),
            paper("C", doi="10.48550/arXiv.2001.00020", url="https://example.org/c"),
            paper("D", url="javascript:alert(1)", id="10.1000/d"),
        ],
    ).papers.set_index("title")
    assert papers.loc["A", "paper_id"] == "2001.00010"
    assert papers.loc["A", "aliases"] == ["2020.acl-main.1"]
    assert papers.loc["B", "paper_id"] == "t" + short_hash("b")
    assert papers.loc["B", "aliases"] == []
    assert papers.loc["C", "paper_id"] == "2001.00020"
    assert papers.loc["C", "url"] == "https://example.org/c"
    assert pd.isna(papers.loc["D", "url"])
    assert papers.loc["D", "aliases"] == ["10.1000/d"]


def test_an_arxiv_id_dates_a_paper_without_date(tmp_path: Path) -> None:
    snapshot = snap(
        tmp_path,
        [
            paper("A", id="astro-ph/0601001"),
            paper("B", id="2310.00010", published="n/a"),
            paper("C", id="2310.00020", published="2023"),
            paper("D", id="2609.00001"),
        ],
    )
    papers = snapshot.papers.set_index("title")
    assert papers["published"].dt.strftime("%Y-%m-%d").fillna("").to_dict() == {
        "A": "2006-01-01",
        "B": "2023-10-01",
        "C": "2023-10-01",
        "D": "",
    }
    assert papers["published_precision"].fillna("").to_dict() == {
        "A": "month",
        "B": "month",
        "C": "month",
        "D": "",
    }
    assert snapshot.notes == [
        '1 arXiv id month was not used: 1 later than 2025-04-20 (such as "2609.00001")'
    ]


# Duplicates


def test_the_longest_abstract_is_kept_and_gaps_are_filled(tmp_path: Path) -> None:
    snapshot = snap(
        tmp_path,
        [
            paper("A", "short", id="2310.00010", published="2023-10-05", listed="2023-10-07"),
            paper("A", "a longer abstract", id="2310.00010v2", url="https://example.org/a"),
            paper("a!", None, id="2310.00010"),
        ],
    )
    row = snapshot.papers.iloc[0]
    assert snapshot.dropped == {"duplicate": 2}
    assert (row["title"], row["abstract"]) == ("A", "a longer abstract")
    assert row["published"] == pd.Timestamp(2023, 10, 5)
    assert row["published_precision"] == "day"
    assert row["listed"] == pd.Timestamp(2023, 10, 7)
    assert row["url"] == "https://example.org/a"


def test_one_title_with_and_without_arxiv_id_is_one_paper(tmp_path: Path) -> None:
    snapshot = snap(tmp_path, [paper(), paper("a", "other", id="2310.00010")])
    assert snapshot.papers["paper_id"].tolist() == ["2310.00010"]
    assert snapshot.dropped == {"duplicate": 1}


def test_one_title_with_different_ids_and_abstracts_is_several_papers(tmp_path: Path) -> None:
    records = [
        paper("Overview", "of the first workshop", id="W1-1"),
        paper("Overview", "of the second workshop", id="W2-1"),
        paper("Overview", "of the second workshop", id="W2-1.again"),
        paper("overview", None, id="W3-1"),
        paper("Overview", "of the arXiv", id="2310.00010"),
    ]
    snapshot = snap(tmp_path, records)
    by_id = snapshot.papers.set_index("paper_id")
    first, second = "t" + short_hash("overview"), "t" + short_hash("overview\nW2-1")
    assert set(by_id.index) == {first, second, "2310.00010"}
    # Without an abstract of its own W3-1 is taken for the paper that has an arXiv id.
    assert by_id.loc["2310.00010", "aliases"] == ["W3-1"]
    assert by_id.loc[second, "aliases"] == ["W2-1", "W2-1.again"]
    assert by_id.loc[first, "abstract"] == "of the first workshop"


def test_rows_of_one_title_with_numbers_for_ids_are_one_paper(tmp_path: Path) -> None:
    snapshot = snap(tmp_path, [paper(id=1), paper("A", "another text", id=2)])
    assert snapshot.dropped == {"duplicate": 1}


RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.sampled_from(["A", "a ", "B", "C c", "", "n/a"]),
            "abstract": st.sampled_from(["x", "yy", "zzz", None, ""]),
            "id": st.sampled_from(
                ["2310.00010", "2310.00010v2", "1706.03762", "P-1", "P-2", 3, None]
            ),
            "published": st.sampled_from(["2023-10", "2023-10-05", "2022", "2099", "soon", None]),
            "url": st.sampled_from(["https://example.org/1", "ftp://no", None]),
            "score": st.sampled_from([1, 2.5, "x", None, True]),
        }
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60)
@given(records=RECORDS, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]], order: object
) -> None:
    folder = tmp_path_factory.mktemp("order")
    shuffled = list(records)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    if not any(record["title"] not in ("", "n/a") for record in records):
        with pytest.raises(InputError, match=f"no paper is left .dropped: {len(records)} no title"):
            snap(folder, records)
        return
    one = snap(folder, records)
    two = snap(folder, shuffled)
    pd.testing.assert_frame_equal(one.papers, two.papers)
    assert one.dropped == two.dropped
    assert one.notes == two.notes
    # Every record is a paper or is counted, and ids are unique.
    assert len(one.papers) + sum(one.dropped.values()) == len(records)
    assert one.inputs[0]["n_papers"] == len(one.papers) + one.dropped.get("duplicate", 0)
    assert one.papers["paper_id"].is_unique


def test_the_order_of_files_changes_nothing(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.json"
    one.write_text("title,abstract,votes\nA,about a,3\nB,about b,x\n", encoding="utf-8")
    two.write_text(json.dumps([paper("A", "about a, longer", stars=2)]), encoding="utf-8")
    ahead = read_snapshot([one, two], today=TODAY)
    back = read_snapshot([two, one], today=TODAY)
    pd.testing.assert_frame_equal(ahead.papers, back.papers)
    assert ahead.dropped == back.dropped == {"duplicate": 1}
    assert [i["n_papers"] for i in ahead.inputs] == [2, 1]
    assert ahead.papers.set_index("title").loc["A", "source"] == "json"
