"""What sentences on trends rest on: a run's rows by group, its papers by group and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.runs.compare import axis_of, counted_papers

from .receipts import FORMS, MANIFEST, ROWS, Receipt, Value, look_up
from .selection import Key, first_and_last

if TYPE_CHECKING:
    from analysis.runs import Run


OFF_SHARE, OFF_PART = 0.01, 0.5
"""How far a trend line may end from what was counted, to be told with its rate."""


@dataclass(frozen=True)
class Grounds:
    """A run as its sentences read it. Everything is looked up in its tables when first asked for.

    Attributes
    ----------
    run : Run
    """

    run: Run

    @cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return the tables that receipts name."""
        return {name: getattr(self.run, name) for name in ("trends", "verdicts", "events")}

    @cached_property
    def labels(self) -> dict[Key, str]:
        """Return the groups' names."""
        groups = self.run.groups
        keys = zip(groups["kind"], groups["group_id"], strict=True)
        return dict(zip(keys, groups["label"].astype(str), strict=True))

    @cached_property
    def freq(self) -> str:
        """Return the length of the periods, "" where there are none."""
        return str(self.run.trends["freq"].iloc[0]) if len(self.run.trends) else ""

    @cached_property
    def verdicts(self) -> dict[Key, Any]:
        """Return the verdicts' rows by group."""
        return _by_group(self.run.verdicts)

    @cached_property
    def ends(self) -> dict[Key, Any]:
        """Return the rows of `first_and_last` by group."""
        return _by_group(self.ends_table)

    @cached_property
    def ends_table(self) -> pd.DataFrame:
        """Return `first_and_last` of the run."""
        return first_and_last(self.run.trends)

    @cached_property
    def axis(self) -> str:
        """Return what periods are told by: "published" or "listed"."""
        return axis_of(self.run)

    @cached_property
    def papers(self) -> Mapping[Key, pd.DataFrame]:
        """Return the papers in the counts by group, those that belong most first."""
        rows = counted_papers(self.run)
        if self.freq != "year":
            rows = rows[rows["day_precision"] != "year"]
        return dict(list(rows.groupby(["kind", "group_id"], sort=False)))

    @cached_property
    def paper_sets(self) -> dict[Key, frozenset[str]]:
        """Return the ids of each group's papers."""
        return {key: frozenset(rows["paper_id"]) for key, rows in self.papers.items()}

    @cached_property
    def span(self) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        """Return the first and the last day of the full periods; None where there is none."""
        full = self.run.trends[~self.run.trends["is_partial"]]
        return None if full.empty else (full["period"].min(), full["period_end"].max())

    def papers_in(self, key: Key, *, start: pd.Timestamp, end: pd.Timestamp) -> tuple[str, ...]:
        """Return the ids of a group's papers of a stretch of days, those that belong most first."""
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

    def verdict(self, key: Key, *columns: str) -> Receipt:
        """Return the receipt of a verdict; behind it are the group's papers of full periods."""
        start, end = self.span or (pd.Timestamp.min, pd.Timestamp.min)
        return Receipt("verdicts", _pairs(key), columns, self.papers_in(key, start=start, end=end))

    def trend(self, key: Key, *columns: str, period: pd.Timestamp) -> Receipt:
        """Return the receipt of a group's share in a period, with the papers counted."""
        end = self.trend_row(key, period=period).period_end
        papers = self.papers_in(key, start=period, end=end)
        return Receipt("trends", (*_pairs(key), _day("period", period)), columns, papers)

    def trend_row(self, key: Key, *, period: pd.Timestamp) -> Any:
        """Return a group's row of `trends` in a period."""
        return self._trend_rows[(*key, period)]

    def is_line(self, key: Key) -> bool:
        """Whether the trend line ends near the shares counted in the first and the last period.

        An end may leave its interval by `OFF_SHARE`, or by `OFF_PART` of the interval's end.
        """
        ends, row = self.ends.get(key), self.verdicts[key]
        if ends is None:
            return True
        counted = [self.trend_row(key, period=day) for day in (ends.period_first, ends.period_last)]
        fitted = row.share_first, row.share_last
        nearest = [min(max(share, each.share_low), each.share_high)
                   for share, each in zip(fitted, counted, strict=True)]  # fmt: skip
        return all(
            abs(share - near) <= max(OFF_SHARE, OFF_PART * near)
            for share, near in zip(fitted, nearest, strict=True)
        )

    def extreme(self, key: Key, *, highest: bool) -> Any:
        """Return a group's row of `trends` with the highest or the lowest share of all full ones.

        Compared are the ends of the intervals that would have to lie apart: the lower ones of
        high shares, the upper ones of low shares.
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

    def event(self, row: Any, *columns: str) -> Receipt:
        """Return the receipt of a row of `events`, with the papers in the burst or from then on."""
        key = (row.kind, row.group_id)
        end = row.end if row.what == "burst" or self.span is None else self.span[1]
        papers = self.papers_in(key, start=row.start, end=end)
        pairs = (*_pairs(key), ("what", row.what), _day("start", row.start))
        return Receipt("events", pairs, columns, papers)

    def value(self, receipt: Receipt, column: str, form: str) -> Value:
        """Write one cell of a receipt."""
        return Value(FORMS[form](self.cells(receipt)[column]), receipt, column, form)

    def cells(self, receipt: Receipt) -> dict[str, Any]:
        """Return the cells of a receipt by column, as `look_up` does, each row found once."""
        kept = self._cells.get(receipt)
        if kept is None:
            kept = look_up(receipt, tables=self.tables, manifest=self.run.manifest)
            self._cells[receipt] = kept
        return kept

    @cached_property
    def _cells(self) -> dict[Receipt, dict[str, Any]]:
        return {}

    def how_many(self, table: str, **key: str) -> Value:
        """Count the rows of a table that match."""
        receipt = Receipt(table, tuple(key.items()), (ROWS,))
        return self.value(receipt, ROWS, "number")

    def stated(self, at: str, *columns: str) -> Receipt:
        """Return the receipt of values in the manifest, at names and positions joined by dots."""
        return Receipt(MANIFEST, (("at", at),), columns)


def _by_group(frame: pd.DataFrame) -> dict[Key, Any]:
    return {(row.kind, row.group_id): row for row in frame.itertuples(index=False)}


def _pairs(key: Key) -> tuple[tuple[str, str], ...]:
    return ("kind", key[0]), ("group_id", key[1])


def _day(column: str, day: pd.Timestamp) -> tuple[str, str]:
    return column, day.date().isoformat()
