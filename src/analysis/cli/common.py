"""What all commands share: options, exit codes, how a command ends, and text for the terminal."""

from __future__ import annotations

import json
import sys
import textwrap
import threading
import traceback
import unicodedata
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from analysis.base.errors import InputError, system_advice
from analysis.base.escaping import first_lines, for_terminal

if TYPE_CHECKING:
    import pandas as pd

    from analysis.runs import Run

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Command], Command]

DONE, BUG, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
"""Exit codes."""

WIDTH = 100
_CELL_WIDTH = 60

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
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes at work; the result is the same for any number. Default: the environment "
    "variable PAPERTIDE_JOBS, else 2; with 1 less memory is needed.",
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
            _refuse(error)
        except KeyboardInterrupt as interrupt:
            state = for_terminal(str(interrupt)) or "nothing was left behind"
            click.echo(f"Interrupted; {state}.", err=True)
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(DONE)
        except MemoryError:
            _refuse(_out_of_memory())
        except Exception as error:
            if debug:
                traceback.print_exc()
            if refused := _refused_by_system(error):
                _refuse(refused)
            message = for_terminal(f"{type(error).__name__}: {error}")
            click.echo(
                f"This is a bug in papertide, not a problem with your input. {message}\n"
                "Next: run the command again with --debug and report its output.",
                err=True,
            )
            sys.exit(BUG)

    return flag("--debug", help="Show the traceback of an internal error.")(guarded)


def _refuse(error: InputError) -> NoReturn:
    for line in str(error).splitlines():
        click.echo("  " * line.startswith(" ") + for_terminal(line), err=True)
    sys.exit(BAD_INPUT)


def _out_of_memory() -> InputError:
    return InputError(
        "not enough memory",
        allowed="about ten times the size of the input, and at least 1 GB",
        next_step="close other programs, raise the limit on memory (ulimit -v), or extract the "
        "papers you need with papertide filter",
    )


def _refused_by_system(error: Exception) -> InputError | None:
    """Return the error for what the operating system refuses, wherever that happens."""
    if not isinstance(error, OSError) or (advice := system_advice(error)) is None:
        return None
    name = first_lines(for_terminal(str(error.filename or "")), limit=200)
    found = f"{name}: {error.strerror}" if name else str(error.strerror)
    return InputError(found, allowed=advice[0], next_step=advice[1])


# text for the terminal


def text_table(
    rows: Sequence[Sequence[str]], *, header: Sequence[str], right: Sequence[int] = ()
) -> str:
    """Align rows in columns; long cells are cut, wide characters count twice.

    Parameters
    ----------
    rows : sequence of sequences of str
        As many cells as the header; escaped here.
    header : sequence of str
    right : sequence of int
        Columns aligned to the right.
    """
    cells = [
        [first_lines(for_terminal(cell), limit=_CELL_WIDTH) for cell in row]
        for row in (header, *rows)
    ]
    widths = [max(map(_columns, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * width for width in widths])
    for row in cells:
        for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - _columns(cell))
            row[number] = space + cell if number in right else cell + space
    return "\n".join("  ".join(row).rstrip() for row in cells)


def _columns(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def division_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--clusters` and `--detail`: into how many groups the papers are divided."""
    command = click.option(
        "--detail",
        type=click.Choice(["coarse", "medium", "fine"]),
        help="A third as many clusters as the papers show, as many (the default), or three times "
        "as many.",
    )(command)
    return click.option(
        "--clusters", type=int, metavar="N", help="Divide the papers into N clusters."
    )(command)


def wrap_text(text: str, *, indent: str = "", hanging: str = "") -> str:
    """Return `text`, safe for a terminal, in lines of at most 100 columns.

    Parameters
    ----------
    text : str
        Its own leading spaces are kept.
    indent : str
        Put before every line.
    hanging : str
        Put before every line but the first. With it long words, such as paths, are not broken.
    """
    lead = indent + " " * (len(text) - len(text.lstrip()))
    return textwrap.fill(
        for_terminal(text),
        width=WIDTH,
        initial_indent=lead,
        subsequent_indent=lead + hanging,
        break_long_words=not hanging,
    )


def two_digits(value: float) -> str:
    """Return a share as .25, without the leading 0; - where it is NaN."""
    return "-" if value != value else f"{value:.2f}".removeprefix("0")


def two_digits_interval(value: float, *, low: float, high: float) -> str:
    """Return a share with its interval: .25 (.20-.31); without an interval the share alone."""
    if value != value or low != low:
        return two_digits(value)
    return f"{two_digits(value)} ({two_digits(low)}-{two_digits(high)})"


def json_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON holds them: numbers with 15 digits, NaN as null, dates as days."""
    days = frame.select_dtypes("datetime")
    text = frame.assign(**{name: days[name].dt.strftime("%Y-%m-%d") for name in days})
    return list(json.loads(text.to_json(orient="records", double_precision=15)))
