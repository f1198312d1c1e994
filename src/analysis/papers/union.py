"""The papers of a series: those it knows already, joined with those that a snapshot lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.escaping import normalised_title, short_hash
from analysis.base.schema import TABLES, conform
from analysis.sources.dates import RANK

from .same_paper import is_title_hash, match_papers

TEXT_HASH_LENGTH = 16
_EXACT = 2**53
"""Beyond this a float64 does not hold every integer."""

_Rows = tuple[NDArray[np.int64], NDArray[np.int64]]
"""For each of the n papers of the union its row among the old and among the new ones, -1 if it has
none; each of shape (n,)."""


@dataclass(frozen=True)
class PaperUnion:
    """The papers of a run that continues another; all ids are those of the union.

    Attributes
    ----------
    papers : DataFrame
        Table `papers` of the new run.
    ids : Series of str
        The id in `papers` of each paper of the snapshot, by the id that it has there.
    known, added, gone : tuple of str
        Papers in both; in the snapshot alone; in the parent run alone. Sorted.
    revised : tuple of str
        Known papers whose title or abstract has changed. Sorted.
    redated : tuple of str
        Known papers whose date of publication, its precision or whose first listing has changed,
        including undated papers that have a date now. Sorted.
    renamed : dict of str to str
        Known papers that the snapshot lists under an id which the series had not seen: the id
        kept to the new one, which is among their aliases.
    notes : tuple of str
        Near misses, which are not guessed at: lines to show, not escaped for any target.
    """

    papers: pd.DataFrame
    ids: pd.Series
    known: tuple[str, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]
    revised: tuple[str, ...]
    redated: tuple[str, ...]
    renamed: dict[str, str]
    notes: tuple[str, ...]


def join_papers(old: pd.DataFrame, new: pd.DataFrame, *, run: str) -> PaperUnion:
    """Join the papers that a series has seen with those that a snapshot lists.

    `same_paper.match_papers` decides which papers are one. An id once given is kept; the
    snapshot's goes to `aliases`. Where both sides have a value the snapshot's is taken, with two
    exceptions: a date that is coarser than the known one and agrees with it changes nothing, and
    of two listings the first is kept.

    Parameters
    ----------
    old : DataFrame
        Table `papers` of the parent run.
    new : DataFrame
        The snapshot's papers, as `read_snapshot` returns them: the same table without
        `in_snapshot`, `first_run` and `last_run`.
    run : str
        Name of the new run.

    Returns
    -------
    PaperUnion
        The same for any order of the rows of either side.
    """
    old = old.sort_values("paper_id", ignore_index=True)
    new = _with_names_of(old, new.sort_values("paper_id", ignore_index=True))
    old, new = old.assign(aliases=_lists(old)), new.assign(aliases=_lists(new))
    matches = match_papers(old, new, ids_are_kept=False)
    ids = _union_ids(old, new, matches=matches.rows)
    papers = _union_table(old, new, ids=ids, run=run)
    before, known = set(old["paper_id"]), {ids[row] for row in matches.rows}
    rows = sorted(matches.rows, key=lambda row: ids[row])
    then = old.iloc[[matches.rows[row] for row in rows]]
    now = papers[papers["paper_id"].isin(known)]
    return PaperUnion(
        papers=papers,
        ids=pd.Series(ids, index=pd.Index(new["paper_id"], name="snapshot_id"), dtype="str"),
        known=tuple(sorted(known)),
        added=tuple(sorted(set(ids) - before)),
        gone=tuple(sorted(before - known)),
        revised=_differing(then, now, columns=["text_hash"]),
        redated=_differing(then, now, columns=["published", "published_precision", "listed"]),
        renamed=_new_names(then, new["paper_id"].iloc[rows]),
        notes=matches.notes,
    )


def _lists(papers: pd.DataFrame) -> pd.Series:
    """Return the aliases as lists; a table read back from Parquet has arrays."""
    return pd.Series([list(row) for row in papers["aliases"].tolist()], dtype="object")


def _with_names_of(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Name the further columns of the input as the series does, whatever their case."""
    names = {c.casefold(): c for c in sorted(set(old.columns) - set(new.columns), reverse=True)}
    others = sorted(set(new.columns) - set(old.columns))
    renamed = {names.pop(c.casefold()): c for c in others if c.casefold() in names}
    return new.rename(columns={theirs: ours for ours, theirs in renamed.items()})


def _union_ids(old: pd.DataFrame, new: pd.DataFrame, *, matches: Mapping[int, int]) -> list[str]:
    """Return for each row of the snapshot the id that its paper has in the series."""
    known, ids = old["paper_id"].tolist(), new["paper_id"].tolist()
    before, taken = set(known), {*known, *ids}
    for row, identifier in enumerate(ids):
        if row in matches:
            ids[row] = known[matches[row]]
        elif identifier in before:
            ids[row] = _other_id(new.iloc[row], taken=taken)
            taken.add(ids[row])
    return ids


def _other_id(paper: pd.Series, *, taken: Iterable[str]) -> str:
    """Return an id for a paper whose title's hash is that of another paper.

    `exact_duplicates.assign_ids` gives the same one to the second of two papers of one title.
    """
    names = [alias for alias in paper["aliases"] if not is_title_hash(alias)]
    name = min(names, default=str(paper["text_hash"]))
    made = "t" + short_hash(f"{normalised_title(paper['title'])}\n{name}")
    while made in taken:
        name += "\n" + str(paper["paper_id"])
        made = "t" + short_hash(f"{normalised_title(paper['title'])}\n{name}")
    return made


def _union_table(
    old: pd.DataFrame, new: pd.DataFrame, *, ids: Sequence[str], run: str
) -> pd.DataFrame:
    """Return the table of the union; `ids` are those of the snapshot's rows."""
    before = old["paper_id"].tolist()
    row_of, known = ({name: row for row, name in enumerate(names)} for names in (ids, before))
    union = [*before, *sorted(set(row_of) - set(known))]
    was, now = (
        np.array([places.get(name, -1) for name in union], dtype="int64")
        for places in (known, row_of)
    )
    rows = (was, now)
    ours = TABLES["papers"].columns
    columns = [c for c in ours if c not in _JOINED_OTHERWISE]
    columns += sorted({*old.columns, *new.columns} - set(ours))
    out = {c: _combine_columns(old.get(c), new.get(c), rows=rows) for c in columns}
    out |= _combine_dates(old, new, rows=rows)
    out["paper_id"] = pd.Series(union, dtype="str")
    out["aliases"] = _aliases(old, new, union=union, rows=rows)
    out["text_hash"] = _text_hashes(
        old, new, rows=rows, title=out["title"], abstract=out["abstract"]
    )
    listed, seen = now >= 0, was >= 0
    name = pd.Series([run] * len(union), dtype="str")
    first, last = (_take_rows(old[c].astype("str"), was) for c in ("first_run", "last_run"))
    out["in_snapshot"] = pd.Series(listed)
    out["first_run"] = first.where(seen, name)
    out["last_run"] = name.where(listed, last)
    return conform(pd.DataFrame(out), name="papers")


_JOINED_OTHERWISE = (
    *("paper_id", "published", "published_precision", "listed", "in_snapshot", "first_run"),
    *("last_run", "text_hash", "aliases"),
)


def _aliases(
    old: pd.DataFrame, new: pd.DataFrame, *, union: Sequence[str], rows: _Rows
) -> pd.Series:
    known, given = old["aliases"].tolist(), new["aliases"].tolist()
    listed = new["paper_id"].tolist()
    aliases = []
    for name, was, now in zip(union, *(at.tolist() for at in rows), strict=True):
        names = list(known[was]) if was >= 0 else []
        names += [listed[now], *given[now]] if now >= 0 else []
        aliases.append(sorted(set(names) - {name}))
    return pd.Series(aliases, dtype="object")


def _text_hashes(
    old: pd.DataFrame, new: pd.DataFrame, *, rows: _Rows, title: pd.Series, abstract: pd.Series
) -> pd.Series:
    """Return the hashes of the joined texts, computed again only where two sides are mixed."""
    hashes = _combine_columns(old["text_hash"], new["text_hash"], rows=rows)
    lacking = _take_rows(new["abstract"].astype("str"), rows[1]).isna()
    mixed = (rows[1] >= 0) & lacking & abstract.notna()
    texts = title[mixed] + "\n" + abstract[mixed]
    hashes.loc[mixed] = [short_hash(text, length=TEXT_HASH_LENGTH) for text in texts]
    return hashes


def _differing(then: pd.DataFrame, now: pd.DataFrame, *, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the papers that differ in one of the columns; both sides have the same order."""
    one, other = (frame[list(columns)].reset_index(drop=True) for frame in (then, now))
    same = (one == other) | (one.isna() & other.isna())
    return tuple(now["paper_id"].array[~same.all(axis=1).to_numpy()])


def _new_names(then: pd.DataFrame, listed: pd.Series) -> dict[str, str]:
    rows = zip(then["paper_id"], then["aliases"], listed, strict=True)
    return {name: other for name, known, other in rows if other != name and other not in known}


# one value of two


def _combine_columns(old: pd.Series | None, new: pd.Series | None, *, rows: _Rows) -> pd.Series:
    """Return the newer value where there is one, else the older; a side may lack the column.

    The type is the common one: integers with gaps are float64 where that is exact, and values
    without a common type are text.
    """
    pairs = zip((old, new), rows, strict=True)
    sides = [(side, at) for side, at in pairs if side is not None and side.notna().any()]
    if not sides:
        return pd.Series([None] * len(rows[0]), dtype="str")
    kinds = {_kind(side) for side, _ in sides}
    given = [np.append(side.notna().to_numpy(), False)[at] for side, at in sides]
    complete = bool(np.logical_or.reduce(given).all())
    if kinds == {"datetime"}:
        return _newest(sides, dtype="datetime64[us]")
    if len(kinds) == 1 and complete and kinds <= {"bool", "int"}:
        return _newest(sides, dtype="object").astype("bool" if "bool" in kinds else "int64")
    if kinds <= {"int", "float"} and all(_is_exact(side) for side, _ in sides):
        return _newest(sides, dtype="float64")
    return _newest([(_as_text(side), at) for side, at in sides], dtype="str")


def _kind(side: pd.Series) -> str:
    return next((name for name, is_kind in _KINDS.items() if is_kind(side.dtype)), "text")


_KINDS: dict[str, Callable[[Any], bool]] = {
    "bool": pd.api.types.is_bool_dtype,
    "int": pd.api.types.is_integer_dtype,
    "float": pd.api.types.is_float_dtype,
    "datetime": pd.api.types.is_datetime64_any_dtype,
}


def _is_exact(side: pd.Series) -> bool:
    return _kind(side) == "float" or int(side.abs().max()) <= _EXACT


def _take_rows(side: pd.Series, rows: NDArray[np.int64]) -> pd.Series:
    """Return the values in `rows`, null where that is -1; the dtype must have a null."""
    return pd.Series(side.array.take(rows, allow_fill=True))


def _newest(sides: list[tuple[pd.Series, NDArray[np.int64]]], *, dtype: Any) -> pd.Series:
    columns = [_take_rows(side.astype(dtype), at) for side, at in sides]
    return columns[0] if len(columns) == 1 else columns[1].where(columns[1].notna(), columns[0])


def _as_text(side: pd.Series) -> pd.Series:
    if _kind(side) == "text":
        return side
    values = [None if pd.isna(value) else str(value) for value in side.tolist()]
    return pd.Series(values, index=side.index, dtype="str")


def _combine_dates(old: pd.DataFrame, new: pd.DataFrame, *, rows: _Rows) -> dict[str, pd.Series]:
    """Return `published`, `published_precision` and `listed` of the union.

    A newer date comes with its precision; it is ignored if it is coarser than the known one and
    agrees with it (March 2024 where 8 March 2024 is known). The first listing counts.
    """
    sides = [(old, rows[0]), (new, rows[1])]
    known, given = (_take_rows(side["published"], at) for side, at in sides)
    precisions = [_take_rows(side["published_precision"].astype("str"), at) for side, at in sides]
    ranks = [names.map(RANK).fillna(-1) for names in precisions]
    agrees = known.dt.year == given.dt.year
    agrees &= (ranks[1] < RANK["month"]) | (known.dt.month == given.dt.month)
    use = given.notna() & ~((ranks[1] < ranks[0]) & agrees)
    listed = [_take_rows(side["listed"], at) for side, at in sides]
    later = listed[1].isna() | (listed[0] <= listed[1])
    return {
        "published": given.where(use, known),
        "published_precision": precisions[1].where(use, precisions[0]),
        "listed": listed[0].where(listed[0].notna() & later, listed[1]),
    }
