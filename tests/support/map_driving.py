"""Using the map page in Chromium as a reader does: mouse, keys, and what the page says then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import browser
from analysis.report import map_page
from analysis.runs import Run

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

N = 80
"""Papers on the fixture `plain_map`."""


def written(run: Run, folder: Path, *, name: str = "map") -> Path:
    """Write the map page of a run."""
    page = folder / f"{name}.html"
    page.write_text(map_page(run), encoding="utf-8")
    return page


def opened(driver: WebDriver, page: Path, *, fragment: str = "") -> WebDriver:
    """Open a map page, with what stands after # in its address, without a word on the console."""
    driver.get("about:blank")  # so that another fragment opens the page anew
    browser.so_far(driver)
    driver.get(page.as_uri() + (f"#{fragment}" if fragment else ""))
    wait_until(driver, "document.documentElement.dataset.ready === 'true'")
    assert browser.so_far(driver).console == []
    return driver


def ask(driver: WebDriver, script: str, *arguments: object) -> Any:
    """Return the value of an expression on the page."""
    return driver.execute_script(f"return {script}", *arguments)


def wait_until(driver: WebDriver, script: str, *arguments: object) -> bool:
    """Wait until an expression on the page holds; end with an error after a minute."""
    from selenium.webdriver.support.ui import WebDriverWait

    waiting = WebDriverWait(driver, 60, poll_frequency=0.03)
    return bool(waiting.until(lambda d: ask(d, script, *arguments)))


def text(driver: WebDriver, name: str) -> str:
    """Return the text of the element with an id."""
    return ask(driver, "document.getElementById(arguments[0]).textContent", name)


def state(driver: WebDriver) -> str:
    """Return what the page says is shown."""
    return text(driver, "count")


def bright(driver: WebDriver) -> list[int]:
    """Return the rows of the papers that stand out on the map."""
    return ask(driver, "[...papertide.page.level].flatMap((one, row) => one === 2 ? [row] : [])")


def search(driver: WebDriver, words: str) -> None:
    """Put words into the search box at once."""
    driver.execute_script(
        "const s = document.getElementById('search'); s.value = arguments[0];"
        "s.dispatchEvent(new Event('change'));",
        words,
    )


def choose(driver: WebDriver, name: str, value: object, *, event: str = "change") -> None:
    """Give a control a value, as a reader would."""
    driver.execute_script(
        "const s = document.getElementById(arguments[0]); s.value = arguments[1];"
        "s.dispatchEvent(new Event(arguments[2], {bubbles: true}));",
        name,
        str(value),
        event,
    )


def press(driver: WebDriver, *keys: str, shift: bool = False) -> None:
    """Press keys, one after the other, wherever the focus is."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    chain = ActionChains(driver, duration=10)
    if shift:
        chain.key_down(Keys.SHIFT)
    chain.send_keys(*keys)
    if shift:
        chain.key_up(Keys.SHIFT)
    chain.perform()


def where(driver: WebDriver, row: int) -> tuple[float, float]:
    """Return where in the window a paper is drawn."""
    x, y = ask(
        driver,
        "(([x, y], b) => [x + b.x, y + b.y])(papertide.page.whereIs(arguments[0]),"
        "document.getElementById('plot').getBoundingClientRect())",
        row,
    )
    return x, y


def mouse(driver: WebDriver, kind: str, x: float, y: float, **more: object) -> None:
    """Send one event of the mouse: Moved, Pressed, Released or Wheel."""
    name = "mouseWheel" if kind == "Wheel" else f"mouse{kind}"
    driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": name, "x": x, "y": y, **more})


def point_at(driver: WebDriver, row: int) -> None:
    """Move the mouse over a paper."""
    x, y = where(driver, row)
    mouse(driver, "Moved", x + 30, y)
    mouse(driver, "Moved", x, y)


def click(driver: WebDriver, row: int) -> None:
    """Click on a paper."""
    x, y = where(driver, row)
    mouse(driver, "Moved", x, y)
    mouse(driver, "Pressed", x, y, button="left", clickCount=1)
    mouse(driver, "Released", x, y, button="left", clickCount=1)


def drag(driver: WebDriver, path: list[tuple[float, float]], *, modifiers: int = 0) -> None:
    """Drag the mouse along places in the window."""
    mouse(driver, "Moved", *path[0], modifiers=modifiers)
    held = {"button": "left", "modifiers": modifiers}
    mouse(driver, "Pressed", *path[0], clickCount=1, **held)
    for place in path[1:]:
        mouse(driver, "Moved", *place, buttons=1, **held)
    mouse(driver, "Released", *path[-1], clickCount=1, **held)


def is_harmless(driver: WebDriver) -> bool:
    """Whether nothing ran, nothing was asked for and nothing on the page could do either."""
    assert ask(driver, "window.pwned") is None
    attributes = "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes])"
    assert ask(driver, attributes + ".filter(a => a.name.startsWith('on')).length") == 0
    assert (
        ask(driver, "document.querySelectorAll('iframe, object, embed, form, base, img').length")
        == 0
    )
    links = ask(driver, "[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    assert [href for href in links if not href.startswith(("https://", "http://"))] == []
    visit = browser.so_far(driver)
    assert visit.console == []
    assert visit.outside == []
    return True
