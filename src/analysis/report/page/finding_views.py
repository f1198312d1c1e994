"""Findings prepared for the page: what the template shows of each, with footnotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from analysis.base.escaping import clean

from ..findings.facts import Facts
from ..findings.findings import READING, Findings, power_words
from ..findings.numbers import chance_text, period_text, share_number, share_text, strata_word
from ..findings.receipts import (
    Key,
    Part,
    Receipt,
    footnote_numbers,
    papers_words,
    set_parts,
    short_title,
)
from ..findings.sentences import GLYPHS, SURENESS, TURN_GLYPHS, Finding
from ..findings.words import WORDS_RULE, word_rows
from ..markup import HTML, html_link

MOST_LINKED = 5
MOST_IN_NOTE = 3
MOST_WORDS, MOST_OF_WORD = 40, 3
_GLYPHS = {**GLYPHS, **TURN_GLYPHS}


class FindingView(NamedTuple):
    """A finding as the template shows it."""

    way: str
    glyph: str
    sure: str
    n_sure: int
    text: Markup
    papers: list[tuple[str, object]]
    n_papers: int


class TrendView(NamedTuple):
    """A group's verdict with its counted shares then and now."""

    way: str
    glyph: str
    other_way: str
    shares: list[dict[str, Any]]


class PageFindings:
    """The findings of a run and their footnotes, in the order of the page.

    Parameters
    ----------
    findings : Findings
    facts : Facts
        Of the same run.
    """

    def __init__(self, findings: Findings, *, facts: Facts) -> None:
        self._facts = facts
        self._marked: set[Receipt] = set()
        power = power_words(facts)
        singles = [each.parts for each in findings.single]
        words = [findings.words_counted, *(each.parts for each in findings.words)]
        self._numbers = footnote_numbers([findings.lead, *singles, *words, power])
        # The order of these calls is that of the page: the first mark of a note is its anchor.
        self.lead = self._set(findings.lead)
        self.moves = [self._view(each) for each in findings.moves]
        self.events = [self._view(each) for each in findings.events]
        self.flats = [self._view(each) for each in findings.flats]
        self.unclear = [self._view(each) for each in findings.unclear]
        self.words_counted = self._set(findings.words_counted)
        self.words = [self._view(each) for each in findings.words]
        self.word_rows = _word_rows(facts)
        self.words_rule = WORDS_RULE
        self.power = self._set(power)
        self.untold = self._set(findings.untold)
        self.why_no_move = findings.why_no_move
        self.why_no_flat = findings.why_no_flat
        self.reading = READING if len(facts.run.verdicts) else ""
        self.power_table = power_table(facts)
        self.n_sureness = len(SURENESS) - 1
        self.most_linked = MOST_LINKED

    @property
    def notes(self) -> list[dict[str, Any]]:
        """The footnotes: number, source in words, papers behind it."""
        notes = []
        for receipt, number in self._numbers.items():
            titles = self._facts.titles(receipt.papers[:MOST_IN_NOTE])
            links = [html_link(short_title(title), url) for title, url in titles]
            papers = Markup(papers_words(receipt, examples=links))
            notes.append({"n": number, "source": self._facts.source(receipt), "papers": papers})
        return notes

    def _view(self, finding: Finding) -> FindingView:
        papers = finding.receipts[0].papers
        return FindingView(
            way=finding.direction.replace(" ", "-"),
            glyph=_GLYPHS[finding.direction],
            sure=finding.sure,
            n_sure=SURENESS.index(finding.sure),
            text=self._set(finding.parts),
            papers=self._facts.titles(papers[:MOST_LINKED]),
            n_papers=len(papers),
        )

    def _set(self, parts: Sequence[Part]) -> Markup:
        text = set_parts(parts, target=HTML, mark=self._mark).replace(" %", "\u00a0%")
        return Markup(text)

    def _mark(self, receipt: Receipt) -> Markup:
        """Return the place of a footnote: its number as a link, its text shown on hover."""
        number = self._numbers[receipt]
        titles = self._facts.titles(receipt.papers[:MOST_IN_NOTE])
        examples = [f"“{short_title(title)}”" for title, _ in titles]
        papers = papers_words(receipt, examples=examples)
        note = clean(f"{self._facts.source(receipt)}.{papers}")
        first = receipt not in self._marked
        self._marked.add(receipt)
        anchor = Markup(' id="at-{}"').format(number) if first else ""
        link = Markup('<sup><a href="#note-{0}"{1} title="{2}">{0}</a></sup>')
        return link.format(number, anchor, note)


def trend_view(key: Key, *, facts: Facts) -> TrendView | None:
    """Return a group's verdict, and its counted shares then and now; None without a verdict."""
    verdict = facts.verdicts.get(key)
    if verdict is None:
        return None
    strata = strata_word(facts.period.get("standardised_by"))
    ends = facts.ends.get(key)
    shares = []
    for period in () if ends is None else (ends.period_first, ends.period_last):
        row = facts.trend_row(key, period=period)
        interval = f"({share_number(row.share_low)} to {share_text(row.share_high)})"
        papers = f"{row.n_papers:,} of {row.n_total:,} papers"
        shares.append({"share": share_text(row.share), "interval": interval, "papers": papers})
    way = verdict.direction
    return TrendView(way, GLYPHS[way], strata if verdict.sign_flips else "", shares)


def _word_rows(facts: Facts) -> list[dict[str, Any]]:
    """Return the words that moved, each with its trend and the papers that say it."""
    rows = []
    for row in word_rows(facts, most=MOST_WORDS):
        ids = list(facts.papers[row["key"]].sort_values("day", ascending=False)["paper_id"])
        papers = facts.titles(ids[:MOST_OF_WORD])
        rows.append({**row, "trend": trend_view(row["key"], facts=facts), "papers": papers})
    return rows


def ends_words(facts: Facts) -> str:
    """Return which periods "then" and "now" are: "May 2024 to November 2025"; "" if unknown."""
    if facts.ends_table.empty:
        return ""
    ends = facts.ends_table.iloc[0]
    days = ends["period_first"], ends["period_last"]
    return " to ".join(period_text(day, freq=facts.freq) for day in days)


def power_table(facts: Facts) -> list[tuple[str, str, str]]:
    """Return each starting share with how often its doubling and its halving would be found."""
    chances: dict[float, dict[bool, str]] = {}
    for row in facts.period.get("power") or []:
        rises = row["last"] > row["first"]
        chances.setdefault(row["first"], {}).setdefault(rises, chance_text(row["power"]))
    return [(share_text(start), each[True], each[False]) for start, each in chances.items()]
