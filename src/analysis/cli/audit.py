"""`papertide audit`: whether to extend a run further or to start again with a fresh fit."""

from __future__ import annotations

import json
from pathlib import Path

import click

from .common import handle_errors, json_option, open_run, quiet_option, run_options


@click.command("audit", short_help="Compare a run with a fresh fit of its papers.")
@run_options
@json_option
@quiet_option
@handle_errors
def audit_command(run: str | None, runs: Path | None, as_json: bool, quiet: bool) -> None:
    """Cluster the papers of RUN (default: the newest) from scratch and say what would change.

    Recommends "extend", or "fresh fit" with the lineage that it would give, and lists the papers
    that lie between two clusters. Takes nine fits (about ten seconds for 6,000 papers). Nothing is
    written.
    """
    from analysis.base.escaping import for_terminal
    from analysis.base.progress import Progress
    from analysis.clusters.audit import audit_text
    from analysis.pipeline.audit import audit_run, contested_papers

    opened = open_run(run, runs=runs)
    audit = audit_run(opened, progress=Progress(quiet=quiet))
    contested = contested_papers(opened)
    if as_json:
        rows = contested.astype({"first_weight": "float64", "second_weight": "float64"})
        content = {"run": opened.name, **audit.as_dict(), "contested": rows.to_dict("records")}
        click.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    labels = dict(zip(opened.groups["group_id"], opened.groups["label"], strict=True))
    for line in audit_text(audit, labels=labels, contested=contested).split("\n"):
        click.echo("  " * line.startswith("  ") + for_terminal(line))
