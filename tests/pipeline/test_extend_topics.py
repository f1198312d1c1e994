"""Topics along a series: changed definitions and decisions by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.runs import Run
from series_of_runs import KNOWN, made

pytestmark = pytest.mark.usefixtures("_without_pages")


def counted_topics(made: Run) -> set[tuple[str, str]]:
    rows = made.memberships[made.memberships["kind"] == "topic"]
    rows = rows[rows["weight"] >= 0.5]
    return set(zip(rows["paper_id"], rows["group_id"], strict=True))


# topics


TOPICS = """
[[topic]]
id = "{id}"
label = "{label}"
description = "Papers that say {phrase}."
strong = ["{phrase}"]
"""


def topics_file(path: Path, **phrases: str) -> Path:
    texts = [TOPICS.format(id=name, label=name.title(), phrase=phrase)
             for name, phrase in phrases.items()]  # fmt: skip
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def test_a_changed_definition_is_read_again_by_all_papers(tmp_path: Path):
    """The topic gets what a first run with the new definition gives it; the other one stays."""
    runs, file = tmp_path / "runs", tmp_path / "topics.toml"
    before = made(KNOWN[:210], runs, topics=topics_file(file, sky="quasar", money="volatility"))
    topics_file(file, sky="telescope", money="volatility")
    after = made(KNOWN[210:230], runs, topics=file)
    anew = made(KNOWN[:230], tmp_path / "other" / "runs", topics=file)
    now, then = counted_topics(after), counted_topics(before)
    assert {one for one in now if one[1] == "sky"} == {
        one for one in counted_topics(anew) if one[1] == "sky"
    }
    old = set(before.papers["paper_id"])
    assert {one for one in now if one[1] == "money" and one[0] in old} == {
        one for one in then if one[1] == "money"
    }
    moved = after.moves[after.moves["kind"] == "topic"]
    assert set(moved["cause"]) == {"definition"}
    assert set(moved["from_id"].fillna("")) | set(moved["to_id"].fillna("")) == {"", "sky"}
    assert (after.manifest["how"], before.manifest["how"]) == ("extended", "fresh")


def test_an_override_counts_and_does_not_stay_when_it_is_taken_back(tmp_path: Path):
    runs = tmp_path / "runs"
    topics = topics_file(tmp_path / "topics.toml", sky="quasar")
    title = KNOWN[KNOWN["field"] == "market"]["title"].iloc[0]
    decided, free = tmp_path / "decided.toml", tmp_path / "free.toml"
    decided.write_text(
        f'[[topic]]\npaper = "{title}"\ntopic = "sky"\nbelongs = true\n', encoding="utf-8"
    )
    free.write_text("", encoding="utf-8")
    told = {"topics": topics, "overrides": free}
    before = made(KNOWN[:210], runs, **told)
    paper = before.papers.set_index("title").at[title, "paper_id"]
    assert (paper, "sky") not in counted_topics(before)
    forced = made(KNOWN[:210], runs, **{**told, "overrides": decided})
    assert counted_topics(forced) == counted_topics(before) | {(paper, "sky")}
    (move,) = forced.moves[forced.moves["kind"] == "topic"].to_dict("records")
    assert (move["paper_id"], move["to_id"], move["cause"]) == (paper, "sky", "override")
    back = made(KNOWN[:210], runs, **told)
    assert counted_topics(back) == counted_topics(before)
    assert set(back.moves.loc[back.moves["kind"] == "topic", "cause"]) == {"override"}
