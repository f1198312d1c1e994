"""Why groups count other papers in one run than in another, in whole papers that add up.

What is counted, is counted as in `trends`, all periods together: a cluster counts its primary
papers, a topic those with a weight of at least `schema.COUNTED_WEIGHT`, of the papers that have a
date. The denominator of a run is the number of its papers with a date. Where a run's trends are
of its snapshot alone (`only_snapshot` in the settings of its manifest), both are of the papers
that the snapshot lists. Where the new run tells periods by the day of listing, "date" means that
day, in both runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.base.groups import broader_memberships, counted_memberships, groups_of
from analysis.base.schema import CAUSES, KINDS, conform, empty

from .paper_changes import rename_ids, revised_papers, same_papers

if TYPE_CHECKING:
    from .run import Run

_KEY = ["kind", "group_id", "paper_id"]


def changes(old: Run, new: Run, *, clusters: bool = True) -> pd.DataFrame:
    """Count for each group, by cause, how many papers it gained or lost from one run to another.

    Each paper that only one of the runs knows is `added` or `gone`. Each paper of both that is
    counted differently has one cause, the first that applies of `override` (a decision by hand on
    paper and group differs), `definition` (of the topic, or only one run defines it), `revised`
    (text or date of the paper differs) and `refit` (all else: a fresh fit, or a birth, split or
    merger).

    Parameters
    ----------
    old, new : Run
        Only their tables and settings are read; left unchanged.
    clusters : bool
        False if the two runs' cluster ids do not mean the same groups: no rows of clusters.

    Returns
    -------
    DataFrame
        Table `changes`, one row per group of either run. The columns of causes are signed, `gone`
        is 0 or less, and n_new - n_old is their sum exactly.
    """
    known = {name: _known(run) for name, run in (("old", old), ("new", new))}
    day = axis_of(new)
    same = same_papers(old.papers, new.papers)
    before = _counted(old, papers=known["old"], day=day, same=same)
    after = _counted(new, papers=known["new"], day=day)
    kinds = KINDS if clusters else ("topic",)
    pairs = before.merge(after, on=_KEY, how="outer", indicator="side")
    pairs = pairs[(pairs["side"] != "both") & pairs["kind"].isin(kinds)]
    sign = pairs["side"].map({"left_only": -1, "right_only": 1}).astype("int64")
    cause = _causes(pairs, old=old, new=new, same=same)
    known_before = set(rename_ids(known["old"]["paper_id"], same=same))
    cause = cause.mask((sign > 0) & ~pairs["paper_id"].isin(known_before), "added")
    cause = cause.mask((sign < 0) & ~pairs["paper_id"].isin(known["new"]["paper_id"]), "gone")
    signed = pairs.assign(sign=sign)
    counts = {
        "n_old": before.groupby(_KEY[:2]).size(),
        "n_new": after.groupby(_KEY[:2]).size(),
        **{name: signed[cause == name].groupby(_KEY[:2])["sign"].sum() for name in CAUSES},
    }
    groups = [groups_of(run.groups, kind=kind)[_KEY[:2]] for run in (old, new) for kind in kinds]
    table = pd.concat(groups).drop_duplicates()
    index = pd.MultiIndex.from_frame(table)
    columns = {name: n.reindex(index, fill_value=0).to_numpy() for name, n in counts.items()}
    totals = {f"n_total_{name}": papers[day].notna().sum() for name, papers in known.items()}
    return conform(table.assign(**columns, **totals), name="changes")


def moves(old: Run, new: Run, *, clusters: bool = True) -> pd.DataFrame:
    """List the papers of both runs whose primary cluster or counted topics differ, with the cause.

    Causes are those of `changes`; papers without a date move too.

    Parameters
    ----------
    old, new : Run
    clusters : bool
        False if the two runs' cluster ids do not mean the same groups: topics only.

    Returns
    -------
    DataFrame
        Table `moves` with the ids of the new run. `from_id` or `to_id` is "" if a paper entered or
        left a topic, or if one of the runs has no clusters.
    """
    same = same_papers(old.papers, new.papers)
    before, after = (_members(run) for run in (old, new))
    before = before.assign(paper_id=rename_ids(before["paper_id"], same=same))
    shared = set(same.values())
    before, after = (rows[rows["paper_id"].isin(shared)] for rows in (before, after))
    pairs = before.merge(after, on=_KEY, how="outer", indicator="side")
    pairs = pairs[pairs["side"] != "both"]
    left, right = pairs["side"] == "left_only", pairs["side"] == "right_only"
    rows = pairs.assign(
        from_id=pairs["group_id"].where(left, ""),
        to_id=pairs["group_id"].where(right, ""),
        cause=_causes(pairs, old=old, new=new, same=same),
    )
    topics = rows[rows["kind"] == "topic"]
    ours = rows[rows["kind"] == "cluster"]
    # One row per paper for clusters: the one it left and the one it joined are two rows so far.
    joined = ours.groupby("paper_id", as_index=False).agg(
        kind=("kind", "first"),
        from_id=("from_id", "max"),
        to_id=("to_id", "max"),
        cause=("cause", "first"),
    )
    parts = [part for part in (topics, joined if clusters else ours[:0]) if len(part)]
    return conform(pd.concat(parts), name="moves") if parts else empty("moves")


def axis_of(run: Run) -> str:
    """Return the column that decides a paper's period in a run: "published" or "listed"."""
    return str((run.manifest.get("period") or {}).get("by") or "published")


def counted_papers(run: Run) -> pd.DataFrame:
    """List the papers behind the counts of a run's trends.

    Returns
    -------
    DataFrame
        `kind` ("broader" and "word" too), `group_id`, `paper_id`, `weight`, `day` (that decides the
        period) and `day_precision`; dated papers only, each group's in the order of decreasing
        weight. Papers dated to the year are listed whatever the length of the periods.
    """
    day = axis_of(run)
    papers = _known(run)[["paper_id", day, "published_precision"]]
    papers = papers.rename(columns={day: "day", "published_precision": "day_precision"})
    papers = papers[papers["day"].notna()]
    if day == "listed":
        papers = papers.assign(day=papers["day"].dt.normalize(), day_precision="day")
    said = run.words[["word_id", "paper_ids"]].explode("paper_ids").dropna()
    said = said.set_axis(["group_id", "paper_id"], axis=1).assign(kind="word", weight=1.0)
    broader = broader_memberships(run.memberships, groups=run.groups)
    rows = pd.concat([counted_memberships(pd.concat([run.memberships, broader])), said])
    rows = rows[[*_KEY, "weight"]]
    rows = rows.astype(dict.fromkeys(_KEY, "str")).merge(papers, on="paper_id")
    order = ["kind", "group_id", "weight", "paper_id"]
    return rows.sort_values(order, ascending=[True, True, False, True], ignore_index=True)


def _known(run: Run) -> pd.DataFrame:
    """Return the papers that a run's trends cover, dated or not."""
    settings = run.manifest.get("settings") or {}
    return run.papers[run.papers["in_snapshot"]] if settings.get("only_snapshot") else run.papers


def _members(run: Run) -> pd.DataFrame:
    """Return the pairs of group and paper that count, dated or not."""
    return counted_memberships(run.memberships)[_KEY]


def _counted(
    run: Run, *, papers: pd.DataFrame, day: str, same: dict[str, str] | None = None
) -> pd.DataFrame:
    rows = _members(run)
    rows = rows[rows["paper_id"].isin(papers.loc[papers[day].notna(), "paper_id"])]
    return rows.assign(paper_id=rename_ids(rows["paper_id"], same=same or {}))


def _causes(pairs: pd.DataFrame, *, old: Run, new: Run, same: dict[str, str]) -> pd.Series:
    """Return why each pair of group and paper counts in one run only; see `changes`."""
    decisions, definitions = [], []
    for run in (old, new):
        rows = run.evidence[run.evidence["how"] == "override"]
        ids = rename_ids(rows["paper_id"], same=same if run is old else {})
        decisions.append(set(zip(ids, rows["kind"], rows["group_id"], rows["text"], strict=True)))
        topics = run.groups[run.groups["kind"] == "topic"]
        definitions.append(set(zip(topics["group_id"], topics["definition_hash"], strict=True)))
    by_hand = {
        # A paper pinned to one cluster leaves another: the decision is on the paper, not the pair.
        (paper, kind, group if kind == "topic" else "")
        for paper, kind, group, _ in decisions[0] ^ decisions[1]
    }
    redefined = {topic for topic, _ in definitions[0] ^ definitions[1]}
    revised = revised_papers(old.papers, new.papers, same=same, day=axis_of(new))
    is_topic = pairs["kind"] == "topic"
    keys = zip(pairs["paper_id"], pairs["kind"], pairs["group_id"].where(is_topic, ""), strict=True)
    decided = pd.Series([key in by_hand for key in keys], index=pairs.index, dtype="bool")
    cause = pd.Series("refit", index=pairs.index, dtype="str")
    cause = cause.mask(pairs["paper_id"].isin(revised), "revised")
    cause = cause.mask(is_topic & pairs["group_id"].isin(redefined), "definition")
    return cause.mask(decided, "override")
