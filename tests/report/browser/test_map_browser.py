"""The map page in Chromium: it opens at every size, and no text in it ever becomes active."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

import browser
from analysis.base.schema import conform
from analysis.runs import Run
from hostile import HOSTILE
from map_driving import (
    ask,
    bright,
    choose,
    click,
    is_harmless,
    opened,
    point_at,
    search,
    state,
    text,
    wait_until,
    written,
)
from page_runs import made_run

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.browser


def titled(run: Run, titles: list[str]) -> Run:
    return replace(run, papers=conform(run.papers.assign(title=titles), name="papers"))


RUNS = {
    "15": lambda: made_run(15),
    "no clusters": lambda: made_run(59),
    "no dates": lambda: made_run(64, n_undated=64, freq=None),
    "one date": lambda: made_run(64, n_undated=63),
    "one topic": lambda: made_run(64, topics=("Only",)),
    "nothing to colour by": lambda: made_run(20, topics=(), n_undated=20, freq=None),
    "one cluster": lambda: made_run(64, n_clusters=1),
    "300 clusters": lambda: made_run(600, n_clusters=300),
    "long titles": lambda: titled(
        made_run(64), [f"{'word ' * 99}{i:05d}" if i % 2 else f"{i:05d}" * 100 for i in range(64)]
    ),
    "right to left": lambda: made_run(64, texts=["دراسة نماذج اللغة الكبيرة", "מודלי שפה גדולים"]),
}


@pytest.mark.parametrize("name", RUNS)
def test_every_kind_of_run_opens_without_error_or_request(driver, tmp_path, name):
    run = RUNS[name]()
    page = written(run, tmp_path)
    visit = browser.visit(driver, page)
    assert visit.console == []
    assert visit.requests == [page.as_uri()]
    n = len(run.papers)
    assert state(driver) == f"{n} papers"
    assert len(bright(driver)) == n
    assert ask(driver, "document.getElementById('topic') !== null") == (
        name != "nothing to colour by"
    )
    assert ask(driver, "document.getElementById('dates') !== null") == (
        name not in ("no dates", "one date", "nothing to colour by")
    )
    assert ask(driver, "document.getElementById('weight') !== null") == (
        name not in ("15", "no clusters", "nothing to colour by")
    )
    point_at(driver, 3)
    wait_until(driver, "!document.getElementById('hover-card').classList.contains('hidden')")
    click(driver, 3)
    wait_until(driver, "!document.getElementById('paper').classList.contains('hidden')")
    assert ask(driver, "document.documentElement.scrollWidth <= innerWidth")
    assert browser.so_far(driver).console == []


def test_points_are_painted_in_their_colours(driver, tmp_path):
    """The middle of each point has the colour that the legend gives its cluster, or a paler one."""
    opened(driver, written(made_run(64), tmp_path))
    wait_until(driver, "papertide.page.isIdle()")
    shades = ask(
        driver,
        """[...Array(8).keys()].map((row) => {
        const canvas = document.getElementById('points');
        const [x, y] = papertide.page.whereIs(row + 40);
        const scale = canvas.width / canvas.clientWidth;
        const data = canvas.getContext('2d').getImageData(x * scale, y * scale, 1, 1).data;
        return [...data];
        })""",
    )
    legend = ask(
        driver,
        "[...document.querySelectorAll('#legend-entries path')].map(p => p.getAttribute('fill')"
        ".match(/\\d+/g).map(Number))",
    )
    for i, (*rgb, alpha) in enumerate(shades):
        expected = legend[(i + 40) % 4]
        # Weights are .4 to .8 by row; the pale ones lie on white.
        part = 0.37 if (i + 40) % 5 == 0 else 0.88
        mixed = [255 + (c - 255) * part for c in expected]
        assert alpha == 255
        assert max(abs(a - b) for a, b in zip(rgb, mixed, strict=True)) < 14, (i, rgb, mixed)


def test_a_browser_without_unpacking_is_told_so(driver, tmp_path):
    page = written(made_run(20), tmp_path)
    script = {"source": "delete window.DecompressionStream;"}
    added = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
    try:
        driver.get(page.as_uri())
        wait_until(driver, "document.documentElement.dataset.ready === 'failed'")
    finally:
        driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
    assert "This browser is too old for this page" in text(driver, "waiting")


# hostile texts


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Path:
    run = made_run(80, texts=HOSTILE, n_undated=3)
    columns = {"<img src=x onerror='window.pwned = 30'>": HOSTILE[:10] * 8}
    papers = run.papers.assign(**columns)
    return written(
        replace(run, papers=conform(papers, name="papers")), tmp_path_factory.mktemp("h")
    )


def test_a_hostile_run_can_be_used(driver, hostile):
    opened(driver, hostile)
    for colour in range(ask(driver, "document.getElementById('colour').options.length")):
        choose(driver, "colour", colour)
        driver.execute_script(
            "for (let i = 0; i < 3; i++)"
            "  document.querySelectorAll('#legend-entries button')[i]?.click();"
        )
    for topic in ask(driver, "[...document.getElementById('topic').options].map(o => o.value)"):
        choose(driver, "topic", topic)
    driver.find_element("id", "reset").click()
    driver.find_element("id", "table-open").click()
    for row in range(len(HOSTILE)):
        click(driver, row)
        point_at(driver, row)
    driver.execute_script("document.querySelectorAll('#rows button').forEach(b => b.click());")
    assert is_harmless(driver)
    assert "<script>window.pwned = 1</script>" in ask(driver, "document.body.textContent")


def test_hostile_words_can_be_searched_for(driver, hostile):
    opened(driver, hostile)
    for words in HOSTILE:
        search(driver, words.replace("\x00", "").replace("\ud800", ""))
    search(driver, "window.pwned")
    assert "“window.pwned”" in state(driver)
    assert ask(driver, "document.querySelectorAll('#found-papers mark').length") > 0
    assert is_harmless(driver)


@pytest.mark.parametrize("name", ["q", "at", "colour", "topic", "dates", "weight", "only", "paper",
                                  "select", "nonsense"])  # fmt: skip
def test_hostile_fragments_do_nothing(driver, hostile, name):
    opened(driver, hostile)
    for words in HOSTILE[:16]:
        fragment = f"{name}={quote(words, safe='', errors='replace')}"
        driver.execute_script("location.hash = arguments[0]", fragment)
    for value in ("1e999,0,0", "NaN,NaN,NaN", "0,0,-1", ",,,", "9" * 5000, "%00%ff", "__proto__"):
        driver.execute_script("location.hash = arguments[0]", f"{name}={value}&__proto__={value}")
    wait_until(driver, "location.hash.includes('__proto__') || location.hash === ''")
    ask(driver, "new Promise(done => setTimeout(done, 60))")
    if name == "q":
        search(driver, "")
    assert is_harmless(driver)
    assert ask(driver, "Number.isFinite(papertide.page.view.x + papertide.page.view.zoom)")


def test_every_control_has_a_name_and_every_text_can_be_read(driver, hostile, tmp_path):
    opened(driver, written(made_run(80), tmp_path))
    driver.find_element("id", "table-open").click()
    click(driver, 4)
    unnamed = (
        "[...document.querySelectorAll('input, select, button, canvas, section, [role]')].filter("
        "e => !e.closest('[aria-hidden=true]') && !e.labels?.length && !e.textContent.trim()"
        " && !e.getAttribute('aria-label') && e.offsetParent && e.id !== 'said')"
        ".map(e => e.id || e.outerHTML)"
    )
    assert ask(driver, unnamed) == []
    assert ask(driver, "document.documentElement.lang") == "en"
    assert ask(driver, "document.querySelectorAll('h1').length") == 1


CONTRAST = """
const parse = (c) => c.match(/[\\d.]+/g).map(Number);
const lum = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= .04045 ? v / 12.92
  : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
const behind = (e) => { for (; e; e = e.parentElement) {
  const c = parse(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] === 1) return c; }
  return [255, 255, 255]; };
const out = [];
for (const e of document.querySelectorAll('body *')) {
  const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  if (!own || !e.offsetParent || e.closest(':disabled, script, style, option')) continue;
  const [a, b] = [lum(parse(getComputedStyle(e).color)), lum(behind(e))].sort((x, y) => y - x);
  if ((a + .05) / (b + .05) < 4.5) out.push([e.outerHTML.slice(0, 90), (a + .05) / (b + .05)]);
}
return out;
"""


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_has_enough_contrast(driver, tmp_path, dark):
    with browser.viewport(driver, width=1280, height=800, dark=dark):
        opened(driver, written(made_run(80), tmp_path), fragment="q=subject&table=1")
        click(driver, 3)
        driver.execute_script("document.querySelector('#legend-entries button').click()")
        assert driver.execute_script(CONTRAST) == []


def test_more_points_than_can_be_told_apart_are_drawn_as_density(driver, tmp_path, monkeypatch):
    """With the limit at ten points, a square of three pixels has the colour of its one paper."""
    module = importlib.import_module("analysis.report.page.map")
    whole = module.page_script("map/page.js")
    assert "MOST = 150000;" in whole
    fewer = whole.replace("MOST = 150000;", "MOST = 10;")
    monkeypatch.setattr(module, "page_script", lambda _: fewer)
    opened(driver, written(made_run(64), tmp_path))
    painted = """(() => {
        const canvas = document.getElementById('points');
        const scale = canvas.width / canvas.clientWidth;
        const [x, y] = papertide.page.whereIs(41).map((v) => Math.floor(v * scale));
        const { data } = canvas.getContext('2d').getImageData(x - 3, y - 3, 7, 7);
        return [...Array(49).keys()].filter((i) => data[4 * i] < 250 || data[4 * i + 2] < 250);
    })().length"""
    wait_until(driver, "papertide.page.isIdle()")
    assert ask(driver, painted) == 9
    for _ in range(5):
        driver.find_element("id", "zoom-in").click()
    driver.execute_script("location.hash = 'paper=2301.00041&at=0,0,1'")
    assert browser.so_far(driver).outside == []
