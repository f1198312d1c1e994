"""What no topic covers: groups found, counted, sized; a planted theme comes first."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.base.schema import TABLES, conform, empty
from analysis.clusters.labels.phrases import phrases
from analysis.pipeline.topic_questions import suggestions
from analysis.topics import read_topics
from analysis.topics.growth.comparisons import adjust_p, fisher_p, unit
from analysis.topics.growth.suggest import Suggestions, suggest
from planted import FIELDS, planted

pytestmark = pytest.mark.usefixtures("_without_pages", "_few_subsamples")

THEMES = ("speech", "galaxy", "protein")


def papers_on(themes: list[str], *, start: str = "2024-01-01", step: int = 1) -> pd.DataFrame:
    """Make one paper a theme: two words of the theme in the title, four in the abstract."""
    rows = []
    for number, theme in enumerate(themes):
        words = FIELDS[theme].split()
        rows.append(
            {
                "paper_id": f"p{number:03d}",
                "title": f"On {theme} and {words[1 + number % 3]}",
                "abstract": f"We study the {theme} {words[4]} and the {theme} {words[5]}.",
                "published": pd.Timestamp(start) + pd.Timedelta(days=step * number),
                "published_precision": "day",
            }
        )
    columns = ["paper_id", "title", "abstract", "published", "published_precision"]
    return pd.DataFrame(rows, columns=columns)


def vectors_on(themes: list[str]) -> np.ndarray:
    """Give each theme an axis of its own, its papers a little apart from one another."""
    out = np.zeros((len(themes), len(THEMES) + 1), dtype="float32")
    for number, theme in enumerate(themes):
        out[number, THEMES.index(theme)] = 1
        out[number, -1] = 0.01 * (number % 5)
    return unit(out).astype("float32")


def memberships_of(themes: list[str], *, covered: dict[int, str], clustered: bool) -> pd.DataFrame:
    rows = [(f"p{i:03d}", "topic", topic, 0.5, True) for i, topic in covered.items()]
    if clustered:
        rows += [
            (f"p{i:03d}", "cluster", f"c{THEMES.index(t):04d}", 1.0, True)
            for i, t in enumerate(themes)
        ]
    frame = pd.DataFrame(rows, columns=list(TABLES["memberships"].columns))
    return conform(frame, name="memberships")


def groups_of(
    topics: list[str], *, clusters: tuple[str, ...] = (), terms: tuple[str, ...] | None = None
) -> pd.DataFrame:
    rows = [{"kind": "topic", "group_id": t, "label": t, "terms": []} for t in topics]
    rows += [
        {
            "kind": "cluster",
            "group_id": f"c{THEMES.index(name):04d}",
            "label": name,
            "terms": list(terms or (f"{name} {FIELDS[name].split()[4]}", name)),
        }
        for name in clusters
    ]
    frame = pd.DataFrame(rows, columns=list(TABLES["groups"].columns))
    return frame.assign(
        n_papers=0, stability=np.nan, label_coverage=np.nan, label_precision=np.nan
    ).pipe(conform, name="groups")


def neighbours_within(themes: list[str]) -> pd.DataFrame:
    """Make the papers of one theme one another's nearest, up to three each."""
    rows = []
    for i, theme in enumerate(themes):
        near = [j for j, other in enumerate(themes) if other == theme and j != i]
        near = sorted(near, key=lambda j: abs(i - j))[:3]
        rows += [(f"p{i:03d}", rank, f"p{j:03d}", 0.9) for rank, j in enumerate(near, start=1)]
    frame = pd.DataFrame(rows, columns=list(TABLES["neighbours"].columns))
    return conform(frame, name="neighbours")


def asked(
    themes: list[str],
    *,
    covered: dict[int, str] | None = None,
    topics: list[str] | None = None,
    clustered: bool = True,
    terms: tuple[str, ...] | None = None,
    n: int = 10,
) -> Suggestions:
    clusters = tuple(t for t in THEMES if t in themes) if clustered else ()
    return suggest(
        papers_on(themes),
        vectors=vectors_on(themes),
        memberships=memberships_of(themes, covered=covered or {}, clustered=clustered),
        groups=groups_of(topics or [], clusters=clusters, terms=terms),
        trends=empty("trends"),
        neighbours=neighbours_within(themes),
        phrases=phrases,
        n=n,
    )


# numbers worked by hand


def test_fisher_is_that_of_the_lady_tasting_tea():
    # 3 of 4 against 1 of 4: two tables of 16/70 and two of 1/70 are no likelier, 34/70.
    assert fisher_p(3, 4, 1, 4) == pytest.approx(34 / 70)
    assert fisher_p(4, 4, 0, 4) == pytest.approx(2 / 70)
    assert fisher_p(0, 5, 0, 9) == 1
    assert fisher_p(0, 0, 3, 9) == 1
    with pytest.raises(ValueError, match="nonnegative"):
        fisher_p(5, 4, 0, 4)


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
@settings(max_examples=60)
def test_fisher_sums_the_tables_that_are_no_likelier_and_is_symmetric(a, more_a, b, more_b):
    from scipy.stats import hypergeom

    p = fisher_p(a, a + more_a, b, b + more_b)
    n, counted = a + more_a, a + b
    chances = hypergeom.pmf(np.arange(counted + 1), n + b + more_b, counted, n)
    no_likelier = chances[chances <= chances[a] * (1 + 1e-7)]  # equal ones differ in last digits
    assert p == pytest.approx(no_likelier.sum() if n and b + more_b and counted else 1)
    assert p == pytest.approx(fisher_p(b, b + more_b, a, a + more_a))


def test_benjamini_hochberg_worked_by_hand():
    # .01 * 4, min(.02 * 4 / 2, .03 * 4 / 3), .03 * 4 / 3, .5
    given_p = [0.5, 0.01, 0.03, 0.02]
    assert adjust_p(given_p) == pytest.approx([0.5, 0.04, 0.04, 0.04])
    assert adjust_p([]).shape == (0,)


def test_a_mean_of_nothing_stays_zero():
    assert unit(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist() == [[0.6, 0.8], [0.0, 0.0]]


def test_shares_nearest_topic_and_exemplars_worked_by_hand():
    themes = ["speech"] * 5 + ["galaxy"] * 4 + ["protein"] * 4
    covered = {0: "data", 5: "stars", 6: "stars", 7: "stars"}
    found = asked(themes, covered=covered, topics=["stars", "data"])
    assert (found.n_papers, found.n_uncovered, found.n_groups) == (13, 9, 2)
    assert found.table["group_id"].tolist() == ["c0000", "c0002"]
    assert found.table["n_uncovered"].tolist() == [4, 4]
    assert found.table["n_papers"].tolist() == [5, 4]
    assert found.table["share_covered"].tolist() == pytest.approx([0.2, 0])
    first = found.table.iloc[0]
    # "data" has p000 alone, of the same theme: nearly the same direction.
    assert first["nearest_topic"] == "data"
    centre = unit(vectors_on(themes)[:5].mean(axis=0))
    assert first["similarity"] == pytest.approx(float(centre @ vectors_on(themes)[0]), abs=1e-6)
    assert first["exemplars"][:2] == ["p002", "p003"]  # .02 and .03, nearest to .025
    assert first["strong"] == ["speech phoneme"]
    assert first["weak"] == ["speech"]
    # p008 is left over: in a cluster that a topic covers for the most part.
    assert found.outside.to_dict("records") == [{"nearest_topic": "stars", "n_papers": 1}]


def test_half_covered_is_suggested_and_more_is_not():
    half = {0: "a", 1: "a", 2: "a"}
    assert asked(["speech"] * 6, covered=half, topics=["a"]).n_groups == 1
    assert asked(["speech"] * 6, covered={**half, 3: "a"}, topics=["a"]).n_groups == 0


@pytest.mark.parametrize("n", [0, 1, 2, 3])
@pytest.mark.parametrize("clustered", [True, False])
def test_few_papers(n, clustered):
    found = asked(["speech"] * n, clustered=clustered)
    assert found.n_uncovered == found.n_papers == n
    assert len(found.table) == (n == 3)
    assert found.outside["n_papers"].sum() == (n if n < 3 else 0)
    assert found.outside["nearest_topic"].isna().all()
    assert (found.window == "") == (n == 0)
    assert set(found.table["growth"]) <= {"too few to say"}
    assert len(tomllib.loads(found.toml).get("topic", [])) == (n == 3)


def test_without_clusters_papers_near_one_another_are_groups():
    themes = ["speech", "galaxy", "speech", "galaxy", "speech", "galaxy", "speech", "protein"]
    found = asked(themes, clustered=False, covered={1: "stars"}, topics=["stars"])
    assert found.table["group_id"].tolist() == ["near-1"]
    assert found.table["n_papers"].tolist() == [4]
    assert found.table["label"].tolist() == ["Speech phoneme"]
    assert set(found.table["exemplars"].iloc[0]) < {"p000", "p002", "p004", "p006"}
    assert found.outside["n_papers"].sum() == 3


def test_at_most_n_are_shown_and_all_are_counted():
    themes = ["speech"] * 5 + ["galaxy"] * 4 + ["protein"] * 3
    found = asked(themes, n=2)
    assert found.table["label"].tolist() == ["speech", "galaxy"]
    assert found.n_groups == 3
    with pytest.raises(InputError, match="n=0"):
        asked(themes, n=0)


def test_a_phrase_of_every_paper_defines_nothing():
    found = asked(["speech"] * 4)
    assert found.table["strong"].tolist() == found.table["weak"].tolist() == [[]]
    assert "please add strong phrases" in found.toml
    assert tomllib.loads(found.toml)["topic"][0]["exemplars"]
    half = asked(["speech"] * 4 + ["galaxy"] * 4)
    assert half.table["strong"].tolist() == [["speech phoneme"], ["galaxy supernova"]]


def test_no_topic_at_all():
    found = asked(["speech"] * 4)
    assert found.table["nearest_topic"].isna().all()
    assert found.table["similarity"].isna().all()
    assert "no topic has papers yet" in found.toml


def test_inputs_are_left_as_they_were():
    themes = ["speech"] * 4
    tables = {
        "papers": papers_on(themes),
        "memberships": memberships_of(themes, covered={0: "a"}, clustered=True),
        "groups": groups_of(["a"], clusters=("speech",)),
        "trends": empty("trends"),
        "neighbours": neighbours_within(themes),
    }
    before = {name: frame.copy(deep=True) for name, frame in tables.items()}
    papers = tables.pop("papers")
    suggest(papers, vectors=vectors_on(themes), phrases=phrases, **tables)
    for name, frame in {"papers": papers, **tables}.items():
        pd.testing.assert_frame_equal(frame, before[name])


# a theme that nobody defined


def test_a_planted_theme_is_suggested_first(tmp_path):
    from analysis import Settings, run

    frame = planted(150, n_fields=5)
    # "robot" grows: its papers are from 2023, those of the others from 2019 to 2024 alike.
    late = frame["field"] == "robot"
    frame.loc[late, "published"] = [f"2023-{i % 12 + 1:02d}-05" for i in range(int(late.sum()))]
    snapshot = tmp_path / "planted.csv"
    frame.to_csv(snapshot, index=False)
    topics = tmp_path / "topics.toml"
    topics.write_text(
        "\n".join(
            f'[[topic]]\nid = "{name}"\nlabel = "{name}"\nstrong = ["{name}"]\n'
            for name in ("speech", "galaxy", "protein", "market")
        ),
        encoding="utf-8",
    )
    options = Settings(runs=tmp_path / "runs", topics=topics, period="year")
    made = run(snapshot, settings=options)
    found = suggestions(made)
    first = found.table.iloc[0]
    ids = set(made.papers["paper_id"])
    robots = set(made.papers.loc[made.papers["title"].str.contains("robot"), "paper_id"]) & ids
    assert set(first["exemplars"]) <= robots
    assert first["growth"] == "rises"
    words = " ".join([*first["strong"], *first["weak"]]).lower()
    assert any(word in words for word in FIELDS["robot"].split())
    new = tmp_path / "new.toml"
    new.write_text(topics.read_text(encoding="utf-8") + found.toml, encoding="utf-8")
    assert [topic.id for topic in read_topics(new)][:4] == ["speech", "galaxy", "protein", "market"]
    again = run(snapshot, settings=replace(options, topics=new))
    own = again.memberships[again.memberships["group_id"] == first["topic_id"]]
    got = set(own.loc[own["weight"] >= 0.5, "paper_id"])
    assert len(got & robots) > len(robots) / 2
    assert len(got - robots) <= len(got) / 10
