"""The selected papers in the panel of the map page: share over time, words, comparison."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from analysis.notebook.topics import selection_trend
from hostile import HOSTILE
from map_driving import N, ask, bright, is_harmless, opened, search, text, wait_until, written
from page_runs import made_run

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = pytest.mark.browser


def press_button(driver: WebDriver, words: str) -> None:
    """Press the button of the page or the panel that says these words."""
    driver.execute_script(
        "[...document.querySelectorAll('button')].find(b => b.offsetParent && "
        "b.textContent === arguments[0]).click()",
        words,
    )


def select(driver: WebDriver, words: str) -> list[int]:
    """Select what a search finds, and return it."""
    search(driver, words)
    if ask(driver, "!document.getElementById('unselect').classList.contains('hidden')"):
        press_button(driver, "Clear the selection")
    found = bright(driver)
    press_button(driver, "Select these")
    search(driver, "")
    assert bright(driver) == found
    return found


def numbers(driver: WebDriver) -> list[list[str]]:
    return ask(
        driver,
        "[...document.querySelectorAll('#chosen tbody tr')].map(r => [...r.cells]"
        ".map(c => c.textContent))",
    )


def chosen(driver: WebDriver) -> str:
    return text(driver, "chosen")


def test_what_was_found_is_selected_and_its_share_is_that_of_python(driver, plain_map):
    opened(driver, plain_map)
    assert ask(driver, "document.getElementById('select-found').offsetParent === null")
    rows = select(driver, "subject 3")
    assert chosen(driver).startswith(f"{len(rows)} papers selected")
    table = selection_trend(made_run(N, n_undated=2), rows=rows)
    shown = [(label.rstrip(" *"), int(cell.split()[0])) for label, cell in numbers(driver)]
    assert shown == list(zip(table["period_label"], table["n_papers"], strict=True))
    for (_, cell), row in zip(numbers(driver), table.itertuples(), strict=True):
        share, low, high = (float(one) / 100 for one in re.findall(r"[\d.]+(?= %| to)", cell))
        assert share == pytest.approx(row.share, abs=0.0051)
        assert low == pytest.approx(row.share_low, abs=0.0051)
        assert high == pytest.approx(row.share_high, abs=0.0051)
    assert ask(driver, "document.querySelectorAll('#chosen circle').length") == len(table)
    label = ask(driver, "document.querySelector('#chosen svg').getAttribute('aria-label')")
    assert label.startswith("Share of all papers over time, with 95 % intervals. Selected: 2023 Q1")
    wait_until(driver, "document.querySelector('#chosen .terms bdi') !== null")


def test_two_selections_are_compared(driver, plain_map):
    opened(driver, plain_map)
    first = set(select(driver, "subject 3"))
    press_button(driver, "Keep, to compare with other papers")
    assert text(driver, "said") == "Kept. Select other papers to compare them."
    other = set(select(driver, '"paper 1"')) | set(select(driver, "paper 2"))
    other = set(bright(driver))
    said = chosen(driver)
    assert f"Kept: {len(first)} papers" in said
    assert f"Selected: {len(other)} papers" in said
    assert first & other
    assert f"{len(first & other)} papers in both" in said
    assert ask(driver, "document.querySelectorAll('#chosen .series').length") == 2
    assert {len(row) for row in numbers(driver)} == {3}
    wait_until(driver, "document.querySelectorAll('#chosen .terms bdi').length === 2")
    driver.execute_script("[...document.querySelectorAll('#chosen p button')][0].click()")
    assert set(bright(driver)) == first & other
    press_button(driver, "Clear the selection")
    assert "Select other papers to compare them with these." in chosen(driver)
    press_button(driver, "End the comparison")
    assert ask(driver, "document.getElementById('chosen').classList.contains('hidden')")


def test_typical_words_are_those_of_the_papers(driver, tmp_path):
    from dataclasses import replace

    run = made_run(90)
    abstracts = [f"We study {'deep burrows' if i % 3 else 'gum trees'}." for i in range(90)]
    run = replace(run, papers=run.papers.assign(abstract=abstracts))
    opened(driver, written(run, tmp_path))
    select(driver, "burrows")
    wait_until(driver, "document.querySelector('#chosen .terms bdi') !== null")
    assert text(driver, "chosen").split("Typical words: ")[1].startswith("deep burrows")


def test_the_selection_is_copied_as_citations(driver, plain_map):
    opened(driver, plain_map)
    rows = select(driver, "paper 12")
    driver.execute_script(
        "Object.defineProperty(navigator, 'clipboard', {configurable: true, value:"
        " {writeText: async (text) => { window.copied = text; }}})"
    )
    starts = {"BibTeX": "@misc{", "RIS": "TY  - ", "Markdown": "- ["}
    for name, start in starts.items():
        driver.execute_script(
            "const s = document.querySelector('#chosen select'); s.value = arguments[0];"
            "s.dispatchEvent(new Event('change'))",
            name,
        )
        press_button(driver, "Copy citations")
        wait_until(driver, "(window.copied || '').startsWith(arguments[0])", start)
        copied = ask(driver, "window.copied")
        assert [copied.count(f"Paper {row} on subject") for row in rows] == [1] * len(rows)
    assert text(driver, "said") == "Copied."
    driver.execute_script(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
        "document.addEventListener('copy', () => { window.byHand = String(getSelection()); });"
    )
    driver.find_element("xpath", "//button[.='Copy citations']").click()
    wait_until(driver, "window.byHand !== undefined")
    driver.execute_script(
        "URL.createObjectURL = (b) => { b.text().then((t) => { window.csv = t; }); return '#x'; }"
    )
    press_button(driver, "Save as CSV")
    wait_until(driver, "window.csv !== undefined")
    assert ask(driver, "window.csv.trim().split('\\n').length") == len(rows) + 1


@pytest.mark.parametrize("undated", [0, 64])
def test_hostile_texts_do_nothing_in_the_section(driver, tmp_path, undated):
    page = written(made_run(64, texts=HOSTILE, n_undated=undated), tmp_path, name=f"h{undated}")
    opened(driver, page)
    driver.execute_script(
        "document.querySelector('.entry').click(); document.getElementById('select-found').click()"
    )
    wait_until(driver, "document.querySelector('#chosen .terms bdi') !== null")
    press_button(driver, "Keep, to compare with other papers")
    assert (len(numbers(driver)) > 0) == (not undated)
    assert is_harmless(driver)
