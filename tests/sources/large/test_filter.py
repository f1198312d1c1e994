"""papertide filter: what is kept, what is said, and that any size of file streams."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from analysis.base.errors import InputError
from analysis.papers.snapshot import read_snapshot
from analysis.sources.large.filtering import Filtered, filter_file
from analysis.sources.large.selection import read_conditions
from analysis.sources.large.stream import Limits
from command_line import refusal
from conftest import ROOT

SMALL = Limits(line=20_000, total=10**9, part=1500)
TODAY = date(2026, 1, 1)


def line(number: int, **changes: Any) -> str:
    record = {
        "id": f"0704.{number:04}",
        "authors": "A. Author and C. Bal\\'azs",
        "title": f"On gardens,\n  number {number}",
        "categories": "math.CO cs.CG",
        "abstract": "  Of gardens and the sea.\n",
        "doi": None,
        "versions": [{"version": "v1", "created": "Sat, 31 Mar 2007 02:26:18 GMT"}],
        "update_date": "2008-12-13",
        "authors_parsed": [["Author", "A.", ""]],
    }
    return json.dumps(record | changes)


def written(path: Path, *lines: str | bytes) -> Path:
    data = [one if isinstance(one, bytes) else one.encode() for one in lines]
    path.write_bytes(b"\n".join(data) + b"\n")
    return path


def filtered(path: Path, *, limits: Limits = SMALL, **asked: Any) -> Filtered:
    out = path.with_name("out.parquet")
    return filter_file(
        path, out=out, conditions=read_conditions(**asked), limits=limits, replace=True
    )


def ids(done: Filtered) -> list[str]:
    return pq.read_table(done.out).column("arxiv_id").to_pylist()


# what fulfils the conditions


PAPERS = (
    line(1, categories="cs.CL", title="A language model"),
    line(2, categories="cs.CV stat.ML", title="Models of language"),
    line(3, categories="math.CO", title="Language", abstract="Large language-models are it."),
    line(4, categories="hep-th", title=r"Schr{\"o}dinger's $\alpha$-cats"),
    line(5, categories="CS", title="sublanguage modelling"),
)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "12345"),
        ({"categories": ["cs.CL"]}, "1"),
        ({"categories": ["CS.cl", "stat.ML"]}, "12"),
        ({"categories": ["cs.*"]}, "125"),
        ({"categories": ["cs"]}, "5"),
        ({"categories": ["*"]}, "12345"),
        ({"words": ["language model"]}, "123"),
        ({"words": ['"language model"']}, "13"),
        ({"words": ["language-model"]}, "13"),
        ({"words": ["LANGUAGE", "large"]}, "3"),
        ({"any_words": ['"language model" schrodinger']}, "134"),
        ({"words": ["schrödinger α"]}, "4"),
        ({"words": ["anguage"]}, ""),
        ({"words": ["gardens sea"], "any_words": ["sublanguage cats"]}, "45"),
    ],
)
def test_categories_and_words(asked: dict[str, Any], found: str, tmp_path: Path) -> None:
    path = written(tmp_path / "p.jsonl", *PAPERS)
    if not found:
        with pytest.raises(InputError, match="none of 5 records fulfils the conditions"):
            filtered(path, **asked)
        return
    done = filtered(path, **asked)
    assert [name[-1] for name in ids(done)] == list(found)
    assert done.metadata["papers"] + sum(done.metadata["dropped"].values()) == 5


def versions(text: str) -> dict[str, Any]:
    return {
        "versions": [
            {"version": "v2", "created": "Mon, 1 Jan 2024 00:00:00 GMT"},
            {"version": "v1", "created": text},
        ]
    }


DATED = (
    line(1, **versions("Sun, 31 Dec 2006 23:59:59 GMT")),
    line(2, **versions("Sat, 31 Mar 2007 02:26:18 GMT")),
    line(3, versions=[]),  # by its id April 2007
    line(4, **versions("yesterday")),  # by its id too
    line(5, **versions("Tue, 1 May 2007 00:00:00 GMT")),
    json.dumps({"title": "B", "abstract": "b", "year": 2007, "id": "x"}),
    json.dumps({"title": "C", "abstract": "c", "date": "n/a", "id": "y"}),
)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (None, None, "1 2 3 4 5 x y"),
        ("2007", None, "2 3 4 5 x"),
        (None, "2006", "1"),
        ("2007-04", "2007-04", "3 4 x"),
        ("2007-04-15", "2007-04-20", "3 4 x"),
        ("2007-03-31", "2007-03-31", "2 x"),
        ("2007-05-01", None, "5 x"),
        ("2006-12-31", "2006-12-31", "1"),
    ],
)
def test_a_paper_passes_where_some_day_of_its_date_does(
    first: str | None, last: str | None, found: str, tmp_path: Path
) -> None:
    done = filtered(written(tmp_path / "p.jsonl", *DATED), first=first, last=last)
    rows = pq.read_table(done.out).to_pylist()
    names = [row["arxiv_id"] or row["id"] if "id" in row else row["arxiv_id"] for row in rows]
    assert [name.removeprefix("0704.000") for name in names] == found.split()
    if first is not None:
        assert done.metadata["dropped"]["undated"] == 1


def test_dates_keep_their_precision_through_the_run_reader(tmp_path: Path) -> None:
    done = filtered(written(tmp_path / "p.jsonl", *DATED))
    papers = read_snapshot([done.out], today=TODAY).papers.set_index("title")
    told = {t: (p.published, p.published_precision) for t, p in papers.iterrows()}
    assert told["On gardens, number 2"] == (datetime(2007, 3, 31), "day")
    assert told["On gardens, number 3"] == (datetime(2007, 4, 1), "month")
    assert told["B"] == (datetime(2007, 1, 1), "year")
    assert papers.loc["C", "published_precision"] != "year"


def test_what_is_read_is_what_the_run_reads_of_the_file_itself(tmp_path: Path) -> None:
    path = written(tmp_path / "p.jsonl", *PAPERS, *DATED[5:])
    direct = read_snapshot([path], today=TODAY).papers
    through = read_snapshot([filtered(path).out], today=TODAY).papers
    columns = [
        "paper_id",
        "title",
        "abstract",
        "published",
        "published_precision",
        "authors",
        "categories",
        "url",
        "text_hash",
    ]
    assert through[columns].equals(direct[columns])
    assert through["authors"].iloc[0] == "A. Author and C. Balázs"


@pytest.mark.parametrize("sample", ["openalex.json", "s2_search.json", "daily_2025.json"])
def test_other_services_as_json_lines(sample: str, tmp_path: Path) -> None:
    document = json.loads((ROOT / "tests" / "data" / "sources" / sample).read_text())
    records = document
    if isinstance(document, dict):
        records = document.get("results") or document["data"]
    path = written(tmp_path / "p.jsonl", *map(json.dumps, records))
    direct = read_snapshot([path], today=TODAY).papers
    through = read_snapshot([filtered(path).out], today=TODAY).papers
    columns = ["paper_id", "title", "abstract", "published", "published_precision", "url"]
    assert len(direct) > 1
    assert through[columns].equals(direct[columns])


# how it comes: plain, gzip, zip; the same whatever the parts


def test_gzip_and_zip_give_the_same_papers_and_the_hash_of_the_file(tmp_path: Path) -> None:
    lines = [line(i) for i in range(1, 60)]
    plain = written(tmp_path / "p.jsonl", *lines)
    packed = tmp_path / "p.jsonl.gz"
    half = len(plain.read_bytes()) // 2
    packed.write_bytes(
        b"".join(
            gzip.compress(part) for part in (plain.read_bytes()[:half], plain.read_bytes()[half:])
        )
    )
    archive = tmp_path / "p.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("__MACOSX/x", "no")
        file.write(plain, "sub/p.jsonl")
        file.writestr("other.txt", "more")
    with pytest.raises(InputError, match=r"holds 2 files .*sub/p.jsonl, other.txt"):
        filtered(archive)
    tables = []
    for path, member in ((plain, None), (packed, None), (archive, "sub/p.jsonl")):
        out = tmp_path / "o.parquet"
        done = filter_file(path, out=out, member=member, limits=SMALL, replace=True)
        assert done.metadata["input"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert done.metadata["input"]["bytes"] == path.stat().st_size
        tables.append(pq.read_table(out).to_pylist())
    assert tables[0] == tables[1] == tables[2]
    assert len(tables[0]) == 59
    with pytest.raises(InputError, match="is not a zip file"):
        filter_file(plain, out=tmp_path / "x.parquet", member="sub/p.jsonl")


def test_parts_of_any_size_give_the_same_rows(tmp_path: Path) -> None:
    path = written(tmp_path / "p.jsonl", *(line(i) for i in range(1, 100)))
    whole = ids(filtered(path, limits=Limits()))
    assert [ids(filtered(path, limits=Limits(part=size))) for size in (1, 700, 9999)] == [whole] * 3


# lines that are lost


def test_a_bad_line_loses_itself_only_and_is_named(tmp_path: Path) -> None:
    path = written(
        tmp_path / "p.jsonl",
        b"\xef\xbb\xbf" + line(1).encode(),
        '{"id": "0704.0002", "title":',
        "\x1b[31mred",
        line(4)[:-1].encode() + b', "x": "\xff"}',
        '{"x":' * 100_000,
        "[1, 2]",
        "   ",
        line(8) + "\r",
        line(9, abstract="a" * 30_000),
        line(10, title=" "),
        line(11, title="lone \ud800 surrogate"),
    )
    done = filtered(path, limits=Limits(line=600_000, part=1500))
    assert ids(done) == ["0704.0001", "0704.0008", "0704.0009", "0704.0011"]
    assert done.metadata["dropped"] == {"bad line": 5, "no title": 1}
    assert done.metadata["lines"] == 11
    bad = [(b["line"], b["reason"]) for b in done.metadata["bad_lines"]]
    assert bad == [
        (2, "Expecting value (character 29)"),
        (3, "Expecting value (character 1)"),
        (4, bad[2][1]),
        (5, "nested too deep"),
        (6, "a single value, not a record"),
    ]
    assert bad[2][1].startswith("not UTF-8 at byte ")
    assert done.metadata["bad_lines"][1]["begins"] == "\\u001b[31mred"
    metadata = pq.read_schema(done.out).metadata
    assert json.loads(metadata[b"papertide"])["bad_lines"] == done.metadata["bad_lines"]


def test_a_line_that_is_too_long_is_lost_unread(tmp_path: Path) -> None:
    long = line(2, abstract="a" * 9_000_000)
    path = written(tmp_path / "p.jsonl", line(1), long, line(3), long)
    done = filtered(path, limits=Limits(line=1_000_000))
    assert ids(done) == ["0704.0001", "0704.0003"]
    lost = [(b["line"], b["reason"]) for b in done.metadata["bad_lines"]]
    assert lost == [(2, "longer than 1 MB"), (4, "longer than 1 MB")]
    assert done.metadata["bad_lines"][0]["begins"].startswith('{\\"id\\": \\"0704.0002\\"')


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(line(1) + "\n\n" + line(2), encoding="utf-8")
    assert ids(filtered(path)) == ["0704.0001", "0704.0002"]


# what is refused


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty"),
        (b"a,b\n" * 1200, "has no line that is a JSON record; 1,000 tried (line 1: Expecting"),
        (b'[\n {\n"title": "A"\n}\n]', "has no line that is a JSON record"),
        (line(1).encode("utf-16"), "is not text in UTF-8"),
        (b"PAR1" + bytes(50), "binary data"),
        (gzip.compress(gzip.compress(b"x")), "an archive within an archive"),
        (gzip.compress(line(1).encode() * 999)[:-20], "cannot be unpacked"),
        (b"PK\x03\x04" + bytes(50), "cannot be unpacked"),
        (b'{"title": "' + b"a" * 40_000_000, "begins with a line of more than 32 MB"),
    ],
    ids=range(9),
)
def test_what_is_no_json_lines(data: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        filtered(path, limits=Limits())
    assert problem in caught.value.problems[0]
    assert not (tmp_path / "out.parquet").exists()


def test_a_larger_file_than_allowed_is_refused_and_the_limit_is_named(tmp_path: Path) -> None:
    packed = tmp_path / "p.gz"
    packed.write_bytes(gzip.compress((b'{"x": "' + b"y" * 10_000 + b'"}\n') * 600))
    with pytest.raises(InputError, match="is larger than 0 GB") as caught:
        filtered(packed, limits=Limits(total=5_000_000))
    assert "--max-gb" in caught.value.next_step


def test_filters_that_cannot_be_read_are_told_together() -> None:
    with pytest.raises(InputError) as caught:
        read_conditions(categories=["cs.CL", "c s"], first="2023-13", last="soon", words=["--"])
    assert caught.value.problems == [
        "c s is not a category",
        "--from 2023-13 is not a day of the calendar",
        "--to soon is not a date",
        "the words contain no letter and no digit",
    ]
    with pytest.raises(InputError, match="--from 2024 is after --to"):
        read_conditions(first="2024", last="2023-12")


# the command


def test_the_command_says_what_it_did_and_the_run_reads_it(cli: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "dump.json", *PAPERS, "no json")
    out = tmp_path / "papers.parquet"
    said = cli("filter", path, "--category", "cs.*", "--out", out)
    assert (said.code, said.out) == (0, f"{out}\n")
    assert "3 papers kept of 5 records" in said.err
    assert "2 another category" in said.err
    assert "Line 6 was skipped (Expecting value (character 1)): no json" in said.err
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    shown = cli("snapshot", out, "--json")
    content = json.loads(shown.out)
    assert content["papers"] == 3
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    assert any("filtered from dump.json" in note and sha in note for note in content["notes"])


def test_an_output_is_not_overwritten_unasked(cli: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "dump.json", *PAPERS)
    out = tmp_path / "papers.parquet"
    out.write_text("mine")
    assert "exists" in refusal(cli("filter", path, "--out", out))
    assert out.read_text() == "mine"
    assert cli("filter", path, "--out", out, "--replace", "--quiet").err == ""
    assert pq.read_table(out).num_rows == 5


def test_refusals_of_the_command(cli: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "dump.json", *PAPERS)
    out = tmp_path / "none" / "papers.parquet"
    assert "cannot be written" in refusal(cli("filter", path, "--out", out))
    assert "does not exist" in refusal(cli("filter", tmp_path / "x", "--out", tmp_path / "o"))
    said = refusal(cli("filter", path, "--out", tmp_path / "o", "--category", "cs.XX"))
    assert "none of 5 records fulfils the conditions (5 another category)" in said
    assert [p.name for p in tmp_path.iterdir()] == ["dump.json"]


def test_too_large_a_file_is_pointed_here(cli: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "dump.json", *(line(i) for i in range(1, 3000)))
    assert "papertide filter FILE --out papers.parquet" in refusal(cli("run", path, "--max-mb", 1))
