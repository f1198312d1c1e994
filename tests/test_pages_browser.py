"""The pages in Chromium: policy on, no request, no error, and what a reader does with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import browser
from analysis.report import map_page, report_page
from analysis.runs import Run
from analysis.schema import TABLES, conform
from hostile import HOSTILE
from page_runs import made_run

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(browser.missing()), reason=browser.missing()),
]

PAGES = {"map": map_page, "report": report_page}


@pytest.fixture(scope="module")
def driver() -> Iterator[WebDriver]:
    with browser.chromium() as started:
        yield started


def with_evidence(made: Run) -> Run:
    """Say of paper 8 why it is in its two topics."""
    rows = [
        ("2301.00008", "topic", "topic-0", "phrase", "scaling <i>laws</i>", "We.", 2.0),
        ("2301.00008", "topic", "topic-0", "phrase", "weaker", "We.", 1.0),
        ("2301.00008", "topic", "topic-1", "override", "yes", "said so", 0.2),
        ("2301.00008", "topic", "topic-1", "phrase", "tuning", "We.", 3.0),
    ]
    frame = pd.DataFrame(rows, columns=list(TABLES["evidence"].columns))
    return replace(made, evidence=conform(frame, name="evidence"))


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
        "evidence": with_evidence(made_run(80)),
        "topicless": made_run(80, topics=()),
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


def points(driver: WebDriver) -> list:
    return driver.find_elements("css selector", "#plot .point")


def hover_and_click(driver: WebDriver, point: object) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(driver).move_to_element(point).pause(0.2).click().pause(0.3).perform()


@pytest.mark.parametrize("name", ALL)
def test_pages_open_without_error_or_request(driver, pages, name):
    visit = browser.visit(driver, pages[name], scripted=is_scripted(name))
    assert visit.console == []
    assert visit.outside == []
    assert visit.requests[0] == pages[name].as_uri()
    assert run(driver, "window.pwned") is None
    if is_scripted(name) and name != "list report":
        assert run(driver, "document.querySelectorAll('.main-svg').length") > 0


@pytest.mark.parametrize("name", ["hostile map", "hostile report", "hostile-list map"])
def test_hostile_pages_hold_no_active_content(driver, pages, name):
    opened(driver, pages[name], scripted=is_scripted(name))
    assert (
        run(
            driver,
            "[...document.querySelectorAll('a')].map(a => a.getAttribute('href')).filter("
            "h => h && !/^(https?:|#)/.test(h))",
        )
        == []
    )
    on = "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some("
    assert run(driver, on + "a => a.name.startsWith('on'))).length") == 0
    assert run(driver, "document.querySelectorAll('iframe, object, embed, form, base').length") == 0
    assert "<script>window.pwned = 1</script>" in run(driver, "document.body.textContent")


def test_a_hostile_map_can_be_used(driver, pages):
    opened(driver, pages["hostile map"])
    for colour in range(3):
        driver.execute_script(
            "const s = document.getElementById('colour'); s.value = arguments[0];"
            "s.dispatchEvent(new Event('change'));",
            str(colour),
        )
        wait_until(driver, "document.querySelectorAll('#plot .point').length === 80")
    for text in HOSTILE:
        driver.execute_script(
            "const s = document.getElementById('search'); s.value = arguments[0];"
            "s.dispatchEvent(new Event('input'));",
            text.replace("\x00", "").replace("\ud800", ""),
        )
    for point in points(driver)[:20]:
        driver.execute_script(
            "for (const kind of ['mousemove', 'mousedown', 'mouseup', 'click']) {"
            "const b = arguments[0].getBoundingClientRect();"
            "document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2)?.dispatchEvent("
            "new MouseEvent(kind, {bubbles: true, clientX: b.x + b.width / 2, clientY: b.y + 4}));"
            "}",
            point,
        )
    driver.execute_script(
        "for (const list of ['#legend-entries button', '#paper .papers button'])"
        "  for (let i = 0; i < 6; i++) document.querySelectorAll(list)[i]?.click();"
    )
    assert run(driver, "window.pwned") is None
    assert run(driver, "window.asked.filter(a => !/^https?:/.test(a[0]))") == []
    after = browser.so_far(driver)
    assert after.console == []
    assert after.outside == []


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


def test_search_wants_every_word_and_clears(driver, pages):
    from selenium.webdriver.common.keys import Keys

    opened(driver, pages["plain map"])
    box = driver.find_element("id", "search")
    # Titles are "Paper i on subject (i mod 7)", abstracts "Abstract i: we study wombats.": a word
    # begins with "3" where i does or where the subject is 3.
    n = sum(i % 7 == 3 or str(i).startswith("3") for i in range(80))
    box.send_keys("WOMB 3")
    count = "document.getElementById('count').textContent"
    wait_until(driver, f"{count} === '{n} papers match'")
    bright = "[...document.querySelectorAll('#plot .point')].filter(e => e.style.opacity > .2)"
    wait_until(driver, f"{bright}.length === {n}")
    assert run(driver, "document.querySelectorAll('#found-papers li').length") == n
    assert run(driver, "document.querySelectorAll('#found-papers a[href^=https]').length") == n
    box.send_keys(" koala")
    wait_until(driver, f"{count} === 'no papers match'")
    box.send_keys(Keys.ESCAPE)
    wait_until(driver, f"{count} === '' && {bright}.length === 80")
    assert box.get_attribute("value") == ""
    assert browser.so_far(driver).console == []


def test_a_click_opens_the_paper_and_shows_it(driver, pages):
    opened(driver, pages["plain map"])
    hover_and_click(driver, points(driver)[5])
    title = run(driver, "document.querySelector('#paper h2').textContent")
    number = int(title.split()[1])
    (asked,) = run(driver, "window.asked")
    assert asked == [
        f"https://arxiv.invalid/abs/2301.{number:05d}",
        "_blank",
        "noopener,noreferrer",
    ]
    panel = run(driver, "document.getElementById('paper').textContent")
    assert f"Abstract {number}: we study wombats." in panel
    assert run(driver, "document.querySelectorAll('#paper .papers li').length") == 10
    driver.execute_script("document.querySelector('#paper .papers button').click()")
    following = f"Paper {(number + 1) % 80} on"
    assert run(driver, "document.querySelector('#paper h2').textContent").startswith(following)


def test_hovering_shows_title_date_groups_and_first_lines(driver, pages):
    from selenium.webdriver.common.action_chains import ActionChains

    opened(driver, pages["plain map"])
    ActionChains(driver).move_to_element(points(driver)[3]).pause(0.3).perform()
    lines = run(driver, "[...document.getElementById('hover-card').children].map(e => e.innerText)")
    assert lines[0].startswith("Paper ")
    assert lines[1].startswith("202")
    assert lines[2].startswith("Cluster: Cluster ")
    assert lines[-1].endswith("we study wombats.")


def test_the_legend_isolates_and_restores(driver, pages):
    opened(driver, pages["plain map"])
    first = "document.querySelector('#legend-entries button')"
    assert run(driver, f"{first}.textContent") == "Cluster 120"
    driver.execute_script(f"{first}.click()")
    wait_until(driver, "document.querySelectorAll('#plot .point').length === 20")
    assert run(driver, f"{first}.getAttribute('aria-pressed')") == "true"
    assert run(driver, "document.getElementById('found-title').textContent") == "20 papers"
    driver.execute_script(f"{first}.click()")
    wait_until(driver, "document.querySelectorAll('#plot .point').length === 80")


SHOWN = "[...document.querySelectorAll('#plot .point')].filter(e => e.style.opacity > .2)"


def test_one_topic_is_chosen_with_the_keyboard(driver, pages):
    """Topic 1 has papers i with i mod 4 = 1, and i mod 8 = 0, whose strongest is topic 0."""
    from selenium.webdriver.common.keys import Keys

    opened(driver, pages["plain map"])
    topic = driver.find_element("id", "topic")
    options = run(driver, "[...document.getElementById('topic').options].map(o => o.text)")
    assert options == ["all papers", "Fine-tuning (30)", "Pretraining (20)", "Multimodal (20)",
                       "in no topic (20)"]  # fmt: skip
    driver.execute_script("document.getElementById('topic').focus()")
    topic.send_keys("F")
    wait_until(driver, f"{SHOWN}.length === 30")
    assert run(driver, "document.getElementById('count').textContent") == "30 papers"
    titles = (
        "[...document.querySelectorAll('#found-papers bdi')].map(e => +e.innerText.split(' ')[1])"
    )
    assert run(driver, titles) == [i for i in range(80) if i % 4 == 1 or i % 8 == 0]
    # Clusters go by i mod 4: the first has the papers i mod 8 = 0.
    entries = "[...document.querySelectorAll('#legend-entries .num')].map(e => e.textContent)"
    assert run(driver, entries) == ["10 of 20", "20 of 20", "0 of 20", "0 of 20"]
    assert run(driver, "document.querySelectorAll('#plot .point').length") == 80
    search = driver.find_element("id", "search")
    search.send_keys("subject 3")
    n = sum((i % 4 == 1 or i % 8 == 0) and (i % 7 == 3 or str(i).startswith("3"))
            for i in range(80))  # fmt: skip
    wait_until(driver, f"document.getElementById('count').textContent === '{n} papers match'")
    wait_until(driver, f"{SHOWN}.length === {n}")
    search.send_keys(Keys.ESCAPE)
    wait_until(driver, f"{SHOWN}.length === 80")
    assert topic.get_attribute("value") == ""
    assert run(driver, "document.getElementById('count').textContent") == ""
    assert browser.so_far(driver).console == []


def test_papers_in_no_topic_can_be_chosen_and_undone(driver, pages):
    opened(driver, pages["plain map"])
    choose = (
        "const s = document.getElementById('topic'); s.value = arguments[0];"
        "s.dispatchEvent(new Event('change'));"
    )
    driver.execute_script(choose, "3")
    wait_until(driver, f"{SHOWN}.length === 20")
    titles = (
        "[...document.querySelectorAll('#found-papers bdi')].map(e => +e.innerText.split(' ')[1])"
    )
    assert run(driver, titles) == [i for i in range(80) if i % 4 == 3]
    driver.execute_script(choose, "")
    wait_until(driver, f"{SHOWN}.length === 80")
    assert run(driver, "document.getElementById('found').classList.contains('hidden')")


def test_a_paper_says_all_its_topics_with_weight_and_evidence(driver, pages):
    opened(driver, pages["evidence map"])
    driver.execute_script(
        "const s = document.getElementById('search'); s.value = 'Paper 8 on';"
        "s.dispatchEvent(new Event('input'));"
    )
    wait_until(driver, "document.querySelectorAll('#found-papers li').length > 0")
    driver.execute_script(
        "[...document.querySelectorAll('#found-papers button')].find("
        "b => b.textContent.startsWith('Paper 8 on')).click()"
    )
    assert "Pretraining 0.90 (“scaling <i>laws</i>”); Fine-tuning 0.60 (set by hand)" in run(
        driver, "document.getElementById('paper').innerText"
    )
    from selenium.webdriver.common.action_chains import ActionChains

    point = f"{SHOWN}.find(e => true)"
    ActionChains(driver).move_to_element(run(driver, point)).pause(0.3).perform()
    card = run(driver, "document.getElementById('hover-card').innerText")
    assert "Topics: " in card


def test_a_run_without_topics_offers_none(driver, pages):
    opened(driver, pages["topicless map"])
    assert run(driver, "document.getElementById('topic')") is None


def test_a_map_of_a_few_papers_says_why_there_are_no_clusters(driver, pages):
    opened(driver, pages["small map"])
    assert "There are 30 papers; clusters are looked for from 60 on." in run(
        driver, "document.querySelector('header').innerText"
    )
    assert run(driver, "document.getElementById('colour').selectedOptions[0].text") == "topics"


@pytest.mark.parametrize("name", ["plain map", "plain report"])
def test_nothing_offers_to_upload_a_chart(driver, pages, name):
    opened(driver, pages[name])
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
