"""The pages in Chromium: policy on, no request, no error, and what a reader does with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import browser
from analysis.report import map_page, report_page
from hostile import HOSTILE
from page_runs import made_run

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = pytest.mark.browser

PAGES = {"map": map_page, "report": report_page}


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    """Write both pages of runs of several sizes, plain and hostile, once."""
    folder = tmp_path_factory.mktemp("pages")
    runs = {
        "list": made_run(9, n_undated=1),
        "small": made_run(30),
        "plain": made_run(80, n_undated=2),
        "hostile-list": made_run(14, texts=HOSTILE),
        "hostile": made_run(80, texts=HOSTILE, n_undated=3),
    }
    out = {}
    for name, run in runs.items():
        for page, page_of in PAGES.items():
            out[f"{name} {page}"] = folder / f"{name}-{page}.html"
            out[f"{name} {page}"].write_text(page_of(run), encoding="utf-8")
    return out


ALL = [
    f"{run} {page}"
    for run in ("list", "small", "plain", "hostile-list", "hostile")
    for page in PAGES
]


def is_scripted(name: str) -> bool:
    return not name.endswith("list map")


def opened(driver: WebDriver, page: Path, *, scripted: bool = True) -> WebDriver:
    """Open a page whose `window.open` is a note of what it was asked for."""
    visit = browser.visit(driver, page, scripted=scripted)
    assert visit.console == []
    driver.execute_script("window.asked = []; window.open = (...a) => { window.asked.push(a); };")
    return driver


def run(driver: WebDriver, script: str) -> object:
    return driver.execute_script(f"return {script}")


def wait_until(driver: WebDriver, script: str) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 10, poll_frequency=0.05).until(lambda d: run(d, script))


@pytest.mark.parametrize("name", ALL)
def test_pages_open_without_error_or_request(driver, pages, name):
    visit = browser.visit(driver, pages[name], scripted=is_scripted(name))
    assert visit.console == []
    assert visit.outside == []
    assert visit.requests[0] == pages[name].as_uri()
    assert run(driver, "window.pwned") is None
    if name.endswith("report") and name != "list report":
        assert run(driver, "document.querySelectorAll('.main-svg').length") > 0


@pytest.mark.parametrize("name", ["hostile map", "hostile report", "hostile-list map"])
def test_hostile_pages_hold_no_active_content(driver, pages, name):
    opened(driver, pages[name], scripted=is_scripted(name))
    assert (
        run(
            driver,
            "[...document.querySelectorAll('a')].map(a => a.getAttribute('href')).filter("
            "h => h && !/^(https?:|#|map.html$)/.test(h))",
        )
        == []
    )
    on = "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some("
    assert run(driver, on + "a => a.name.startsWith('on'))).length") == 0
    assert run(driver, "document.querySelectorAll('iframe, object, embed, form, base').length") == 0
    assert "<script>window.pwned = 1</script>" in run(driver, "document.body.textContent")


@pytest.mark.parametrize("name", ["plain map", "plain report", "list map"])
def test_the_policy_stops_what_is_not_in_it(driver, pages, tmp_path, name):
    page = pages[name].read_text(encoding="utf-8")
    changed = tmp_path / "changed.html"
    extra = "<script>window.pwned = 'added'</script><img src=x onerror='window.pwned = 2'></body>"
    changed.write_text(page.replace("</body>", extra), encoding="utf-8")
    visit = browser.visit(driver, changed, scripted=is_scripted(name))
    assert run(driver, "window.pwned") is None
    assert sum("Content Security Policy" in line for line in visit.console) >= 2
    driver.execute_script(
        "window.broken = [];"
        "addEventListener('securitypolicyviolation', e => broken.push(e.effectiveDirective));"
        "const s = document.createElement('script'); s.textContent = 'window.pwned = 3';"
        "document.body.append(s);"
        "fetch('https://example.invalid/').catch(() => broken.push('refused'));"
    )
    wait_until(driver, "broken.includes('refused') && broken.includes('connect-src')")
    assert "script-src-elem" in run(driver, "broken")
    assert run(driver, "window.pwned") is None


def test_a_map_of_a_few_papers_says_why_there_are_no_clusters(driver, pages):
    opened(driver, pages["small map"])
    assert "There are 30 papers; clusters are looked for from 60 on." in run(
        driver, "document.querySelector('header').innerText"
    )
    assert run(driver, "document.getElementById('colour').selectedOptions[0].text") == "topic"


def test_nothing_offers_to_upload_a_chart(driver, pages):
    opened(driver, pages["plain report"])
    titles = "[...document.querySelectorAll('.modebar-btn')].map(e => e.dataset.title)"
    assert run(driver, titles)
    assert [t for t in run(driver, titles) if "cloud" in t.lower() or "share" in t.lower()] == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["plain map", "plain report", "hostile report", "list map"])
def test_pages_fit_a_telephone_in_light_and_dark(driver, pages, name, dark):
    with browser.viewport(driver, width=390, height=844, dark=dark):
        visit = browser.visit(driver, pages[name], scripted=is_scripted(name))
        assert visit.console == []
        assert run(driver, "innerWidth") == 390
        assert run(driver, "document.documentElement.scrollWidth") <= 390
        background = run(driver, "getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(255, 255, 255)") != dark


def test_every_control_has_a_name(driver, pages):
    opened(driver, pages["plain map"])
    unnamed = (
        "[...document.querySelectorAll('input, select')].filter(e => !e.labels.length"
        " && !e.getAttribute('aria-label')).length"
    )
    assert run(driver, unnamed) == 0
    assert run(driver, "document.documentElement.lang") == "en"
    assert run(driver, "document.querySelectorAll('h1').length") == 1
