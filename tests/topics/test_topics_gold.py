"""Labels that people give: their files read, and the papers they mean."""

import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.topics.accuracy.gold import Gold, read_gold
from analysis.topics.accuracy.scoring import match_gold
from analysis.topics.find_paper import bare_id, find_paper, find_topic, paper_by_id, paper_index
from hostile import HOSTILE
from labelled import papers

TOPICS = ("peft", "data")


HEADER = "arxiv_id,title,peft,data\n"


def gold_file(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def read(path: Path, text: str, *, topics: tuple[str, ...] = TOPICS) -> Gold:
    return read_gold(gold_file(path / "gold.csv", text), topics=topics)


def refused(path: Path, text: str, *, topics: tuple[str, ...] = TOPICS) -> InputError:
    with pytest.raises(InputError) as caught:
        read(path, text, topics=topics)
    return caught.value


# reading labels


def test_labels_are_read_with_blanks_as_unknown(tmp_path):
    text = f"{HEADER}2401.00001,One,1,0\n2401.00002,Two,,1.0\n\n2401.00003,Three,0\n"
    gold = read(tmp_path, text)
    assert gold.topics == ("peft", "data")
    assert gold.rows["line"].tolist() == [2, 3, 5]
    assert gold.rows["title"].tolist() == ["One", "Two", "Three"]
    assert gold.rows["peft"].tolist()[::2] == [1, 0]
    assert math.isnan(gold.rows["peft"][1])
    assert gold.rows["data"].tolist()[:2] == [0, 1]
    assert math.isnan(gold.rows["data"][2])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_spreadsheets_write_is_read(tmp_path, delimiter):
    rows = [["Title", "PEFT", "abstract", "weight"], ['"A; B, c\ttitle"', "1", "x", "0.3"]]
    rows.append(["'=SUM", "0", "", ""])
    text = "\ufeff" + "".join(delimiter.join(row) + "\r\n" for row in rows)
    gold = read(tmp_path, text)
    assert gold.topics == ("peft",)
    assert gold.ignored == ("abstract", "weight")
    assert gold.rows["title"].tolist() == ["A; B, c title", "=SUM"]
    assert gold.rows["line"].tolist() == [2, 3]


def test_a_record_over_several_lines_has_the_number_of_its_first(tmp_path):
    gold = read(tmp_path, 'title,peft\n"A\nB\nC",1\nD,0\n')
    assert gold.rows["line"].tolist() == [2, 5]
    assert gold.rows["title"].tolist() == ["A B C", "D"]


def test_all_problems_of_a_file_are_told_together_with_their_lines(tmp_path):
    error = refused(tmp_path, "arxiv_id,pefft,peft,data\n2401.1,1,2,\n,0,1,x\n2401.3,1,1,1,9\n")
    assert error.problems == [
        "gold.csv, line 1: column 'pefft' holds labels but is not a topic (did you mean peft?)",
        "gold.csv, line 2, peft: '2' is neither 1, 0 nor empty",
        "gold.csv, line 3: neither an arxiv_id nor a title",
        "gold.csv, line 3, data: 'x' is neither 1, 0 nor empty",
        "gold.csv, line 4: more cells than the header",
    ]
    assert "the topics are peft, data" in error.allowed
    assert "papertide topics sample" in error.next_step


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("peft,data\n1,0\n", "neither a column arxiv_id nor a column title"),
        ("title,year\nA,2024\n", "no column of a topic; the columns are title, year"),
        ("title,peft,PEFT\nA,1,1\n", "column 'peft' appears twice"),
        ("title,drawn,peft\nA,near by,1\n", "line 2, drawn: 'near by' is neither near nor random"),
    ],
)
def test_a_bad_file_of_labels_is_refused(tmp_path, text, problem):
    error = refused(tmp_path, text)
    assert any(problem in found for found in error.problems)


def test_a_missing_and_an_undecodable_file_are_refused(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_gold(tmp_path / "missing.csv", topics=TOPICS)
    (tmp_path / "latin.csv").write_bytes("title,peft\nÉ,1\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"is not UTF-8 \(byte 11\)"):
        read_gold(tmp_path / "latin.csv", topics=TOPICS)
    with pytest.raises(InputError, match="directory"):
        read_gold(tmp_path, topics=TOPICS)


def test_many_problems_are_cut(tmp_path):
    error = refused(tmp_path, "title,peft\n" + "A,x\n" * 50)
    assert len(error.problems) == 21
    assert error.problems[-1] == "and 30 more"


def test_bookkeeping_is_ignored_unless_it_is_a_topic_with_labels(tmp_path):
    text = "title,key,set,label,peft\nA,1,snapshot,1,1\n"
    assert read(tmp_path, text).topics == ("peft",)
    assert read(tmp_path, text, topics=("peft", "label", "set")).topics == ("label", "peft")
    assert read(tmp_path, text, topics=("peft", "set")).ignored == ("key", "set", "label")


def test_a_text_column_is_ignored_and_an_empty_one_too(tmp_path):
    gold = read(tmp_path, "title,remark,peft,,petf\nA,a note,1,,\nB,1,0,,\n C,why not,0,,\n")
    assert gold.topics == ("peft",)
    assert gold.ignored == ("remark", "petf")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_titles_come_through_and_are_found(tmp_path, text):
    stored = text.replace("\ud800", "\ufffd")
    quoted = '"' + stored.replace('"', '""') + '"'
    gold = read(tmp_path, f"title,peft\n{quoted},1\n")
    matched = match_gold(gold, papers=papers("Another", stored))
    assert matched.rows["paper_id"].tolist() == ["2401.00002"]
    assert matched.unmatched == ()


# which paper is meant


@pytest.mark.parametrize(
    "text",
    [
        "2401.12340",
        "2401.12340v3",
        "arXiv:2401.12340v2",
        "https://arxiv.org/abs/2401.12340",
        "http://arxiv.org/pdf/2401.12340v1.pdf",
        "huggingface.co/papers/2401.12340",
        "10.48550/arXiv.2401.12340",
        " 2401.12340 ",
        "2401.1234",
    ],
)
def test_an_arxiv_id_is_found_in_every_spelling(text):
    index = paper_index(papers("A", "B", ids=["2401.12340", "2401.99999"]))
    assert paper_by_id(index, text=text) == "2401.12340"


def test_ids_that_a_number_damaged_are_found():
    index = paper_index(papers("A", "B", ids=["0704.0010", "cs/0701001"]))
    assert paper_by_id(index, text="704.001") == "0704.0010"
    assert paper_by_id(index, text="cs.LG/0701001v2") == "cs/0701001"
    assert paper_by_id(index, text="2401.1") is None
    assert paper_by_id(index, text="") is None


def test_aliases_are_found_and_come_after_ids():
    index = paper_index(
        papers(
            "A", "B", ids=["2401.00001", "tabc"], aliases=[["tabc", "old"], ["arXiv:2402.00002v1"]]
        )
    )
    assert paper_by_id(index, text="tabc") == "tabc"
    assert paper_by_id(index, text="old") == "2401.00001"
    assert paper_by_id(index, text="2402.00002v3") == "tabc"


def test_a_row_is_matched_by_id_then_by_title_and_the_rest_is_listed(tmp_path):
    text = (
        f"{HEADER}2401.00001v2,anything,1,\n,TWO!,0,\n9999.99999,three,1,\n,Nobody,1,\n"
        "2401.00001,Two,1,\n,Twin,0,\n"
    )
    frame = papers("One", "Two", "Three", "Twin", "twin")
    matched = match_gold(read(tmp_path, text), papers=frame)
    assert matched.rows["paper_id"].tolist() == ["2401.00001", "2401.00002", "2401.00003"]
    assert matched.unmatched == (
        "line 5: “Nobody”",
        "line 6: 2401.00001 “Two” (names more than one paper)",
        "line 7: “Twin” (names more than one paper)",
    )


def test_rows_on_one_paper_are_joined_and_contradictions_refused(tmp_path):
    text = f"{HEADER}2401.00001,,1,\n,One,,0\n"
    (row,) = match_gold(read(tmp_path, text), papers=papers("One")).rows.itertuples()
    assert (row.peft, row.data) == (1, 0)
    with pytest.raises(InputError) as caught:
        match_gold(read(tmp_path, f"{text}2401.00001v2,,0,0\n"), papers=papers("One"))
    assert caught.value.problems == [
        "gold.csv, lines 2 and 4: paper 2401.00001 is labelled 0 and 1 for peft"
    ]


def test_no_rows_and_no_papers_match_nothing(tmp_path):
    empty = match_gold(read(tmp_path, HEADER), papers=papers("One"))
    assert len(empty.rows) == len(empty.unmatched) == 0
    matched = match_gold(read(tmp_path, f"{HEADER}2401.00001,,1,0\n"), papers=papers())
    assert len(matched.rows) == 0
    assert matched.unmatched == ("line 2: 2401.00001",)


def test_a_part_of_a_title_names_a_paper_where_it_is_alone():
    frame = papers("On adapters", "On prompts", "Prompts again")
    assert find_paper(frame, text="ADAPTERS") == "2401.00001"
    assert find_paper(frame, text="on prompts") == "2401.00002"
    with pytest.raises(InputError, match="2 papers have 'prompts' in their titles"):
        find_paper(frame, text="prompts")
    with pytest.raises(InputError, match=r"close are 2401\.00001 “On adapters”"):
        find_paper(frame, text="adapters for all")
    with pytest.raises(InputError, match="; close are 2401"):
        find_paper(frame, text="2401.00009")
    for nothing in ("", "?", "zzz"):
        with pytest.raises(InputError, match="no paper"):
            find_paper(frame, text=nothing)
    with pytest.raises(InputError):
        find_paper(papers(), text="x")


def test_a_topic_is_named_by_id_or_label():
    groups = pd.DataFrame(
        {
            "kind": ["cluster", "topic", "topic"],
            "group_id": ["c0001", "a", "b"],
            "label": ["X", "Adapters", "a"],
        }
    ).astype("str")
    assert find_topic(groups, text="a") == "a"
    assert find_topic(groups, text="ADAPTERS") == "a"
    with pytest.raises(InputError, match=r"did you mean a\?"):
        find_topic(groups, text="adapter")
    with pytest.raises(InputError, match="this run has no topics"):
        find_topic(groups[:1], text="a")


@settings(max_examples=200)
@given(st.text(max_size=30))
def test_any_text_may_be_asked_for(text):
    assert isinstance(bare_id(text), str)
    index = paper_index(papers("One", "Two"))
    assert paper_by_id(index, text=text) in (None, "2401.00001", "2401.00002")
