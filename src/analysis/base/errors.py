"""The exception for problems that a user can fix: found, allowed, next step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class InputError(Exception):
    """Bad input or usage. The command line prints it and ends with exit code 2.

    Parameters
    ----------
    found : str or sequence of str
        The problem; several problems of one input are reported together.
    allowed : str
        What would have been accepted.
    next_step : str
        What to do now.
    """

    def __init__(self, found: str | Sequence[str], *, allowed: str, next_step: str) -> None:
        self.problems = [found] if isinstance(found, str) else list(found)
        self.allowed = allowed
        self.next_step = next_step
        super().__init__(str(self))

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the three parts on the way from one process to another."""
        return _input_error, (self.problems, self.allowed, self.next_step)

    def __str__(self) -> str:
        """Return the message as three labelled parts."""
        if len(self.problems) == 1:
            found = f"Found: {self.problems[0]}"
        else:
            found = "Found:\n" + "\n".join(f"  - {problem}" for problem in self.problems)
        return f"{found}\nAllowed: {self.allowed}\nNext: {self.next_step}"


def _input_error(problems: list[str], allowed: str, next_step: str) -> InputError:
    return InputError(problems, allowed=allowed, next_step=next_step)
