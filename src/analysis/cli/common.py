"""What every command shares: how it ends, and the options that all take."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

interrupts = threading.Event()
"""Set by the first signal that asks the command to end."""

DONE, DEFECT, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

runs_option = click.option(
    "--runs", type=click.Path(path_type=Path), metavar="DIR",
    help="Directory of the series. Default: PAPERTIDE_RUNS, else runs/ beside the nearest "
    "pyproject.toml, else ./runs.",
)  # fmt: skip
csv_safe_option = click.option(
    "--csv-safe", is_flag=True,
    help="In CSV files, put an apostrophe before texts that a spreadsheet program would compute.",
)  # fmt: skip
debug_option = click.option("--debug", is_flag=True, help="Show the traceback of a defect.")


class Day(click.ParamType):
    """A day, YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read YYYY-MM-DD."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is not a date such as 2025-03-17", param, ctx)


def ends_well(command: Callable[..., None]) -> Callable[..., None]:
    """Turn what can go wrong into one message on stderr and an exit code."""

    @wraps(command)
    def wrapped(*args: Any, debug: bool = False, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except InputError as error:
            lines = (for_terminal(line) if line[:1] != " " else "  " + for_terminal(line)
                     for line in str(error).splitlines())  # fmt: skip
            click.echo("\n".join(lines), err=True)
            sys.exit(BAD_INPUT)
        except KeyboardInterrupt as stop:
            left = for_terminal(str(stop)) or "nothing was left behind"
            click.echo(f"Interrupted; {left}.", err=True)
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(DONE)
        except Exception as error:
            if debug:
                traceback.print_exc()
            message = for_terminal(f"{type(error).__name__}: {error}")
            click.echo(
                f"This is a defect of papertide, not of your input. {message}\n"
                "Next: run again with --debug and report what it prints.",
                err=True,
            )
            sys.exit(DEFECT)

    return wrapped
