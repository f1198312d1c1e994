"""One thread for matrix products, and processes beside this one: the same result everywhere."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from threading import RLock, Thread
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

from .errors import InputError

if TYPE_CHECKING:
    from loky import ProcessPoolExecutor

P = ParamSpec("P")
T = TypeVar("T")

JOBS_VARIABLE = "PAPERTIDE_JOBS"
_MOST = 2
_LOOK_SECONDS = 1.0
"""How often a process looks whether the one that started it is still there."""


@cache
def _loaded_libraries() -> ThreadpoolController:
    """Look the libraries up once: each time takes 4 ms, and a fit of 60 papers asks 900 times."""
    import scipy.linalg  # noqa: F401  both bring an OpenBLAS of their own

    return ThreadpoolController()


def one_thread() -> AbstractContextManager[object]:
    """Limit the thread pools of numpy and scipy to one thread within the `with` block."""
    return _loaded_libraries().limit(limits=1)


@dataclass
class Workers:
    """Processes that run functions while this one goes on.

    Attributes
    ----------
    jobs : int
        Processes at work, this one included. With 1, a function runs here, when its result is
        asked for.
    """

    jobs: int
    _executor: ProcessPoolExecutor | None = field(default=None, repr=False)

    def start(
        self, function: Callable[P, T], /, *arguments: P.args, **keywords: P.kwargs
    ) -> Callable[[], T]:
        """Start a function of a module in the next free process.

        Parameters
        ----------
        function : callable
        *arguments, **keywords
            Its arguments; they and the result can be pickled.

        Returns
        -------
        callable
            Waits for the result and returns it, or raises what the function raised.
            `InputError` if the process was ended from outside.
        """
        if self.jobs == 1:
            return lambda: function(*arguments, **keywords)
        if self._executor is None:
            from loky import ProcessPoolExecutor

            self._executor = ProcessPoolExecutor(
                self.jobs - 1, initializer=_begin_beside, initargs=(os.getpid(),)
            )
        future = self._executor.submit(function, *arguments, **keywords)

        def result() -> T:
            from loky.process_executor import BrokenProcessPool

            try:
                return future.result()
            except BrokenProcessPool as error:
                raise InputError(
                    "a process that this one had started was ended from outside, perhaps because "
                    "the memory was used up",
                    allowed=f"memory for {self.jobs} processes",
                    next_step="run the command again with --jobs 1, which needs less",
                ) from error

        return result

    def prepare(self, module: str) -> None:
        """Have a process import a module while it has nothing else to do."""
        if self.jobs > 1:
            self.start(import_module, module)

    @property
    def running(self) -> bool:
        """Whether there is another process than this one."""
        return self._executor is not None

    def stop(self, *, at_once: bool) -> None:
        """End the processes when they have done what was started, or whatever they are doing."""
        if self._executor is not None:
            self._executor.shutdown(kill_workers=at_once)
            self._executor = None


@contextmanager
def workers(jobs: int | None = None) -> Iterator[Workers]:
    """Give work to processes within a `with` block; they end with it.

    Parameters
    ----------
    jobs : int, optional
        Processes at work, this one included; by default the number in the environment variable
        `PAPERTIDE_JOBS`, else 2, or 1 where this process may use one core only.

    Yields
    ------
    Workers
        No process is started before the first function is.

    Raises
    ------
    InputError
        If the number is not 1 or more.
    """
    found = Workers(_checked(jobs if jobs is not None else os.environ.get(JOBS_VARIABLE)))
    try:
        yield found
    except BaseException:
        found.stop(at_once=True)
        raise
    found.stop(at_once=False)


def _checked(jobs: int | str | None) -> int:
    if jobs is None or jobs == "":
        return min(_MOST, _cores())
    try:
        number = int(jobs)
    except ValueError:
        number = 0
    if number < 1:
        raise InputError(
            f"{jobs!r} as the number of processes",
            allowed="1 or more",
            next_step=f"correct --jobs or {JOBS_VARIABLE}",
        )
    return number


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _begin_beside(parent: int) -> None:
    """Leave Ctrl-C, which reaches all processes of a terminal, to the parent, and end with it.

    tqdm, which umap uses, gets a lock of this process: of its own, which is one of all processes,
    Python warns on stderr when this process is ended before its time.
    """
    from tqdm import tqdm

    tqdm.set_lock(RLock())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)
