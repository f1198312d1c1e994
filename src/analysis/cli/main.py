"""`papertide`: all commands together, and what signals do."""

from __future__ import annotations

import codecs
import io
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


def _encode_anyway(error: UnicodeError) -> tuple[str | bytes, int]:
    r"""Encode a character that a stream cannot: bytes of a file name as they are, others as \uXXXX.

    The path that a command prints names the file, whatever its bytes, and JSON stays JSON.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    code = ord(error.object[error.start])
    if 0xDC80 <= code <= 0xDCFF:
        return bytes([code - 0xDC00]), error.start + 1
    units = chr(code).encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4)), error.start + 1


def main() -> None:
    """Run the command line; a termination signal ends it like an interrupt."""
    codecs.register_error("papertide", _encode_anyway)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="papertide")
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
