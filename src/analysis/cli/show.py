"""`papertide show`: a run as tables, or the list of runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.base.english import count, period_label, snapshot_words
from analysis.base.escaping import for_terminal
from analysis.base.groups import grade, shown_groups
from analysis.base.schema import KINDS, READABLE_VERSIONS

from .common import handle_errors, json_option, json_records, open_run, run_options, text_table

if TYPE_CHECKING:
    from analysis.runs import Run

_TERMS = 5
_MOST_WORDS = 20
_COUNTS = ("papers", "undated", "clusters", "topics")
_MANIFEST_KEYS = (
    *("snapshot_date", "inputs", "counts", "notes", "period", "clustering", "seconds"),
    "peak_memory_mb",
)
_QUALITY_WORDS = {
    "coherence_npmi": "coherence of terms (NPMI)",
    "diversity": "diversity of terms",
    "share_well_placed": "papers with primary weight of at least .5",
}


@click.command("show", short_help="Show a run as tables, or list the runs.")
@run_options
@json_option
@handle_errors
def show_command(run: str | None, runs: Path | None, as_json: bool) -> None:
    """Show RUN as tables; without RUN, list the runs of the series."""
    if run is None:
        click.echo(_list_runs(runs, as_json=as_json))
        return
    opened = open_run(run, runs=runs)
    if as_json:
        click.echo(json.dumps(_run_content(opened), ensure_ascii=False, indent=2))
    else:
        click.echo(_run_text(opened))


def _list_runs(runs: Path | None, *, as_json: bool) -> str:
    """List the runs of a series, oldest first, as a table or a JSON list of objects."""
    from analysis.runs import list_runs, runs_folder

    folder = runs_folder(runs)
    manifests = {path: _manifest_of(path) for path in list_runs(folder)}
    if as_json:
        keys = ("run", "schema_version", "snapshot_date", "counts", "period")
        entries = [
            {"path": str(path), **{key: manifest.get(key) for key in keys}}
            for path, manifest in manifests.items()
        ]
        return json.dumps(entries, ensure_ascii=False, indent=2)
    shown = for_terminal(str(folder))
    if not manifests:
        return f"No run in {shown}. Make one with: papertide run SNAPSHOT"
    rows = [_manifest_row(path, manifest=manifest) for path, manifest in manifests.items()]
    header = ["run", "snapshot", *_COUNTS, "period"]
    return f"{shown}\n\n{text_table(rows, header=header, right=(2, 3, 4, 5))}"


def _manifest_of(path: Path) -> dict[str, Any]:
    """Return a run's manifest; empty if it is damaged, so that the other runs are listed."""
    from analysis.base.errors import InputError
    from analysis.runs import read_manifest

    try:
        return read_manifest(path)
    except InputError:
        return {}


def _manifest_row(path: Path, *, manifest: dict[str, Any]) -> list[str]:
    if not manifest:
        return [path.name, "its manifest is damaged", *"-----"]
    version = manifest.get("schema_version")
    if version not in READABLE_VERSIONS:
        readable = " or ".join(map(str, READABLE_VERSIONS))
        return [path.name, f"schema version {version}, not {readable}", *"-----"]
    try:
        counts = [f"{manifest['counts'][name]:,}" for name in _COUNTS]
        freq = manifest["period"]["freq"] or "-"
        return [manifest["run"], manifest["snapshot_date"] or "unknown", *counts, freq]
    except (KeyError, TypeError, ValueError):
        return [path.name, "its manifest is damaged", *"-----"]


def _run_content(run: Run) -> dict[str, Any]:
    columns = ["kind", "group_id", "label", "n_papers", "terms", "exemplars", "stability"]
    grades = [grade(value) or None for value in run.groups["stability"]]
    return {
        "run": run.name,
        "path": str(run.path),
        **{key: run.manifest[key] for key in _MANIFEST_KEYS},
        "quality": run.quality,
        "groups": json.loads(run.groups[columns].assign(grade=grades).to_json(orient="records")),
        "words": json_records(run.words.drop(columns="paper_ids")),
        "trends": json_records(run.trends),
        "verdicts": json_records(run.verdicts),
        "events": json_records(run.events),
    }


def _run_text(run: Run) -> str:
    """Return what was read, the groups with their shares in the last full period, the quality."""
    from analysis.report.markup import PLAIN
    from analysis.report.text.groups import topics_without_papers

    counts = run.manifest["counts"]
    dropped = ", ".join(f"{n:,} dropped ({reason})" for reason, n in counts["dropped"].items())
    lines = [
        f"Run {run.name} ({snapshot_words(run.manifest['snapshot_date'], iso=True)})",
        f"{count(counts['papers'], 'paper')}, {counts['undated']:,} undated, "
        f"{counts['no_abstract']:,} without an abstract; {dropped or 'none dropped'}",
        run.manifest["clustering"]["rule"],
        run.manifest["period"]["reason"],
        run.manifest.get("topic_set", {}).get("said", ""),
        topics_without_papers(run, target=PLAIN),
    ]
    lines = list(filter(None, lines))
    parts = ["\n".join(map(for_terminal, lines))]
    parts += [_groups_text(run, kind=kind) for kind in reversed(KINDS)]
    parts.append(_words_text(run))
    parts.append(_newest_text(run))
    rows = [
        [words, f"{run.quality[key]:.2f}"]
        for key, words in _QUALITY_WORDS.items()
        if run.quality.get(key) is not None
    ]
    contested = run.quality.get("contested")
    if contested is not None:
        rows.append(["papers between two clusters (weights within .1)", f"{contested:,}"])
    if rows:
        parts.append(text_table(rows, header=["quality", ""], right=(1,)))
    return "\n\n".join(filter(None, parts))


def _groups_text(run: Run, *, kind: str) -> str:
    groups = shown_groups(run.groups, kind=kind).sort_values(
        ["n_papers", "group_id"], ascending=[False, True], kind="stable"
    )
    if groups.empty:
        return ""
    shares, heading = _last_shares(run, kind=kind)
    verdicts = run.verdicts[run.verdicts["kind"] == kind]
    directions = dict(zip(verdicts["group_id"], verdicts["direction"], strict=True))
    rows = [
        [
            group.group_id,
            group.label,
            f"{group.n_papers:,}",
            shares.get(group.group_id, "-"),
            directions.get(group.group_id, "-"),
            *([_stability(group.stability)] if kind == "cluster" else []),
            ", ".join(group.terms[:_TERMS]),
        ]
        for group in groups.itertuples()
    ]
    last = ["stability", "terms"] if kind == "cluster" else ["phrases"]
    header = [kind, "label", "papers", heading, "trend", *last]
    return text_table(rows, header=header, right=(2, 3))


def _words_text(run: Run) -> str:
    """Return the words that rose or fell, the surest first; "" if there are none."""
    moved = run.verdicts[run.verdicts["direction"].isin(("rising", "falling"))]
    words = run.words.merge(moved[moved["kind"] == "word"], left_on="word_id", right_on="group_id")
    words = words.sort_values(["p_adjusted", "word_id"], kind="stable").head(_MOST_WORDS)
    if words.empty:
        return ""
    shares, heading = _last_shares(run, kind="word")
    rows = [
        [row.word_id, row.label, f"{row.n_papers_x:,}", shares.get(row.word_id, "-"), row.direction]
        for row in words.itertuples()
    ]
    return text_table(rows, header=["word", "label", "papers", heading, "trend"], right=(2, 3))


def _newest_text(run: Run) -> str:
    """Return what differs in the newest full period; "" if it is not compared."""
    from analysis.report.findings.newest import newest_parts, newest_title
    from analysis.report.markup import PLAIN
    from analysis.runs.newest import newest_of

    newest = newest_of(run)
    if newest.table.empty:
        return ""
    lines = [newest_title(newest)]
    for part in newest_parts(newest, target=PLAIN):
        lines += [each for each in (part.title, *part.text) if each]
        lines += [f"- {item}" for item in part.items]
    return "\n".join(lines)


def _stability(stability: float) -> str:
    words = grade(stability)
    return f"{stability:.2f} {words}" if words else "-"


def _last_shares(run: Run, *, kind: str) -> tuple[dict[str, str], str]:
    """Return each group's share in the last full period with papers, and that column's heading."""
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
