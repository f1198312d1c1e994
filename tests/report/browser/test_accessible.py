"""axe-core finds nothing on the map and the report, light and dark, whatever is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import browser
from accessible import faults, needs_axe
from map_driving import choose, opened, search, wait_until

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = [pytest.mark.browser, needs_axe]


def open_everything(driver: WebDriver) -> None:
    """Select papers, compare them with others, open the table, a paper and the lists."""
    search(driver, "subject 3")
    driver.execute_script(
        "document.getElementById('select-found').click();"
        "[...document.querySelectorAll('#chosen button')].find(b => /^Keep/.test(b.textContent))"
        ".click();"
        "document.getElementById('table-open').click();"
        "document.querySelector('#rows td button').click();"
        "document.querySelectorAll('details').forEach(d => { d.open = true; });"
    )
    wait_until(driver, "document.querySelectorAll('#chosen .terms bdi').length === 2")


@pytest.mark.parametrize("dark", [False, True])
def test_the_map(driver, plain_map, dark):
    with browser.viewport(driver, width=1366, height=768, dark=dark):
        opened(driver, plain_map)
        assert faults(driver) == []
        choose(driver, "colour", 2)
        open_everything(driver)
        assert faults(driver) == []
    with browser.viewport(driver, width=390, height=844, dark=dark):
        assert faults(driver) == []


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
def test_the_report(driver, bundled, dark):
    with browser.viewport(driver, width=1366, height=768, dark=dark):
        browser.visit(driver, bundled.path / "report.html")
        assert faults(driver) == []


def test_a_fault_is_found(driver, plain_map):
    opened(driver, plain_map)
    driver.execute_script(
        "const b = document.getElementById('zoom-in');"
        "b.removeAttribute('aria-label'); b.removeAttribute('title')"
    )
    assert [fault.split(":")[0] for fault in faults(driver)] == ["button-name"]
