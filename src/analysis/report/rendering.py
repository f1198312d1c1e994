"""Pages, charts and tables of a finished run written again, beside it, never into it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal
from analysis.base.files import written_whole
from analysis.runs import Run, list_runs, sha256, write_json

from . import write_pages
from .charts.printed import FORMATS

ABOUT = "report.json"
"""What a rendered folder says of itself: the run, the settings, the hash of every file."""

_RUN_NAME = re.compile(r"\d{4,}(-\d{4}-\d{2}-\d{2})?")
_MOST_NAMED = 5


def write_report(
    run: Run,
    *,
    out: Path,
    formats: Sequence[str] | None = None,
    csv_safe: bool = False,
    overwrite: bool = False,
) -> Path:
    """Write map, report, charts and tables of a run into a folder of their own.

    Parameters
    ----------
    run : Run
        As opened, or told otherwise (`retelling.retold`, `retelling.narrowed`).
    out : Path
        A folder that does not exist or is empty, in no run; made with the folders above it. All
        of it appears at once, or nothing.
    formats : sequence of {"svg", "png", "pdf"}, optional
        Files of each chart; by default those that a run holds.
    csv_safe : bool
        Put an apostrophe before texts in CSV files that a spreadsheet program would compute.
    overwrite : bool
        Replace what an earlier call wrote there; never a file of somebody else's.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    InputError
        Where `out` is taken, lies in a run, or cannot be written, or a format has another name.
    """
    wrong = [name for name in formats or () if name not in FORMATS]
    if wrong:
        raise InputError(
            [f"a chart as {for_terminal(name)!r}" for name in wrong],
            allowed=", ".join(FORMATS),
            next_step="give --formats with one or more of these, as in svg,pdf",
        )
    place = Path(os.path.abspath(out))  # noqa: PTH100 a link is replaced, not followed
    _check_place(place, shown=for_terminal(str(out)), run=run, overwrite=overwrite)
    made = [above for above in place.parents if not above.exists()]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(place) as folder:
            folder.mkdir()
            write_pages(run, folder, formats=formats, csv_safe=csv_safe, all_papers=True)
            write_json(folder / ABOUT, _about(run, folder, formats=formats, csv_safe=csv_safe))
    except OSError as error:
        raise InputError(
            f"cannot write {for_terminal(str(out))}: {error.strerror or error}",
            allowed="a folder that can be written, on a disk with room",
            next_step="name another with --out DIR",
        ) from error
    finally:
        for above in made:
            if not place.exists() and above.is_dir():
                above.rmdir()
    return out


def _check_place(place: Path, *, shown: str, run: Run, overwrite: bool) -> None:
    real = place.resolve()
    inside = [above for above in (real, *real.parents) if (above / "manifest.json").is_file()]
    if inside:
        raise InputError(
            f"{shown} lies in the run {for_terminal(inside[0].name)}",
            allowed="a folder outside every run: the files of a run never change",
            next_step="name another with --out DIR",
        )
    series = run.path.resolve().parent if run.path else None
    if real.parent == series and _RUN_NAME.fullmatch(real.name) and list_runs(series):
        raise InputError(
            f"{shown} is a name for a run of this series",
            allowed="a folder with another name",
            next_step="name another with --out DIR",
        )
    if place.is_dir():
        if overwrite:
            _check_ours(place, shown=shown)
        elif any(place.iterdir()):
            raise InputError(
                f"{shown} exists and is not empty",
                allowed="a folder that is new or empty",
                next_step="name another with --out DIR, or replace an earlier report with "
                "--overwrite",
            )
    elif place.exists() or place.is_symlink():
        raise InputError(
            f"{shown} is a file",
            allowed="a folder that is new or empty",
            next_step="name another with --out DIR",
        )


def _check_ours(place: Path, *, shown: str) -> None:
    """Refuse to replace a folder that holds anything but an earlier report."""
    there = sorted(p.relative_to(place).as_posix() for p in place.rglob("*") if not p.is_dir())
    try:
        about = json.loads((place / ABOUT).read_text(encoding="utf-8"))
        ours = {ABOUT, *about["outputs"]}
    except (OSError, ValueError, TypeError, KeyError):
        ours = set()
    strange = [name for name in there if name not in ours]
    if strange:
        more = f" and {len(strange) - _MOST_NAMED} more" if len(strange) > _MOST_NAMED else ""
        named = ", ".join(for_terminal(name) for name in strange[:_MOST_NAMED])
        raise InputError(
            f"{shown} holds files that no report wrote: {named}{more}",
            allowed="--overwrite of a folder with an earlier report and nothing else",
            next_step="move these files away, or name another folder with --out DIR",
        )


def _about(
    run: Run, folder: Path, *, formats: Sequence[str] | None, csv_safe: bool
) -> Mapping[str, Any]:
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
