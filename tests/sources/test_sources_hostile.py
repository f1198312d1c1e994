"""Hostile files: one clear message within a time bound, and nothing invented."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.papers.snapshot import read_snapshot
from analysis.sources.texts.latex import clean_source, from_latex, unmixed
from conftest import ROOT

DATA = ROOT / "tests" / "data" / "sources"
TODAY = date(2025, 4, 1)
MILLION = 10**6

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "lol">'
    + "".join(f'<!ENTITY b{i} "{f"&b{i - 1 or str()};" * 10}">' for i in range(1, 10))
    + "]><feed><entry><title>&b9;</title></entry></feed>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    "<feed><entry><title>&e;</title></entry></feed>"
)


def zipped(*members: tuple[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


TABLE = "title,abstract\nA,b\n"
HOSTILE: list[tuple[str, bytes | str, str]] = [
    ("entity expansion", BOMB, "declares entities or a document type of its own"),
    ("external entity", OUTSIDE, "declares entities or a document type of its own"),
    ("deep XML", "<feed>" + "<a>" * 300_000, "nested deeper than 100 elements"),
    ("deep JSON", "[" * MILLION, "nested too deep"),
    ("deep in a record", '[{"title":"A","abstract":"b","x":' + "[" * 200_000, "nested too deep"),
    ("gzip bomb", gzip.compress(bytes(30 * MILLION), 1), "unpacked, is larger than 20 MB"),
    ("zip bomb", zipped(("a.csv", bytes(30 * MILLION))), "unpacked, is larger than 20 MB"),
    ("many members", zipped(*((f"{i}.csv", TABLE) for i in range(1001))), "holds 1,001 files"),
    ("a way out", zipped(("../../x.csv", TABLE)), "name leads out of the archive"),
    ("an absolute name", zipped(("/etc/x.csv", TABLE)), "name leads out of the archive"),
    ("a drive", zipped(("C:\\x.csv", TABLE)), "name leads out of the archive"),
    ("zip in zip", zipped(("x.zip", zipped(("a.csv", TABLE)))), "an archive within an archive"),
    ("gzip in gzip", gzip.compress(gzip.compress(b"x")), "an archive within an archive"),
    ("empty zip", zipped(), "is a zip file without files"),
    ("no workbook", zipped(("xl/workbook.xml", "<x/>")), "Excel workbook that cannot be read"),
    ("another office file", zipped(("word/x.xml", "<x/>")), "an office file of a kind"),
    ("one line of text", "word " * 2 * MILLION, "the longest of 10,000,000 characters"),
    ("one line of CSV", "title,abstract\n" + '"' + "a" * 10 * MILLION, "another number"),
    ("one line of JSON", '{"title":"' + "a" * 10 * MILLION, "broken JSON"),
    ("one line of XML", "<feed><entry><title>" + "a" * 10 * MILLION, "broken XML"),
    ("one line of HTML", "<html><p>" + "a" * 10 * MILLION, "HTML page with no papers"),
    ("open HTML", "<html>" + "<div>" * MILLION, "HTML page with no papers"),
    ("open links", "<html>" + '<a href="' * 100_000, "HTML page with no papers"),
    ("open BibTeX", "@article{" * 20_000, "no entry that can be read"),
    ("open braces", "@article{k, title={" + "{" * 300_000, "no entry that can be read"),
    ("RIS without titles", "TY  - \n" * 20_000, "20,000 no title"),
]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("data", "problem"), [h[1:] for h in HOSTILE], ids=[h[0] for h in HOSTILE])
def test_hostile_files_end_in_a_message(data: bytes | str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(InputError) as caught:
        read_snapshot([path], today=TODAY, max_mb=20)
    assert problem in caught.value.problems[0]
    assert len(caught.value.problems[0]) < 600


def test_a_file_of_a_gigabyte_is_refused_unread_and_the_limit_can_be_raised(tmp_path: Path) -> None:
    path = tmp_path / "p"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 10**9)
    with pytest.raises(InputError) as caught:
        read_snapshot([path], today=TODAY)
    assert "is larger than 500 MB" in str(caught.value)
    assert "raise the limit with --max-mb" in str(caught.value)
    table = tmp_path / "t.csv"
    table.write_text("title,abstract\nA," + "b" * 1_100_000 + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="larger than 1 MB"):
        read_snapshot([table], today=TODAY, max_mb=1)
    assert len(read_snapshot([table], today=TODAY, max_mb=2).papers) == 1


def test_a_zip_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.zip").write_bytes(zipped(("sub/p.csv", TABLE)))
    assert len(read_snapshot([folder / "a.zip"], today=TODAY).papers) == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "a.zip"]


STARTS = [
    path.read_bytes()
    for path in sorted(DATA.iterdir())
    if path.suffix
    in {".xml", ".json", ".jsonl", ".bib", ".ris", ".nbib", ".tsv", ".csv", ".html", ".txt", ".md"}
]
PIECES = st.sampled_from(
    [
        b"\n",
        b"{",
        b"}",
        b'"',
        b"\\",
        b"<",
        b"</a>",
        b"&x;",
        b"]]>",
        b"TY  - ",
        b"ER  - ",
        b"@a{",
        b"\xff",
        b"\x00",
        b"\xed\xa0\x80",
        b"[",
        b"null",
        b",",
        b"\t",
        b"$",
        b"=",
        b"\r",
        b"-1e999",
    ]
)


@st.composite
def broken_files(draw: st.DrawFn) -> bytes:
    data = draw(st.sampled_from(STARTS))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        what = draw(st.integers(0, 2))
        size = draw(st.integers(1, 40))
        piece = draw(st.one_of(PIECES, st.binary(max_size=8)))
        if what == 0:
            data = data[:place] + piece + data[place:]
        elif what == 1:
            data = data[:place] + data[place + size :]
        else:
            data = data[:place] + data[place : place + size] * 3 + data[place + size :]
    return data


@pytest.mark.parametrize("wrapped", [False, True], ids=["plain", "gzip"])
@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(data=broken_files())
def test_any_bytes_give_papers_or_one_message(
    wrapped: bool, data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "p"
    path.write_bytes(gzip.compress(data, 1) if wrapped else data)
    problem, snapshot = None, None
    try:
        snapshot = read_snapshot([path], today=TODAY)
    except InputError as error:
        problem = error
    if problem is not None:
        parts = (*problem.problems, problem.allowed, problem.next_step)
        assert all(part.strip() for part in parts)
    if snapshot is not None:
        papers = snapshot.papers
        assert papers["title"].str.strip().ne("").all()
        assert papers["paper_id"].is_unique
        assert (papers["published"].isna() == papers["published_precision"].isna()).all()
        n_read = sum(entry["n_papers"] for entry in snapshot.inputs)
        assert n_read == len(papers) + snapshot.dropped.get("duplicate", 0)


@settings(max_examples=100)
@given(text=st.text(alphabet="ab$\\{}~'`^\"- é%\n", max_size=60))
def test_latex_never_fails_and_plain_text_stays(text: str) -> None:
    from_latex(text, braces=True)
    plain = "".join(c for c in text if c not in "$\\{}~`'-")
    assert clean_source(plain) == plain


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"M{\'a}rton, Thun{\o}, C. Bal\'azs", "Márton, Thunø, C. Balázs"),
        (r"Universit\'e \`a la {\"u}ber \^{\i}le", "Université à la über île"),
        (r"\v{C}ech \c{c}a Erd\H{o}s \l{}ukasz", "Čech ça Erdős łukasz"),
        ("$S^3$ -- a sphere", "S^3 – a sphere"),
        (r"$\alpha$, $10^{-3}$, $\frac{1}{2}$, $\mathbb{R}^n$", "α, 10^{-3}, 1/2, R^n"),
        (r"$\frac{a+b}{\foo}$ stays", r"$\frac{a+b}{\foo}$ stays"),
        (r"{\it et al.} \emph{x {y}} 50\% \& co", "et al. x {y} 50% & co"),
        ("Fig.~1 of ~10 Mpc, http://a/~user", "Fig. 1 of ~10 Mpc, http://a/~user"),
        ("cost $5 and $6 more, D0 --> K", "cost $5 and $6 more, D0 --> K"),
        (r"\unknown{abc} stays", r"\unknown{abc} stays"),
        ("JosÃ© GarcÃ­a", "José García"),
        ("São Paulo, Ångström, Â", "São Paulo, Ångström, Â"),
    ],
)
def test_latex_and_mojibake(source: str, shown: str) -> None:
    assert clean_source(source) == shown


def test_other_sources_keep_their_text(tmp_path: Path) -> None:
    title, abstract = r"Costs of $5 -- and \emph{more}", "Tags <s>stay ``so'' JosÃ©"
    path = tmp_path / "p.json"
    path.write_text(json.dumps([{"title": title, "abstract": abstract}]), encoding="utf-8")
    paper = read_snapshot([path], today=TODAY).papers.iloc[0]
    assert (paper["title"], paper["abstract"]) == (title, abstract)
    assert unmixed(title) == title


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("$a" * 50_000, "a" * 50_000),
        ("\\'" * 50_000, "\\'" * 50_000),
        ("\\emph{" * 20_000, "\\emph" * 20_000),
        ("\\(a" * 30_000, "\\(a" * 30_000),
        ("{\\it " * 20_000, "\\it " * 20_000),
        ("\\c " * 50_000, "ç " * 25_000),
        ("$\\frac{a" * 20_000 + "$", "$\\frac{a$\\fraca" * 10_000 + "$"),
        ("\\emph{" + "a" * 100_000, "\\emph" + "a" * 100_000),
        ("\\emph{{" * 20_000, "\\emph" * 20_000),
    ],
    ids=range(9),
)
def test_long_broken_latex_is_read_to_its_end(text: str, plain: str) -> None:
    assert from_latex(text, braces=True) == plain
