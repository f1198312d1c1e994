"""One page of the arXiv API: its content, and the kinds of errors."""

from __future__ import annotations

from datetime import date

import pytest

from analysis.papers.snapshot import read_snapshot
from analysis.sources.fetching.arxiv_api import error_message, read_feed
from analysis.sources.fetching.response import PermanentError, TransientError
from simulator import Preprint, error_feed, feed

ENTRY = Preprint("2501.00001", "A & B", date(2025, 1, 1))


def test_a_page_is_read():
    found = read_feed(feed([ENTRY], total=7, start=3))
    assert (found.total, found.start) == (7, 3)
    assert (found.entries[0].paper_id, found.entries[0].title) == ("2501.00001", "A & B")


@pytest.mark.parametrize("name", ["id", "title", "published"])
def test_an_entry_without_what_it_needs_is_a_change_of_form(name):
    body = feed([ENTRY], total=1)
    head, _, entry = body.partition(b"<entry>")
    entry = entry.replace(f"<{name}>".encode(), b"<other>").replace(
        f"</{name}>".encode(), b"</other>"
    )
    with pytest.raises(PermanentError, match=f"an entry without {name} \\(number 1 .* other"):
        read_feed(head + b"<entry>" + entry)


def test_unknown_elements_do_not_matter():
    body = feed([ENTRY], total=1).replace(b"<summary>", b"<new a='1'><b/></new><summary>")
    assert read_feed(body).entries[0].title == "A & B"


BILLION = b'<!DOCTYPE f [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><feed>&b;</feed>'


@pytest.mark.parametrize("body", [b"", b"{}", b"<a><b></a>", BILLION, b"\xff\xfe<", b"<html/>"])
def test_what_is_no_feed_may_pass(body):
    with pytest.raises(TransientError):
        read_feed(body)


def test_another_kind_of_xml_will_not_pass():
    with pytest.raises(PermanentError, match=r"not an Atom feed \(its root is rss"):
        read_feed(b"<rss/>")


def test_an_error_is_explained_in_its_own_words():
    assert error_message(error_feed("start must be an integer")) == "start must be an integer"
    assert error_message(feed([ENTRY], total=1)) == ""
    assert error_message(b"<html>no</html>") == ""
    assert error_message(b"<rss/>") == ""


OAI = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2025-12-30T01:02:03Z</responseDate><ListRecords><record><header>
<identifier>oai:arXiv.org:2501.00001</identifier></header><metadata>
<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2501.00001</id><created>2025-01-01</created>
<title>A paper</title><abstract>It says so.</abstract></arXiv></metadata></record>
</ListRecords></OAI-PMH>"""


@pytest.mark.parametrize(
    ("body", "day"),
    [
        (feed([ENTRY], total=1, day="2025-12-31"), date(2025, 12, 31)),
        (OAI.encode(), date(2025, 12, 30)),
        (OAI.replace("2025-12-30T01:02:03Z", "soon").encode(), None),
    ],
    ids=["Atom", "OAI-PMH", "no day"],
)
def test_an_answer_tells_the_day_of_the_snapshot(tmp_path, body, day):
    """The day on which arXiv answered, not an entry's `updated`."""
    (tmp_path / "answer").write_bytes(body)
    read = read_snapshot([tmp_path / "answer"], today=date(2026, 1, 1))
    assert read.date == day
    assert len(read.papers) == 1
