"""Runs of the same papers with and without boilerplate have the same groups."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from analysis.base.words import content_words
from analysis.pipeline.run import Settings, run
from analysis.runs import Run

pytestmark = pytest.mark.slow

SUBJECTS = {
    "tides": "tide gauge, storm surge, sea level, coastal flood, harbour wall, wave height",
    "bees": "honey bee, brood comb, queen rearing, varroa mite, nectar flow, hive weight",
    "glass": "float glass, annealing lehr, stained window, silica melt, surface crack, glaze tone",
}
SENTENCES = (
    "We relate {} to {}.",
    "Little is known of {} where {} varies.",
    "A survey compared {} with {}.",
)
LINES = (
    "© 2021 Elsevier B.V. All rights reserved.",
    "This is an open access article under the CC BY-NC-ND license.",
    "Licensee MDPI, Basel, Switzerland.",
    "Copyright © 2015 John Wiley & Sons, Ltd.",
)
HEADINGS = ("BACKGROUND: ", "METHODS: ", "RESULTS: ")
NOISE = frozenset("elsevier license wiley copyright mdpi background method right".split())


def planted(*, boilerplate: bool) -> pd.DataFrame:
    """72 papers on three subjects; boilerplate is drawn whatever their subject."""
    random, noise = Random(1), Random(2)
    rows = []
    for row in range(72):
        words = SUBJECTS[list(SUBJECTS)[row % 3]].split(", ")
        pairs = [random.sample(words, 2) for _ in range(4)]
        parts = [form.format(*pair) for form, pair in zip(SENTENCES, pairs, strict=False)]
        abstract: str | None = " ".join(parts)
        title = (
            f"On {pairs[3][0]} and {pairs[3][1]} at site {chr(97 + row // 26)}{chr(97 + row % 26)}"
        )
        if boilerplate and noise.random() < 0.7:
            headed = [head + part for head, part in zip(HEADINGS, parts, strict=True)]
            abstract = " ".join([*(headed if row % 2 else parts), noise.choice(LINES)])
        if row % 12 == 0:
            abstract = noise.choice(["No abstract available.", "N/A"]) if boilerplate else None
        rows.append({"title": title, "abstract": abstract, "date": f"20{10 + row % 8}-05-01"})
    return pd.DataFrame(rows)


def made(folder: Path, *, boilerplate: bool) -> Run:
    folder.mkdir()
    planted(boilerplate=boilerplate).to_csv(folder / "papers.csv", index=False)
    settings = Settings(
        runs=folder / "runs", grades=False, today=date(2026, 1, 1), duplicates="exact"
    )
    return run(folder / "papers.csv", settings=settings, pages=False)


def test_boilerplate_changes_no_group_and_is_in_no_label(tmp_path: Path) -> None:
    plain = made(tmp_path / "plain", boilerplate=False)
    added = made(tmp_path / "added", boilerplate=True)
    assert (added.vectors == plain.vectors).all()
    pd.testing.assert_frame_equal(added.memberships, plain.memberships)
    pd.testing.assert_frame_equal(added.groups, plain.groups)
    pd.testing.assert_frame_equal(added.words, plain.words)
    shown = [*added.groups["label"], *(term for terms in added.groups["terms"] for term in terms)]
    assert not NOISE & {word for text in shown for word in content_words(text)}
    # The tables keep the abstracts whole, the manifest counts.
    assert added.papers["abstract"].str.contains("©|CC BY|MDPI").sum() > 30
    assert added.papers["abstract"].isna().sum() == plain.papers["abstract"].isna().sum() == 6
    entry = added.manifest["boilerplate"]
    assert entry["lines"] == added.papers["abstract"].str.contains("©|CC BY|MDPI").sum()
    assert entry["headings"] == added.papers["abstract"].str.contains("METHODS:").sum() > 10
    assert plain.manifest["boilerplate"] == {
        "placeholders": 0,
        "lines": 0,
        "headings": 0,
        "repeated": [],
    }


def test_an_extension_goes_on_to_leave_out_a_sentence_that_returned(tmp_path: Path) -> None:
    papers = planted(boilerplate=False)
    closing = papers["abstract"] + " Volume 3 of the Ochre Series."
    papers["abstract"] = closing.where(papers.index < 40, papers["abstract"])
    key = "volume 0 of the ochre series."
    settings = Settings(
        runs=tmp_path / "runs", grades=False, today=date(2026, 1, 1), duplicates="exact"
    )
    papers.iloc[:60].to_csv(tmp_path / "one.csv", index=False)
    first = run(tmp_path / "one.csv", settings=settings, pages=False)
    assert first.manifest["boilerplate"]["repeated"] == [key]
    papers.iloc[40:].to_csv(tmp_path / "two.csv", index=False)
    second = run(tmp_path / "two.csv", settings=settings, pages=False)
    assert second.manifest["boilerplate"]["repeated"] == [key]
    known = second.papers["paper_id"].isin(first.papers["paper_id"]).to_numpy()
    assert (second.vectors[known] == first.vectors).all()
