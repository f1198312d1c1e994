"""Saved Hugging Face papers pages in three forms, whole and damaged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.papers.snapshot import Snapshot, read_snapshot
from analysis.sources.formats import Content
from analysis.sources.formats.hf_content import page_lines
from analysis.sources.formats.hf_page import UNUSED, read_hf_page
from analysis.sources.formats.records import Rows
from conftest import ROOT

HERE = ROOT / "tests"
DATA = HERE / "data" / "sources"
BUNDLED = HERE.parent / "data" / "snapshots" / "hf-trending-2025-03-17.txt"
TODAY = date(2026, 1, 10)
HEADER = "new\n\nSubscribe\n\nbyAK and the research community\n\nMar 17\n\n"
ABSTRACT = "This is an abstract of some length. " * 12


def read(text: str) -> Rows:
    return read_hf_page(Content(text.encode(), text, shown="page.txt", file_name="page.txt"))


def pairs(text: str) -> list[tuple[str, str | None]]:
    frame = read(text).frame
    abstracts = frame["abstract"].astype(object).where(frame["abstract"].notna(), None)
    return list(zip(frame["title"], abstracts, strict=True))


def snap(name: str) -> Snapshot:
    return read_snapshot([DATA / name], today=TODAY)


def test_the_listing_gives_ids_dates_and_its_day() -> None:
    snapshot = snap("listing.txt")
    papers = snapshot.papers
    assert papers["paper_id"].tolist() == ["1802.00979", "2410.00010", "2510.00057"]
    assert papers["title"].tolist()[2] == "Soft Defences"
    assert papers["abstract"].str.split().str[0].tolist() == ["We", "Large", "Agents"]
    assert papers["published"].dt.date.tolist() == [
        date(2018, 2, 24),
        date(2024, 10, 1),
        date(2025, 10, 23),
    ]
    assert set(papers["published_precision"]) == {"day"}
    assert snapshot.dropped == {}
    # "Jan 2" with a link to 2025-12-31: the year turned between them.
    assert (snapshot.date, snapshot.date_from) == (date(2026, 1, 2), "content")


def test_the_trending_page_shows_papers_twice() -> None:
    snapshot = snap("trending.md")
    papers = snapshot.papers
    assert papers["title"].tolist() == [
        "Efficient Shelf Management for Large Libraries with Paged Attention",
        "Clouds in Motion: Video Models for Weather",
    ]
    assert papers["abstract"][1].startswith(
        "We present a family of video models that follow clouds. "
    )
    assert "Code is here and the weights are free." in papers["abstract"][1]
    assert papers["published"].dt.date.tolist() == [date(2023, 9, 12), date(2025, 4, 4)]
    assert snapshot.dropped == {"duplicate": 1}


def test_a_damaged_plain_page_loses_only_what_is_damaged() -> None:
    snapshot = snap("plain.txt")
    papers = snapshot.papers.set_index("title")
    assert snapshot.dropped == {UNUSED: 1}
    assert papers["abstract"].str.split().str[0].fillna("").to_dict() == {
        "Reading Maps Without Legends": "A",
        "Counting Sheep at Night": "Sheep",
        "A Title Whose Abstract Was Lost in Saving": "",
        "Three Rivers and One Bridge: Transport in Small Countries": "Three",
        "The Last Paper Has a Wrapped Title": "The",
    }
    assert (snapshot.date, snapshot.date_from) == (None, "unknown")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hf-2025-03-17.txt", (date(2025, 3, 17), "content")),
        ("hf-2025-03-18.txt", (date(2025, 3, 18), "file name")),
        ("hf.txt", (None, "unknown")),
    ],
)
def test_the_year_of_a_page_day_comes_from_the_file_name(
    tmp_path: Path, name: str, expected: tuple[date | None, str]
) -> None:
    path = tmp_path / name
    path.write_text(f"{HEADER}A Title of a Paper\n\n{ABSTRACT}\n", encoding="utf-8")
    snapshot = read_snapshot([path], today=TODAY)
    assert (snapshot.date, snapshot.date_from) == expected


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_small_pages(n: int) -> None:
    text = HEADER + "".join(f"Title Number {i}\n\n{ABSTRACT}\n\n" for i in range(n))
    assert pairs(text) == [(f"Title Number {i}", ABSTRACT.strip()) for i in range(n)]


def test_a_header_of_other_lines_is_no_paper() -> None:
    header = "Papers of the Week in One Place\n\nSign up for our letter today\n\nHello, reader\n\n"
    text = f"{header}Title Number One\n\n{ABSTRACT}\n\nTitle Number Two\n\n{ABSTRACT}\n"
    text += f"\nby AK and the research community\n\nTitle Number Three\n\n{ABSTRACT}\n"
    rows = read(text)
    assert rows.frame["title"].tolist() == [
        "Title Number One",
        "Title Number Two",
        "Title Number Three",
    ]
    assert rows.dropped == {UNUSED: 3}


def test_a_page_without_header_or_blank_lines() -> None:
    text = "".join(f"Title Number {i}\n{ABSTRACT}\n" for i in range(4))
    assert [title for title, _ in pairs(text)] == [f"Title Number {i}" for i in range(4)]


def test_hard_wrapped_texts_are_joined() -> None:
    wrapped = "This abstract was wrapped\nat a short width. It is long enough\n" * 5
    assert pairs(f"{HEADER}A Title in\nTwo Lines\n\n{wrapped}\n") == [
        ("A Title in Two Lines", " ".join(wrapped.split()))
    ]


def test_windows_line_ends_and_control_characters() -> None:
    text = f"{HEADER}A Title\x1b[31m Here\n\n{ABSTRACT}\n".replace("\n", "\r\n")
    assert pairs(text) == [("A Title [31m Here", ABSTRACT.strip())]


def test_dates_and_counts_on_a_plain_page_go_to_the_paper_before() -> None:
    text = HEADER + "".join(
        f"Title Number {i}\n\n{ABSTRACT}\n\n{i} authors\n\n·\n\nOct {i}, 2024\n\n12.5k\n\n"
        for i in (1, 2)
    )
    frame = read(text).frame
    assert frame["published"].tolist() == ["Oct 1, 2024", "Oct 2, 2024"]


def test_a_linked_page_may_lack_abstracts() -> None:
    url = "https://huggingface.co/papers/2410.0001"
    text = f"One Title\n\n{url}1\n\nAnother Title\n\n{url}2\n\n{ABSTRACT}\n"
    assert pairs(text) == [("One Title", None), ("Another Title", ABSTRACT.strip())]


def test_one_link_on_a_plain_page_hides_no_paper() -> None:
    text = HEADER + "".join(f"Title Number {i}\n\n{ABSTRACT}\n\n" for i in range(5))
    text = text.replace("Title Number 1\n", "Title Number 1\n\nhttps://hf.co/papers/2410.00011\n")
    assert [title for title, _ in pairs(text)] == [f"Title Number {i}" for i in range(5)]


TITLES = [
    f"{word} Models for {thing} and Back Again"
    for word in ("Large", "Small", "Deep", "Fast")
    for thing in ("Text", "Images", "Sound")
]


@settings(max_examples=60)
@given(data=st.data())
def test_what_is_lost_never_shifts_what_is_left(data: st.DataObject) -> None:
    n = data.draw(st.integers(3, 12))
    fate = data.draw(st.lists(st.sampled_from("wwwat"), min_size=n, max_size=n))
    fate[0] = "w"
    lines = []
    for i, lost in enumerate(fate):
        lines += [] if lost == "t" else [TITLES[i]]
        lines += [] if lost == "a" else [f"Abstract {i} begins. {ABSTRACT.strip()}"]
    rows = read(HEADER + "\n\n".join(lines))
    whole = [i for i in range(n) if fate[i] == "w"]
    # A title without abstract before an abstract without title looks like one paper.
    expected = {TITLES[i]: f"Abstract {i} begins." for i in whole}
    found = dict(zip(rows.frame["title"], rows.frame["abstract"], strict=True))
    for title, start in expected.items():
        assert str(found[title]).startswith(start)
    n_lost = sum(rows.dropped.values())
    n_texts = 2 * n - fate.count("a") - fate.count("t")
    assert rows.frame["title"].size + rows.frame["abstract"].notna().sum() + n_lost == n_texts


def test_each_line_of_the_bundled_page_can_be_lost_alone() -> None:
    lines = BUNDLED.read_text(encoding="utf-8").split("\n")
    filled = [i for i, line in enumerate(lines) if line.strip()]
    whole = dict(pairs("\n".join(lines)))
    for lost in (*filled[5:40:3], filled[-2], filled[-1]):
        page = dict(pairs("\n".join(line for i, line in enumerate(lines) if i != lost)))
        wrong = {title for title, abstract in page.items() if whole.get(title) != abstract}
        assert len(wrong) <= 1
        assert len(page) in (176, 177)
        assert all(page[title] is None for title in wrong)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (HEADER, "is a text with no papers in it (lines of text: 0,"),
        ("Dear reader,\n\nthere is nothing here.\n", "with no papers in it (lines of text: 2,"),
        ("word " * 100_000, "(lines of text: 1, the longest of 500,000 characters)"),
    ],
    ids=range(3),
)
def test_texts_without_papers(text: str, found: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert found in str(caught.value)
    assert "a Hugging Face papers page saved as text" in str(caught.value)


def test_prose_is_no_papers_page() -> None:
    chapters = "".join(
        f"Chapter {i}\n\n{ABSTRACT}\n\n{ABSTRACT}\n\n{ABSTRACT}\n\n" for i in range(9)
    )
    with pytest.raises(InputError, match="no papers"):
        pairs(chapters)


@given(st.text(alphabet=st.sampled_from("[]()#-·\n ab.:/17MarO"), max_size=300))
def test_no_text_breaks_the_line_reader(text: str) -> None:
    kinds = {"text", "paper", "link", "date", "day", "day-link"}
    assert {line.kind for line in page_lines(text)} <= kinds
