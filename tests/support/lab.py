"""A real JupyterLab on a free local port, driven by Chromium."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import nbformat

import analysis
import browser

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
SOFTWARE_GL = ("--enable-unsafe-swiftshader", "--use-angle=swiftshader")
"""WebGL without a graphics card."""

_SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


@dataclass
class Lab:
    """A running JupyterLab."""

    url: str
    token: str
    folder: Path
    driver: WebDriver
    asked: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def open(self, name: str, cells: list[str]) -> None:
        """Write a notebook of code cells, open it, and wait for its kernel."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(notebook, self.folder / name)
        self.driver.get(f"{self.url}/lab/tree/{name}?token={self.token}&reset")
        self.until(
            "const p = window.jupyterapp?.shell?.currentWidget;"
            "return p?.content?.widgets?.length > 0"
            " && p.sessionContext?.session?.kernel?.status === 'idle'"
        )
        self.listen()

    def run_all(self) -> None:
        """Run every cell and wait until the kernel is idle again."""
        self.command("notebook:run-all-cells")
        self.settled()

    def command(self, name: str) -> None:
        """Execute a command of JupyterLab without waiting for it."""
        self.driver.execute_script("window.jupyterapp.commands.execute(arguments[0])", name)

    def restart_and_run_all(self) -> None:
        """Restart the kernel, confirm it, run all cells."""
        self.driver.execute_script(
            "document.querySelectorAll('.jp-OutputArea-child').forEach(o => { o.id = 'before'; })"
        )
        self.command("notebook:restart-run-all")
        self.until("return document.querySelector('.jp-Dialog .jp-mod-accept') !== null")
        self.driver.execute_script("document.querySelector('.jp-Dialog .jp-mod-accept').click()")
        self.until("return document.querySelector('.jp-Dialog') === null")
        self.until("return document.querySelector('#before') === null")
        self.settled()

    def run_cell(self, at: int) -> str:
        """Run one cell and return its output as text."""
        self.driver.execute_script(
            "const notebook = window.jupyterapp.shell.currentWidget.content;"
            "window.__done = false;"
            "notebook.activeCellIndex = arguments[0]; notebook.deselectAll();"
            "window.jupyterapp.commands.execute('notebook:run-cell')"
            ".then(() => { window.__done = true; });",
            at,
        )
        self.until("return window.__done")
        return self.output(at)

    def start_cell(self, at: int) -> None:
        """Run one cell without waiting for it."""
        self.driver.execute_script(
            "const notebook = window.jupyterapp.shell.currentWidget.content;"
            "notebook.activeCellIndex = arguments[0]; notebook.deselectAll();"
            "window.jupyterapp.commands.execute('notebook:run-cell');",
            at,
        )

    def settled(self) -> None:
        """Wait until all cells have run."""
        self.until(
            "return window.jupyterapp.shell.currentWidget.content.widgets.every(c =>"
            "c.model.type !== 'code'"
            " || (c.model.executionCount && c.model.executionState === 'idle'))"
        )

    def output(self, at: int) -> str:
        """Return a cell's outputs: streams, plain texts and errors."""
        outputs = self.driver.execute_script(
            "return window.jupyterapp.shell.currentWidget.content.widgets[arguments[0]]"
            ".model.outputs.toJSON()",
            at,
        )
        texts = [
            o.get("text") or o.get("data", {}).get("text/plain") or "".join(o.get("traceback", []))
            for o in outputs
        ]
        return "\n".join(map(str, texts)).strip()

    def outputs(self) -> str:
        """Return the outputs of all cells, for messages."""
        script = (
            "return (window.jupyterapp?.shell?.currentWidget?.content?.widgets ?? [])"
            ".flatMap(c => c.model.outputs ? c.model.outputs.toJSON() : [])"
            ".map(o => (o.traceback ?? [o.text ?? '']).join('\\n')).join('\\n')"
        )
        shown = "return document.querySelector('.jp-Notebook')?.innerText.slice(0, 2000)"
        told = self.driver.execute_script(shown)
        return f"{str(self.driver.execute_script(script))[-3000:]}\n{told}\n{self.listen().console}"

    def until(self, script: str, *arguments: Any, seconds: float = 60) -> Any:
        """Wait until a script returns something true, and return it."""
        end = time.monotonic() + seconds
        while not (value := self.driver.execute_script(script, *arguments)):
            if time.monotonic() > end:
                self.driver.save_screenshot(str(self.folder.parent / "late.png"))
                raise TimeoutError(f"{script} {arguments}\n{self.outputs()}")
            time.sleep(0.05)
        return value

    def listen(self) -> browser.Visit:
        """Return console messages and addresses since the last call; remember them."""
        visit = browser.so_far(self.driver)
        self.console += visit.console
        self.asked += visit.requests
        return visit

    @property
    def outside(self) -> list[str]:
        """Addresses asked for that are not this server's."""
        own = (self.url, self.url.replace("http", "ws"), "data:", "blob:", "about:", "chrome:")
        return [url for url in self.asked if not url.startswith(own)]


@contextmanager
def jupyterlab(
    folder: Path, *, theme: str = "JupyterLab Light", width: int = 1400, height: int = 1500
) -> Iterator[Lab]:
    """Start JupyterLab with settings of its own below `folder`, and a browser; end both."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    work = folder / "work"
    work.mkdir(parents=True)
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyterlab",
                "--no-browser",
                "--allow-root",
                *_options(port, work),
            ],
            env={**os.environ, **_environment(folder, theme=theme), "JUPYTER_TOKEN": token},
            cwd=work,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{url}/api?token={token}", server=server, log=folder / "server.log")
        flags = (ONLY_HERE, *SOFTWARE_GL)
        with browser.chromium(width=width, height=height, flags=flags) as driver:
            yield Lab(url, token, work, driver)
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(10)


def _options(port: int, work: Path) -> list[str]:
    return [
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={work}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=",
        "--LabApp.extension_manager=readonly",
        "--KernelSpecManager.ensure_native_kernel=True",
    ]


def _environment(folder: Path, *, theme: str) -> dict[str, str]:
    """Folders of our own for everything that Jupyter reads or keeps."""
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    for name in places.values():
        (folder / name).mkdir()
    settings = {**_SETTINGS, "@jupyterlab/apputils-extension/themes": {"theme": theme}}
    for name, values in settings.items():
        path = folder / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    labconfig = folder / "config" / "labconfig"
    labconfig.mkdir()
    off = {"@jupyterlab/apputils-extension:announcements": True}
    (labconfig / "page_config.json").write_text(json.dumps({"disabledExtensions": off}))
    # The kernel imports the package that is tested, wherever it is installed from.
    package = {"PYTHONPATH": str(Path(analysis.__file__).parents[1])}
    return {**package, **{name: str(folder / place) for name, place in places.items()}}


def _wait(url: str, *, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            with urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")
