"""Filters of the map page: words, topic, dates, weight, legend; together, in words, undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import browser
from analysis.base.schema import TABLES, conform
from analysis.runs import Run
from map_driving import (
    N,
    ask,
    bright,
    choose,
    click,
    drag,
    opened,
    point_at,
    press,
    search,
    state,
    text,
    wait_until,
    written,
)
from page_runs import made_run

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = pytest.mark.browser


def with_texts(run: Run, **columns: list[str]) -> Run:
    return replace(run, papers=conform(run.papers.assign(**columns), name="papers"))


def listed(driver: WebDriver) -> list[int]:
    """The numbers of the papers in the list of what was found."""
    names = "[...document.querySelectorAll('#found-papers bdi')].map(e => e.textContent)"
    return [int(name.split()[1]) for name in ask(driver, names)]


# words


def test_search_wants_every_word_at_the_start_of_one(driver, plain_map):
    opened(driver, plain_map)
    expected = [i for i in range(N) if i % 7 == 3 or str(i).startswith("3")]
    driver.find_element("id", "search").send_keys("WOMB 3")
    wait_until(driver, "document.getElementById('count').textContent.includes('WOMB 3')")
    assert state(driver) == f"{len(expected)} of 80 papers: “WOMB 3”"
    assert bright(driver) == expected
    assert listed(driver) == expected
    assert ask(driver, "document.querySelectorAll('#found-papers a[href^=https]').length") == len(
        expected
    )
    marks = ask(
        driver,
        "[...document.querySelectorAll('#found-papers li:first-child mark')]"
        ".map(e => e.textContent)",
    )
    assert marks == ["3", "3"]  # Paper 3 on subject 3
    press(driver, " koala")
    wait_until(driver, "document.getElementById('count').textContent.startsWith('None')")
    assert state(driver) == "None of 80 papers: “WOMB 3 koala”"
    assert text(driver, "found-title") == "No papers match these filters"
    assert bright(driver) == []


def test_words_are_found_without_case_accents_or_order(driver, tmp_path):
    titles = ["Über Größe", "über-große Modelle", "GPT-4's café", "日本語の論文", "x" * 40,
              "naïve Bayes",
              "Large language models", "Language: large models", "Language models large",
              "enlarge", "İstanbul", "A<b>c", "5 % of 3.5", "e\u0301clair"]  # fmt: skip
    run = with_texts(made_run(64), title=[titles[i % 14] for i in range(64)], abstract=[""] * 64)
    opened(driver, written(run, tmp_path))
    found = {}
    for words in ("uber gro", "gpt 4 cafe", "本語", "naive", "large language",
                  '"large language"',
                  "“language models”", "large", "istan", "b c", "3.5", "eclair", "%%%",
                  '"'):  # fmt: skip
        search(driver, words)
        found[words] = sorted({row % 14 for row in bright(driver)})
    assert found == {
        "uber gro": [0, 1], "gpt 4 cafe": [2], "本語": [3], "naive": [5],
        "large language": [6, 7, 8],
        '"large language"': [6], "“language models”": [6, 8], "large": [6, 7, 8], "istan": [10],
        "b c": [11], "3.5": [12], "eclair": [13], "%%%": [], '"': [],
    }  # fmt: skip


def test_typing_on_narrows_and_typing_anew_does_not(driver, plain_map):
    opened(driver, plain_map)
    counts = []
    for words in ("p", "pa", "paper 1", "paper 12", "paper 1", "subject", "s", ""):
        search(driver, words)
        counts.append(len(bright(driver)))
    starts = sum(str(i).startswith("1") or i % 7 == 1 for i in range(N))
    assert counts == [80, 80, starts, 1, starts, 80, 80, 80]


def test_what_was_typed_before_the_page_was_ready_is_searched_for(driver, plain_map):
    opened(driver, plain_map, fragment="q=subject%206")
    assert (
        state(driver)
        == f"{sum(i % 7 == 6 or str(i)[0] == '6' for i in range(N))} of 80 papers: “subject 6”"
    )
    assert driver.find_element("id", "search").get_attribute("value") == "subject 6"


# topic, weight, legend


def test_one_topic_is_chosen_with_the_keyboard(driver, plain_map):
    """Topic 1 has papers i with i mod 4 = 1, and i mod 8 = 0, whose strongest is topic 0."""
    opened(driver, plain_map)
    options = ask(driver, "[...document.getElementById('topic').options].map(o => o.text)")
    assert options == ["all papers", "Fine-tuning (30)", "Pretraining (20)", "Multimodal (20)",
                       "in no topic (20)"]  # fmt: skip
    driver.execute_script("document.getElementById('topic').focus()")
    press(driver, "F")
    wait_until(driver, "document.getElementById('count').textContent.includes('Fine')")
    assert state(driver) == "30 of 80 papers: topic Fine-tuning"
    assert bright(driver) == [i for i in range(N) if i % 4 == 1 or i % 8 == 0]
    # Clusters go by i mod 4: the first has the papers i mod 8 = 0.
    entries = "[...document.querySelectorAll('#legend-entries .num')].map(e => e.textContent)"
    assert ask(driver, entries) == ["10 of 20", "20 of 20", "0 of 20", "0 of 20"]
    choose(driver, "topic", -1)
    assert state(driver) == "20 of 80 papers: in no topic"
    assert bright(driver) == [i for i in range(N) if i % 4 == 3]


def test_what_is_poorly_placed_can_be_hidden(driver, plain_map):
    opened(driver, plain_map)
    for least, n in ((0.4, 80), (0.45, 64), (0.7, 32), (0.8, 16), (0.85, 0)):
        choose(driver, "weight", least, event="input")
        assert len(bright(driver)) == n, least
    assert state(driver) == "None of 80 papers: weight in their cluster at least 0.85"
    assert text(driver, "weight-words") == "at least 0.85"


def test_the_legend_isolates_adds_and_restores(driver, plain_map):
    opened(driver, plain_map)
    first = "document.querySelector('#legend-entries button')"
    assert ask(driver, f"{first}.textContent") == "Cluster 120"
    driver.execute_script(f"{first}.click()")
    assert bright(driver) == list(range(0, N, 4))
    assert ask(driver, f"{first}.getAttribute('aria-pressed')") == "true"
    assert state(driver) == "20 of 80 papers: cluster “Cluster 1”"
    assert text(driver, "found-title") == "20 papers"
    driver.execute_script(
        "document.querySelectorAll('#legend-entries button')[2].dispatchEvent("
        "new MouseEvent('click', {ctrlKey: true}))"
    )
    assert state(driver) == "40 of 80 papers: cluster “Cluster 1” or “Cluster 3”"
    driver.execute_script(f"{first}.click(); {first}.click();")
    assert len(bright(driver)) == N


def test_colouring_anew_keeps_the_filters_and_says_so(driver, plain_map):
    opened(driver, plain_map)
    search(driver, "subject 1")
    driver.execute_script("document.querySelector('#legend-entries button').click()")
    n = len(bright(driver))
    assert n == 5
    names = ask(driver, "[...document.getElementById('colour').options].map(o => o.text)")
    assert names == ["cluster", "topic", "date"]
    choose(driver, "colour", 1)
    assert len(bright(driver)) == n
    assert state(driver) == "5 of 80 papers: “subject 1”, cluster “Cluster 1”"
    driver.execute_script("document.querySelector('#legend-entries button').click()")
    assert "cluster “Cluster 1”, topic “Pretraining”" in state(driver)
    labels = "[...document.querySelectorAll('#legend-entries .name')].map(e => e.textContent)"
    assert ask(driver, labels) == ["Pretraining", "Fine-tuning", "Multimodal", "no topic"]
    choose(driver, "colour", 2)
    assert ask(driver, "[...document.querySelectorAll('.ticks span')].map(e => e.textContent)") == [
        "2023-01", "2023-12", "2024-12"]  # fmt: skip
    assert "2 undated, grey" in text(driver, "legend-entries")


# dates


def bars(driver: WebDriver) -> tuple[float, float, float, float]:
    box = ask(
        driver,
        "(b => [b.x, b.y, b.width, b.height])"
        "(document.getElementById('bars').getBoundingClientRect())",
    )
    return tuple(box)


def test_dates_are_chosen_by_dragging_and_by_keys(driver, plain_map):
    """Days go from 10 January 2023 in steps of nine: 24 months, December 2024 the last."""
    opened(driver, plain_map)
    days = pd.date_range("2023-01-10", periods=N - 2, freq="9D")
    assert text(driver, "date-words") == "2023 to 2024"
    x, y, width, _ = bars(driver)
    drag(driver, [(x + width * 2.5 / 24, y + 20), (x + width * 4.5 / 24, y + 20)])
    expected = [i for i, day in enumerate(days) if day.year == 2023 and day.month in (3, 4, 5)]
    wait_until(driver, "document.getElementById('count').textContent.includes('March')")
    assert state(driver) == f"{len(expected)} of 80 papers: March 2023 to May 2023"
    assert bright(driver) == expected
    handle = driver.find_element("id", "date-to")
    driver.execute_script("arguments[0].focus()", handle)
    from selenium.webdriver.common.keys import Keys

    press(driver, Keys.END)
    assert handle.get_attribute("aria-valuetext") == "2024-12-31"
    press(driver, Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    assert "March 2023 to October 2024" in state(driver)
    driver.execute_script("document.getElementById('date-from').focus()")
    press(driver, *[Keys.ARROW_LEFT] * 2)
    assert "January 2023 to October 2024" in state(driver)
    press(driver, *[Keys.PAGE_UP] * 2)
    assert state(driver).endswith("January 2024 to October 2024")
    press(driver, Keys.END)
    assert state(driver).endswith(": October 2024")
    # A part that is chosen moves as a whole, no further than the end.
    drag(driver, [(x + width * 5.5 / 24, y + 20), (x + width * 7.5 / 24, y + 20)])
    assert state(driver).endswith("June 2023 to August 2023")
    drag(driver, [(x + width * 6.5 / 24, y + 20), (x + width * 10.5 / 24, y + 20)])
    assert state(driver).endswith("October 2023 to December 2023")
    drag(driver, [(x + width * 9.5 / 24, y + 20), (x + width * 2, y + 20)])
    assert state(driver).endswith("October 2024 to December 2024")


def test_a_whole_year_is_called_by_its_number(driver, plain_map):
    opened(driver, plain_map, fragment="dates=2024-01-01_2024-12-31")
    days = pd.date_range("2023-01-10", periods=N - 2, freq="9D")
    assert state(driver) == f"{sum(days.year == 2024)} of 80 papers: 2024"


def test_dates_play_and_stop(driver, plain_map):
    opened(driver, plain_map)
    driver.find_element("id", "play").click()
    assert text(driver, "play") == "Stop"
    first = state(driver)
    wait_until(driver, f"document.getElementById('count').textContent !== {first!r}")
    assert ask(driver, "document.getElementById('play').getAttribute('aria-pressed')") == "true"
    driver.find_element("id", "play").click()
    assert text(driver, "play") == "Play"
    assert len(bright(driver)) < 30


# together


def test_filters_combine_and_are_undone_at_once(driver, plain_map):
    opened(driver, plain_map)
    search(driver, "subject")
    choose(driver, "topic", ask(driver, "document.getElementById('topic').options[1].value"))
    choose(driver, "weight", 0.6, event="input")
    driver.execute_script("document.querySelector('#legend-entries button').click()")
    expected = [i for i in range(0, N, 8) if i % 5 >= 2]
    assert bright(driver) == expected
    assert state(driver) == (
        f"{len(expected)} of 80 papers: “subject”, topic Fine-tuning, cluster “Cluster 1”, "
        "weight in their cluster at least 0.60"
    )
    driver.find_element("id", "reset").click()
    assert state(driver) == "80 papers"
    assert len(bright(driver)) == N
    for name, value in (("search", ""), ("topic", ""), ("weight", "0")):
        assert driver.find_element("id", name).get_attribute("value") == value
    assert ask(driver, "document.getElementById('found').classList.contains('hidden')")
    assert browser.so_far(driver).console == []


def test_escape_undoes_and_a_slash_goes_to_the_search(driver, plain_map):
    from selenium.webdriver.common.keys import Keys

    opened(driver, plain_map)
    press(driver, "/")
    assert ask(driver, "document.activeElement.id") == "search"
    press(driver, "subject 2")
    wait_until(driver, "document.getElementById('count').textContent.includes('subject 2')")
    press(driver, Keys.ESCAPE)
    assert state(driver) == "80 papers"


def test_a_paper_out_of_what_is_asked_for_is_not_pointed_at(driver, plain_map):
    opened(driver, plain_map)
    search(driver, "paper 12")
    point_at(driver, 40)
    assert ask(driver, "document.getElementById('hover-card').classList.contains('hidden')")
    point_at(driver, 12)
    wait_until(driver, "!document.getElementById('hover-card').classList.contains('hidden')")
    click(driver, 12)
    marks = "[...document.querySelectorAll('#paper h2 mark')].map(e => e.textContent)"
    assert ask(driver, marks) == ["Paper", "12"]


def test_evidence_says_why_a_paper_is_in_its_topics(driver, tmp_path):
    rows = [
        ("2301.00008", "topic", "topic-0", "phrase", "scaling <i>laws</i>", "We.", 2.0),
        ("2301.00008", "topic", "topic-1", "override", "yes", "said so", 0.2),
    ]
    frame = pd.DataFrame(rows, columns=list(TABLES["evidence"].columns))
    run = replace(made_run(N), evidence=conform(frame, name="evidence"))
    opened(driver, written(run, tmp_path))
    why = "Pretraining 0.90 (“scaling <i>laws</i>”); Fine-tuning 0.60 (set by hand)"
    point_at(driver, 8)
    wait_until(driver, "document.getElementById('hover-card').innerText.includes('Topics: ')")
    lines = ask(driver, "[...document.getElementById('hover-card').children].map(e => e.innerText)")
    assert lines == ["Paper 8 on subject 1", "2023-03-23", "Cluster: Cluster 1 0.70",
                     f"Topics: {why}", "Abstract 8: we study wombats."]  # fmt: skip
    click(driver, 8)
    assert why in text(driver, "paper")
