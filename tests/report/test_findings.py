"""What the report says of trends: which groups, in which words, with which receipts."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from analysis import describe_verdicts
from analysis.base.schema import conform
from analysis.report import report_page
from analysis.report.findings import findings as findings_module
from analysis.report.findings.brief import brief
from analysis.report.findings.facts import Facts
from analysis.report.findings.findings import READING, power_words, select_findings
from analysis.report.findings.numbers import FORMS, fold_text, share_text, span_text
from analysis.report.findings.receipts import Name, Value, look_up, plain_text
from analysis.report.findings.selection import clip_to_intervals
from analysis.report.findings.sentences import event_finding, move_finding
from analysis.report.findings.turns import strength_words
from analysis.runs import Run
from analysis.trends import detection_power
from analysis.trends.verdicts import FLAT, FLAT_LEVEL, LEVEL, MIN_FULL_PERIODS, MIN_PAPERS, SURE
from hostile import HOSTILE
from page_runs import made_run
from told_runs import MONTHS, judged, planted_run


@pytest.fixture(scope="module")
def run() -> Run:
    """The planted run."""
    return planted_run()


@pytest.fixture(scope="module")
def facts(run) -> Facts:
    return Facts(run)


def said(run: Run) -> list[str]:
    """Return every sentence on trends as plain text."""
    found = select_findings(Facts(run))
    texts = [plain_text(each.parts) for each in found.single]
    lead = [plain_text(found.counted), plain_text(found.basis)]
    return [*lead, found.why_no_move, found.why_no_flat, *texts]


# what is said


def test_the_planted_truth_is_told(facts):
    found = select_findings(facts)
    assert {(each.key[1], each.direction) for each in found.moves} == {
        ("rises", "rising"), ("falls", "falling"), ("late", "rising")
    }  # fmt: skip
    assert {each.key[1] for each in found.flats} == {"level", "steady"}
    assert [(each.key[1], each.direction) for each in found.events] == [("bursts", "burst")]
    assert not found.why_no_move
    assert not found.why_no_flat
    told = {each.key[1]: plain_text(each.parts) for each in found.single}
    assert "So did “Agents once more” (topic), with many of the same papers." in told["rises"]
    assert re.search(r"-fold \(\d\.\d to \d\.\d\), doubling in about \d+ months\.", told["rises"])
    assert re.search(r"fell from 2\d % to 5\.\d % of papers, by 7\d % ", told["falls"])
    assert "had a very strong burst in October 2023: " in told["bursts"]
    assert "more papers because there are more papers in total." in told["level"]
    assert plain_text(found.counted) == (
        "Of 8 groups, 3 rose, 1 fell, 2 are flat, 1 is unclear and 1 has too few papers to say."
    )


def test_a_group_born_late_is_told_without_an_astronomic_ratio(facts):
    (late,) = [each for each in select_findings(facts).moves if each.key[1] == "late"]
    text = plain_text(late.parts)
    assert "rose from under 0.1 % to 1" in text
    assert "-fold" not in text
    assert "doubling" not in text
    assert "It had no paper before December 2023 and has had 6.3 % of papers since." in text


def test_plain_words_hold_no_digit_and_values_are_their_cells(run, facts):
    found = select_findings(facts)
    told = [found.counted, found.basis, power_words(facts), *(e.parts for e in found.single)]
    values = 0
    for parts in told:
        for part in parts:
            if isinstance(part, Value):
                held = look_up(part.receipt, tables=facts.tables, manifest=run.manifest)
                assert part.text == FORMS[part.form](held[part.column])
                values += 1
            elif isinstance(part, str):
                assert not isinstance(part, Name)
                assert not re.search(r"\d", part)
    assert values > 60
    assert not re.search(r"\d", findings_module.TOO_FEW)


def test_no_sentence_speaks_of_the_partial_month(run, facts):
    partial = run.trends[run.trends["is_partial"]]
    assert partial["period"].unique().tolist() == [MONTHS[-1]]
    assert (partial["n_papers"] == 0).all()  # a collapse, for who counts it
    for text in (*said(run), brief(run).split("## ", 1)[1], describe_verdicts(run)):
        assert "July 2024" not in text
    for each in select_findings(facts).single:
        for receipt in each.receipts:
            assert ("period", "2024-07-01") not in receipt.key
    assert "July 2024" not in report_page(run).split('id="map"')[0].split('id="moved"')[1]


def test_behind_every_count_is_a_list_of_as_many_papers(run, facts):
    seen = set()
    for each in select_findings(facts).single:
        for receipt in each.receipts:
            if "n_papers" in receipt.columns:
                held = look_up(receipt, tables=facts.tables, manifest=run.manifest)
                assert len(set(receipt.papers)) == len(receipt.papers) == held["n_papers"]
                seen.add(receipt.table)
    assert seen == {"verdicts", "trends", "events"}


def test_a_share_that_has_come_down_again_is_said_to_have():
    run = course([*(0.02 + 0.03 * month for month in range(13)), *[0.25] * 24], name="hype")
    (told,) = select_findings(Facts(run)).moves
    assert told.direction == "come-down"
    assert plain_text(told.parts).startswith(
        "“hype” (topic) was highest at 38 % (33 to 43 %) in January 2024 and has come down since: "
        "25 % (21 to 30 %) in June 2024. A straight line through all months rises, which hides "
        "this course. Counted: "
    )
    without = replace(run, events=run.events.iloc[:0])
    (told,) = select_findings(Facts(without)).moves
    text = plain_text(told.parts)
    assert "It was highest in January 2024, 38 % (" in text
    assert ", and has come down since." in text


def course(shares: list[float], *, name: str) -> Run:
    """Return a run of 400 papers a month, of which a group has these shares."""
    days, members = [], []
    for start, part in zip(MONTHS, shares, strict=False):
        for i in range(400):
            paper = f"{start:%y%m}.{i:05d}"
            days.append((paper, start + pd.Timedelta(days=i % 28)))
            if i * 7919 % 400 < 400 * part:
                members.append((paper, name))
            if i % 3 == 0:
                members.append((paper, "rest"))
    return judged(pd.DataFrame(days, columns=["paper_id", "day"]), members=members)


def test_a_line_that_ends_where_no_share_was_is_not_told():
    wave = [0.01, 0.4, 0.5, 0.4] + [0.3 * 0.75**i for i in range(len(MONTHS) - 4)]
    run = course(wave, name="wave")
    facts = Facts(run)
    key = ("topic", "wave")
    row = facts.verdicts[key]
    assert row.direction == "falling"
    assert row.share_first > 0.3
    assert not facts.is_steady(key)
    text = plain_text(move_finding(key, together=(), facts=facts).parts)
    assert text.startswith(
        "“wave” (topic) fell, but not steadily enough to give a rate. Counted: 4 of 400 papers"
    )
    assert " It was highest at 50 % (45 to 55 %) in March 2023 and has come down since: 0.8" in text
    assert text.count("highest") == 1
    assert "halving" not in text
    drawn = clip_to_intervals(run.verdicts, trends=run.trends).set_index("group_id")
    first = facts.trend_row(key, period=MONTHS[0])
    assert drawn.at["wave", "share_first"] == first.share_high < 0.1
    assert drawn.at["rest", "share_first"] == facts.verdicts[("topic", "rest")].share_first


def test_nothing_counted_leaves_fitted_shares_as_they_are(run):
    none = clip_to_intervals(run.verdicts, trends=run.trends.iloc[:0])
    pd.testing.assert_frame_equal(none, run.verdicts.reset_index(drop=True))


def test_a_sign_that_flips_is_put_down_to_the_mix(run):
    flips = run.verdicts.assign(sign_flips=run.verdicts["group_id"] == "rises")
    period = {**run.manifest["period"], "standardised_by": "venue"}
    changed = replace(run, verdicts=flips, manifest={**run.manifest, "period": period})
    told = move_finding(("topic", "rises"), together=(), facts=Facts(changed))
    assert (
        " This rise is due to the mix of venues: with the mix held constant, the line points the "
        "other way." in plain_text(told.parts)
    )
    assert told.sure == "fairly sure"
    page = report_page(changed)
    assert "computed with the mix of venues held constant" in page
    assert page.count("the other way with the mix of venues held constant") == 1


def test_a_doubling_that_nobody_has_seen_is_not_told(run):
    verdicts = run.verdicts.assign(ratio=1.6, ratio_low=1.3, ratio_high=1.9)
    facts = Facts(replace(run, verdicts=verdicts))
    text = plain_text(move_finding(("topic", "rises"), together=(), facts=facts).parts)
    assert ", by 60 % (30 to 90 %). Counted: " in text


def test_how_sure_follows_p_and_the_width_of_flatness(run):
    for p, sure in ((0.0009, "very sure"), (0.001, "sure"), (0.01, "fairly sure")):
        verdicts = run.verdicts.assign(p_adjusted=p)
        told = move_finding(
            ("topic", "falls"), together=(), facts=Facts(replace(run, verdicts=verdicts))
        )
        assert told.sure == sure
    wide = run.verdicts.assign(ratio_low=0.85)
    flats = select_findings(Facts(replace(run, verdicts=wide))).flats
    assert {each.sure for each in flats} == {"fairly sure"}
    assert {each.sure for each in select_findings(Facts(run)).flats} == {"sure"}


# what is said where there is little


def test_few_papers_are_told_with_the_reason():
    few = made_run(80)
    text = " ".join(said(few))
    assert "All 7 groups have too few papers to say." in text
    assert "fewer than four full periods, or fewer than twenty papers" in text
    assert "No group can be called flat" not in text
    assert "nothing can be said about rises and falls" in " ".join(said(made_run(80, freq=None)))


def test_none_that_rose_is_said_plainly(run):
    level = run.verdicts.assign(
        direction=np.where(run.verdicts["direction"] == "flat", "flat", "unclear")
    )
    text = " ".join(said(replace(run, verdicts=level)))
    assert "No group is known to have risen or fallen" in text
    nothing = run.verdicts.assign(direction="unclear")
    assert "No group can be called flat" in " ".join(said(replace(run, verdicts=nothing)))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 30, 60])
def test_every_size_has_whole_sentences(n):
    for run in (made_run(n), made_run(n, n_undated=n, freq=None)):
        for text in (*said(run), brief(run), describe_verdicts(run)):
            assert not re.search(r"\bnan\b|\bNone\b|NaT|  ", text)


# words


def test_the_words_agree_with_the_constants_of_the_verdicts():
    numbers = {"four": 4, "twenty": 20}
    least = findings_module.TOO_FEW
    assert numbers[re.search(r"than (\w+) full", least)[1]] == MIN_FULL_PERIODS
    assert numbers[re.search(r"than (\w+) papers", least)[1]] == MIN_PAPERS
    assert f"{LEVEL:.0%} for shares".replace("%", " %") in READING
    assert f"{FLAT_LEVEL:.0%} for changes".replace("%", " %") in READING
    assert f"under {SURE}." in READING
    low, high = FLAT
    assert f"within {100 * (1 - low):.0f} % down and {100 * (high - 1):.0f} % up" in READING
    inner = f"within {100 * (1 - low**0.5):.0f} % down and {100 * (high**0.5 - 1):.0f} % up"
    assert inner in READING


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (share_text, 0.0, "0 %"), (share_text, 0.0004, "under 0.1 %"), (share_text, 0.041, "4.1 %"),
        (share_text, 0.18, "18 %"), (share_text, 0.9997, "over 99.9 %"), (share_text, 1.0, "100 %"),
        (fold_text, 1.034, "1.03"), (fold_text, 4.21, "4.2"), (fold_text, 18.4, "18"),
        (span_text, 0.05, "1 month"), (span_text, -0.75, "9 months"),
        (span_text, 2.44, "2.4 years"),
    ],
)  # fmt: skip
def test_cells_in_words(form, value, text):
    assert form(value) == text


def test_strengths_in_words():
    assert [strength_words(x) for x in (1.3, 2.0, 3.9, 4.0)] == [
        "mild", "strong", "strong", "very strong"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("strength", "words"),
    [
        (279.0, "its share since then is many times what it was before."),
        (2.34, "its share since then is 2.3 times what it was before."),
        (1.1, "its share since then is about the same on average, but moves in another direction."),
        (0.4, "its share since then is 60 % lower than before."),
        (0.02, "its share since then is a small fraction of what it was before."),
    ],
)
def test_turns_are_told_with_their_size_in_words(run, strength, words):
    row = run.events[run.events["group_id"] == "late"]
    row = row.assign(what="change", strength=strength, share_before=np.nan)
    events = conform(row, name="events")
    told = event_finding(next(events.itertuples()), facts=Facts(replace(run, events=events)))
    assert f"changed course in December 2023: {words}" in plain_text(told.parts)


def test_power_figures_are_those_of_the_full_periods(run):
    full = run.trends[~run.trends["is_partial"] & (run.trends["group_id"] == "level")]
    tested = run.verdicts[run.verdicts["direction"] != "too few to say"]
    phi = full["phi"] * tested["dispersion"].median()
    for row in run.manifest["period"]["power"]:
        expected = detection_power(
            full["n_total"], first=row["first"], last=row["last"], n_groups=7, phi=phi
        )
        assert row["power"] == pytest.approx(expected, abs=1e-6)
    assert len(tested) == 7
    assert [row["last"] / row["first"] for row in run.manifest["period"]["power"]] == (
        pytest.approx([2.0, 0.5] * 5)
    )


def test_power_is_told_for_a_run_that_tested_something(run, facts):
    text = plain_text(power_words(facts))
    assert text.startswith("With this many papers, a doubling is found ")
    (row,) = [r for r in run.manifest["period"]["power"] if (r["first"], r["last"]) == (0.02, 0.04)]
    assert 0.5 < row["power"] <= 1
    assert power_words(Facts(made_run(30))) == ()


# texts of the input


class Attributes(HTMLParser):
    """The names and values of all attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.held: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.held += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize("first", [0, 8, 16])
def test_hostile_labels_and_titles_stay_texts(run, first):
    stored = [text.replace("\ud800", "\ufffd") for text in HOSTILE]
    labels = (stored * 2)[first : first + len(run.groups)]
    titles = (stored * len(run.papers))[: len(run.papers)]
    groups = conform(run.groups.assign(label=labels), name="groups")
    papers = conform(run.papers.assign(title=titles, url=titles), name="papers")
    hostile = replace(run, groups=groups, papers=papers)
    page = brief(hostile)
    assert not re.search(r"<(script|img|svg|iframe|a) ?", page)
    assert not re.search(r"\]\(<?javascript", page)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)
    html = report_page(hostile).split("<main>")[1].split('id="map"')[0]
    seen = Attributes()
    seen.feed(html)
    assert not re.search(r"<(script|img|iframe)", html)
    assert not [name for name, _ in seen.held if name.startswith("on")]
    assert all(re.match(r"#|https?://", value) for name, value in seen.held if name == "href")
    assert html.count("<strong><bdi>") >= len(select_findings(Facts(hostile)).single)
