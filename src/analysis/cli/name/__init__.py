"""`papertide name`: names for clusters, from people or suggested by a language model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.base.english import count
from analysis.base.errors import InputError

from ..common import flag, handle_errors, open_run, path_option, run_options, wrap_text

if TYPE_CHECKING:
    from analysis.pipeline.names.naming import Naming

_OF_SUGGEST = {
    "out": "--out",
    "base_url": "--base-url",
    "model": "--model",
    "timeout": "--timeout",
    "print_prompts": "--print-prompts",
}


@click.command("name", short_help="Name clusters by hand, or with suggestions of a model.")
@run_options
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="ID=NAME",
    help='Name a cluster without being asked, as in --set c0003="Machine translation"; repeatable.',
)
@click.option(
    "--cluster", "ids", multiple=True, metavar="ID", help="Only this cluster; repeatable."
)
@path_option("--overrides", help="File that the names go into. Default: data/overrides.toml.")
@flag(
    "--suggest",
    help="Ask a language model for names, and write them to a file of suggestions. This sends "
    "titles, abstracts, terms and labels to --base-url.",
)
@path_option(
    "--out", help="File of suggestions. Default: suggested-names.toml beside the overrides."
)
@path_option("--accept", help="Take the names that are left in this file of suggestions.")
@click.option(
    "--base-url",
    metavar="URL",
    help="Server with an OpenAI chat-completions API. Default: http://localhost:11434/v1 (Ollama). "
    "Its key, if any, is read from $PAPERTIDE_API_KEY or $OPENAI_API_KEY.",
)
@click.option("--model", metavar="NAME", help="Model to ask. Default: the server's first.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="How long to wait for one answer of the model.  [default: 120]",
)
@flag("--print-prompts", help="Print exactly what --suggest would send, and send nothing.")
@handle_errors
def name_command(
    run: str | None,
    runs: Path | None,
    given: tuple[str, ...],
    ids: tuple[str, ...],
    overrides: Path | None,
    accept: Path | None,
    suggest: bool,
    **settings: Any,
) -> None:
    """Name the clusters of RUN (default: the newest), largest first.

    Shows each cluster and asks for its name: Enter keeps the label for good, s leaves it to
    Papertide, q stops. Names go into overrides.toml; the next run takes them.
    """
    suggest = suggest or settings["print_prompts"]
    _check_ways(given=given, ids=ids, accept=accept, suggest=suggest, settings=settings)
    from analysis.pipeline.names.naming import open_naming

    naming = open_naming(open_run(run, runs=runs), overrides=overrides)
    if suggest:
        from .suggest import suggest_for

        suggest_for(naming, ids=ids, **settings)
        return
    if given:
        after = _set(naming, given=given)
    elif accept is not None:
        after = _accept(naming, file=accept)
    else:
        from .walk import walk

        after = walk(naming, ids=ids)
    _tell(naming, after=after, overrides=overrides, runs=runs)


def _check_ways(
    *,
    given: tuple[str, ...],
    ids: tuple[str, ...],
    accept: Path | None,
    suggest: bool,
    settings: dict[str, Any],
) -> None:
    """Refuse options that do not go together."""
    ways = {"--set": bool(given), "--accept": accept is not None, "--suggest": suggest}
    used = [name for name, is_used in ways.items() if is_used]
    problems = [f"{' and '.join(used)} together"] if len(used) > 1 else []
    if not suggest:
        without = [_OF_SUGGEST[name] for name, value in settings.items() if value is not None]
        without.remove("--print-prompts")  # a flag is never None
        problems += [f"{name} without --suggest" for name in without]
    if ids and (given or accept is not None):
        problems.append(f"--cluster with {used[0]}")
    if problems:
        raise InputError(
            problems,
            allowed="one of --set, --accept and --suggest, or none to be asked for names; "
            f"{', '.join(_OF_SUGGEST.values())} with --suggest only",
            next_step="leave out what does not belong, and run again",
        )


def _set(naming: Naming, *, given: tuple[str, ...]) -> Naming:
    from analysis.pipeline.names.naming import give_names, parsed_names

    return give_names(naming, parsed_names(given))


def _accept(naming: Naming, *, file: Path) -> Naming:
    from analysis.pipeline.names.naming import check_origin, give_names
    from analysis.pipeline.names.suggestions import read_suggestions

    suggested = read_suggestions(file)
    check_origin(suggested, run=naming.run, path=file)
    if not suggested.names:
        return naming
    model = f" by {suggested.model}" if suggested.model else ""
    return give_names(naming, suggested.names, why=f"Suggested{model}, accepted by hand.")


def _tell(naming: Naming, *, after: Naming, overrides: Path | None, runs: Path | None) -> None:
    """Print which names were written where, and which command takes them."""
    from analysis.pipeline.names.naming import next_run

    new = {
        name: label for name, label in after.by_hand.items() if naming.by_hand.get(name) != label
    }
    if not new:
        click.echo("No new names; nothing was written.")
        return
    for name, label in new.items():
        before = naming.labels[name]
        what = f"stays “{label}”" if before == label else f"“{before}” is now “{label}”"
        click.echo(wrap_text(f"{name}: {what}", hanging="  "))
    click.echo(wrap_text(f"{count(len(new), 'name')} written to {after.target}", hanging="  "))
    click.echo("The next run takes them; the same snapshot will do, with its other options:")
    click.echo(f"  {next_run(after, overrides=overrides, runs=runs)}")
