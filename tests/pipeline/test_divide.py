"""A run in another division: fewer and more groups along its tree, told and counted anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import InputError, Run, divide, map_points, share_table
from analysis.base.groups import broader_clusters, broader_ids, counted_memberships, groups_of
from analysis.base.laws import check_laws
from analysis.clusters import nearest_neighbours, neighbour_table
from analysis.pipeline.groups.tree import divided_fits, kept_division, run_tree, wanted_groups
from analysis.runs import tables_of
from explored import told_run, two_levels
from page_runs import made_run


def with_tree(run: Run) -> Run:
    """Give a made-up run the neighbours of its vectors, its broader cluster papers, and a tree."""
    indices, similarities = nearest_neighbours(run.vectors, k=10)
    near = neighbour_table(run.papers, indices=indices, similarities=similarities)
    counted = counted_memberships(run.memberships, kind="cluster")["group_id"].value_counts()
    above = broader_ids(run.groups)
    sums = counted.groupby(lambda name: above.get(name, "")).sum()
    groups = run.groups.assign(n_papers=run.groups["group_id"].map(sums).fillna(
        run.groups["n_papers"]).astype("int64"))  # fmt: skip
    run = replace(run, neighbours=near, groups=groups)
    tree, leaves = run_tree(
        run.papers,
        memberships=run.memberships,
        groups=run.groups,
        neighbours=near,
        vectors=run.vectors,
    )
    return replace(run, tree=tree, leaves=leaves)


@pytest.fixture(scope="module")
def told() -> Run:
    """Two hundred papers in four clusters of unlike papers, two of them in a broader one."""
    run = two_levels(told_run(200))
    noise = np.random.default_rng(0).normal(scale=0.03, size=run.vectors.shape)
    vectors = run.vectors + noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return with_tree(replace(run, vectors=vectors.astype(np.float32)))


def sizes(run: Run) -> dict[str, int]:
    rows = groups_of(run.groups, kind="cluster")
    return dict(zip(rows["group_id"], rows["n_papers"], strict=True))


def primary(run: Run) -> pd.Series:
    rows = counted_memberships(run.memberships, kind="cluster")
    return rows.set_index("paper_id")["group_id"].sort_index()


@pytest.mark.parametrize("count", [2, 3, 4, 5, 8, 12])
def test_every_number_of_groups_keeps_the_laws(told, count):
    divided = divide(told, clusters=count)
    assert check_laws(tables_of(divided)) == []
    assert len(sizes(divided)) == count
    assert sum(sizes(divided).values()) == 200
    assert divided.manifest["counts"]["clusters"] == count
    assert set(share_table(divided, kind="cluster")["group_id"]) == set(sizes(divided))
    labels = groups_of(divided.groups, kind="cluster")["label"]
    assert labels.str.len().gt(0).all()
    assert labels.is_unique


def test_nothing_of_the_run_itself_changes(told):
    before = told.groups.copy()
    divide(told, clusters=7)
    pd.testing.assert_frame_equal(told.groups, before)
    assert divide(told) is told
    assert divide(told, detail="medium") is told
    assert divide(told, clusters=4) is told


def test_a_finer_division_divides_clusters_and_keeps_the_whole_ones_above(told):
    fine = divide(told, clusters=5)
    coarse_of = primary(told)
    assert all(name.split(".")[0] == cluster
               for name, cluster in zip(primary(fine), coarse_of, strict=True))  # fmt: skip
    cut = {name.split(".")[0] for name in sizes(fine) if "." in name}
    assert len(cut) == 1
    assert cut <= broader_clusters(fine.groups)
    kept = set(sizes(told)) - cut
    columns = ["group_id", "label", "color"]
    old, new = (run.groups[run.groups["group_id"].isin(kept)][columns].reset_index(drop=True)
                for run in (told, fine))  # fmt: skip
    pd.testing.assert_frame_equal(old, new)
    assert set(fine.verdicts["kind"]) >= {"cluster", "broader", "topic"}


def test_weights_of_parts_add_up_to_those_of_their_cluster(told):
    fine = divide(told, clusters=8)
    for run in (told, fine):
        rows = run.memberships[run.memberships["kind"] == "cluster"]
        assert rows["weight"].between(0, 1).all()
    of_cluster = told.memberships[told.memberships["kind"] == "cluster"]
    parts = fine.memberships[fine.memberships["kind"] == "cluster"]
    before = of_cluster.groupby("paper_id")["weight"].sum()
    after = parts.groupby("paper_id")["weight"].sum()
    assert (after <= before + 1e-5).all()


def test_a_coarser_division_is_told_by_its_broader_cluster(told):
    coarse = divide(told, clusters=3)
    assert sizes(coarse) == {"c0101": 100, "c0003": 50, "c0004": 50}
    assert "Learning at large" in set(coarse.groups["label"])
    note = coarse.manifest["told_anew"][-1]
    assert note.startswith("The papers are divided into 3 clusters, as asked; run ")
    assert "has 4." in note
    back = divide(coarse, detail="medium")
    pd.testing.assert_series_equal(primary(back), primary(told))


def test_a_divided_run_can_be_drawn(told):
    points = map_points(divide(told, clusters=8))
    assert points["cluster_id"].nunique() == 8


def test_topics_are_untouched(told):
    fine = divide(told, clusters=8)
    for name in ("memberships", "trends"):
        old, new = (getattr(run, name) for run in (divide(told, clusters=3), fine))
        old, new = (t[t["kind"] == "topic"].reset_index(drop=True) for t in (old, new))
        pd.testing.assert_frame_equal(old, new)


def test_errors_say_what_is_allowed(told):
    last = told.tree["to_n"].max()
    with pytest.raises(InputError, match=rf"1,000 groups\nAllowed: 2 to {last} for these papers"):
        divide(told, clusters=1000)
    with pytest.raises(InputError, match=r"both 4 groups and the detail 'fine'"):
        divide(told, clusters=4, detail="fine")
    with pytest.raises(InputError, match=r"detail 'finer': allowed are coarse, medium, fine"):
        divide(told, detail="finer")
    with pytest.raises(InputError, match="has no tree of groups: an earlier version"):
        divide(made_run(200), clusters=3)
    with pytest.raises(InputError, match="papers that can be divided: at least 60"):
        divide(made_run(30), clusters=3)


@pytest.mark.parametrize(
    ("n", "leaves", "detail", "wanted"),
    [(34, 253, "coarse", 11), (34, 253, "fine", 102), (34, 253, None, 34), (34, 60, "fine", 60),
     (4, 9, "coarse", 2), (1, 1, "coarse", 1), (1, 1, "fine", 1)],
)  # fmt: skip
def test_details_are_a_third_and_three_times(n, leaves, detail, wanted):
    assert wanted_groups(n, n_leaves=leaves, clusters=None, detail=detail) == wanted


def test_an_extension_keeps_the_division_of_its_parent():
    before = {"clusters": 10, "detail": None}
    assert kept_division((None, None), before=before, run="0001") == (10, None)
    assert kept_division((10, None), before=before, run="0001") == (10, None)
    assert kept_division((None, "medium"), before=None, run="") == (None, None)
    assert kept_division((None, "medium"), before={}, run="0001") == (None, None)
    for given, words in (((12, None), "12 clusters"), ((None, "fine"), "the detail 'fine'")):
        with pytest.raises(InputError, match=f"{words} for a run that extends run 0001"):
            kept_division(given, before=before, run="0001")


def test_fits_of_subsamples_are_divided_as_the_papers_are(told):
    from analysis.clusters import stored_graph

    fit = np.arange(200) % 4
    fit[:20] = -1
    graph = stored_graph(told.neighbours, papers=told.papers)
    how = {"graph": graph, "vectors": told.vectors}
    (divided,) = divided_fits(fit[None], **how, clusters=2, detail=None)
    np.testing.assert_array_equal(divided < 0, fit < 0)
    assert len(set(divided[20:])) == 2
    assert pd.DataFrame({"a": divided[20:], "b": fit[20:]}).drop_duplicates().shape[0] == 4
    np.testing.assert_array_equal(
        divided_fits(fit[None], **how, clusters=None, detail=None), fit[None]
    )


@pytest.mark.parametrize(
    "damage",
    [
        lambda run: {"leaves": run.leaves.iloc[:0]},
        lambda run: {"leaves": run.leaves.iloc[::2]},
        lambda run: {"leaves": run.leaves.assign(node="zzz")},
        lambda run: {"tree": run.tree.assign(n_papers=-7)},
        lambda run: {"tree": run.tree.assign(from_n=-7)},
        lambda run: {"tree": run.tree.drop(columns="parent")},
    ],
)
def test_damaged_tables_are_refused(told, damage):
    with pytest.raises(InputError, match="is damaged: "):
        divide(replace(told, **damage(told)), clusters=3)
