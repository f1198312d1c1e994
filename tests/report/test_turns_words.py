"""Humps, dips, steps and come-downs in sentences: each number counted, contradictions told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_findings import course

from analysis.base.schema import EVENTS
from analysis.report.findings.facts import Facts
from analysis.report.findings.findings import select_findings
from analysis.report.findings.receipts import Value, look_up, plain_text
from analysis.report.findings.sentences import TURN_GLYPHS, event_finding, flat_finding
from analysis.report.findings.turns import is_against
from analysis.runs import Run
from told_runs import MONTHS

LAST = "June 2024"


def told(run: Run, *, name: str) -> str:
    """Return the one finding on a group."""
    found = [each for each in select_findings(Facts(run)).single if each.key[1] == name]
    assert len(found) == 1
    return plain_text(found[0].parts)


def share(run: Run, name: str, months: range) -> str:
    """Count a share, in per cent as it is written, from the memberships."""
    papers = run.papers.assign(month=run.papers["published"].dt.to_period("M"))
    chosen = papers[papers["month"].isin([MONTHS[i].to_period("M") for i in months])]
    ids = set(run.memberships.loc[run.memberships["group_id"] == name, "paper_id"])
    per_cent = 100 * chosen["paper_id"].isin(ids).mean()
    return f"{per_cent:.0f} %" if per_cent >= 9.95 else f"{per_cent:.1f} %"


@pytest.fixture(scope="module")
def hump() -> Run:
    return course([0.06] * 7 + [0.3, 0.32, 0.36, 0.32, 0.3] + [0.02] * 6 + [0.02], name="hump")


def test_a_hump_is_told_with_before_peak_and_now(hump):
    text = told(hump, name="hump")
    before, peak, now = (
        share(hump, "hump", months) for months in (range(7), range(9, 10), range(17, 18))
    )
    assert (before, peak, now) == ("6.0 %", "36 %", "2.0 %")
    assert f" rose from {before} before August 2023 to {peak} (" in text
    assert f") in October 2023 and has come down since: {now} (" in text
    assert f") in {LAST}, below its share before the rise." in text


def test_the_numbers_of_turns_are_their_cells_and_their_papers_are_counted(hump):
    facts = Facts(hump)
    found = event_finding(next(facts.run.events.itertuples()), facts=facts)
    values = [part for part in found.parts if isinstance(part, Value)]
    assert len(values) >= 9
    for receipt in found.receipts:
        held = look_up(receipt, tables=facts.tables, manifest=hump.manifest)
        assert len(set(receipt.papers)) == held["n_papers"]
    assert {receipt.table for receipt in found.receipts} == {"events", "trends"}


@pytest.mark.parametrize(
    ("before", "after", "words"), [(0.06, 0.21, "stepped up"), (0.21, 0.06, "stepped down")]
)
def test_a_step_is_told_with_its_month_and_both_levels(before, after, words):
    run = course([before] * 8 + [after] * 11, name="step")
    text = told(run, name="step")
    sides = share(run, "step", range(8)), share(run, "step", range(8, 18))
    assert f" {words} in September 2023: {sides[0]} before, {sides[1]} since." in text
    assert "not steadily enough to give a rate" in text
    assert "doubling" not in text
    assert "hides this course" not in text


def test_a_step_that_has_come_down_again_is_against_its_line():
    run = course([0.06] * 8 + [0.21, 0.22, 0.21, 0.36] + [0.21] * 5 + [0.05, 0.05], name="gone")
    row = run.events[run.events["what"] != "burst"].iloc[-1]
    assert row["what"] == "step"
    text = told(run, name="gone")
    assert text.startswith("“gone” (topic) stepped up in September 2023: 6.0 % before, ")
    assert "; highest at 36 % (" in text
    assert ") in December 2023, and has come down to 5.0 % (" in text
    assert f") in {LAST}, about its share before the step. A straight line through all " in text
    assert " months rises, which hides this course. Counted: " in text


def test_a_come_down_from_a_level_course_names_the_level():
    run = course([0.3] * 9 + [0.3 - 0.025 * i for i in range(10)], name="down")
    assert run.events["what"].tolist() == ["come-down"]
    text = told(run, name="down")
    assert " was at 30 % of papers before " in text
    assert " and has come down since: 10 % (" in text


def test_a_flat_line_does_not_hide_a_hump(hump):
    facts = Facts(hump)
    text = plain_text(flat_finding(("topic", "hump"), facts=facts).parts)
    assert " But its course is not level: it rose from 6.0 % before August 2023 to " in text


def test_a_group_with_an_event_is_not_called_unknown(hump):
    unclear = hump.verdicts.assign(direction="unclear", ratio_low=0.9, ratio_high=1.1)
    found = select_findings(Facts(replace(hump, verdicts=unclear)))
    assert "hump" not in {each.key[1] for each in found.unclear}
    assert "hump" in {each.key[1] for each in found.events}


@pytest.mark.parametrize(
    ("what", "strength", "standing", "rising", "falling"),
    [
        ("hump", 3.0, "above", True, False),
        ("come-down", 0.5, "below", True, False),
        ("dip", 0.3, "near", False, True),
        ("step", 3.0, "above", False, True),
        ("step", 3.0, "near", True, True),
        ("step", 0.3, "below", True, False),
        ("step", 0.3, "above", True, True),
        ("change", 1.5, None, False, False),
    ],
)
def test_what_contradicts_a_line(what, strength, standing, rising, falling):
    turn = pd.Series({"what": what, "strength": strength, "standing": standing})
    assert is_against(turn, direction="rising") == rising
    assert is_against(turn, direction="falling") == falling


def test_events_of_older_runs_are_told_as_before(hump):
    row = hump.events.assign(
        what="change", strength=1.7, share_before=np.nan, share_during=np.nan, peak=pd.NaT,
        share_peak=np.nan, share_now=np.nan, standing=None,
    )  # fmt: skip
    facts = Facts(replace(hump, events=row))
    text = plain_text(event_finding(next(facts.run.events.itertuples()), facts=facts).parts)
    assert text.endswith(
        " changed course in August 2023: its share since then is 1.7 times what it was before."
    )


def test_every_event_has_a_glyph():
    assert set(TURN_GLYPHS) == set(EVENTS)
    assert len(set(TURN_GLYPHS.values())) == len(EVENTS)
