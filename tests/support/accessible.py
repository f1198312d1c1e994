"""What axe-core, from the development packages of npm, finds on an open page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

_AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"

needs_axe = pytest.mark.skipif(not _AXE.exists(), reason="needs axe-core: npm install")


def faults(driver: WebDriver) -> list[str]:
    """Return each rule of axe-core that the page breaks, with the elements that break it."""
    driver.execute_cdp_cmd("Runtime.evaluate", {"expression": _AXE.read_text(encoding="utf-8")})
    found = driver.execute_async_script(
        "const done = arguments[0];"
        "axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations.map(v =>"
        " v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary)"
        ".join(' | '))), e => done(['axe-core failed: ' + e]));"
    )
    return list(found)
