"""Map, report, charts and tables of a run, written into its folder or into another one."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal
from analysis.base.files import written_whole
from analysis.base.parallel import Workers, workers
from analysis.figures.run_charts import FORMATS, draw_charts
from analysis.runs import Run, list_runs, sha256, tables_of, write_json
from analysis.runs.newest import newest_of

from .csv_tables import write_csv_tables
from .findings.brief import brief
from .page.map import map_page
from .page.report import report_page
from .workbook import save_workbook

WORKBOOK = "papertide.xlsx"

ABOUT = "report.json"
"""What the folder of a report records: the run, the settings, the hash of every file."""

_RUN_NAME = re.compile(r"\d{4,}(-\d{4}-\d{2}-\d{2})?")
_MOST_NAMED = 5


def write_pages(
    run: Run,
    folder: Path,
    *,
    workers: Workers | None = None,
    formats: Sequence[str] | None = None,
    csv_safe: bool = False,
    all_papers: bool = False,
) -> None:
    """Write `map.html`, `report.html`, `brief.md`, `charts/` and `tables/` (CSV, one workbook).

    Parameters
    ----------
    run : Run
        Complete except for its folder.
    folder : Path
        An existing folder; the files are written into it.
    workers : Workers, optional
        One of them draws the charts; by default this process does.
    formats : sequence of str, optional
        As for `draw_charts`.
    csv_safe : bool
        As for `write_csv_tables`.
    all_papers : bool
        List the papers in the workbook however many there are.
    """
    drawn = (workers or Workers(1)).start(draw_charts, run, formats=formats)
    (folder / "map.html").write_text(map_page(run), encoding="utf-8")
    (folder / "report.html").write_text(report_page(run), encoding="utf-8")
    (folder / "brief.md").write_text(brief(run), encoding="utf-8")
    newest = newest_of(run).table
    tables = {**tables_of(run), **({} if newest.empty else {"newest": newest})}
    write_csv_tables(tables, folder / "tables", safe=csv_safe)
    save_workbook(run, folder / "tables" / WORKBOOK, with_papers=all_papers or None)
    charts = folder / "charts"
    charts.mkdir()
    for name, content in drawn().items():
        (charts / name).write_bytes(content)


def write_report(
    run: Run,
    *,
    out: Path,
    formats: Sequence[str] | None = None,
    csv_safe: bool = False,
    overwrite: bool = False,
    jobs: int | None = None,
) -> Path:
    """Write map, report, charts and tables of a run into a folder outside it.

    Parameters
    ----------
    run : Run
        As opened, or recounted (`recount`, `select_groups`).
    out : Path
        A folder that does not exist or is empty, outside every run; created with its parent
        folders. It appears complete or not at all.
    formats : sequence of {"svg", "png", "pdf"}, optional
        File formats of each chart; by default those that a run holds.
    csv_safe : bool
        Put an apostrophe before texts in CSV files that a spreadsheet program would read as a
        formula.
    overwrite : bool
        Replace what an earlier call wrote there; no other file is ever replaced.
    jobs : int, optional
        Processes at work, as in `base.parallel.workers`; the files are the same for any number.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    InputError
        If `out` is taken, is inside a run or cannot be written, or a format is not known.
    """
    wrong = [name for name in formats or () if name not in FORMATS]
    if wrong:
        raise InputError(
            [f"chart format {for_terminal(name)!r}" for name in wrong],
            allowed=", ".join(FORMATS),
            next_step="give --formats with one or more of these, as in svg,pdf",
        )
    place = Path(os.path.abspath(out))  # noqa: PTH100 a link is replaced, not followed
    _check_place(place, shown=for_terminal(str(out)), run=run, overwrite=overwrite)
    new_parents = [parent for parent in place.parents if not parent.exists()]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(place) as folder, workers(jobs) as others:
            folder.mkdir()
            write_pages(
                *(run, folder), workers=others, formats=formats, csv_safe=csv_safe, all_papers=True
            )
            write_json(folder / ABOUT, _about(run, folder, formats=formats, csv_safe=csv_safe))
    except OSError as error:
        raise InputError(
            f"cannot write {for_terminal(str(out))}: {error.strerror or error}",
            allowed="a writable folder on a disk with free space",
            next_step="choose another with --out DIR",
        ) from error
    finally:
        for parent in new_parents:
            if not place.exists() and parent.is_dir():
                parent.rmdir()
    return out


def _check_place(place: Path, *, shown: str, run: Run, overwrite: bool) -> None:
    real = place.resolve()
    inside = [above for above in (real, *real.parents) if (above / "manifest.json").is_file()]
    if inside:
        raise InputError(
            f"{shown} is inside the run {for_terminal(inside[0].name)}",
            allowed="a folder outside every run: the files of a run never change",
            next_step="choose another with --out DIR",
        )
    series = run.path.resolve().parent if run.path else None
    if real.parent == series and _RUN_NAME.fullmatch(real.name) and list_runs(series):
        raise InputError(
            f"{shown} has the form of a run name of this series",
            allowed="a folder with another name",
            next_step="choose another with --out DIR",
        )
    if place.is_dir():
        if overwrite:
            _check_ours(place, shown=shown)
        elif any(place.iterdir()):
            raise InputError(
                f"{shown} exists and is not empty",
                allowed="a folder that is new or empty",
                next_step="choose another with --out DIR, or replace an earlier report with "
                "--overwrite",
            )
    elif place.exists() or place.is_symlink():
        raise InputError(
            f"{shown} is a file",
            allowed="a folder that is new or empty",
            next_step="choose another with --out DIR",
        )


def _check_ours(place: Path, *, shown: str) -> None:
    """Refuse to replace a folder that holds anything other than an earlier report."""
    files = sorted(p.relative_to(place).as_posix() for p in place.rglob("*") if not p.is_dir())
    try:
        about = json.loads((place / ABOUT).read_text(encoding="utf-8"))
        ours = {ABOUT, *about["outputs"]}
    except (OSError, ValueError, TypeError, KeyError):
        ours = set()
    others = [name for name in files if name not in ours]
    if others:
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        named = ", ".join(for_terminal(name) for name in others[:_MOST_NAMED])
        raise InputError(
            f"{shown} holds files that are not part of a report: {named}{more}",
            allowed="with --overwrite, a folder that holds an earlier report and nothing else",
            next_step="move these files away, or choose another folder with --out DIR",
        )


def _about(
    run: Run, folder: Path, *, formats: Sequence[str] | None, csv_safe: bool
) -> dict[str, Any]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {
        "run": run.name,
        "manifest_sha256": sha256(run.path / "manifest.json") if run.path else None,
        "settings": {
            name: run.manifest["settings"].get(name) for name in ("period", "by", "only_snapshot")
        },
        "period": run.manifest["period"],
        "groups": run.manifest.get("shown_groups"),
        "formats": list(formats) if formats else None,
        "csv_safe": csv_safe,
        "made_with": f"papertide {metadata.version('papertide')}",
        "outputs": {p.relative_to(folder).as_posix(): sha256(p) for p in files},
    }
