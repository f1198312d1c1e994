"""All differences between two runs, collected for the report, the terminal and notebooks.

Tables in, tables out; the sentences are made in `report.changes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

import pandas as pd

from analysis.base.groups import groups_of
from analysis.base.schema import empty

from .causes import axis_of, changes, moves
from .files import read_table
from .new_clusters import new_clusters, old_homes
from .paper_changes import PaperChanges, paper_changes, same_papers
from .renamed import renamed_clusters, renamed_since_parent
from .series import line_of, parent_of
from .shares import restated_shares

if TYPE_CHECKING:
    from .run import Run


@dataclass(frozen=True)
class Comparison:
    """The differences between an old and a new run.

    Attributes
    ----------
    old, new : str
        Names of the runs.
    n_old, n_new : int
        Papers of each.
    papers : PaperChanges
        Ids of papers added, gone, revised and so on.
    titles : DataFrame
        `title` and `url` of all papers of either run, by id.
    ids : str
        Whether a cluster's id means the same group in both: "same" or "other"; "none" if one of
        the runs has no clusters.
    changes, moves, lineage, restated : DataFrame
        As in the schema; lineage without kept clusters.
    born, old_homes : DataFrame
        See `new_clusters`; the second is empty unless `ids` is "other".
    renamed : DataFrame
        Clusters with another label; see `renamed_clusters`. Empty unless `ids` is "same".
    labels : mapping of (kind, group id) to str
        The new run's label of a group, else the old one's.
    freqs : tuple of str
        Lengths of the periods in the old and the new run; "" if there is no trend.
    fresh : bool
        Whether the new run's clusters come from a fresh fit.
    notes : tuple of str
        Other differences that affect all numbers.
    whole : bool
        Whether both runs were read; if not, see `compare_with_parent`.
    """

    old: str
    new: str
    n_old: int
    n_new: int
    papers: PaperChanges
    titles: pd.DataFrame
    ids: str
    changes: pd.DataFrame
    moves: pd.DataFrame
    lineage: pd.DataFrame
    restated: pd.DataFrame
    born: pd.DataFrame
    old_homes: pd.DataFrame
    renamed: pd.DataFrame
    labels: Mapping[tuple[str, str], str]
    freqs: tuple[str, str]
    fresh: bool
    notes: tuple[str, ...] = ()
    whole: bool = True


def compare(
    old: Run, new: Run, *, ids: str = "other", lineage: pd.DataFrame | None = None
) -> Comparison:
    """Collect the differences between two runs.

    Parameters
    ----------
    old, new : Run
        Any two; left unchanged.
    ids : {"same", "other"}
        Whether the cluster ids of one mean the same groups in the other.
    lineage : DataFrame, optional
        The lineage of clusters from the one to the other; `lineage` of the schema.
    """
    same = same_papers(old.papers, new.papers)
    papers = paper_changes(old, new)
    clusters = [set(groups_of(run.groups, kind="cluster")["group_id"]) for run in (old, new)]
    ids = ids if all(clusters) else "none"
    linked = ids == "same"
    events = empty("lineage") if lineage is None else lineage
    titles = pd.concat([run.papers[["paper_id", "title", "url"]] for run in (new, old)])
    older = {old.name: old.trends} if axis_of(old) == axis_of(new) else {}
    return Comparison(
        old=old.name,
        new=new.name,
        n_old=len(old.papers),
        n_new=len(new.papers),
        papers=papers,
        titles=titles.drop_duplicates("paper_id").set_index("paper_id"),
        ids=ids,
        changes=changes(old, new, clusters=linked),
        moves=moves(old, new, clusters=linked),
        lineage=_changed(events),
        restated=restated_shares(new.trends, older=older, clusters=linked),
        born=new_clusters(new, known=clusters[0] if linked else clusters[1], added=papers.added),
        old_homes=old_homes(old, new, same=same if ids == "other" else {}),
        renamed=renamed_clusters(old, new) if linked else renamed_clusters(new, new),
        labels={**_labels(old), **_labels(new)},
        freqs=(_freq(old), _freq(new)),
        fresh=new.manifest.get("how", "fresh") == "fresh",
        notes=_notes(old, new),
    )


def compare_opened(old: Run, new: Run) -> Comparison:
    """Collect the differences between two finished runs.

    Cluster ids mean the same groups if one of the runs goes back to the other (`runs.line_of`).
    The lineage is that of all runs after the old one up to the new one.

    Parameters
    ----------
    old, new : Run
        As `open_run` returns them.
    """
    line = line_of(new)
    if line.get(old.name) == old.path and old.path is not None:
        between = takewhile(lambda path: path != old.path, line.values())
        parts = [new.lineage, *(read_table(path, "lineage") for path in between)]
        full = [part for part in reversed(parts) if len(part)]
        lineage = pd.concat(full, ignore_index=True) if full else empty("lineage")
        return compare(old, new, ids="same", lineage=lineage)
    goes_back = new.path is not None and line_of(old).get(new.name) == new.path
    return compare(old, new, ids="same" if goes_back else "other")


def compare_with_parent(run: Run) -> Comparison | None:
    """Collect the differences to the parent run from a run's own tables.

    Parameters
    ----------
    run : Run
        Its tables `changes`, `moves`, `lineage` and `restated` are as `compare_opened` makes them
        for parent and run; `restated` may include earlier runs too.

    Returns
    -------
    Comparison or None
        None if the run has no parent. An extended run holds all papers of its parent; for a fresh
        fit it is not known which papers of the parent are gone or revised.
    """
    parent = str(parent_of(run).get("run", ""))
    if not parent:
        return None
    papers = _papers_since_parent(run, parent=parent)
    clusters = set(groups_of(run.groups, kind="cluster")["group_id"])
    events = run.lineage
    new = set(events.loc[_is_new(events), "group_id"])
    return Comparison(
        old=parent,
        new=run.name,
        n_old=len(papers.both),
        n_new=len(run.papers),
        papers=papers,
        titles=run.papers.set_index("paper_id")[["title", "url"]],
        ids="same" if clusters else "none",
        changes=run.changes,
        moves=run.moves,
        lineage=_changed(events),
        restated=run.restated,
        born=new_clusters(run, known=clusters - new, added=papers.added),
        old_homes=old_homes(run, run, same={}),
        renamed=renamed_since_parent(run),
        labels=_labels(run),
        freqs=(_freq(run), _freq(run)),
        fresh=run.manifest.get("how", "fresh") == "fresh",
        whole=bool(run.manifest.get("union")),
    )


def _papers_since_parent(run: Run, *, parent: str) -> PaperChanges:
    papers = run.papers
    added = papers["first_run"] == run.name
    unlisted = ~papers["in_snapshot"] & (papers["last_run"] == parent)
    both, new = (sorted(papers["paper_id"][rows]) for rows in (~added, added))
    union = run.manifest.get("union") or {}
    revised = {*union.get("revised", []), *union.get("redated", [])}
    return PaperChanges(
        both=both,
        added=new,
        gone=[],
        revised=sorted(revised & set(both)),
        unlisted=sorted(papers["paper_id"][unlisted]),
    )


def _changed(lineage: pd.DataFrame) -> pd.DataFrame:
    """Leave out kept clusters and rows that another row makes redundant.

    The part of a split or merger that keeps its id is not a change of its own; a part of a split
    is also born, a cluster that was merged into another is also retired.
    """
    own = lineage["group_id"] == lineage["previous_group_id"]
    joint = lineage["event"].isin(["split", "merged"])
    parts = lineage.loc[(lineage["event"] == "split") & ~own, "group_id"]
    away = lineage.loc[(lineage["event"] == "merged") & ~own, "previous_group_id"]
    twice = ((lineage["event"] == "born") & lineage["group_id"].isin(parts)) | (
        (lineage["event"] == "retired") & lineage["group_id"].isin(away)
    )
    kept = lineage["event"] == "kept"
    return lineage[~(kept | (own & joint) | twice)].reset_index(drop=True)


def _is_new(lineage: pd.DataFrame) -> pd.Series:
    """Return which rows name a new cluster: born, or the smaller part of a split."""
    parts = (lineage["event"] == "split") & (lineage["group_id"] != lineage["previous_group_id"])
    return (lineage["event"] == "born") | parts


def _labels(run: Run) -> dict[tuple[str, str], str]:
    groups = run.groups
    keys = zip(groups["kind"], groups["group_id"], strict=True)
    return dict(zip(keys, groups["label"], strict=True))


def _freq(run: Run) -> str:
    return "" if run.trends.empty else str(run.trends["freq"].iloc[0])


def _notes(old: Run, new: Run) -> tuple[str, ...]:
    notes = []
    names = [str((run.manifest.get("embedding") or {}).get("name", "")) for run in (old, new)]
    if names[0] != names[1]:
        notes.append(
            f"The runs compare texts in different ways (embedding {names[0]} and {names[1]}), "
            "which moves papers by itself."
        )
    axes = [axis_of(run) for run in (old, new)]
    if axes[0] != axes[1]:
        notes.append(
            f"Run {old.name} tells a paper's period by the day {axes[0]}, run {new.name} by the "
            f"day {axes[1]}: what was reported by period cannot be set beside it."
        )
    numbers = [int(run.name.split("-")[0]) for run in (old, new)]
    if numbers[0] > numbers[1]:
        notes.append(
            f"Run {old.name} was made after run {new.name}: the comparison reads backwards in time."
        )
    return tuple(notes)
