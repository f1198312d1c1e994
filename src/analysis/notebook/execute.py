"""Execute copies of the notebooks on one run, and write them as HTML for people without Python."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from analysis.base.progress import Progress
from analysis.base.resources import notebook_folder

from .page import notebook_page

if TYPE_CHECKING:
    from nbformat import NotebookNode

_CELL_SECONDS = 300


def execute_notebooks(run_path: Path, *, out: Path, progress: Progress) -> list[Path]:
    """Execute every notebook on a run.

    Parameters
    ----------
    run_path : Path
        A run directory; the notebooks' `open_run()` opens it.
    out : Path
        Made where missing; gets `NAME.ipynb` with outputs and `NAME.html`, and what the notebooks
        write themselves: a figure for print, a run of the example snapshot below `runs/`.
    progress : Progress

    Returns
    -------
    list of Path
        The HTML files, in the order of the notebooks.

    Raises
    ------
    InputError
        Where `out` cannot be written.
    """
    import nbformat

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot write into {out}: {error.strerror}",
            allowed="a folder that can be written, or a path where one can be made",
            next_step="choose another with --out DIR",
        ) from error
    written = []
    for path in sorted(notebook_folder().glob("*.ipynb")):
        with progress.stage(path.stem):
            notebook = nbformat.read(path, as_version=4)
            _execute(notebook, folder=out, run_path=run_path)
            _write(out / path.name, nbformat.writes(notebook) + "\n")
            html = out / f"{path.stem}.html"
            _write(html, notebook_page(notebook, title=path.stem))
        written.append(html)
    return written


def _execute(notebook: NotebookNode, *, folder: Path, run_path: Path) -> None:
    """Run a notebook's cells; the kernel is reached by sockets that only this user can open."""
    from nbclient import NotebookClient

    variables = {"PAPERTIDE_RUN": str(run_path.resolve()), "PLOTLY_RENDERER": "plotly_mimetype"}
    with TemporaryDirectory(prefix="papertide-") as private, _environment(**variables):
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
        client.execute()


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Set environment variables for the kernel that starts meanwhile."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.writing")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
