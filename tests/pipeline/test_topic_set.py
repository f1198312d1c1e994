"""Which topic definitions a run uses, and what it says of that."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.files import example_snapshot, topic_sets
from analysis.papers import read_snapshot
from analysis.pipeline.groups.topic_set import choose_set, given_set
from analysis.pipeline.replay import replay
from analysis.pipeline.run import Settings, run
from analysis.topics import Topic, read_topics
from analysis.topics.coverage import coverage

pytestmark = pytest.mark.usefixtures("_without_pages")
DEFINITION = '[[topic]]\nid = "bread"\nlabel = "Bread"\nstrong = ["bread", "sourdough"]\n'


def csv(path: Path, *, n: int = 20, what: str = "Sourdough bread rises") -> Path:
    rows = [f"{what} {number},Flour and water number {number}." for number in range(n)]
    path.write_text("\n".join(["title,abstract", *rows]), encoding="utf-8")
    return path


def settings(folder: Path, **more: object) -> Settings:
    return Settings(runs=folder / "runs", grades=False, **more)


def test_coverage_leaves_the_largest_topic_out_and_reads_evenly():
    topics = [Topic("a", "A", strong=("bread",)), Topic("b", "B", strong=("cake",))]
    papers = pd.DataFrame({"title": ["Bread"] * 6 + ["Cake"] * 2, "abstract": None})
    assert coverage(papers, topics=topics) == 0
    said = papers.assign(abstract="Bread is good. Bread is good.")
    assert coverage(said, topics=topics) == 0
    both = papers.assign(title=["Bread and cake"] * 4 + ["Soup"] * 4)
    both = both.assign(abstract=["Bread and cake. We bake cake and bread."] * 4 + [None] * 4)
    assert coverage(both, topics=topics) == 0.5
    assert coverage(papers.head(0), topics=topics) == coverage(papers, topics=topics[:1]) == 0


def test_the_bundled_snapshot_gets_the_set_of_its_field():
    papers = read_snapshot([example_snapshot()], today=date(2026, 1, 1)).papers
    found = choose_set(papers, before=None)
    assert found.name == "ml"
    assert found.file == topic_sets()["ml"]
    assert "whose phrases cover" in found.said


FIELDS = {
    "biomedicine": [
        ("Nightly walking and blood pressure", "We ran a randomised controlled trial in 90 nurses. "
         "Systolic blood pressure fell; the side effects were few."),
        ("Vaccination after transplantation", "Infection was the primary endpoint. Vaccinated "
         "patients had a lower incidence of hepatitis in this cohort study."),
        ("Sleep in pregnancy and depression", "Depressive symptoms in pregnant women were followed "
         "until birth. Prevalence of depression was 12 %."),
    ],
    "social": [
        ("Minimum wages in small firms", "Higher wages changed hiring in firms with few employees. "
         "We use data of the labour market of nine regions."),
        ("Who votes on school budgets", "Voters in local elections decide on education. Turnout "
         "of voters follows inequality of income."),
        ("Leadership in family business", "Managers who lead teams change organizational culture. "
         "Firm performance and innovation follow."),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", ["biomedicine", "ml", "social"])
def test_a_bundled_set_has_eight_to_twelve_topics_with_strong_and_weak_phrases(name):
    topics = read_topics(topic_sets()[name])
    assert 8 <= len(topics) <= 12
    for topic in topics:
        assert topic.label
        assert topic.description
        assert len(topic.strong) >= 10
        assert len(topic.weak) >= 5
        assert not {*topic.strong} & {*topic.weak}


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_papers_of_a_field_get_its_set(name):
    found = choose_set(pd.DataFrame(FIELDS[name], columns=["title", "abstract"]), before=None)
    assert found.name == name
    assert found.said.startswith(f"Topics: the bundled set {name}, whose phrases cover ")


def test_another_field_gets_no_topics_and_is_told_how_to_write_some(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = run(csv(tmp_path / "p.csv"), settings=settings(tmp_path))
    entry = made.manifest["topic_set"]
    assert entry["name"] == "none"
    assert "topics suggest" in entry["said"]
    assert made.groups.empty or (made.groups["kind"] == "cluster").all()
    assert [one["role"] for one in made.manifest["definitions"]].count("topics") == 0
    assert replay(made.path, folder=tmp_path).differing == ()
    again = run(csv(tmp_path / "p.csv"), settings=settings(tmp_path))
    assert again.path == made.path


def test_a_series_keeps_its_set_and_a_file_here_is_used(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = run(csv(tmp_path / "p.csv"), settings=settings(tmp_path))
    longer = run(csv(tmp_path / "p.csv", n=22), settings=settings(tmp_path))
    assert longer.manifest["topic_set"]["said"].startswith(f"No topics, as in run {first.name}.")
    named = run(csv(tmp_path / "p.csv"), settings=settings(tmp_path / "b", topics="ml"))
    kept = run(csv(tmp_path / "p.csv", n=22), settings=settings(tmp_path / "b"))
    assert kept.manifest["topic_set"]["said"] == f"Topics: ml, as in run {named.name}."
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "topics.toml").write_text(DEFINITION, encoding="utf-8")
    other = Settings(runs=tmp_path / "other", grades=False)
    made = run(csv(tmp_path / "p.csv"), settings=other)
    assert made.manifest["topic_set"]["name"] == "topics.toml"
    named = run(csv(tmp_path / "p.csv", n=22), settings=Settings(runs=tmp_path / "none",
                topics="none", grades=False))  # fmt: skip
    assert named.manifest["topic_set"]["said"] == "No topics, as asked for."


def test_a_series_asks_for_its_file_of_topics_where_that_is_gone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "mine.toml"
    mine.write_text(DEFINITION, encoding="utf-8")
    first = run(csv(tmp_path / "p.csv"), settings=settings(tmp_path, topics=mine))
    kept = choose_set(first.papers, before=first.manifest)
    assert (kept.file, kept.said) == (
        Path("mine.toml"),
        f"Topics: mine.toml, as in run {first.name}.",
    )
    mine.write_text(DEFINITION + '\n[[topic]]\nid = "cake"\nlabel = "Cake"\nstrong = ["cake"]\n')
    edited = choose_set(first.papers, before=first.manifest)
    assert edited.file == Path("mine.toml")
    assert edited.said == f"Topics: mine.toml, as in run {first.name}, in another version."
    mine.unlink()
    with pytest.raises(InputError) as raised:
        run(csv(tmp_path / "p.csv", n=22), settings=settings(tmp_path))
    assert f"run {first.name} has the topics of mine.toml, which is not in this" in str(
        raised.value
    )
    assert "give the file with --topics FILE" in str(raised.value)
    other = run(csv(tmp_path / "p.csv", n=22), settings=settings(tmp_path, topics="none"))
    assert other.manifest["topic_set"]["said"] == "No topics, as asked for."


def test_a_name_that_is_no_set_is_refused():
    with pytest.raises(InputError, match="no topics are named 'astronomy'") as raised:
        given_set("astronomy")
    assert "ml" in str(raised.value)
    assert given_set("none").file is None
    assert given_set("ml").file == topic_sets()["ml"]
