"""`papertide`: all commands together, and what signals do."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import click

from analysis import __version__

from .audit import audit_command
from .common import BAD_INPUT, INTERRUPTED, interrupts
from .compare import compare_command
from .dates import dates_commands
from .export import export_command
from .fetch import fetch_commands
from .filter import filter_command
from .name import name_command
from .notebooks import notebooks_command
from .replay import replay_command
from .report import report_command
from .run import run_command
from .show import show_command
from .snapshot import snapshot_command
from .topics import topics_commands
from .verify import verify_command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="papertide")
def cli() -> None:
    """Topic maps and trend charts of paper abstracts."""


for _command in (
    *(run_command, show_command, notebooks_command, dates_commands, fetch_commands),
    *(snapshot_command, filter_command, audit_command, compare_command, replay_command),
    *(report_command, topics_commands, name_command, export_command, verify_command),
):
    cli.add_command(_command)


def _interrupt(number: int, frame: FrameType | None) -> None:
    interrupts.set()
    signal.default_int_handler(number, frame)


def main() -> None:
    """Run the command line; a termination signal ends it like an interrupt."""
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    try:
        cli(prog_name="papertide", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(BAD_INPUT)
