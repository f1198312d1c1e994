"""One thread for matrix products, so that sums are added up in the same order everywhere."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _loaded_libraries() -> ThreadpoolController:
    """Look the libraries up once: each time takes 4 ms, and a fit of 60 papers asks 900 times."""
    import scipy.linalg  # noqa: F401  both bring an OpenBLAS of their own

    return ThreadpoolController()


def one_thread() -> AbstractContextManager[object]:
    """Limit the thread pools of numpy and scipy to one thread within the `with` block."""
    return _loaded_libraries().limit(limits=1)
