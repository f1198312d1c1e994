"""How fast, how often, how long, how much: what bounds every request."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Pace:
    """The bounds of the requests to one service; seconds, bytes.

    Attributes
    ----------
    between : float
        Seconds from the end of one answer to the next request; there is one connection.
    tries : int
        How often one request is made before giving up.
    first_wait, longest_wait : float
        Wait before the second try, doubled for each further one, and its upper bound; each is
        multiplied by a number from .75 to 1.25 by chance.
    longest_asked : float
        The longest `Retry-After` that is obeyed; a longer one ends the fetch.
    connect, read, answer : float
        Seconds to connect, without a byte, and for a whole answer.
    most_bytes : int
        Size of an answer, unpacked.
    """

    between: float
    tries: int = 6
    first_wait: float = 4.0
    longest_wait: float = 120.0
    longest_asked: float = 900.0
    connect: float = 15.0
    read: float = 60.0
    answer: float = 300.0
    most_bytes: int = 50 * MEGABYTE


HF_PACE = Pace(between=1.0)
ARXIV_PACE = Pace(between=3.0)
"""One request in three seconds over one connection: https://info.arxiv.org/help/api/tou.html."""

MOST_REDIRECTS = 3
"""Redirects followed, all within the address asked."""


def _chance() -> float:
    return random.SystemRandom().random()  # many clients must not come back in step


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """Time, and waiting; tests put their own in its place."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = _utc_now
    chance: Callable[[], float] = _chance


SYSTEM = Clock()


def wait_before(attempt: int, *, pace: Pace, chance: float) -> float:
    """Return the seconds to wait before try number `attempt` (the second is 1).

    Parameters
    ----------
    attempt : int
        At least 1.
    pace : Pace
    chance : float
        From 0 to 1; spreads the waits of clients that failed together.
    """
    wait = min(pace.first_wait * 2 ** (attempt - 1), pace.longest_wait)
    return wait * (0.75 + chance / 2)
