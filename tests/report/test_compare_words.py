"""What changed between two runs, in sentences for page, terminal and notebook."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from analysis import describe_changes
from analysis.base.schema import CAUSES, LINEAGE
from analysis.cli.compare import compare_text
from analysis.report import report_page
from analysis.report.text.share_changes import change_words, changed_most, signed
from analysis.runs import Run
from analysis.runs.comparison import compare
from compared_runs import DAY, EVENTS_OF_PAIR, small_pair, told
from hostile import HOSTILE
from page_runs import made_run, written
from pages_read import section_of
from two_runs import lineage_rows, tiny_run, trend_rows


@pytest.fixture
def pair() -> tuple[Run, Run]:
    return small_pair()


def stored(old: Run, new: Run, *, lineage: pd.DataFrame | None = None) -> Run:
    """Return the new run with the tables that a run keeps of what changed since its parent."""
    found = compare(old, new, ids="same", lineage=lineage)
    manifest = {**new.manifest, "parent": {"run": old.name}, "how": "extended"}
    known = new.papers["paper_id"].isin(found.papers.both)
    papers = new.papers.assign(first_run=known.map({True: old.name, False: new.name}))
    tables = {name: getattr(found, name) for name in ("changes", "moves", "restated")}
    return replace(new, papers=papers, manifest=manifest, lineage=found.lineage, **tables)


def changes_in_report(run: Run) -> str:
    """Return the report's section on what changed."""
    return section_of(report_page(run), "changed")


# by hand


def test_everything_is_said_of_a_small_pair(pair):
    said = told(*pair, lineage=EVENTS_OF_PAIR)
    assert said == {
        "Papers": (
            "Run 0002 holds 5 papers, run 0001 held 4; 3 papers are in both. 2 papers were added, "
            "1 is gone, and 1 has a different text or date.\n"
            "Added: “Paper d” and “Paper e”.\nGone: “Paper c”.\nRevised: “Paper a”."
        ),
        "Clusters": (
            "1 born.\nBorn: “Three” (c3): 3 papers, 2 of them added. Papers: 3 in 2024. No known "
            "group is near. Examples: “Paper b” and “Paper d”."
        ),
        "Papers that moved": (
            "Among the papers in both, there is 1 new topic membership and no lost ones: because "
            "topics are recognised again in each run.\n"
            "1 paper of the 3 in both is in another cluster: by births, splits and mergers.\n"
            "From “One” to “Three”: 1 paper."
        ),
        "Shares that changed most": (
            "Shares are relative to the papers with a date, over all periods: 4 in run 0001, 5 in "
            "run 0002. The largest changes:\n"
            "Topic “Tea”: 50.0 % (2 of 4) to 80.0 % (4 of 5), +30.0 points: +40.0 from 2 added "
            "papers, −20.0 from 1 paper gone, +20.0 from 1 paper more as recognised again and "
            "−10.0 from 1 more in total.\n"
            "Cluster “Three”: 0.0 % (0 of 4) to 60.0 % (3 of 5), +60.0 points: +40.0 from 2 added "
            "papers and +20.0 from 1 paper more by births, splits and mergers.\n"
            "Cluster “One”: 50.0 % (2 of 4) to 20.0 % (1 of 5), −30.0 points: −20.0 from 1 paper "
            "fewer by births, splits and mergers and −10.0 from 1 more in total.\n"
            "Cluster “Two”: 50.0 % (2 of 4) to 20.0 % (1 of 5), −30.0 points: −20.0 from 1 paper "
            "gone and −10.0 from 1 more in total."
        ),
        "Shares reported before": (
            "Warning: of 1 share by period that run 0001 reported, 1 is now outside its 95 % "
            "interval. Periods that were incomplete then fill up later; in the others papers "
            "were added, are gone or are counted differently now.\n"
            "Topic “Tea” in 2024: 50.0 % (40.0 to 60.0) in run 0001, now 80.0 %."
        ),
    }  # fmt: skip


def test_two_fits_are_called_two_fits(pair):
    said = told(*pair, ids="other")
    assert said["Clusters"].startswith(
        "The clusters of the two runs come from separate fits, and nothing records which cluster "
        "corresponds to which: the same id or label need not mean the same group."
    )
    assert said["Clusters"].splitlines()[1:] == [
        "“Three” (3 papers): of the 1 that was there before, 1 was in “One”.",
        "“One” (1 paper): of the 1 that was there before, 1 was in “One”.",
        "“Two” (1 paper): of the 1 that was there before, 1 was in “Two”.",
    ]
    assert "cluster" not in said["Papers that moved"]
    assert "Cluster" not in said["Shares that changed most"]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("split", "Split: “Two” (c2) split off from “One”."),
        ("merged", "Merged: “One” is now part of “Two”, with 2 papers."),
        ("dormant", "Dormant: “Two” had no papers in the last periods, though its rate predicts "
                    "some."),
        ("retired", "Retired: “Two” (c2); its id is not used again."),
        ("revived", "Revived: “Two” has new papers again."),
    ],
)  # fmt: skip
def test_each_event_has_its_sentence(pair, event, words):
    assert event in LINEAGE
    said = told(*pair, lineage=lineage_rows((event, "c2", "c1")))
    assert said["Clusters"].splitlines()[1] == words


def test_many_events_are_counted_and_the_first_listed(pair):
    rows = lineage_rows(*(("born", f"c{k:04d}", "") for k in range(13)))
    lines = told(*pair, lineage=rows)["Clusters"].splitlines()
    assert lines[0] == "13 born."
    assert len(lines) == 12
    assert lines[-1] == "And 3 more born."


def test_without_events_or_moves_that_is_said(pair):
    old = pair[0]
    said = told(old, replace(old, name="0002"))
    assert said["Clusters"].startswith("No cluster was born, split, merged or went dormant.")
    assert said["Papers that moved"] == "All 4 papers in both kept their cluster."
    assert said["Shares that changed most"].endswith("No share differs by 0.1 percentage points.")
    assert said["Shares reported before"] == (
        "Of 1 share by period that run 0001 reported, none is now outside its 95 % interval."
    )


def test_a_fresh_fit_that_was_matched_is_called_one(pair):
    old, new = pair
    fresh = replace(new, manifest={**new.manifest, "how": "fresh"})
    said = told(old, fresh, lineage=EVENTS_OF_PAIR)
    assert "1 born. The clusters of the new run come from a fresh fit" in said["Clusters"]
    assert "is in another cluster: by a fresh fit." in said["Papers that moved"]


def test_what_cannot_be_compared_is_said():
    old = tiny_run([("a", None, None, "")], name="0001", trends=trend_rows([
        ("topic", "t", "2024", 0, 1)]))  # fmt: skip
    new = tiny_run([("a", None, "c1", "t")], name="0002", trends=trend_rows([
        ("topic", "t", "2024", 1, 1)], freq="quarter"))  # fmt: skip
    said = told(old, new)
    assert said["Clusters"] == "Clusters are not compared: one of the runs has none."
    assert said["Shares"] == "There are no shares to compare: one run has no dated paper."
    assert said["Shares reported before"] == (
        "Run 0001 counts by year, run 0002 by quarter: shares reported by period cannot be "
        "compared."
    )


def test_every_cause_has_its_words():
    causes = {"added": 3, "gone": -1, "override": 1, "definition": -2, "revised": 1, "refit": 2}
    assert set(causes) == set(CAUSES)
    row = {"kind": "cluster", "group_id": "c1", "n_old": 10, "n_new": 14, "n_total_old": 100,
           "n_total_new": 80, **causes}  # fmt: skip
    # Exact: 3.75, -1.25, 1.25, -2.5, 1.25, 2.5 and 2.5 points; 10.0 % to 17.5 %. Rounded down they
    # are .2 short, so the first two of the equal remainders go up.
    assert change_words(row, name="“X”", fit="by a fresh fit") == (
        "Cluster “X”: 10.0 % (10 of 100) to 17.5 % (14 of 80), +7.5 points: +3.8 from 3 added "
        "papers, −1.2 from 1 paper gone, +1.2 from 1 paper more by manual decisions, −2.5 from "
        "2 papers fewer by another definition, +1.2 from 1 paper more by revised texts or dates, "
        "+2.5 from 2 papers more by a fresh fit and +2.5 from 20 fewer in total."
    )


def test_the_nearest_known_group_is_named(pair):
    old, new = pair
    # Papers a, b, d, e, f: Three is b, d and e, Two is f, a lies on the other side.
    vectors = np.array([[-1, 0], [1, 0], [1, 0], [1, 0], [0.8, 0.6]], dtype="float32")
    said = told(old, replace(new, vectors=vectors), lineage=EVENTS_OF_PAIR)["Clusters"]
    # The mean is (.56, .12): Three lies at (.44, -.12) from it, Two at (.24, .48), cosine .196.
    assert "Nearest known group: the cluster “Two” (similarity 0.20)." in said


def test_printed_parts_add_up_in_every_sentence():
    def numbers(text: str) -> list[float]:
        return [float(n.replace("−", "-")) for n in re.findall(r"[+−]?\d+\.\d", text)]

    new = replace(made_run(97, n_clusters=3), name="0002")
    table = compare(made_run(80), new, ids="same").changes
    said = changed_most(table, fit="by a fit", name=lambda kind, group: group, most=99)
    assert len(said) > 3
    for words in said:
        old, new, change, *parts = numbers(words)
        assert round(old + change, 1) == new
        assert round(sum(parts), 1) == change


def test_numbers_have_a_true_sign():
    assert [signed(round(v, 1)) for v in (0.84, -0.3, 0.0)] == ["+0.8", "−0.3", "0.0"]


# the report


def test_only_a_run_with_a_parent_has_the_section(pair):
    old, new = pair
    assert changes_in_report(new) == ""
    assert "What changed" not in report_page(made_run(20))
    extended = stored(old, new, lineage=EVENTS_OF_PAIR)
    page = report_page(extended)
    assert '<h2 id="changed">What changed since the previous run</h2>' in page
    assert '<a href="#changed">' in page
    section = changes_in_report(extended)
    assert "Run <bdi>0002</bdi> holds 5 papers; 2 of them were not in run " in section
    assert "From “<bdi>One</bdi>” to “<bdi>Three</bdi>”: 1 paper." in section
    assert section == changes_in_report(extended)


def test_the_section_tells_of_earlier_runs_too(pair):
    extended = stored(*pair, lineage=EVENTS_OF_PAIR)
    more = pd.concat([extended.restated, extended.restated.assign(run="0000")])
    section = changes_in_report(replace(extended, restated=more.reset_index(drop=True)))
    assert "of 2 shares by period that 2 earlier runs reported, 2 are now outside their" in section


# hostile texts


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert name in ("href", "target", "rel", "class", "id")
            assert name != "href" or (value or "").startswith(("http", "#"))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def tags_of(html: str) -> set[str]:
    seen = Tags()
    seen.feed(html)
    return seen.tags


def hostile_pair(texts: Sequence[str]) -> tuple[Run, Run]:
    old = made_run(70, texts=texts)
    new = replace(made_run(80, texts=texts), name="0002-2025-04-17")
    return old, new


def hostile_lineage() -> pd.DataFrame:
    return lineage_rows(*((event, f"c000{k % 4 + 1}", "c0001") for k, event in enumerate(LINEAGE)))


@pytest.mark.parametrize("first", range(0, len(HOSTILE), 4))
def test_hostile_texts_stay_texts(first, tmp_path):
    texts = [text.replace("\ud800", "\ufffd") for text in HOSTILE[first:] + HOSTILE[:first]]
    old, new = hostile_pair(texts)
    section = changes_in_report(stored(old, new, lineage=hostile_lineage()))
    assert tags_of(section) <= {"h3", "p", "ul", "li", "bdi", "a"}
    html = markdown2html_mistune(describe_changes(old, new))
    assert tags_of(html) <= {"h4", "p", "ul", "li", "a", "span"}
    assert "\x1b" not in section + html
    paths = [written(run, tmp_path) for run in (old, new)]
    out = compare_text(*(path.name for path in paths), runs=tmp_path)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", out)
    assert max(map(len, out.splitlines())) <= 100
    json.loads(compare_text(*(path.name for path in paths), runs=tmp_path, as_json=True))


# notebooks


def test_changes_in_markdown(pair):
    old, new = pair
    said = describe_changes(old, new)
    assert said.startswith("#### Papers\n\nRun 0002 holds 5 papers, run 0001 held 4;")
    assert "\n\n- Added: " in said
    assert "[Paper d](<https://arxiv.invalid/abs/2301.00002>)" in said
    assert describe_changes(old, old) == "Both are run 0001: nothing changed."
    other = tiny_run([("z", DAY, "c1", "t")], name="0007")
    assert describe_changes(old, other) == (
        "Runs 0001 and 0007 have no paper in common, so they cannot be compared."
    )
