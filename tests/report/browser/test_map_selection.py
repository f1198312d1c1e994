"""Choosing papers on the map page: lasso, box, ticks; the table, the CSV, the selected paper."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import browser
from analysis.base.escaping import for_spreadsheet
from analysis.base.schema import conform
from hostile import HOSTILE
from map_driving import (
    N,
    ask,
    bright,
    choose,
    click,
    drag,
    opened,
    press,
    search,
    state,
    text,
    wait_until,
    where,
    written,
)
from page_runs import made_run

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = pytest.mark.browser

SHIFT, CTRL = 8, 2


def around(driver: WebDriver, rows: list[int], margin: float = 12) -> list[tuple[float, float]]:
    """Return the corners of a rectangle around some papers."""
    xs, ys = zip(*[where(driver, row) for row in rows], strict=True)
    left, right = min(xs) - margin, max(xs) + margin
    top, bottom = min(ys) - margin, max(ys) + margin
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def inside(driver: WebDriver, corners: list[tuple[float, float]]) -> list[int]:
    """The rows of the papers within the window's rectangle."""
    (left, top), _, (right, bottom), _ = corners
    found = []
    for row in range(N):
        x, y = where(driver, row)
        if left < x < right and top < y < bottom:
            found.append(row)
    return found


def table_titles(driver: WebDriver) -> list[int]:
    names = "[...document.querySelectorAll('#rows bdi')].map(e => e.textContent)"
    return [int(name.split()[1]) for name in ask(driver, names)]


def press_button(driver: WebDriver, name: str) -> None:
    driver.execute_script("document.getElementById(arguments[0]).click()", name)


def test_a_box_selects_what_lies_in_it(driver, plain_map):
    opened(driver, plain_map)
    corners = around(driver, [0, 1, 2, 5, 8])
    expected = inside(driver, corners)
    assert 5 <= len(expected) < 40
    press_button(driver, "tool-box")
    drag(driver, [corners[0], corners[2]])
    assert bright(driver) == expected
    assert state(driver) == f"80 papers · {len(expected)} papers selected"
    assert text(driver, "show-selected") == f"Selected ({len(expected)})"
    assert sorted(int(n.split()[1]) for n in ask(
        driver, "[...document.querySelectorAll('#found-papers bdi')].map(e => e.textContent)"
    )) == expected  # fmt: skip
    press_button(driver, "unselect")
    assert len(bright(driver)) == N
    press_button(driver, "tool-move")
    drag(driver, [corners[0], corners[2]], modifiers=SHIFT)
    assert bright(driver) == expected


def test_a_lasso_selects_among_what_is_asked_for_and_adds(driver, plain_map):
    opened(driver, plain_map)
    choose(driver, "topic", ask(driver, "document.getElementById('topic').options[2].value"))
    asked = set(bright(driver))
    assert asked == set(range(0, N, 4))
    corners = around(driver, [0, 4])
    first = set(inside(driver, corners)) & asked
    press_button(driver, "tool-lasso")
    drag(driver, [*corners, corners[0]])
    assert set(bright(driver)) == first
    others = around(driver, [76], margin=6)
    more = set(inside(driver, others)) & asked
    assert 76 in more
    drag(driver, [*others, others[0]], modifiers=CTRL)
    assert set(bright(driver)) == first | more
    empty = [(corners[0][0], corners[0][1]), (corners[0][0] + 5, corners[0][1]),
             (corners[0][0], corners[0][1] + 5)]  # fmt: skip
    drag(driver, empty)
    assert text(driver, "said") == "No papers inside."
    assert set(bright(driver)) == asked


def test_the_table_sorts_turns_pages_and_ticks(driver, plain_map):
    opened(driver, plain_map)
    press_button(driver, "table-open")
    # The newest first; those without a date come last.
    assert table_titles(driver) == list(range(77, 27, -1))
    assert text(driver, "page-words") == "1 to 50 of 80 papers"
    press_button(driver, "page-on")
    assert table_titles(driver) == [*range(27, -1, -1), 78, 79]
    assert ask(driver, "document.getElementById('page-on').disabled")
    head = "document.querySelector('#table th[data-sort=arguments] button').click()"
    driver.execute_script(head.replace("arguments", "title"))
    assert table_titles(driver)[:4] == [0, 1, 10, 11]
    assert (
        ask(driver, "document.querySelector('th[data-sort=title]').getAttribute('aria-sort')")
        == "ascending"
    )
    driver.execute_script(head.replace("arguments", "weight"))
    assert {row % 5 for row in table_titles(driver)[:16]} == {4}
    driver.execute_script(head.replace("arguments", "cluster"))
    assert [row % 4 for row in table_titles(driver)] == [0] * 20 + [1] * 20 + [2] * 10
    for row in (0, 2):
        driver.execute_script("document.querySelectorAll('#rows input')[arguments[0]].click()", row)
    assert bright(driver) == [0, 8]
    assert len(table_titles(driver)) == 50
    press_button(driver, "show-selected")
    assert table_titles(driver) == [0, 8]
    driver.execute_script("document.querySelector('#rows input').click()")
    assert table_titles(driver) == [8]
    driver.execute_script("document.querySelector('#rows input').click()")
    assert text(driver, "page-words").startswith("No paper is selected")
    assert ask(driver, "document.getElementById('csv').disabled")
    assert len(bright(driver)) == N
    assert browser.so_far(driver).console == []


def test_the_table_lists_what_is_in_view(driver, plain_map):
    opened(driver, plain_map)
    press_button(driver, "table-open")
    press_button(driver, "show-view")
    assert text(driver, "page-words") == "1 to 50 of 80 papers"
    for _ in range(4):
        press_button(driver, "zoom-in")
    wait_until(
        driver, "!document.getElementById('page-words').textContent.endsWith('of 80 papers')"
    )
    box = ask(driver, "(b => [b.left, b.top, b.right, b.bottom])("
              "document.getElementById('plot').getBoundingClientRect())")  # fmt: skip
    left, top, right, bottom = box
    expected = inside(driver, [(left, top), (0, 0), (right, bottom), (0, 0)])
    assert sorted(table_titles(driver)) == expected


def saved(driver: WebDriver, name: str = "csv") -> str:
    """Press a button that saves a file, and return what the file would hold."""
    driver.execute_script(
        "window.saved = null; URL.createObjectURL = (blob) => { blob.arrayBuffer().then((b) => {"
        "window.saved = [new TextDecoder('utf-8', {ignoreBOM: true}).decode(b), blob.type]; });"
        "return 'about:blank#'; };"
        "HTMLAnchorElement.prototype.click = function () { window.savedAs = this.download; };"
    )
    press_button(driver, name)
    wait_until(driver, "window.saved !== null")
    return ask(driver, "window.saved[0]")


def test_the_csv_holds_the_papers_of_the_table(driver, plain_map):
    opened(driver, plain_map)
    search(driver, "paper 12")
    press_button(driver, "table-open")
    found = saved(driver)
    assert found.startswith("\ufeffpaper_id,")
    (row,) = csv.DictReader(io.StringIO(found.removeprefix("\ufeff")))
    assert row == {
        "paper_id": "2301.00012", "title": "Paper 12 on subject 5",
        "abstract": "Abstract 12: we study wombats.", "published": "2023-04-28",
        "published_precision": "day", "url": "https://arxiv.invalid/abs/2301.00012",
        "source": "csv", "state": "new", "first_run": "0001-2025-03-17",
        "last_run": "0001-2025-03-17", "cluster": "Cluster 1", "cluster_weight": "0.6",
        "topics": "Pretraining",
    }  # fmt: skip
    assert ask(driver, "window.savedAs") == "papers-found-0001-2025-03-17.csv"


def test_no_cell_of_the_csv_is_a_formula(driver, tmp_path):
    texts = [
        *HOSTILE,
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        'a,"b"',
        "a;b",
        "'=x",
    ]
    run = made_run(len(texts) + 40, texts=texts)
    papers = run.papers.assign(note=[texts[-i % 11] for i in range(len(run.papers))])
    run = replace(run, papers=conform(papers, name="papers"))
    opened(driver, written(run, tmp_path))
    press_button(driver, "table-open")
    rows = list(csv.DictReader(io.StringIO(saved(driver).removeprefix("\ufeff"))))
    assert len(rows) == len(run.papers)
    by_id = {row["paper_id"]: row for row in rows}
    for paper in run.papers.itertuples():
        row = by_id[paper.paper_id]
        assert row["title"] == for_spreadsheet(paper.title)
        assert row["abstract"] == for_spreadsheet(paper.abstract)
        assert row["note"] == for_spreadsheet(paper.note)
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(tuple("=+-@＝＋－＠"))] == []


def test_the_picture_is_a_png_of_the_map(driver, plain_map):
    opened(driver, plain_map)
    wait_until(driver, "papertide.page.isIdle()")
    assert saved(driver, "picture")[1:4] == "PNG"
    assert ask(driver, "window.savedAs") == "topic-map-0001-2025-03-17.png"


# the selected paper


def test_a_click_shows_the_paper_with_its_link_and_nearest_papers(driver, plain_map):
    opened(driver, plain_map)
    click(driver, 5)
    assert text(driver, "paper").startswith("×Paper 5 on subject 5")
    link = ask(driver, "(a => [a.href, a.target, a.rel])(document.querySelector('#paper h2 a'))")
    assert link == ["https://arxiv.invalid/abs/2301.00005", "_blank", "noopener noreferrer"]
    assert "Abstract 5: we study wombats." in text(driver, "paper")
    weights = "[...document.querySelectorAll('#paper .weights li')].map(e => e.textContent)"
    assert ask(driver, weights) == ["clusterCluster 20.40", "topicFine-tuning0.90"]
    near = "[...document.querySelectorAll('#paper .papers small')].map(e => e.textContent)"
    assert ask(driver, near)[:2] == ["2023-03-05 · similarity 0.95", "2023-03-14 · similarity 0.90"]
    assert len(ask(driver, near)) == 10
    assert "Papers like this one" in text(driver, "paper")
    driver.execute_script("document.querySelector('#paper .plain').click()")
    row = int(text(driver, "paper").split()[1])
    assert set(bright(driver)) == {(row + rank) % N for rank in range(11)}
    press_button(driver, "unselect")
    driver.execute_script("document.querySelector('#paper .papers button').click()")
    assert text(driver, "paper").startswith("×Paper 6 on")
    assert ask(driver, "document.activeElement.tagName") == "H2"
    driver.execute_script("document.querySelector('#paper .shut').click()")
    assert ask(driver, "document.getElementById('paper').classList.contains('hidden')")
    click(driver, 5)
    assert not ask(driver, "document.getElementById('paper').classList.contains('hidden')")
    from selenium.webdriver.common.keys import Keys

    press(driver, Keys.ESCAPE)
    assert ask(driver, "document.getElementById('paper').classList.contains('hidden')")


def test_a_long_list_goes_on_as_a_table(driver, plain_map):
    opened(driver, plain_map)
    search(driver, "subject")
    assert ask(driver, "document.querySelectorAll('#found-papers li').length") == 40
    press_button(driver, "more")
    assert text(driver, "page-words") == "1 to 50 of 80 papers"
    assert ask(driver, "document.activeElement.id") == "table-scroll"


def test_a_paper_without_abstract_or_address_says_so(driver, tmp_path):
    run = made_run(20)
    papers = run.papers.assign(abstract=None, url=None, published=pd.NaT)
    opened(driver, written(replace(run, papers=conform(papers, name="papers")), tmp_path))
    click(driver, 2)
    words = "The source has no abstract; the paper is placed by its title alone."
    assert words in text(driver, "paper")
    assert "undated" in text(driver, "paper")
    assert ask(driver, "document.querySelectorAll('#paper a').length") == 0
