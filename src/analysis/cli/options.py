"""What all commands share: options, exit codes, and how a command ends."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

if TYPE_CHECKING:
    from analysis.runs import Run

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Command], Command]

DONE, BUG, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
"""Exit codes."""

interrupts = threading.Event()
"""Set by the first signal that asks the command to end."""


def flag(*names: str, help: str) -> Decorator:
    """Return an option without a value."""
    return click.option(*names, is_flag=True, help=help)


def path_option(*names: str, help: str, metavar: str = "FILE", **settings: Any) -> Decorator:
    """Return an option that takes a path."""
    path = click.Path(path_type=Path)
    return click.option(*names, **{"type": path, "metavar": metavar, "help": help, **settings})


def day_option(*names: str, help: str, **settings: Any) -> Decorator:
    """Return an option that takes a day, YYYY-MM-DD, and gives a `datetime.date`."""
    return click.option(*names, type=_Day(["%Y-%m-%d"]), metavar="DATE", help=help, **settings)


class _Day(click.DateTime):
    """Dates only, and an error that shows an example instead of a format string."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx).date()
        except click.BadParameter:
            self.fail(f"{value!r} is not a date such as 2025-03-17", param, ctx)


def number_option(*names: str, help: str, default: int | None = None, least: int = 1) -> Decorator:
    """Return an option that takes a whole number of at least `least`."""
    return click.option(
        *names,
        type=click.IntRange(min=least),
        default=default,
        show_default=default is not None,
        metavar="N",
        help=help,
    )


runs_option = path_option(
    "--runs",
    metavar="DIR",
    help="Folder of the series. Default: $PAPERTIDE_RUNS, else runs/ next to the nearest "
    "pyproject.toml, else ./runs.",
)
csv_safe_option = flag(
    "--csv-safe",
    help="In CSV files, put an apostrophe before text that a spreadsheet program would take for a "
    "formula.",
)
json_option = flag("--json", "as_json", help="Print JSON instead of text.")
quiet_option = flag("--quiet", help="Show no progress on stderr.")
files_argument = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)


def run_options(command: Command) -> Command:
    """Add the argument RUN, which may be left out, and --runs."""
    return click.argument("run", required=False)(runs_option(command))


def open_run(run: str | None, *, runs: Path | None) -> Run:
    """Read the run that a command was given, the newest of the series by default."""
    from analysis.runs import find_run, read_run

    return read_run(find_run(run, runs=runs))


def handle_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Turn each error into one message on stderr and an exit code; add --debug."""

    @wraps(command)
    def guarded(*args: Any, debug: bool, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except InputError as error:
            for line in str(error).splitlines():
                click.echo("  " * line.startswith(" ") + for_terminal(line), err=True)
            sys.exit(BAD_INPUT)
        except KeyboardInterrupt as interrupt:
            state = for_terminal(str(interrupt)) or "nothing was left behind"
            click.echo(f"Interrupted; {state}.", err=True)
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(DONE)
        except Exception as error:
            if debug:
                traceback.print_exc()
            message = for_terminal(f"{type(error).__name__}: {error}")
            click.echo(
                f"This is a bug in papertide, not a problem with your input. {message}\n"
                "Next: run the command again with --debug and report its output.",
                err=True,
            )
            sys.exit(BUG)

    return flag("--debug", help="Show the traceback of an internal error.")(guarded)
