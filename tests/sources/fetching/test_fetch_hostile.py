"""Any bytes as a response: papers, or one of the two errors, within a time limit."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.escaping import clean
from analysis.base.progress import Progress
from analysis.papers.snapshot import read_snapshot
from analysis.sources.fetching import FetchOptions, fetch_hf_daily
from analysis.sources.fetching.arxiv_api import read_feed
from analysis.sources.fetching.hugging_face import json_line, read_listing
from analysis.sources.fetching.response import PermanentError, TransientError
from hostile import HOSTILE
from simulator import Preprint, Reply, Waits, feed, hf_paper, quick, serving

LISTING = json.dumps([hf_paper(n, day="2025-01-02") for n in (1, 2)], indent=1).encode()
FEED = feed([Preprint("2501.00001", "A", date(2025, 1, 1))], total=1)

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def ends(read: Callable[[bytes], object], body: bytes) -> bool:
    """Whether a body was read or refused in one of the two ways, in clean words."""
    words = ""
    try:
        read(body)
    except (TransientError, PermanentError) as problem:
        words = str(problem)
    return " ".join(words.split()) == clean(words)


def listing(body: bytes) -> object:
    return read_listing(body, attempt=0)


@pytest.mark.parametrize("read", [listing, read_feed])
@given(body=st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_one_of_two_errors(read, body):
    assert ends(read, body)


@pytest.mark.parametrize(("read", "good"), [(listing, LISTING), (read_feed, FEED)])
@given(data=st.data())
def test_a_good_answer_with_a_wound_too(read, good, data):
    at = data.draw(st.integers(0, len(good)))
    until = data.draw(st.integers(at, len(good)))
    assert ends(read, good[:at] + data.draw(st.binary(max_size=10)) + good[until:])


@settings(max_examples=50)
@given(value=json_values)
def test_any_json_too(value):
    assert ends(listing, json.dumps(value).encode())
    assert ends(listing, json.dumps([value, {"paper": value}]).encode())


DEEP = (
    b"[" * 300_000,
    b'{"a":' * 300_000,
    b'[{"paper":' * 200_000,
    b"<a>" * 300_000,
    b"[" + b'{"paper":{"id":"1","title":"a"}},' * 200_000,
    b"<" * 10**6,
    b"9" * 10**6,
    b"[" + b"9" * 10**6 + b"]",
)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("body", DEEP)
@pytest.mark.parametrize("read", [listing, read_feed])
def test_deep_and_long_answers_are_refused(read, body):
    with pytest.raises((TransientError, PermanentError)):
        read(body)


@settings(max_examples=50)
@given(
    text=st.text(),
    number=st.floats(allow_nan=False, allow_infinity=False),
    indent=st.sampled_from([None, 0, 2]),
    ascii=st.booleans(),
)
def test_a_record_is_one_line_and_what_it_was(text, number, indent, ascii):
    record = {"paper": {"id": "2501.00001", "title": "A", "new": [text, number, {text: None}]}}
    body = json.dumps([record], indent=indent, ensure_ascii=ascii).encode("utf-8", "replace")
    (found,) = listing(body)
    line = json_line(found, day="2025-01-02")
    assert "\n" not in line
    assert json.loads(line) == {"listedOn": "2025-01-02", **json.loads(body)[0]}


def test_hostile_titles_go_through_as_they_are(tmp_path, capsys):
    papers = []
    for number, text in enumerate(HOSTILE, 1):
        paper = hf_paper(number, day="2025-01-02")
        paper["paper"]["title"] = paper["title"] = f"{text} of number {number}"
        papers.append(paper)
    pages = {"0": json.dumps(papers).encode()}
    with serving(lambda asked: Reply(pages.get(asked.query["p"], b"[]"))) as service:
        options = FetchOptions(
            out=tmp_path / "x.jsonl.gz",
            base_url=service.url,
            pace=quick(),
            clock=Waits().clock,
            progress=Progress(),
        )
        done = fetch_hf_daily(first=date(2025, 1, 2), last=date(2025, 1, 2), options=options)
    lines = gzip.decompress(done.path.read_bytes()).decode().splitlines()
    assert [json.loads(line)["paper"]["title"] for line in lines] == [
        paper["paper"]["title"] for paper in papers
    ]
    assert capsys.readouterr().err.replace("\n", "").isprintable()
    read = read_snapshot([done.path], today=date(2026, 1, 1), duplicates="exact")
    assert len(read.papers) + sum(read.dropped.values()) == len(papers)
