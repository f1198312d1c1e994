"""What can be wrong with an answer: what may pass, and what will not."""

from __future__ import annotations

from analysis.base.errors import InputError


class PassingError(Exception):
    """An answer that may be better the next time.

    Parameters
    ----------
    found : str
        What was found.
    after : float, optional
        Seconds that the service asks to wait.
    tries : int, optional
        How often it is worth asking, where that is less than usual.
    """

    def __init__(self, found: str, *, after: float | None = None, tries: int | None = None) -> None:
        super().__init__(found)
        self.after = after
        self.tries = tries


class RefusedError(Exception):
    """An answer that will be the same the next time.

    Parameters
    ----------
    found : str
        What was found.
    allowed : str
        What would have been right.
    next_step : str
        What to do; by default to check the address.
    query : bool
        Whether it is this query that is refused: another may well be answered.
    """

    def __init__(
        self, found: str, *, allowed: str, next_step: str = "", query: bool = False
    ) -> None:
        super().__init__(found)
        self.allowed = allowed
        self.next_step = next_step
        self.query = query


class QueryRefusedError(InputError):
    """A query that a service does not answer, although it answers others."""
