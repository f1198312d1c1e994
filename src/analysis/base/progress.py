"""Progress on stderr: bars on a terminal, one line per stage elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .escaping import for_terminal

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """Report progress, and keep how long each stage took.

    Attributes
    ----------
    quiet : bool
        Print nothing.
    seconds : dict of str to float
        Wall seconds by stage, filled as stages end.
    interrupted : callable
        Called after each stage: if it returns true, an interrupt that a library swallowed (one
        that arrives while C code calls back into Python is only printed) ends the run there.
    """

    quiet: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    interrupted: Callable[[], bool] = bool

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage and report its end; on a terminal report its beginning too."""
        start = time.perf_counter()
        if self.on_terminal:
            print(f"{name} …", end="\r", file=sys.stderr, flush=True)
        yield
        if self.interrupted():
            raise KeyboardInterrupt
        self.seconds[name] = round(time.perf_counter() - start, 3)
        self.say(f"{name}: {self.seconds[name]:.1f} s")

    def say(self, line: str) -> None:
        """Print one line, safe for a terminal."""
        if not self.quiet:
            print(for_terminal(line), file=sys.stderr, flush=True)

    @property
    def on_terminal(self) -> bool:
        """Whether bars may be drawn."""
        return not self.quiet and sys.stderr.isatty()

    def track(self, name: str) -> Callable[[Sequence[T]], Iterable[T]]:
        """Return a function that iterates over a sequence, with a bar on a terminal."""
        settings = self.bar(name)
        if settings is None:
            return lambda items: items
        from tqdm import tqdm

        return lambda items: tqdm(items, **settings)

    def bar(self, description: str) -> dict[str, Any] | None:
        """Return tqdm's settings for the bar of a long stage; None if no bar is drawn."""
        if not self.on_terminal:
            return None
        return {"desc": description, "file": sys.stderr, "leave": False, "dynamic_ncols": True}
