"""The report's findings in a browser: footnotes and papers by keyboard, dark labels, printing."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

import browser
from analysis.report import report_page
from map_driving import ask
from told_runs import planted_run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    """The report of the planted run."""
    path = tmp_path_factory.mktemp("told") / "report.html"
    path.write_text(report_page(planted_run(per_month=120)), encoding="utf-8")
    return path


def test_nothing_is_fetched_and_nothing_is_complained_of(driver, page):
    visit = browser.visit(driver, page)
    assert visit.console == []
    assert visit.outside == []
    assert ask(driver, "document.querySelectorAll('.finding').length") >= 5


def test_marks_lead_to_their_notes_and_back(driver, page):
    browser.visit(driver, page)
    marks = ask(driver, "[...document.querySelectorAll('sup a')].map(a => a.hash)")
    held = ask(driver, "[...document.querySelectorAll('.notes li')].map(li => '#' + li.id)")
    assert list(dict.fromkeys(marks)) == held
    ask(driver, "document.querySelector('.finding sup a').focus()")
    driver.switch_to.active_element.send_keys("\ue007")
    assert ask(driver, "document.querySelector(':target').closest('ol').className") == "notes"
    back = "document.querySelector(':target .back')"
    assert ask(driver, f"document.querySelector({back}.hash) !== null")
    said = ask(driver, "document.querySelector('.finding sup a').title")
    assert re.match(r"verdicts, kind topic, group_id \w+: direction ", said)


def test_papers_open_by_keyboard(driver, page):
    browser.visit(driver, page)
    ask(driver, "document.querySelector('.finding summary').focus()")
    driver.switch_to.active_element.send_keys(" ")
    assert ask(driver, "document.querySelector('.finding details').open") is True
    shown = "document.querySelector('.finding details a').getBoundingClientRect().height"
    assert ask(driver, shown) > 0


def test_labels_of_charts_are_light_on_dark(driver, page):
    with browser.viewport(driver, width=1280, height=800, dark=True):
        browser.visit(driver, page)
        fills = ask(
            driver,
            "[...document.querySelectorAll('#then-topic .annotation-text, "
            "#then-topic .annotation-text tspan')].map(e => getComputedStyle(e).fill)",
        )
        assert fills
        for fill in fills:
            red, green, blue = map(int, re.findall(r"\d+", fill)[:3])
            assert 0.299 * red + 0.587 * green + 0.114 * blue > 110, fill


def test_it_prints_with_its_footnotes(driver, page):
    browser.visit(driver, page)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    hidden = "getComputedStyle(document.querySelector('{}')).display"
    assert ask(driver, hidden.format("details.papers")) == "none"
    assert ask(driver, hidden.format("nav")) == "none"
    assert ask(driver, hidden.format("ol.notes")) != "none"
    done = driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})
    assert base64.b64decode(done["data"]).startswith(b"%PDF")
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_findings_fit_a_telephone(driver, page):
    with browser.viewport(driver, width=390, height=844):
        browser.visit(driver, page)
        assert ask(driver, "document.documentElement.scrollWidth") <= 390
        wide = "[...document.querySelectorAll('.finding *')].filter("
        assert ask(driver, wide + "e => e.getBoundingClientRect().right > 391).length") == 0
