"""The corpora and formats that development machines have beside the project."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from analysis.papers.snapshot import Snapshot, read_snapshot
from conftest import ROOT

SHARED = ROOT.parent / "shared"
TODAY = date(2026, 12, 1)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not here"),
]


def snap(name: str) -> Snapshot:
    return read_snapshot([SHARED / name], today=TODAY)


def test_daily_papers() -> None:
    snapshot = snap("corpora/hf_daily_2024-05_2025-12.parquet")
    papers = snapshot.papers
    assert len(papers) + snapshot.dropped.get("duplicate", 0) == 5840
    assert set(snapshot.dropped) <= {"duplicate"}
    assert papers["paper_id"].str.fullmatch(r"\d{4}\.\d{5}").all()
    assert papers["published"].notna().all()
    assert papers["listed"].notna().all()
    assert papers["upvotes"].dtype == "int64"
    assert (snapshot.date, snapshot.date_from) == (date(2025, 12, 31), "content")


def test_labelled_papers_have_duplicates_in_disguise() -> None:
    snapshot = snap("corpora/arxiv_labelled_16x1000.parquet")
    rows = pd.read_parquet(SHARED / "corpora/arxiv_labelled_16x1000.parquet")
    assert len(rows) == 15613
    # Ids went through a float: 1612.06212 stands beside 1612.0621199999998.
    assert not rows["id"].duplicated().any()
    n_duplicates = int(rows["id"].astype("float64").round(5).duplicated().sum())
    assert snapshot.dropped == {"duplicate": n_duplicates} == {"duplicate": 17}
    assert snapshot.papers["paper_id"].str.fullmatch(r"\d{4}\.\d{4,5}").all()
    assert set(snapshot.papers["published_precision"]) == {"day"}


@pytest.mark.slow
def test_the_anthology_has_years() -> None:
    snapshot = snap("corpora/acl_anthology_58k.parquet")
    assert len(snapshot.papers) + snapshot.dropped["duplicate"] == 58824
    assert snapshot.dropped["duplicate"] < 60
    assert set(snapshot.papers["published_precision"]) == {"year"}
    assert (snapshot.papers["aliases"].str.len() >= 1).all()


@pytest.mark.slow
def test_old_and_new_arxiv_ids_at_scale() -> None:
    snapshot = snap("corpora/arxiv_120k.parquet")
    ids = snapshot.papers["paper_id"]
    assert len(ids) + snapshot.dropped["duplicate"] == 120_000
    assert not ids.str.fullmatch(r"t[0-9a-f]{12}").any()
    assert ids.str.contains("/").sum() > 1000


def test_pages() -> None:
    listing = snap("formats/hf_page/hf_papers_search_page_text.txt")
    assert listing.papers["paper_id"].tolist() == ["1802.08979", "2410.05434", "2510.21057"]
    assert (listing.date, listing.date_from) == (date(2026, 3, 25), "content")
    trending = snap("formats/hf_page/hf_trending_page_text.md")
    assert trending.papers["paper_id"].tolist() == ["2309.06180", "2610.05608"]
    assert trending.dropped == {"duplicate": 1}


def test_answers_of_the_daily_papers() -> None:
    early = snap("formats/hf_daily_api/2024-05-27.json")
    assert (len(early.papers), early.date, early.date_from) == (13, date(2024, 5, 27), "file name")
    late = snap("formats/hf_daily_api/2025-03-17.json")
    assert (len(late.papers), late.date, late.date_from) == (12, date(2025, 3, 17), "content")
    assert late.papers["published"].notna().all()
    assert (late.papers["published"] < late.papers["listed"]).all()


def test_the_first_lines_of_the_arxiv_snapshot() -> None:
    snapshot = snap("formats/arxiv_jsonl/arxiv-metadata-oai-snapshot.first100.jsonl")
    assert len(snapshot.papers) == 100
    assert snapshot.inputs[0]["format"] == "arxiv-json"
    first = snapshot.papers.iloc[0]
    assert (first["paper_id"], first["published"]) == ("0704.0001", pd.Timestamp("2007-04-02"))
    assert set(snapshot.papers["published_precision"]) == {"day"}
    assert not snapshot.papers["abstract"].str.startswith(" ").any()


@pytest.mark.parametrize(
    ("name", "format", "n_papers", "n_abstracts", "precisions", "dropped"),
    [
        ("arxiv_atom/arxiv_api_q_testing.atom.xml", "arxiv-atom", 10, 10, {"day": 10}, {}),
        ("bibtex_ris/litstudy_example.ris", "ris", 25, 25, {"month": 25}, {}),
        ("bibtex_ris/pybibx_scopus_m.bib", "bibtex", 24, 24, {"year": 24}, {}),
        ("bibtex_ris/rispy_example_full.ris", "ris", 2, 2, {"year": 2}, {}),
        ("bibtex_ris/turftopic_paper.bib", "bibtex", 21, 9, {"month": 15, "year": 6}, {}),
        ("hf_daily_api/2024-05-27.json", "hf-daily", 13, 13, {"day": 13}, {}),
        ("hf_daily_api/2025-03-17.json", "hf-daily", 12, 12, {"day": 12}, {}),
        ("hf_page/hf_papers_search_page_text.txt", "hf-page", 3, 3, {"day": 3}, {}),
        ("hf_page/hf_trending_page_text.md", "hf-page", 2, 1, {"day": 2}, {"duplicate": 1}),
        ("openalex/openalex_works_sample.json", "openalex", 25, 25, {"day": 20, "year": 5}, {}),
        ("scopus_csv/scopus.csv", "scopus-csv", 55, 54, {"year": 55}, {"duplicate": 3}),
        ("semantic_scholar/s2_Paper_trimmed.json", "semantic-scholar", 1, 1, {"day": 1}, {}),
        (
            "semantic_scholar/s2_search_response.json",
            "semantic-scholar",
            99,
            0,
            {},
            {"duplicate": 1},
        ),
    ],
)
def test_every_sample(
    name: str,
    format: str,
    n_papers: int,
    n_abstracts: int,
    precisions: dict[str, int],
    dropped: dict[str, int],
) -> None:
    snapshot = snap(f"formats/{name}")
    papers = snapshot.papers
    assert snapshot.inputs[0]["format"] == format
    assert set(papers["source"]) == {format}
    assert (len(papers), int(papers["abstract"].notna().sum())) == (n_papers, n_abstracts)
    assert papers["published_precision"].value_counts().to_dict() == precisions
    assert snapshot.dropped == dropped
