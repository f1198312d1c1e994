"""A run, or the list of runs, as neat text or JSON for the terminal."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.base.english import snapshot_words
from analysis.base.escaping import first_lines, for_terminal
from analysis.base.groups import grade, groups_of
from analysis.base.schema import KINDS, SCHEMA_VERSION
from analysis.figures.frames import period_label
from analysis.runs import Run, find_run, list_runs, read_manifest, read_run, runs_folder

if TYPE_CHECKING:
    import pandas as pd

_TITLE_WIDTH = 60
_TERMS = 5


def all_runs(*, runs: Path | None = None, as_json: bool = False) -> str:
    """List the runs of a series, oldest first.

    Parameters
    ----------
    runs : Path, optional
        The series' directory; see `runs.runs_folder` for the default.
    as_json : bool
        A JSON list of objects instead of a table.
    """
    folder = runs_folder(runs)
    found = [(path, read_manifest(path)) for path in list_runs(folder)]
    if as_json:
        keys = ("run", "schema_version", "snapshot_date", "counts", "period")
        entries = [{"path": str(path), **{k: m.get(k) for k in keys}} for path, m in found]
        return json.dumps(entries, ensure_ascii=False, indent=2)
    if not found:
        return f"No run in {for_terminal(str(folder))}. Make one with: papertide run SNAPSHOT"
    rows = [_row(path, manifest=manifest) for path, manifest in found]
    header = ["run", "snapshot", "papers", "undated", "clusters", "topics", "period"]
    return f"{for_terminal(str(folder))}\n\n{text_table(rows, header=header, right=(2, 3, 4, 5))}"


_COUNTS = ("papers", "undated", "clusters", "topics")


def _row(path: Path, *, manifest: dict[str, Any]) -> list[str]:
    version = manifest.get("schema_version")
    if version != SCHEMA_VERSION:
        return [path.name, f"schema version {version}, not {SCHEMA_VERSION}", *"-----"]
    counts = [f"{manifest['counts'][name]:,}" for name in _COUNTS]
    freq = manifest["period"]["freq"] or "-"
    return [manifest["run"], manifest["snapshot_date"] or "unknown", *counts, freq]


def one_run(name: str, *, runs: Path | None = None, as_json: bool = False) -> str:
    """Print one run: what went in, its groups, its shares in the last full period, its quality.

    Parameters
    ----------
    name : str
        A name in the series or a path.
    runs : Path, optional
        The series' directory; see `runs.runs_folder` for the default.
    as_json : bool
        One JSON object instead of tables.
    """
    run = read_run(find_run(name, runs=runs))
    return json.dumps(_as_json(run), ensure_ascii=False, indent=2) if as_json else _as_text(run)


def _as_json(run: Run) -> dict[str, Any]:
    groups = run.groups[
        ["kind", "group_id", "label", "n_papers", "terms", "exemplars", "stability"]
    ]
    groups = groups.assign(grade=[grade(value) or None for value in groups["stability"]])
    trends = run.trends.assign(
        period=run.trends["period"].dt.strftime("%Y-%m-%d"),
        period_end=run.trends["period_end"].dt.strftime("%Y-%m-%d"),
    )
    return {
        "run": run.name,
        "path": str(run.path),
        **{key: run.manifest[key] for key in
           ("snapshot_date", "inputs", "counts", "notes", "period", "clustering", "seconds",
            "peak_memory_mb")},
        "quality": run.quality,
        "groups": json.loads(groups.to_json(orient="records")),
        "trends": json.loads(trends.to_json(orient="records", double_precision=15)),
        "verdicts": json.loads(run.verdicts.to_json(orient="records", double_precision=15)),
        "events": json.loads(_events(run).to_json(orient="records", double_precision=15)),
    }  # fmt: skip


def _events(run: Run) -> pd.DataFrame:
    days = {name: run.events[name].dt.strftime("%Y-%m-%d") for name in ("start", "end")}
    return run.events.assign(**days)


def _as_text(run: Run) -> str:
    counts = run.manifest["counts"]
    lines = [
        f"Run {run.name} ({snapshot_words(run.manifest['snapshot_date'], iso=True)})",
        f"{counts['papers']:,} papers, {counts['undated']:,} undated, "
        f"{counts['no_abstract']:,} without an abstract; "
        + (", ".join(f"{n:,} dropped ({why})" for why, n in counts["dropped"].items())
           or "none dropped"),
        run.manifest["clustering"]["rule"],
        run.manifest["period"]["reason"],
    ]  # fmt: skip
    parts = ["\n".join(for_terminal(line) for line in lines)]
    parts += [_groups_text(run, kind=kind) for kind in reversed(KINDS)]
    figures = {"coherence_npmi": "coherence of terms (NPMI)", "diversity": "diversity of terms",
               "share_well_placed": "papers with primary weight of at least .5"}  # fmt: skip
    rows = [[text, f"{run.quality[key]:.2f}"] for key, text in figures.items()
            if run.quality.get(key) is not None]  # fmt: skip
    if run.quality.get("contested") is not None:
        rows.append(["papers between two clusters (weights within .1)",
                     f"{run.quality['contested']:,}"])  # fmt: skip
    if rows:
        parts.append(text_table(rows, header=["quality", ""], right=(1,)))
    return "\n\n".join(part for part in parts if part)


def _groups_text(run: Run, *, kind: str) -> str:
    groups = groups_of(run.groups, kind=kind).sort_values(
        ["n_papers", "group_id"], ascending=[False, True], kind="stable"
    )
    if groups.empty:
        return ""
    shares, heading = _last_shares(run, kind=kind)
    own = run.verdicts[run.verdicts["kind"] == kind]
    directions = dict(zip(own["group_id"], own["direction"], strict=True))
    rows = [
        [group.group_id, group.label, f"{group.n_papers:,}", shares.get(group.group_id, "-"),
         directions.get(group.group_id, "-"), *_grade(group.stability, kind=kind),
         ", ".join(group.terms[:_TERMS])]
        for group in groups.itertuples()
    ]  # fmt: skip
    words = "terms" if kind == "cluster" else "phrases"
    graded = ["stability"] if kind == "cluster" else []
    header = [kind, "label", "papers", heading, "trend", *graded, words]
    return text_table(rows, header=header, right=(2, 3))


def _grade(stability: float, *, kind: str) -> list[str]:
    """Return the cell of a cluster's stability; topics have none."""
    words = grade(stability)
    return [f"{stability:.2f} {words}" if words else "-"] if kind == "cluster" else []


def _last_shares(run: Run, *, kind: str) -> tuple[dict[str, str], str]:
    """Return each group's share in the last full period with papers, and that column's name."""
    rows = run.trends[(run.trends["kind"] == kind) & (run.trends["n_total"] > 0)]
    full = rows[~rows["is_partial"]]
    if full.empty:
        return {}, "share"
    last = full[full["period"] == full["period"].max()]
    shares = {
        row.group_id: f"{row.share:.0%} ({row.share_low:.0%}-{row.share_high:.0%})"
        for row in last.itertuples()
    }
    return shares, f"share {period_label(last['period'].iloc[0], freq=last['freq'].iloc[0])}"


def text_table(
    rows: Sequence[Sequence[str]], *, header: Sequence[str], right: Sequence[int] = ()
) -> str:
    """Set rows in columns; long cells are cut, wide characters count twice.

    Parameters
    ----------
    rows : sequence of sequences of str
        As many cells as the header; escaped here.
    header : sequence of str
    right : sequence of int
        Columns set flush right.
    """
    cells = [
        [first_lines(for_terminal(cell), limit=_TITLE_WIDTH) for cell in row]
        for row in (header, *rows)
    ]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(header))]
    lines = []
    for number, row in enumerate(cells):
        padded = []
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - _width(cell))
            padded.append(space + cell if column in right else cell + space)
        lines.append("  ".join(padded).rstrip())
        if number == 0:
            lines.append("  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)
