from __future__ import annotations

import csv
import json
import shutil
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from analysis.runs import Run, read_run
from analysis.topics.overrides import Override, apply_overrides
from command_line import Cli, Said, refusal
from conftest import ROOT
from hostile import HOSTILE
from planted import planted_csv
from sealed import reseal

GOLD = ROOT / "data" / "topics_gold.csv"


@pytest.fixture
def topics(cli: Cli) -> Cli:
    """Call `papertide topics` in this process."""
    return partial(cli, "topics")


def narrow(said: Said) -> None:
    assert said.code == 0
    assert said.err == ""
    assert max(map(len, said.out.splitlines())) <= 100
    assert "\x1b" not in said.out


@pytest.fixture
def copied(bundled: Run, tmp_path: Path) -> Path:
    """A copy of the bundled run whose tables a test may change."""
    path = tmp_path / "series" / bundled.name
    shutil.copytree(bundled.path, path)
    return path


def altered(path: Path, name: str, frame: pd.DataFrame) -> None:
    frame.to_parquet(path / f"{name}.parquet", index=False)
    reseal(path)


# score


def test_score_prints_figures_by_topic(topics, bundled):
    said = topics("score", GOLD, bundled.path)
    narrow(said)
    lines = said.out.splitlines()
    assert lines[0] == f"topics_gold.csv on run {bundled.name}: 177 labelled papers"
    header = next(line for line in lines if line.startswith("topic "))
    assert header.split() == [
        "topic",
        "labels",
        "yes",
        "given",
        "precision",
        "recall",
        "F1",
        "Brier",
    ]
    rows = {line.split()[0]: line.split() for line in lines if line[:1].isalpha()}
    assert rows["peft"][1:3] == ["173", "25"]
    for name in ("macro", "pooled"):
        assert float(rows[name][-1]) < 0.25
    assert "mean weight" in said.out
    assert "95 % intervals" in said.out


def test_score_as_json_holds_the_same_and_no_nan(topics, bundled):
    shown = json.loads(topics("score", GOLD, bundled.path, "--json").out)
    assert shown["run"] == bundled.name
    assert shown["n_papers"] == 177
    assert [row["topic"] for row in shown["scores"]][-2:] == ["macro", "pooled"]
    assert {row["topic"] for row in shown["scores"][:-2]} == set(
        bundled.groups.loc[bundled.groups["kind"] == "topic", "group_id"]
    )
    for row in shown["scores"]:
        assert row["f1_low"] <= row["f1"] <= row["f1_high"]
    macro = shown["scores"][-2]
    assert macro["precision_low"] is None
    assert len(shown["reliability"]) == 5


def test_calibration_prints_thresholds_and_held_out_figures(topics, bundled):
    said = topics("score", GOLD, bundled.path, "--calibrate")
    narrow(said)
    assert "Held-out figures" in said.out
    shown = json.loads(topics("score", GOLD, bundled.path, "--calibrate", "--json").out)
    assert shown["folds"] == 5
    assert len(shown["thresholds"]) == len(shown["held_out"]) - 2 == len(shown["at_half"]) - 2
    for row in shown["thresholds"]:
        assert row["topic"] in said.out
        assert 0.05 <= row["threshold"] <= 0.95
    assert (
        shown["at_half"] == json.loads(topics("score", GOLD, bundled.path, "--json").out)["scores"]
    )


def test_rows_that_match_nothing_are_counted_and_named(topics, bundled, tmp_path):
    known = bundled.papers["paper_id"].iloc[0]
    rows = "".join(f"2999.0000{n},Lost \x1b[31m{n},1,note\n" for n in range(1, 8))
    (tmp_path / "g.csv").write_text(f"arxiv_id,title,peft,remark\n{known},,1,x\n{rows}")
    said = topics("score", tmp_path / "g.csv", bundled.path)
    narrow(said)
    assert "g.csv on run" in said.out
    assert "1 labelled paper\n" in said.out
    assert "7 rows match no single paper of this run:" in said.out
    assert "line 3: 2999.00001 “Lost [31m1”" in said.out
    assert "and 2 more" in said.out
    assert "Columns not read: remark." in said.out


def test_the_newest_run_of_a_series_is_scored(topics, bundled):
    said = topics("score", GOLD, "--runs", bundled.path.parent)
    assert said.out == topics("score", GOLD, bundled.name, "--runs", bundled.path.parent).out


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("title,petf\nA,1\n", ["g.csv, line 1: column 'petf'", "did you mean peft?"]),
        ("title,peft\nA,2\nB,x\n", ["line 2, peft: '2'", "line 3, peft: 'x'"]),
        ("title,peft\nNobody,1\n", ["no usable label", "1 of its rows match no single paper"]),
        ("", ["is empty"]),
    ],
)
def test_bad_labels_are_refused(topics, bundled, tmp_path, text, parts):
    (tmp_path / "g.csv").write_text(text)
    message = refusal(topics("score", tmp_path / "g.csv", bundled.path))
    assert all(part in message for part in parts)
    message = refusal(topics("score", tmp_path / "g.csv", bundled.path, "--calibrate"))
    assert all(part in message for part in parts)


def test_missing_files_and_runs_are_refused(topics, bundled, tmp_path):
    assert "no.csv: No such file" in refusal(topics("score", tmp_path / "no.csv", bundled.path))
    assert "no run '0099'" in refusal(topics("score", GOLD, "0099", "--runs", bundled.path.parent))
    for arguments in (
        ("score",),
        ("sample", "peft"),
        ("why", "x"),
        ("nonsense",),
        ("score", "a", "--seed", "-1"),
    ):
        said = topics(*arguments)
        assert said.code == 2
        assert "Usage: papertide topics" in said.err


def test_decisions_by_hand_do_not_flatter_the_figures(topics, copied):
    run = read_run(copied)
    made = apply_overrides(
        run.memberships,
        run.evidence,
        papers=run.papers,
        topics=["peft"],
        overrides=[Override(i, "peft", True, "") for i in run.papers["paper_id"][:100]],
    )
    altered(copied, "memberships", made.memberships)
    altered(copied, "evidence", made.evidence)
    said = topics("score", GOLD, copied)
    assert "labels left out: decided by hand." in said.out
    (row,) = [line.split() for line in said.out.splitlines() if line.startswith("peft ")]
    assert int(row[1]) < 80


# sample


def test_a_sample_is_written_labelled_and_scored(topics, bundled, tmp_path):
    out = tmp_path / "peft.csv"
    said = topics("sample", "PEFT", bundled.path, "--out", out, "--n", "40")
    assert said.code == 0
    assert said.out == f"{out}\n"
    assert said.err.startswith("40 papers: 20 drawn at random from 177, 20 near the threshold.")
    assert "papertide topics score" in said.err
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    message = refusal(topics("score", out, bundled.path))
    assert "no usable label" in message
    assert "drawn at random count" in message
    with GOLD.open(encoding="utf-8", newline="") as file:
        gold = {row["arxiv_id"]: row["peft"] for row in csv.DictReader(file)}
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "peft": gold[row["arxiv_id"]]} for row in rows)
    scored = topics("score", out, bundled.path)
    narrow(scored)
    assert "only the 20 papers drawn at random count; 20 others" in scored.out
    more = tmp_path / "more.csv"
    said = topics("sample", "peft", bundled.path, "--out", more, "--labelled", out)
    assert "already labelled left out" in said.err
    with more.open(encoding="utf-8-sig", newline="") as file:
        again = {row["arxiv_id"] for row in csv.DictReader(file)}
    labelled = {row["arxiv_id"] for row in rows if gold[row["arxiv_id"]]}
    assert not again & labelled


def test_a_sample_never_overwrites_and_needs_a_topic(topics, bundled, tmp_path):
    out = tmp_path / "s.csv"
    out.write_text("labels")
    message = refusal(topics("sample", "peft", bundled.path, "--out", out))
    assert "s.csv exists" in message
    assert "--out FILE" in message
    assert out.read_text() == "labels"
    message = refusal(topics("sample", "pefft", bundled.path, "--out", tmp_path / "t.csv"))
    assert "no topic 'pefft'" in message
    assert "did you mean peft?" in message
    assert "cannot write" in refusal(
        topics("sample", "peft", bundled.path, "--out", tmp_path / "no" / "t.csv")
    )
    assert "no paper of run" in refusal(
        topics("sample", "scaling", bundled.path, "--out", tmp_path / "t.csv", "--labelled", GOLD)
    )
    assert [path.name for path in tmp_path.iterdir()] == ["s.csv"]


# why


def counted(run: Run, *, least: float = 0.5, most: float = 1.1) -> tuple[str, str, float]:
    rows = run.memberships[(run.memberships["kind"] == "topic")]
    rows = rows[(rows["weight"] >= least) & (rows["weight"] < most)]
    row = rows.iloc[0]
    return row["paper_id"], row["group_id"], float(row["weight"])


def test_why_prints_weight_decision_and_every_sentence(topics, bundled):
    paper, topic, weight = counted(bundled)
    title = bundled.papers.set_index("paper_id").loc[paper, "title"]
    outs = set()
    for name in (paper, f"arXiv:{paper}v2", title, title.upper()):
        said = topics("why", name, topic, bundled.path)
        narrow(said)
        outs.add(said.out)
    (out,) = outs
    flat = " ".join(out.split())
    assert f"({paper}, " in flat
    assert f"Belongs: weight {f'{weight:.2f}'.removeprefix('0')}" in flat
    assert "from .50 on" in flat
    own = bundled.evidence[
        (bundled.evidence["paper_id"] == paper) & (bundled.evidence["group_id"] == topic)
    ]
    assert len(own) >= 1
    for row in own.itertuples():
        assert " ".join(row.text.split()) in flat
        assert " ".join(row.sentence.split()) in flat


def test_why_says_how_much_is_missing(topics, bundled):
    paper, topic, weight = counted(bundled, least=0.05, most=0.5)
    flat = " ".join(topics("why", paper, topic, bundled.path).out.split())
    assert f"Does not belong: weight {f'{weight:.2f}'.removeprefix('0')}, " in flat
    assert " too low; " in flat
    assert "Evidence:" in flat


def test_why_of_a_topic_without_a_trace(topics, bundled):
    ids = bundled.groups.loc[bundled.groups["kind"] == "topic", "group_id"]
    rows = bundled.memberships[bundled.memberships["kind"] == "topic"]
    held = set(zip(rows["paper_id"], rows["group_id"], strict=True))
    paper, topic = next(
        (p, t) for p in bundled.papers["paper_id"] for t in ids if (p, t) not in held
    )
    out = topics("why", paper, topic, bundled.path).out
    assert "Does not belong: the weight is under .05" in out
    assert "There is no evidence for it." in out


@pytest.mark.parametrize(("belongs", "words"), [(True, "belongs"), (False, "does not belong")])
def test_why_tells_decisions_by_hand(topics, copied, belongs, words):
    run = read_run(copied)
    paper, topic, weight = counted(run)
    made = apply_overrides(
        run.memberships,
        run.evidence,
        papers=run.papers,
        topics=[topic],
        overrides=[Override(paper, topic, belongs, "I read it.")],
    )
    altered(copied, "memberships", made.memberships)
    altered(copied, "evidence", made.evidence)
    flat = " ".join(topics("why", paper, topic, copied).out.split())
    yes = "yes" if belongs else "no"
    before = f"{weight:.2f}".removeprefix("0")
    assert f"Decided by hand ({yes}): the paper {words}; the recogniser gave {before}." in flat
    assert "Reason: I read it." in flat


def test_why_refuses_what_it_does_not_know(topics, bundled):
    paper, topic, _ = counted(bundled)
    assert "did you mean peft?" in refusal(topics("why", paper, "pefft", bundled.path))
    assert "no paper '9999.99999'" in refusal(topics("why", "9999.99999", topic, bundled.path))
    assert "papers have 'language'" in refusal(topics("why", "language", topic, bundled.path))
    title = bundled.papers["title"].iloc[5]
    assert "close are" in refusal(topics("why", f"{title} zebra zebra", topic, bundled.path))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_reach_the_terminal_harmless(topics, copied, text):
    run = read_run(copied)
    paper, topic, _ = counted(run)
    stored = text.replace("\ud800", "\ufffd")
    papers = run.papers.assign(
        title=[
            stored if i == paper else t
            for i, t in zip(run.papers["paper_id"], run.papers["title"], strict=True)
        ]
    )
    altered(copied, "papers", papers)
    altered(
        copied,
        "evidence",
        run.evidence.assign(sentence=stored).drop_duplicates(
            ["paper_id", "kind", "group_id", "how", "text"]
        ),
    )
    said = topics("why", paper, topic, copied)
    assert said.code == 0
    for sign in ("\x1b", "\x07", "\x00", "\u202e", "\u2066"):
        assert sign not in said.out
    assert refusal(topics("why", text + " of nobody at all", topic, copied))


# run --overrides


def test_run_takes_overrides_and_refuses_bad_ones(cli, tmp_path):
    snapshot = planted_csv(tmp_path / "papers.csv", n=3)

    def run(file: Path) -> Said:
        return cli("run", snapshot, "--runs", tmp_path / "runs", "--overrides", file)

    file = tmp_path / "o.toml"
    file.write_text('[[topic]]\npaper = "Lost"\ntopic = "peft"\nbelongs = true\n')
    said = run(file)
    assert said.code == 0
    assert (
        "1 decision on topics was made by hand; 1 names no paper of this run: “Lost”." in said.err
    )
    file.write_text('[[topic]]\npaper = "Lost"\ntopic = "pfet"\nbelongs = "perhaps"\n')
    message = refusal(run(file))
    assert "line 1: topic 'pfet' is not defined" in message
    assert "line 1: belongs is neither" in message
    assert "no.toml: No such file" in refusal(run(tmp_path / "no.toml"))
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["0001"]
