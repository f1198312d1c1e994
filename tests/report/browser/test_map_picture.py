"""The view of the map saved as a picture: PNG and SVG with title, legend and date."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
import pytest

import browser
from hostile import HOSTILE
from map_driving import ask, choose, is_harmless, opened, search, wait_until, written
from page_runs import made_run

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = pytest.mark.browser
SVG = "{http://www.w3.org/2000/svg}"


def saved(driver: WebDriver, button: str) -> tuple[str, bytes]:
    """Press a button and return the name and content of the file that it saves."""
    driver.execute_script(
        "window.file = null; window.kept = window.kept || URL.createObjectURL;"
        "const click = HTMLAnchorElement.prototype.click;"
        "HTMLAnchorElement.prototype.click = function () {"
        "  const name = this.download; const r = new FileReader();"
        "  HTMLAnchorElement.prototype.click = click;"
        "  r.onload = () => { window.file = [name, r.result.split(',')[1]]; };"
        "  r.readAsDataURL(window.last); };"
        "URL.createObjectURL = (b) => { window.last = b; return window.kept.call(URL, b); };"
        "document.getElementById(arguments[0]).click();",
        button,
    )
    wait_until(driver, "window.file !== null")
    name, content = ask(driver, "window.file")
    return name, base64.b64decode(content)


def texts(svg: bytes) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_drawing_has_title_legend_date_and_points(driver, plain_map):
    opened(driver, plain_map)
    search(driver, "subject 3")
    name, svg = saved(driver, "picture-svg")
    assert name == "topic-map-0001-2025-03-17.svg"
    found = texts(svg)
    assert found[0] == "19 of 80 papers: “subject 3”"
    assert found[1] == "Topic map · 80 papers · snapshot of 17 March 2025 · run 0001-2025-03-17"
    assert {"Colour: cluster", "Cluster 1", "20"} <= set(found)
    root = ElementTree.fromstring(svg)
    layers = [g for g in root.iter(f"{SVG}g") if "fill-opacity" in g.attrib]
    assert [len(layer) for layer in layers] == [61, 0, 19]
    assert root.find(f"{SVG}title").text.startswith("Topic map. 80 papers")


def test_points_are_where_they_are_on_the_page(driver, plain_map):
    opened(driver, plain_map)
    _, svg = saved(driver, "picture-svg")
    circles = [
        (float(one.get("cx")), float(one.get("cy")))
        for layer in ElementTree.fromstring(svg).iter(f"{SVG}g")
        if "fill-opacity" in layer.attrib
        for one in layer
    ]
    places = ask(driver, "[...Array(80).keys()].map((row) => papertide.page.whereIs(row))")
    assert np.array(sorted(circles)) == pytest.approx(np.array(sorted(places)), abs=0.06)


@pytest.mark.parametrize("width", [390, 1366])
def test_the_picture_has_two_pixels_for_each(driver, plain_map, width):
    from PIL import Image

    with browser.viewport(driver, width=width, height=768):
        opened(driver, plain_map)
        choose(driver, "colour", 2)  # by date, with a scale
        name, png = saved(driver, "picture")
        _, svg = saved(driver, "picture-svg")
    assert name == "topic-map-0001-2025-03-17.png"
    root = ElementTree.fromstring(svg)
    image = Image.open(io.BytesIO(png)).convert("RGB")
    assert image.size == (2 * float(root.get("width")), 2 * float(root.get("height")))
    assert len(image.getcolors(1 << 24)) > 100
    assert root.find(f".//{SVG}linearGradient") is not None


def test_hostile_labels_are_text(driver, tmp_path):
    opened(driver, written(made_run(80, texts=HOSTILE), tmp_path))
    _, svg = saved(driver, "picture-svg")
    root = ElementTree.fromstring(svg)
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {
        *("svg", "title", "clipPath", "rect", "g", "circle", "path", "text")
    }
    assert any("<script>" in text for text in texts(svg))
    saved(driver, "picture")
    assert is_harmless(driver)
