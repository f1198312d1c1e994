"""Opening a page in headless Chromium, and what it did there: console, requests, alarms."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1"),
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


@dataclass(frozen=True)
class Visit:
    """What happened while a page was open: console messages of any level, addresses asked for."""

    console: list[str]
    requests: list[str]

    @property
    def outside(self) -> list[str]:
        """Addresses that are not part of the file itself."""
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))]


def missing() -> str:
    """Say what a browser test lacks on this machine; empty where it lacks nothing."""
    lacks = []
    if _chromium() is None:
        lacks.append("chromium")
    if shutil.which("chromedriver") is None:
        lacks.append("chromedriver")
    try:
        import selenium  # noqa: F401
    except ImportError:
        lacks.append("the Python package selenium")
    return f"browser tests need {' and '.join(lacks)}" if lacks else ""


@contextmanager
def chromium(
    *, width: int = 1280, height: int = 800, dark: bool = False, flags: Sequence[str] = ()
) -> Iterator[WebDriver]:
    """Start Chromium with a new, empty profile that can reach no host; end it afterwards.

    Of a flag that is given twice the later one counts, so that `flags` can open what is closed.
    """
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = str(_chromium())
        for flag in (
            *_FLAGS,
            f"--user-data-dir={profile}",
            f"--window-size={width},{height}",
            *flags,
        ):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        try:
            _look(driver, width=width, height=height, dark=dark)
            yield driver
        finally:
            driver.quit()


@contextmanager
def viewport(driver: WebDriver, *, width: int, height: int, dark: bool = False) -> Iterator[None]:
    """Give the window another size and colour scheme for a while."""
    _look(driver, width=width, height=height, dark=dark)
    try:
        yield
    finally:
        _look(driver, width=1280, height=800, dark=False)


def _look(driver: WebDriver, *, width: int, height: int, dark: bool) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def visit(driver: WebDriver, page: Path, *, scripted: bool = True) -> Visit:
    """Open a file and wait until its scripts, if it has any, say that they are done."""
    from selenium.webdriver.support.ui import WebDriverWait

    so_far(driver)
    driver.get(page.as_uri())
    ready = "return document.documentElement.dataset.ready === 'true'"
    if scripted:
        WebDriverWait(driver, 60, poll_frequency=0.05).until(lambda d: d.execute_script(ready))
    return so_far(driver)


def so_far(driver: WebDriver) -> Visit:
    """Return what happened since the last call."""
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    requests = [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]
    requests += [
        message["params"]["url"]
        for message in messages
        if message["method"] == "Network.webSocketCreated"
    ]
    return Visit(
        console=[entry["message"] for entry in driver.get_log("browser")], requests=requests
    )


def _chromium() -> str | None:
    return next((path for name in _CHROMIUM if (path := shutil.which(name))), None)
