"""The papers of a series: what it knows already, joined with what a snapshot lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.escaping import normalised_title, short_hash
from analysis.base.schema import TABLES, conform

from .fields import aligned, combined, dates_of_both
from .same_paper import is_own_hash, paired

TEXT_HASH_LENGTH = 16


@dataclass(frozen=True)
class Joined:
    """What `join_papers` returns; all ids are those of the union, tuples are sorted.

    Attributes
    ----------
    papers : DataFrame
        Table `papers` of the new run.
    ids : Series of str
        The id in `papers` of each paper of the snapshot, by the id that it has there.
    known, added, gone : tuple of str
        Papers in both; in the snapshot alone; in the parent alone.
    revised : tuple of str
        Known papers whose title or abstract is another one now.
    redated : tuple of str
        Known papers whose date of publication, its precision or whose first listing is another
        one now; an undated paper that has a date now is one of them.
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


def join_papers(old: pd.DataFrame, new: pd.DataFrame, *, run: str) -> Joined:
    """Join the papers that a series has seen with those that a snapshot lists.

    Which papers are one is decided by `pairing.paired`. The id once given is kept; the
    snapshot's goes to `aliases`. Where both sides have a value the snapshot's is taken, with two
    exceptions: a date that is coarser than the one known and agrees with it changes nothing, and
    of two listings the first is kept.

    Parameters
    ----------
    old : DataFrame
        Table `papers` of the parent.
    new : DataFrame
        The snapshot's papers, as `sources.read_snapshot` gives them: the same table without
        `in_snapshot`, `first_run` and `last_run`.
    run : str
        Name of the new run.

    Returns
    -------
    Joined
        The same for any order of the rows of either side.
    """
    old = old.sort_values("paper_id", ignore_index=True)
    new = _named_as_in(old, new.sort_values("paper_id", ignore_index=True))
    old, new = old.assign(aliases=_lists(old)), new.assign(aliases=_lists(new))
    found = paired(old, new)
    ids = _union_ids(old, new, matches=found.matches)
    papers = _papers(old, new, ids=ids, run=run)
    before, known = set(old["paper_id"]), {ids[row] for row in found.matches}
    rows = sorted(found.matches, key=lambda row: ids[row])
    same = [found.matches[row] for row in rows]
    now = papers[papers["paper_id"].isin(known)]
    was = old.iloc[same]
    return Joined(
        papers=papers,
        ids=pd.Series(ids, index=pd.Index(new["paper_id"], name="snapshot_id"), dtype="str"),
        known=tuple(sorted(known)),
        added=tuple(sorted(set(ids) - before)),
        gone=tuple(sorted(before - known)),
        revised=_differing(was, now, columns=["text_hash"]),
        redated=_differing(was, now, columns=["published", "published_precision", "listed"]),
        renamed=_renamed(was, new["paper_id"].iloc[rows]),
        notes=found.notes,
    )


def _lists(papers: pd.DataFrame) -> pd.Series:
    """Return the aliases as lists; a table read back from Parquet has arrays."""
    return pd.Series([list(row) for row in papers["aliases"].tolist()], dtype="object")


def _named_as_in(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Call the columns that ride along as the series calls them, whatever their case."""
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
            ids[row] = _another_id(new.iloc[row], taken=taken)
            taken.add(ids[row])
    return ids


def _another_id(paper: pd.Series, *, taken: Iterable[str]) -> str:
    """Return an id for a paper whose title's hash is that of another paper.

    It is the one that `sources.merge` gives to the second of two papers of one title.
    """
    names = [alias for alias in paper["aliases"] if not is_own_hash(alias)]
    name = min(names, default=str(paper["text_hash"]))
    made = "t" + short_hash(f"{normalised_title(paper['title'])}\n{name}")
    while made in taken:
        name += "\n" + str(paper["paper_id"])
        made = "t" + short_hash(f"{normalised_title(paper['title'])}\n{name}")
    return made


def _papers(old: pd.DataFrame, new: pd.DataFrame, *, ids: Sequence[str], run: str) -> pd.DataFrame:
    """Write the table of the union; `ids` are those of the snapshot's rows."""
    before = old["paper_id"].tolist()
    row_of, known = ({name: row for row, name in enumerate(names)} for names in (ids, before))
    union = [*before, *sorted(set(row_of) - set(known))]
    places = tuple(np.array([rows.get(name, -1) for name in union], dtype="int64")
                   for rows in (known, row_of))  # fmt: skip
    ours = TABLES["papers"].columns
    columns = [c for c in ours if c not in _JOINED_OTHERWISE]
    columns += sorted({*old.columns, *new.columns} - set(ours))
    out = {c: combined(old.get(c), new.get(c), places=places) for c in columns}
    out |= dates_of_both(old, new, places=places)
    out["paper_id"] = pd.Series(union, dtype="str")
    out["aliases"] = _aliases(old, new, union=union, places=places)
    out["text_hash"] = _text_hashes(
        old, new, places=places, title=out["title"], abstract=out["abstract"]
    )
    listed, seen = places[1] >= 0, places[0] >= 0
    name = pd.Series([run] * len(union), dtype="str")
    first, last = (aligned(old[c].astype("str"), places[0]) for c in ("first_run", "last_run"))
    out["in_snapshot"] = pd.Series(listed)
    out["first_run"] = first.where(seen, name)
    out["last_run"] = name.where(listed, last)
    return conform(pd.DataFrame(out), name="papers")


_JOINED_OTHERWISE = (
    *("paper_id", "published", "published_precision", "listed", "in_snapshot", "first_run"),
    *("last_run", "text_hash", "aliases"),
)


def _aliases(
    old: pd.DataFrame, new: pd.DataFrame, *, union: Sequence[str], places: tuple[np.ndarray, ...]
) -> pd.Series:
    known, given, listed = (
        old["aliases"].tolist(),
        new["aliases"].tolist(),
        new["paper_id"].tolist(),
    )
    rows = []
    for name, was, now in zip(union, *(at.tolist() for at in places), strict=True):
        names = list(known[was]) if was >= 0 else []
        names += [listed[now], *given[now]] if now >= 0 else []
        rows.append(sorted(set(names) - {name}))
    return pd.Series(rows, dtype="object")


def _text_hashes(
    old: pd.DataFrame,
    new: pd.DataFrame,
    *,
    places: tuple[np.ndarray, ...],
    title: pd.Series,
    abstract: pd.Series,
) -> pd.Series:
    """Return the hashes of the texts as joined: anew only where they are of two sides."""
    hashes = combined(old["text_hash"], new["text_hash"], places=places)
    lacking = aligned(new["abstract"].astype("str"), places[1]).isna()
    mixed = (places[1] >= 0) & lacking & abstract.notna()
    texts = title[mixed] + "\n" + abstract[mixed]
    anew = [short_hash(text, length=TEXT_HASH_LENGTH) for text in texts]
    hashes.loc[mixed] = anew
    return hashes


def _differing(was: pd.DataFrame, now: pd.DataFrame, *, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the papers that differ in one of the columns; both sides have the same order."""
    one, other = (frame[list(columns)].reset_index(drop=True) for frame in (was, now))
    same = (one == other) | (one.isna() & other.isna())
    return tuple(now["paper_id"].array[~same.all(axis=1).to_numpy()])


def _renamed(was: pd.DataFrame, listed: pd.Series) -> dict[str, str]:
    rows = zip(was["paper_id"], was["aliases"], listed, strict=True)
    return {name: other for name, known, other in rows if other != name and other not in known}
