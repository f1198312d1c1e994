"""`papertide topics`: measure topics, explain decisions, find what no topic covers."""

from __future__ import annotations

import click

from .add import add_command
from .growth import drift_command, suggest_command
from .sample import sample_command
from .score import score_command
from .why import why_command


@click.group("topics", short_help="Measure, explain and extend topics.")
def topics_commands() -> None:
    """Measure topics, see what decisions are based on, and find what no topic covers."""


for _command in (
    *(score_command, sample_command, why_command),
    *(suggest_command, add_command, drift_command),
):
    topics_commands.add_command(_command)
