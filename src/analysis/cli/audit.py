"""`papertide audit`: whether a run should be extended further or its papers fitted afresh."""

from __future__ import annotations

from pathlib import Path

import click

from .common import debug_option, ends_well, runs_option


@click.command("audit", short_help="Compare a run with a cold fit of its papers.")
@click.argument("run", required=False)
@runs_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@debug_option
@ends_well
def audit_command(run: str | None, runs: Path | None, as_json: bool, quiet: bool) -> None:
    """Cluster the papers of RUN (the newest where left out) afresh and say what would change.

    Recommends "extend", or "fresh fit" with the lineage it would get, and lists the papers that
    lie between two clusters. Takes nine fits (about ten seconds for 6,000 papers); writes nothing.
    """
    import json

    from analysis.base.escaping import for_terminal
    from analysis.base.progress import Progress
    from analysis.clusters.audit import audit_text
    from analysis.pipeline.audit import audited, contested_papers
    from analysis.runs import find_run, read_run

    opened = read_run(find_run(run, runs=runs))
    found = audited(opened, progress=Progress(quiet=quiet))
    contested = contested_papers(opened)
    if as_json:
        rows = contested.astype({"first_weight": "float64", "second_weight": "float64"})
        said = {"run": opened.name, **found.as_dict(), "contested": rows.to_dict("records")}
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    labels = dict(zip(opened.groups["group_id"], opened.groups["label"], strict=True))
    text = audit_text(found, labels=labels, contested=contested)
    for line in text.split("\n"):
        click.echo("  " * line.startswith("  ") + for_terminal(line))
