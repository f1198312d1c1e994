"""Columns of the input on the map page: colours with a legend, bars that narrow, hostile texts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from analysis.report.page.map_values import MANY_VALUES, REPEATED, extra_values
from analysis.runs import Run
from hostile import HOSTILE
from map_driving import ask, bright, choose, is_harmless, opened, state, text, wait_until, written
from page_runs import made_run

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = pytest.mark.browser

N = 120


def with_columns(run: Run, **columns: object) -> Run:
    return replace(run, papers=run.papers.assign(**columns))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    run = with_columns(
        made_run(N),
        venue=[f"Venue {i % 30:02d}" for i in range(N)],
        language=[("English", "German", None)[i % 3] for i in range(N)],
        year=[2000 + i % 4 for i in range(N)],
        citations=np.arange(N) ** 2.0,
        accepted=pd.date_range("2020-01-01", periods=N, freq="11D"),
        doi=[f"10.1/{i}" for i in range(N)],
    )
    return written(run, tmp_path_factory.mktemp("columns"))


def colourings(driver: WebDriver) -> list[str]:
    return ask(driver, "[...document.getElementById('colour').options].map(o => o.text)")


def colour_by(driver: WebDriver, name: str) -> None:
    choose(driver, "colour", colourings(driver).index(name))


def legend(driver: WebDriver) -> list[str]:
    return ask(
        driver, "[...document.querySelectorAll('#legend-entries .name')].map(e => e.textContent)"
    )


def bars(driver: WebDriver, name: str) -> dict[str, str]:
    return ask(
        driver,
        "Object.fromEntries([...document.querySelectorAll('.facet')]"
        ".find(f => f.querySelector('h3').textContent === arguments[0])"
        ".querySelectorAll('button').values().map(b => [b.querySelector('.name').textContent,"
        " b.querySelector('.num').textContent]))",
        name,
    )


def press_bar(driver: WebDriver, value: str) -> None:
    driver.execute_script(
        "[...document.querySelectorAll('.facet button')]"
        ".find(b => b.querySelector('.name').textContent === arguments[0]).click()",
        value,
    )


def test_numbers_dates_and_values_have_a_legend(driver, page):
    opened(driver, page)
    known = colourings(driver)
    columns = {"accepted", "citations", "language", "venue", "year"}
    assert set(known) == {"cluster", "topic", "date"} | columns
    assert "doi" not in known  # every paper has its own
    colour_by(driver, "accepted")
    assert text(driver, "legend-entries") == "2020-012021-102023-08"
    colour_by(driver, "citations")
    assert text(driver, "legend-entries").startswith("0")
    colour_by(driver, "language")
    assert legend(driver) == ["English", "German", "not known"]
    colour_by(driver, "venue")
    assert len(legend(driver)) == 30
    fills = ask(
        driver,
        "[...document.querySelectorAll('#legend-entries path')].map(p => p.getAttribute('fill'))",
    )
    assert len(set(fills[:MANY_VALUES])) == MANY_VALUES
    assert len(set(fills[MANY_VALUES:])) == 1


def test_bars_narrow_each_other(driver, page):
    opened(driver, page)
    assert text(driver, "facets").startswith("Filter by")
    driver.execute_script("document.querySelector('#facets summary').click()")
    wait_until(driver, "document.querySelectorAll('.facet').length === 3")
    assert bars(driver, "language") == {"English": "40", "German": "40", "not known": "40"}
    assert len(bars(driver, "venue")) == 8
    press_bar(driver, "German")
    assert state(driver) == "40 of 120 papers: language “German”"
    assert bright(driver) == list(range(1, N, 3))
    # The bars of a column count what passes the other filters.
    assert bars(driver, "language") == {"English": "40", "German": "40", "not known": "40"}
    assert bars(driver, "year") == {"2000": "10", "2001": "10", "2002": "10", "2003": "10"}
    press_bar(driver, "2001")
    assert bright(driver) == [i for i in range(N) if i % 3 == 1 and i % 4 == 1]
    assert bars(driver, "language")["English"] == "10"
    press_bar(driver, "2001")
    press_bar(driver, "German")
    assert state(driver) == "120 papers"


def test_bars_work_by_keys_and_keep_the_focus(driver, page):
    from selenium.webdriver.common.keys import Keys

    from map_driving import press

    opened(driver, page)
    driver.execute_script("document.querySelector('#facets summary').focus()")
    press(driver, Keys.ENTER)
    wait_until(driver, "document.querySelectorAll('.facet').length === 3")
    press(driver, Keys.TAB, Keys.ENTER)
    assert " of 120 papers: " in state(driver)
    assert ask(driver, "document.activeElement.getAttribute('aria-pressed')") == "true"


def test_hostile_columns_do_nothing(driver, tmp_path):
    run = made_run(120, texts=HOSTILE)
    texts = [HOSTILE[i % 20].replace("\ud800", "?").replace("\x00", "") for i in range(120)]
    many = [f"{texts[i]} {i % 40}" for i in range(120)]
    names = ["<img src=x onerror='window.pwned = 40'>", "</script><svg onload=window.pwned=41>",
             "__proto__", "constructor"]  # fmt: skip
    values = [texts, many, texts, list(np.arange(120) * 1.5)]
    run = with_columns(run, **dict(zip(names, values, strict=True)))
    opened(driver, written(run, tmp_path))
    driver.execute_script("document.querySelector('#facets').open = true")
    wait_until(driver, "document.querySelectorAll('.facet').length > 1")
    for colour in range(len(colourings(driver))):
        choose(driver, "colour", colour)
        driver.execute_script("document.querySelector('#legend-entries button')?.click()")
    driver.execute_script(
        "document.querySelectorAll('.facet').forEach((_, i) =>"
        " document.querySelectorAll('.facet')[i].querySelector('button').click());"
        "document.getElementById('reset').click();"
        "document.getElementById('table-open').click();"
        "document.querySelectorAll('#rows td button').forEach(b => b.click());"
    )
    assert is_harmless(driver)
    assert names[0] in text(driver, "facet-list")
    assert len(bright(driver)) == 120


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (["a", "b"] * 30, "values"),
        ([f"v{i % MANY_VALUES}" for i in range(60)], "values"),
        ([f"v{i % (MANY_VALUES + 1)}" for i in range(60)], None),
        ([f"v{i // REPEATED}" for i in range(66)], "values"),
        (list(range(60)), "number"),
        ([True, False] * 30, "values"),
        ([["a"], ["b"]] * 30, None),
        ([None] * 60, None),
        (pd.date_range("2020-01-01", periods=60, tz="UTC"), "date"),
        ([pd.Timestamp("2020-01-01")] * 60, None),
    ],
)
def test_which_columns_are_offered(column, kind):
    run = made_run(len(column))
    values, coded = extra_values(run.papers.assign(state="new", extra=column))
    assert values.get("extra", {}).get("kind") == kind
    assert {one["column"] for one in values.values()} == set(coded)
