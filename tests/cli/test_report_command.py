"""`papertide report`: a finished run's pages again, beside it, and nothing of the run touched."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from analysis import InputError
from analysis.report import write
from analysis.report.write import ABOUT, write_report
from analysis.runs import Run, read_run
from command_line import refusal
from hostile import HOSTILE
from page_runs import made_run, written


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    """A made-up run of 70 papers, without pages; nobody changes it."""
    return written(made_run(70, texts=None), tmp_path_factory.mktemp("reported") / "runs")


@pytest.fixture
def run(path) -> Run:
    return read_run(path)


@pytest.fixture
def quick(monkeypatch) -> None:
    """Write a page only: what is tested is where it goes."""
    monkeypatch.setattr(
        write,
        "write_pages",
        lambda run, folder, **how: (folder / "report.html").write_text(f"{run.name} {how}"),
    )


# the whole of it, once


@pytest.mark.slow
def test_a_report_of_the_bundled_run_is_that_of_the_run_and_leaves_it_alone(bundled, cli, tmp_path):
    before = files_of(bundled.path)
    out = tmp_path / "reports" / "march"
    said = cli("report", "--runs", bundled.path.parent, "--out", out, "--quiet")
    assert (said.code, said.out, said.err) == (0, f"{out}\n", "")
    made = files_of(out)
    about = json.loads(made.pop(ABOUT))
    pages = {name for name in before if not name.endswith((".parquet", ".npy", ".npz", ".toml"))}
    assert set(made) == pages - {"manifest.json", "quality.json"}
    assert {name for name in made if made[name] != before[name]} == set()
    assert about["run"] == bundled.name
    assert set(about["outputs"]) == set(made)
    assert files_of(bundled.path) == before
    assert cli("verify", bundled.name, "--runs", bundled.path.parent).code == 0


@pytest.mark.slow
def test_every_option_at_once(bundled, cli, tmp_path):
    before = files_of(bundled.path)
    said = cli(
        "report",
        bundled.name,
        "--runs",
        bundled.path.parent,
        "--out",
        tmp_path / "a",
        "--groups",
        "peft",
        "Scaling",
        "c0001",
        "--period",
        "year",
        "--all-papers",
        "--by",
        "published",
        "--formats",
        "pdf",
        "--csv-safe",
    )
    assert said.code == 0, said.err
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["read", "trends", "write"]
    charts = {p.name for p in (tmp_path / "a" / "charts").iterdir()}
    assert {"map.pdf", "share-by-topic.pdf", "share-by-cluster.pdf"} <= charts
    assert {name.rpartition(".")[2] for name in charts} == {"pdf"}
    with (tmp_path / "a" / "tables" / "verdicts.csv").open(encoding="utf-8") as file:
        shown = {row["group_id"] for row in csv.DictReader(file)}
    assert shown == {"peft", "scaling", "c0001"}
    page = (tmp_path / "a" / "report.html").read_text(encoding="utf-8")
    assert "show 3 of" in page
    assert "by year" in page
    about = json.loads((tmp_path / "a" / ABOUT).read_text())
    assert about["groups"] == ["c0001", "peft", "scaling"]
    assert about["settings"]["period"] == "year"
    assert (about["csv_safe"], about["formats"]) == (True, ["pdf"])
    assert files_of(bundled.path) == before


def test_hostile_texts_and_small_runs(tmp_path):
    for n in (0, 1, 7, 30):
        made = made_run(n, texts=HOSTILE, freq="quarter" if n > 7 else None)
        write_report(made, out=tmp_path / f"{n}", formats=["svg"])
        assert (tmp_path / f"{n}" / "tables" / "papertide.xlsx").is_file()


def test_a_run_may_have_safe_tables_and_a_report_of_it_plain_ones(cli, tmp_path):
    text = "title,abstract\n=1+1,@SUM(A1)\nplain,-1 degree\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    arguments = ("run", tmp_path / "a.csv", "--runs", tmp_path / "runs", "--quiet")
    paths = []
    for more in ([], ["--csv-safe"]):
        said = cli(*arguments, *more)
        assert said.code == 0, said.err
        paths.append(Path(said.out.strip()))
    out = tmp_path / "report"
    assert cli("report", "--runs", tmp_path / "runs", "--out", out, "--quiet").code == 0
    plain, safe, again = (
        (path / "tables" / "papers.csv").read_text(encoding="utf-8") for path in (*paths, out)
    )
    assert "'=1+1,'@SUM(A1)" in safe
    assert "plain,'-1 degree" in safe
    assert "'" not in plain + again
    settings = [read_run(path).manifest["settings"]["csv_safe"] for path in paths]
    assert settings == [False, True]


# where it goes


def test_an_empty_folder_is_taken_and_folders_above_are_made(run, quick, tmp_path):
    (tmp_path / "empty").mkdir()
    for out in (tmp_path / "empty", tmp_path / "a" / "b" / "c"):
        assert write_report(run, out=out) == out
        assert set(files_of(out)) == {"report.html", ABOUT}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "empty"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_files_of_others_are_never_replaced(run, quick, tmp_path, overwrite):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError) as caught:
        write_report(run, out=tmp_path / "mine", overwrite=overwrite)
    assert ("thesis.tex" in str(caught.value)) == overwrite
    assert "--overwrite" in str(caught.value)
    assert files_of(tmp_path) == {"mine/thesis.tex": b"years of work"}


def test_an_earlier_report_is_replaced_only_where_asked(run, quick, tmp_path):
    out = tmp_path / "report"
    write_report(run, out=out)
    with pytest.raises(InputError, match="is not empty"):
        write_report(run, out=out, csv_safe=True)
    assert "'csv_safe': False" in (out / "report.html").read_text()
    write_report(run, out=out, csv_safe=True, overwrite=True)
    assert "'csv_safe': True" in (out / "report.html").read_text()
    (out / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"notes\.txt"):
        write_report(run, out=out, overwrite=True)
    assert [p.name for p in tmp_path.iterdir()] == ["report"]


def test_never_into_a_run_nor_under_the_name_of_one(run, path, quick, tmp_path):
    before = files_of(path)
    for out in (path, path / "report", path / "tables" / "x", path.parent / "0007-2026-01-01"):
        for overwrite in (False, True):
            with pytest.raises(InputError, match="run"):
                write_report(run, out=out, overwrite=overwrite)
    link = tmp_path / "link"
    link.symlink_to(path, target_is_directory=True)
    with pytest.raises(InputError, match="is inside the run"):
        write_report(run, out=link / "report")
    assert files_of(path) == before
    assert [p.name for p in path.parent.iterdir() if not p.name.startswith(".")] == [path.name]


def test_a_file_and_an_unwritable_place_are_refused(run, quick, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="is a file"):
        write_report(run, out=tmp_path / "file")
    with pytest.raises(InputError, match="cannot write"):
        write_report(run, out=tmp_path / "file" / "below")
    assert files_of(tmp_path) == {"file": b"mine"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_what_ends_in_the_middle_leaves_nothing(run, tmp_path, monkeypatch, error):
    def half(run: Run, folder: Path, **how: object) -> None:
        (folder / "report.html").write_text("half")
        raise error

    monkeypatch.setattr(write, "write_pages", half)
    out = tmp_path / "above" / "report"
    expected = KeyboardInterrupt if error is KeyboardInterrupt else InputError
    with pytest.raises(expected):
        write_report(run, out=out)
    assert list(tmp_path.iterdir()) == []


def test_what_ends_in_the_middle_keeps_the_earlier_report(run, quick, tmp_path, monkeypatch):
    out = tmp_path / "report"
    write_report(run, out=out)
    before = files_of(tmp_path)

    def half(run: Run, folder: Path, **how: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(write, "write_pages", half)
    with pytest.raises(KeyboardInterrupt):
        write_report(run, out=out, overwrite=True)
    assert files_of(tmp_path) == before


def test_the_same_run_gives_the_same_folder(tmp_path):
    one, two = (write_report(made_run(20), out=tmp_path / name, formats=["svg"]) for name in "ab")
    assert files_of(one) == files_of(two)


# what is refused on the command line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--groups", "nonsense", "topic-9", "c0001"],
            ["no group 'nonsense'", "did you mean topic-"],
        ),
        (["--formats", "svg,gif"], ["'gif'", "svg, png, pdf"]),
        (["--by", "listed"], ["no paper has the day", "--by"]),
    ],
)
def test_bad_values_are_named(path, cli, tmp_path, arguments, words):
    said = cli(
        "report", path.name, "--runs", path.parent, "--out", tmp_path / "a", *arguments, "--quiet"
    )
    message = refusal(said)
    assert [word for word in words if word not in message] == []
    assert list(tmp_path.iterdir()) == []


def test_usage(path, cli, tmp_path):
    base = ("report", "--runs", path.parent, "--out", tmp_path / "a")
    for wrong in (["--period", "week"], ["--by", "seen"], ["--groups"], ["--groups", "--csv-safe"]):
        said = cli(*base, *wrong)
        assert (said.code, said.out) == (2, "")
        assert f"'{wrong[0]}'" in said.err
    assert cli("report", "--runs", path.parent).code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_run_of_another_schema_version_is_refused(run, cli, tmp_path):
    series = tmp_path / "runs"
    old = written(replace(run, manifest=dict(run.manifest)), series)
    manifest = json.loads((old / "manifest.json").read_text())
    (old / "manifest.json").write_text(json.dumps({**manifest, "schema_version": 1}))
    said = cli("report", "--runs", series, "--out", tmp_path / "a", "--quiet")
    assert "schema version 1" in refusal(said)
    assert [p.name for p in tmp_path.iterdir()] == ["runs"]
    assert "no run" in refusal(cli("report", "--runs", tmp_path / "no", "--out", tmp_path / "a"))
