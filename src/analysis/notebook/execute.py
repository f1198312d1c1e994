"""Execute copies of the notebooks on one run, and write them as HTML for people without Python.

A page needs no network: Jupyter's export loads RequireJS, MathJax and Mermaid from a CDN, and
plotly's HTML output loads MathJax. Here figures are plotly JSON (renderer "plotly_mimetype"),
plotly.js is included once, and the page's content policy allows these scripts only.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from contextlib import chdir
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.escaping import for_html, for_script
from analysis.base.files import notebook_folder, written_whole
from analysis.base.outputs import check_outside_runs
from analysis.base.progress import Progress
from analysis.runs import read_run

from .topics import find_definitions, missing_definitions

if TYPE_CHECKING:
    from nbclient.exceptions import CellExecutionError
    from nbformat import NotebookNode

_CELL_SECONDS = 3600
"""Limit for one cell: a hang ends; an analysis of a large run on a busy machine does not."""

PLOTLY_MIME = "application/vnd.plotly.v1+json"
_NOTEBOOK_LINK = re.compile(r"\]\(([\w-]+)\.ipynb\)")
_MESSAGE = re.compile(r"Found:(?P<found>.*)\nAllowed: (?P<allowed>.*)\nNext: (?P<next>.*)", re.S)

_DRAW = """
for (const holder of document.querySelectorAll(".figure")) {
  const figure = JSON.parse(holder.querySelector("script").textContent);
  const config = {
    responsive: true, displaylogo: false, scrollZoom: true, showSendToCloud: false,
    plotlyServerURL: "",
  };
  Plotly.newPlot(holder.querySelector("div"), figure.data, figure.layout, config).then(plot => {
    plot.on("plotly_click", event => {
      const url = (event.points[0].customdata || [])[1];
      if (/^https?:/.test(url || "")) window.open(url, "_blank", "noopener,noreferrer");
    });
  });
}
document.documentElement.dataset.ready = "true";
"""

_TEMPLATE = """{% extends 'index.html.j2' %}
{% block html_head_js %}
<meta http-equiv="Content-Security-Policy" content="{{ resources.policy }}">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
{% endblock %}
{% block html_head_js_mathjax %}{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}
{% block jupyter_widgets %}{% endblock %}
"""


def execute_notebooks(run_path: Path, *, out: Path, progress: Progress) -> list[Path]:
    """Execute every notebook on a run.

    Parameters
    ----------
    run_path : Path
        A run directory; the notebooks' `open_run()` opens it.
    out : Path
        Made if it is missing; receives `NAME.ipynb` with outputs, `NAME.html`, what the notebooks
        write themselves (a figure for print, a workbook, trial runs below `runs/`), and a copy of
        the run's topic definitions where the notebooks would not find them otherwise.
    progress : Progress

    Returns
    -------
    list of Path
        The HTML files, in the order of the notebooks.

    Raises
    ------
    InputError
        If `out` cannot be written, the run cannot be read, or a cell raises an `InputError`.
    """
    import nbformat

    check_outside_runs(out)
    if out.resolve() == notebook_folder().resolve():
        raise InputError(
            f"{out} holds the notebooks themselves",
            allowed="another folder: the notebooks are executed as copies",
            next_step="choose another with --out DIR",
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot write into {out}: {error.strerror}",
            allowed="a folder that can be written, or a path where one can be made",
            next_step="choose another with --out DIR",
        ) from error
    _copy_definitions(run_path, folder=out, progress=progress)
    written = []
    for path in sorted(notebook_folder().glob("*.ipynb")):
        with progress.stage(path.stem):
            notebook = nbformat.read(path, as_version=4)
            _execute(notebook, name=path.stem, folder=out, run_path=run_path)
            html = out / f"{path.stem}.html"
            page = notebook_page(notebook, title=path.stem)
            for file, text in ((out / path.name, nbformat.writes(notebook) + "\n"), (html, page)):
                with written_whole(file) as temporary:
                    temporary.write_text(text, encoding="utf-8")
        written.append(html)
    return written


def _copy_definitions(run_path: Path, *, folder: Path, progress: Progress) -> None:
    """Copy the run's topic definitions into `folder` if the notebooks would not find them there."""
    run = read_run(run_path.resolve())
    path = find_definitions(run)
    with chdir(folder):
        is_found = find_definitions(run) is not None
    if path is None:
        progress.say(missing_definitions(run))
    elif not is_found:
        shutil.copyfile(path, folder / path.name)


def _execute(notebook: NotebookNode, *, name: str, folder: Path, run_path: Path) -> None:
    """Run a notebook's cells; the kernel is reached by sockets that only this user can open."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    variables = {"PAPERTIDE_RUN": str(run_path.resolve()), "PLOTLY_RENDERER": "plotly_mimetype"}
    with TemporaryDirectory(prefix="papertide-") as private:
        client = NotebookClient(
            notebook,
            timeout=_CELL_SECONDS,
            kernel_name="python3",
            store_widget_state=False,  # a page without a kernel shows the picture instead
            resources={"metadata": {"path": str(folder)}},
        )
        kernel = client.create_kernel_manager()
        kernel.transport = "ipc"
        kernel.ip = f"{private}/kernel"
        kernel.connection_file = f"{private}/kernel.json"
        try:
            client.execute(env={**os.environ, **variables})
        except CellExecutionError as error:
            raise _input_error(error, name=name) or error from error


def _input_error(error: CellExecutionError, *, name: str) -> InputError | None:
    """Return the `InputError` that a cell raised, naming its notebook; None for other errors."""
    message = _MESSAGE.fullmatch(error.evalue)
    if error.ename != InputError.__name__ or message is None:
        return None
    found = [line.strip().removeprefix("- ") for line in message["found"].strip().splitlines()]
    return InputError(
        [f"notebook {name}: {line}" for line in found],
        allowed=message["allowed"],
        next_step=message["next"],
    )


def notebook_page(notebook: NotebookNode, *, title: str) -> str:
    """Return an executed notebook (with plotly's renderer "plotly_mimetype") as an HTML page.

    The page has the content policy of `report.page.html.policy`; links to other notebooks are
    replaced by links to their pages. `title` is plain text, escaped here.
    """
    from nbconvert import HTMLExporter

    from analysis.report.page.html import plotly_js, policy

    shown = deepcopy(notebook)
    shown.metadata["title"] = title
    for cell in shown.cells:
        if cell.cell_type == "markdown":
            cell.source = _NOTEBOOK_LINK.sub(r"](\1.html)", cell.source)
        for output in cell.get("outputs", []):
            if PLOTLY_MIME in output.get("data", {}):
                output.data = {"text/html": _figure(output.data[PLOTLY_MIME])}
    scripts = [plotly_js(), _DRAW]
    resources = {"metadata": {"name": title}, "policy": policy(scripts)}
    exporter = HTMLExporter(raw_template=_TEMPLATE)
    page, _ = exporter.from_notebook_node(shown, resources=resources)
    before, end, after = page.rpartition("</body>")
    code = "".join(f"<script>{script}</script>\n" for script in scripts)
    return f"{before}{code}{end}{after}"


def _figure(figure: Mapping[str, Any]) -> str:
    height = int(figure["layout"].get("height") or 525)
    data = for_script({"data": figure["data"], "layout": figure["layout"]})
    holder = f'<div style="height: {for_html(str(height))}px"></div>'
    return f'<div class="figure">{holder}<script type="application/json">{data}</script></div>'
