"""Map, report, charts and tables of a run, written into its folder or into another one."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.base.english import count, snapshot_words
from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal
from analysis.base.files import written_whole
from analysis.base.schema import KINDS
from analysis.figures.frames import (
    chart_note,
    event_table,
    map_labels,
    map_places,
    share_table,
    then_and_now_table,
)
from analysis.figures.printed import (
    print_burst_timeline,
    print_share_heatmap,
    print_share_over_time,
    print_then_and_now,
    print_topic_map,
    save_figure,
)
from analysis.runs import Run, list_runs, sha256, tables_of, write_json

from .csv_tables import write_csv_tables
from .findings.brief import brief
from .page.map import map_page
from .page.report import report_page
from .workbook import save_workbook

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "png", "pdf")
"""File formats that a chart can be saved as."""

MOST_PANELS = 11
"""Groups in a share chart: with the panel for all papers they fill rows of three or four."""

PNG_DPI = 300

MAP_DPI = 220
"""Resolution of the points of a large map: at 15,000 papers a dot is four pixels wide, and writing
takes three quarters of the time needed at 300 dpi."""

WORKBOOK = "papertide.xlsx"

ABOUT = "report.json"
"""What the folder of a report records: the run, the settings, the hash of every file."""

_RUN_NAME = re.compile(r"\d{4,}(-\d{4}-\d{2}-\d{2})?")
_MOST_NAMED = 5


def write_pages(
    run: Run,
    folder: Path,
    *,
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
    formats : sequence of str, optional
        As for `write_charts`.
    csv_safe : bool
        As for `write_csv_tables`.
    all_papers : bool
        List the papers in the workbook however many there are.
    """
    (folder / "map.html").write_text(map_page(run), encoding="utf-8")
    (folder / "report.html").write_text(report_page(run), encoding="utf-8")
    (folder / "brief.md").write_text(brief(run), encoding="utf-8")
    write_csv_tables(tables_of(run), folder / "tables", safe=csv_safe)
    save_workbook(run, folder / "tables" / WORKBOOK, with_papers=all_papers or None)
    charts = folder / "charts"
    charts.mkdir()
    write_charts(run, charts, formats=formats)


def write_charts(run: Run, folder: Path, *, formats: Sequence[str] | None = None) -> None:
    """Draw the charts of a run for print.

    For each kind of group that has trends: `share-by-KIND` (SVG and PNG at 300 dpi),
    `heatmap-KIND`, `then-and-now-KIND` if there are two full periods, `bursts-KIND` if there are
    any (SVG each); the map, if there is one, as SVG and PDF. For other formats and one-column
    figures use `analysis.print_share_over_time` and the like, and `save_figure`.

    Parameters
    ----------
    run : Run
    folder : Path
        An existing folder; the files are written into it.
    formats : sequence of str, optional
        Values of `FORMATS` that every chart is saved as, instead of the ones above.
    """
    for kind in KINDS:
        _write_kind(run, folder, kind=kind, formats=formats)
    points = map_places(run)
    if len(points):
        snapshot = snapshot_words(run.manifest["snapshot_date"], iso=True)
        subtitle = f"{count(len(points), 'paper')}, {snapshot}"
        figure = print_topic_map(points, map_labels(run), title="Topic map", subtitle=subtitle)
        _save(figure, folder / "map", formats=formats or ("svg", "pdf"), dpi=MAP_DPI)


def _write_kind(run: Run, folder: Path, *, kind: str, formats: Sequence[str] | None) -> None:
    shares = share_table(run, kind=kind)
    if shares.empty:
        return
    note = chart_note(run)
    events = event_table(run, kind=kind)
    share = print_share_over_time(
        shares, title=f"Share of papers by {kind}", top=MOST_PANELS, events=events, note=note
    )
    _save(share, folder / f"share-by-{kind}", formats=formats or ("svg", "png"))
    heat = print_share_heatmap(shares, title=f"Share of papers by {kind}", note=note)
    _save(heat, folder / f"heatmap-{kind}", formats=formats or ("svg",))
    changes = then_and_now_table(run, kind=kind)
    if len(changes):
        slopes = print_then_and_now(
            changes, title=f"Share of papers by {kind}, then and now", note=note
        )
        _save(slopes, folder / f"then-and-now-{kind}", formats=formats or ("svg",))
    if len(events):
        bursts = print_burst_timeline(events, title=f"Bursts and changes by {kind}", note=note)
        _save(bursts, folder / f"bursts-{kind}", formats=formats or ("svg",))


def _save(figure: Figure, path: Path, *, formats: Sequence[str], dpi: int = PNG_DPI) -> None:
    for suffix in dict.fromkeys(formats):
        fine = PNG_DPI if suffix == "png" else dpi
        save_figure(figure, path.with_name(f"{path.name}.{suffix}"), dpi=fine)


def write_report(
    run: Run,
    *,
    out: Path,
    formats: Sequence[str] | None = None,
    csv_safe: bool = False,
    overwrite: bool = False,
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
        with written_whole(place) as folder:
            folder.mkdir()
            write_pages(run, folder, formats=formats, csv_safe=csv_safe, all_papers=True)
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
