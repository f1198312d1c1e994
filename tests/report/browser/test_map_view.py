"""Moving about the map page: mouse, wheel, keys, fingers; the address, the theme, the print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import browser
from map_driving import (
    N,
    ask,
    bright,
    choose,
    click,
    drag,
    mouse,
    opened,
    press,
    search,
    state,
    text,
    wait_until,
    where,
)

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = pytest.mark.browser


def view(driver: WebDriver) -> tuple[float, float, float]:
    return tuple(ask(driver, "(v => [v.x, v.y, v.zoom])(papertide.page.view)"))


def fragment(driver: WebDriver) -> str:
    """What stands in the address once the page has written it."""
    driver.execute_async_script("setTimeout(arguments[0], 400)")
    return ask(driver, "location.hash.slice(1)")


def settled(driver: WebDriver) -> None:
    """Wait until the map has the size that the page leaves it."""
    driver.execute_async_script(
        "requestAnimationFrame(() => requestAnimationFrame(() => arguments[0]()))"
    )
    wait_until(driver, "papertide.page.isIdle()")


# moving


def test_dragging_moves_the_map_with_the_pointer(driver, plain_map):
    opened(driver, plain_map)
    x, y = where(driver, 10)
    drag(driver, [(x, y), (x + 20, y + 10), (x + 60, y - 30)])
    assert where(driver, 10) == pytest.approx((x + 60, y - 30), abs=0.01)
    assert ask(driver, "document.getElementById('paper').classList.contains('hidden')")


def test_the_wheel_zooms_about_the_pointer(driver, plain_map):
    opened(driver, plain_map)
    x, y = where(driver, 30)
    far = where(driver, 79)
    mouse(driver, "Wheel", x, y, deltaX=0, deltaY=-200)
    wait_until(driver, "papertide.page.view.zoom > 1.2")
    # A wheel's place is told in whole pixels.
    assert where(driver, 30) == pytest.approx((x, y), abs=1)
    assert where(driver, 79) != far
    for _ in range(60):
        mouse(driver, "Wheel", x, y, deltaX=0, deltaY=400)
    wait_until(driver, "papertide.page.view.zoom < 1")
    assert view(driver)[2] == pytest.approx(0.7)


def test_keys_move_zoom_and_show_the_whole(driver, plain_map):
    from selenium.webdriver.common.keys import Keys

    opened(driver, plain_map)
    whole = view(driver)
    driver.execute_script("document.getElementById('plot').focus()")
    press(driver, "+", "+")
    assert view(driver)[2] == pytest.approx(1.96)
    x, y = where(driver, 5)
    press(driver, Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    assert where(driver, 5) == pytest.approx((x - 70, y - 70), abs=0.01)
    press(driver, "-")
    assert view(driver)[2] == pytest.approx(1.4)
    press(driver, "0")
    assert view(driver) == whole


def test_papers_can_be_walked_through_and_opened_by_keys(driver, plain_map):
    from selenium.webdriver.common.keys import Keys

    opened(driver, plain_map)
    driver.execute_script("document.getElementById('plot').focus()")
    press(driver, Keys.ARROW_RIGHT, shift=True)
    first = text(driver, "said")
    assert first.startswith("Paper ")
    press(driver, Keys.ARROW_RIGHT, shift=True)
    second = text(driver, "said")
    assert second != first
    numbers = [int(said.split()[1]) for said in (first, second)]
    assert where(driver, numbers[1])[0] > where(driver, numbers[0])[0]
    press(driver, Keys.ENTER)
    assert text(driver, "paper").startswith(f"×Paper {numbers[1]} on")
    assert ask(driver, "document.activeElement.closest('#paper') !== null")
    press(driver, Keys.TAB)
    assert ask(driver, "document.activeElement.href").startswith("https://arxiv.invalid/abs/")


def test_the_tab_key_reaches_every_part_in_order(driver, plain_map):
    from selenium.webdriver.common.keys import Keys

    opened(driver, plain_map)
    seen = []
    for _ in range(24):
        press(driver, Keys.TAB)
        seen.append(ask(driver, "document.activeElement.id || document.activeElement.className"))
    order = ["search", "theme", "table-open", "plot", "tool-move", "tool-lasso", "zoom-in",
             "picture", "play", "date-from", "date-to", "topic", "weight", "colour", "labels",
             "entry"]  # fmt: skip
    assert [name for name in seen if name in order][: len(order)] == order


def touch(driver: WebDriver, kind: str, *places: tuple[float, float]) -> None:
    points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
    driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_two_fingers_zoom_and_one_finger_taps(driver, plain_map):
    opened(driver, plain_map)
    driver.execute_cdp_cmd(
        "Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2}
    )
    try:
        x, y = where(driver, 40)
        touch(driver, "touchStart", (x - 40, y), (x + 40, y))
        for gap in (60, 80):
            touch(driver, "touchMove", (x - gap, y), (x + gap, y))
        touch(driver, "touchEnd")
        wait_until(driver, "papertide.page.view.zoom > 1.6")
        assert view(driver)[2] == pytest.approx(2, rel=0.1)
        assert where(driver, 40) == pytest.approx((x, y), abs=3)
        x, y = where(driver, 40)
        touch(driver, "touchStart", (x, y))
        touch(driver, "touchEnd")
        wait_until(driver, "!document.getElementById('paper').classList.contains('hidden')")
        assert text(driver, "paper").startswith("×Paper 40 on")
    finally:
        driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


# the address


def test_the_address_holds_the_view_and_restores_it(driver, plain_map):
    opened(driver, plain_map)
    assert fragment(driver) == ""
    search(driver, "subject")
    choose(driver, "colour", 1)
    choose(driver, "topic", -1)
    choose(driver, "weight", 0.5, event="input")
    driver.execute_script(
        "for (let i = 0; i < 3; i++) document.getElementById('zoom-in').click();"
        "document.getElementById('table-open').click();"
    )
    settled(driver)
    row = ask(
        driver,
        "(([w, h]) => arguments[0].find((row) => (([x, y]) => x > 60 && y > 20 && x < w - 60"
        " && y < h - 20)(papertide.page.whereIs(row))))"
        "([papertide.page.view.width, papertide.page.view.height])",
        bright(driver),
    )
    click(driver, row)
    assert f"Paper {row} on" in text(driver, "paper")
    paper = text(driver, "paper")
    before = (state(driver), bright(driver), view(driver))
    asked = fragment(driver)
    opened(driver, plain_map, fragment=asked)
    assert (state(driver), bright(driver)) == before[:2]
    assert view(driver) == pytest.approx(before[2], abs=0.001)
    assert text(driver, "paper") == paper
    assert ask(driver, "document.getElementById('colour').value") == "1"
    assert ask(driver, "document.getElementById('topic').value") == "-1"
    assert ask(driver, "document.getElementById('table').offsetHeight > 100")
    driver.find_element("id", "reset").click()
    driver.execute_script(
        "document.querySelector('#paper .shut').click();"
        "document.getElementById('zoom-whole').click();"
        "document.getElementById('table-shut').click();"
    )
    choose(driver, "colour", 0)
    assert fragment(driver) == ""


def test_the_address_holds_a_selection_dates_and_the_legend(driver, plain_map):
    opened(driver, plain_map, fragment="dates=2023-03-01_2023-05-31&only=1,2,99,-1")
    assert state(driver).endswith(": March 2023 to May 2023, cluster “Cluster 2” or “Cluster 3”")
    driver.find_element("id", "reset").click()
    press_box = "document.getElementById('tool-box').click()"
    driver.execute_script(press_box)
    (ax, ay), (bx, by) = where(driver, 3), where(driver, 4)
    drag(driver, [(min(ax, bx) - 9, min(ay, by) - 9), (max(ax, bx) + 9, max(ay, by) + 9)])
    chosen = bright(driver)
    assert {3, 4} <= set(chosen)
    assert len(chosen) < N
    opened(driver, plain_map, fragment=fragment(driver))
    assert bright(driver) == chosen


def test_another_fragment_of_an_open_page_is_followed(driver, plain_map):
    opened(driver, plain_map)
    driver.execute_script("location.hash = 'q=paper+12&paper=2301.00012'")
    wait_until(driver, "document.getElementById('count').textContent.includes('paper 12')")
    assert bright(driver) == [12]
    assert text(driver, "paper").startswith("×Paper 12 on")
    driver.execute_script("location.hash = 'paper=unknown'")
    wait_until(driver, "document.getElementById('count').textContent === '80 papers'")
    assert ask(driver, "document.getElementById('paper').classList.contains('hidden')")


# looks


def background(driver: WebDriver) -> str:
    return ask(driver, "getComputedStyle(document.body).backgroundColor")


def corner(driver: WebDriver) -> list[int]:
    wait_until(driver, "papertide.page.isIdle()")
    return ask(
        driver,
        "[...document.getElementById('points').getContext('2d').getImageData(2, 2, 1, 1).data]",
    )


def test_the_theme_follows_the_system_until_it_is_chosen(driver, plain_map):
    with browser.viewport(driver, width=1280, height=800, dark=True):
        opened(driver, plain_map)
        assert background(driver) == "rgb(21, 24, 28)"
        assert corner(driver) == [21, 24, 28, 255]
        driver.find_element("id", "theme").click()
        assert text(driver, "theme-words") == "Light"
        assert background(driver) == "rgb(255, 255, 255)"
        assert corner(driver) == [255, 255, 255, 255]
        driver.find_element("id", "theme").click()
        assert (text(driver, "theme-words"), background(driver)) == ("Dark", "rgb(21, 24, 28)")
        driver.find_element("id", "theme").click()
        assert text(driver, "theme-words") == "System"
    opened(driver, plain_map)
    assert background(driver) == "rgb(255, 255, 255)"


def test_a_dark_page_is_printed_on_white(driver, plain_map):
    with browser.viewport(driver, width=1280, height=800, dark=True):
        opened(driver, plain_map)
        driver.execute_script("dispatchEvent(new Event('beforeprint'))")
        assert corner(driver) == [255, 255, 255, 255]
        driver.execute_script("dispatchEvent(new Event('afterprint'))")
        assert corner(driver) == [21, 24, 28, 255]
        assert len(driver.execute_cdp_cmd("Page.printToPDF", {})["data"]) > 5000
        # This test reads the canvas, which Chromium remarks upon.
        console = browser.so_far(driver).console
        assert [line for line in console if "willReadFrequently" not in line] == []


def test_names_of_clusters_can_be_left_out(driver, plain_map):
    opened(driver, plain_map)
    inked = (
        "document.getElementById('over').getContext('2d')"
        ".getImageData(0, 0, 1400, 1400).data.some(v => v)"
    )
    assert wait_until(driver, inked)
    driver.find_element("id", "labels").click()
    assert wait_until(driver, f"!{inked}")


@pytest.mark.parametrize("dark", [False, True])
def test_the_map_fits_a_telephone(driver, plain_map, dark):
    with browser.viewport(driver, width=390, height=844, dark=dark):
        opened(driver, plain_map, fragment="table=1&q=paper")
        assert ask(driver, "innerWidth") == 390
        assert ask(driver, "document.documentElement.scrollWidth") <= 390
        width, height = ask(
            driver,
            "(b => [b.width, b.height])(document.getElementById('plot').getBoundingClientRect())",
        )
        assert width == 390
        assert height >= 320
