"""Progress on stderr: a bar on a terminal, one line a stage elsewhere, nothing when quiet."""

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
    """Where progress goes and how long each stage took.

    Attributes
    ----------
    quiet : bool
        Say nothing.
    seconds : dict of str to float
        Wall seconds by stage, filled as stages end.
    interrupted : callable
        Asked after each stage: an interrupt that a library swallowed (one that comes while C code
        calls back into Python is only printed) ends the run there.
    """

    quiet: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    interrupted: Callable[[], bool] = bool

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage and say that it is done; on a terminal say first that it has begun."""
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
        """Return a function that walks through a sequence, behind a bar on a terminal."""
        settings = self.bar(name)
        if settings is None:
            return lambda items: items
        from tqdm import tqdm

        return lambda items: tqdm(items, **settings)

    def bar(self, description: str) -> dict[str, Any] | None:
        """Return tqdm's settings for a bar of a long stage, or None where none is drawn."""
        if not self.on_terminal:
            return None
        return {"desc": description, "file": sys.stderr, "leave": False, "dynamic_ncols": True}
