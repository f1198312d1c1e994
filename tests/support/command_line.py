"""What a command printed, and the one form in which commands refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ABSTRACT = "An abstract of a paper that says some things at some length about its own subject."


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


Cli = Callable[..., Said]


def refusal(said: Said) -> str:
    """Return the message of a refusal: three parts, no traceback, exit code 2, stdout empty."""
    assert said.code == 2
    assert said.out == ""
    for part in ("Found:", "Allowed:", "Next:"):
        assert sum(line.startswith(part) for line in said.err.splitlines()) == 1
    assert "Traceback" not in said.err
    assert "\x1b" not in said.err
    return said.err
