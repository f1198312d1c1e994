"""The facts behind sentences on trends: a run's rows by group, its papers by group and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from string import Formatter
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.base.groups import broader_clusters
from analysis.base.schema import SPANS
from analysis.runs.causes import counted_papers

from .numbers import FORMS
from .receipts import ROWS, Key, Mark, Part, Receipt, Value, look_up, source_words
from .selection import first_and_last

if TYPE_CHECKING:
    from analysis.runs import Run

OFF_SHARE, OFF_PART = 0.01, 0.5
"""How far a trend line may end from the counted shares for its rate to be reported."""


@dataclass(frozen=True)
class Facts:
    """A run as its sentences read it. Everything is looked up in its tables when first needed.

    Attributes
    ----------
    run : Run
    """

    run: Run

    @cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables that receipts name."""
        return {name: getattr(self.run, name) for name in ("trends", "verdicts", "events")}

    @cached_property
    def labels(self) -> dict[Key, str]:
        """The labels of the groups and words."""
        groups, words = self.run.groups, self.run.words
        keys = zip(groups["kind"], groups["group_id"], strict=True)
        labels = dict(zip(keys, groups["label"].astype(str), strict=True))
        labels |= {("broader", name): labels["cluster", name] for name in broader_clusters(groups)}
        names = zip(words["word_id"], words["label"].astype(str), strict=True)
        return labels | {("word", word): label for word, label in names}

    @cached_property
    def freq(self) -> str:
        """The length of the periods, "" if there are none."""
        return str(self.run.trends["freq"].iloc[0]) if len(self.run.trends) else ""

    @cached_property
    def period(self) -> Mapping[str, Any]:
        """The manifest's entry on periods."""
        return self.run.manifest.get("period") or {}

    @cached_property
    def verdicts(self) -> dict[Key, Any]:
        """The rows of `verdicts` by group."""
        return _by_group(self.run.verdicts)

    @cached_property
    def ends(self) -> dict[Key, Any]:
        """The rows of `first_and_last` by group."""
        return _by_group(self.ends_table)

    @cached_property
    def ends_table(self) -> pd.DataFrame:
        """The first and the last full period that may be compared (`first_and_last`)."""
        return first_and_last(self.run.trends)

    @cached_property
    def line_ends(self) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        """The first and the last full period with papers: the ends of trend lines, if two."""
        trends = self.run.trends
        full = trends.loc[~trends["is_partial"] & (trends["n_total"] > 0), "period"]
        return (full.min(), full.max()) if full.nunique() > 1 else None

    @cached_property
    def papers(self) -> Mapping[Key, pd.DataFrame]:
        """The papers in the counts by group, those that belong most first."""
        rows = counted_papers(self.run)
        if self.freq != "year":
            rows = rows[rows["day_precision"] != "year"]
        return {
            (str(kind), str(group)): part
            for (kind, group), part in rows.groupby(["kind", "group_id"], sort=False)
        }

    @cached_property
    def paper_sets(self) -> dict[Key, frozenset[str]]:
        """The ids of each group's papers."""
        return {key: frozenset(rows["paper_id"]) for key, rows in self.papers.items()}

    @cached_property
    def span(self) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        """The first and the last day of the full periods; None if there are none."""
        full = self.run.trends[~self.run.trends["is_partial"]]
        return None if full.empty else (full["period"].min(), full["period_end"].max())

    def papers_in(self, key: Key, *, start: pd.Timestamp, end: pd.Timestamp) -> tuple[str, ...]:
        """Return the ids of a group's papers in a span of days, those that belong most first."""
        rows = self.papers.get(key)
        if rows is None:
            return ()
        inside = rows["day"].between(start, end + pd.Timedelta(days=1), inclusive="left")
        return tuple(rows.loc[inside, "paper_id"])

    def titles(self, ids: Sequence[str]) -> list[tuple[str, object]]:
        """Return title and address of papers."""
        rows = self._papers_by_id
        return [(str(rows.at[i, "title"]), rows.at[i, "url"]) for i in ids]

    @cached_property
    def _papers_by_id(self) -> pd.DataFrame:
        return self.run.papers.set_index("paper_id")[["title", "url"]]

    # rows

    def trend_row(self, key: Key, *, period: pd.Timestamp) -> Any:
        """Return a group's row of `trends` in a period."""
        return self._trend_rows[(*key, period)]

    def is_steady(self, key: Key) -> bool:
        """Whether the trend line ends near the shares counted in the first and the last period.

        An end may leave its interval by `OFF_SHARE`, or by `OFF_PART` of the interval's end.
        """
        row = self.verdicts[key]
        if self.line_ends is None:
            return True
        for fitted, period in zip((row.share_first, row.share_last), self.line_ends, strict=True):
            counted = self.trend_row(key, period=period)
            nearest = min(max(fitted, counted.share_low), counted.share_high)
            if abs(fitted - nearest) > max(OFF_SHARE, OFF_PART * nearest):
                return False
        return True

    def extreme(self, key: Key, *, highest: bool) -> Any:
        """Return a group's row of `trends` with the highest or the lowest share of all full ones.

        The ends of the intervals are compared that would have to lie apart: the lower ends of
        high shares, the upper ends of low shares.
        """
        rows = [
            row
            for row in self._trend_rows.values()
            if (row.kind, row.group_id) == key and not row.is_partial and row.n_total
        ]
        if highest:
            return max(rows, key=lambda row: row.share_low)
        return min(rows, key=lambda row: row.share_high)

    @cached_property
    def _trend_rows(self) -> dict[tuple[str, str, pd.Timestamp], Any]:
        rows = self.run.trends.itertuples(index=False)
        return {(row.kind, row.group_id, row.period): row for row in rows}

    def events_of(self, key: Key) -> list[Any]:
        """Return a group's rows of `events`."""
        return self._events.get(key, [])

    @cached_property
    def _events(self) -> dict[Key, list[Any]]:
        events: dict[Key, list[Any]] = {}
        for row in self.run.events.itertuples(index=False):
            events.setdefault((str(row.kind), str(row.group_id)), []).append(row)
        return events

    # receipts

    def verdict_receipt(self, key: Key, *columns: str) -> Receipt:
        """Return the receipt of a verdict; its papers are the group's in full periods."""
        start, end = self.span or (pd.Timestamp.min, pd.Timestamp.min)
        return Receipt("verdicts", _pairs(key), columns, self.papers_in(key, start=start, end=end))

    def trend_receipt(self, key: Key, *columns: str, period: pd.Timestamp) -> Receipt:
        """Return the receipt of a group's share in a period, with the papers counted."""
        end = self.trend_row(key, period=period).period_end
        papers = self.papers_in(key, start=period, end=end)
        return Receipt("trends", (*_pairs(key), _day("period", period)), columns, papers)

    def event_receipt(self, row: Any, *columns: str) -> Receipt:
        """Return the receipt of a row of `events`, with the papers in the burst or since then."""
        key = (row.kind, row.group_id)
        end = row.end if row.what in SPANS or self.span is None else self.span[1]
        papers = self.papers_in(key, start=row.start, end=end)
        pairs = (*_pairs(key), ("what", row.what), _day("start", row.start))
        return Receipt("events", pairs, columns, papers)

    def row_count(self, table: str, **key: str) -> Value:
        """Return how many rows of a table match."""
        receipt = Receipt(table, tuple(key.items()), (ROWS,))
        return self.value(receipt, ROWS, "number")

    # sentences

    def value(self, receipt: Receipt, column: str, form: str) -> Value:
        """Return one cell of a receipt as it is written (`numbers.FORMS`)."""
        return Value(FORMS[form](self.cells(receipt)[column]), receipt, column, form)

    def phrase(self, pattern: str, receipt: Receipt) -> list[Part]:
        """Fill in a pattern with cells of a receipt.

        Parameters
        ----------
        pattern : str
            `{column:form}` is a cell, `{column}` the first day of a period, `{mark}` the place of
            the footnote.
        receipt : Receipt
        """
        parts: list[Part] = []
        for text, field, form, _ in Formatter().parse(pattern):
            if text:
                parts.append(text)
            if field == "mark":
                parts.append(Mark(receipt))
            elif field:
                parts.append(self.value(receipt, field, form or self.freq))
        return parts

    def cells(self, receipt: Receipt) -> dict[str, Any]:
        """Return the cells of a receipt by column, each row looked up once."""
        if receipt not in self._cells:
            cells = look_up(receipt, tables=self.tables, manifest=self.run.manifest)
            self._cells[receipt] = cells
        return self._cells[receipt]

    def source(self, receipt: Receipt) -> str:
        """Return table, key and cells of a receipt in words."""
        return source_words(receipt, cells=self.cells(receipt))

    @cached_property
    def _cells(self) -> dict[Receipt, dict[str, Any]]:
        return {}


def _by_group(frame: pd.DataFrame) -> dict[Key, Any]:
    return {(row.kind, row.group_id): row for row in frame.itertuples(index=False)}


def _pairs(key: Key) -> tuple[tuple[str, str], ...]:
    return ("kind", key[0]), ("group_id", key[1])


def _day(column: str, day: pd.Timestamp) -> tuple[str, str]:
    return column, day.date().isoformat()
