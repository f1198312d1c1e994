"""What bounds every request: where it may go, how fast, how often, how long and how much."""

from __future__ import annotations

import ipaddress
import os
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

MEGABYTE = 1_000_000
MAX_REDIRECTS = 3
"""Redirects followed, all within the same scheme, host and port."""


@dataclass(frozen=True)
class Pace:
    """The bounds of the requests to one service; seconds, bytes.

    Attributes
    ----------
    between : float
        Seconds from the end of one response to the next request; there is one connection.
    tries : int
        How often one request is made before giving up.
    first_wait, longest_wait : float
        Wait before the second try, doubled for each further one, and its upper bound; each is
        multiplied by a random number from .75 to 1.25.
    longest_retry_after : float
        The longest `Retry-After` that is obeyed; a longer one ends the fetch.
    connect, read, response : float
        Seconds to connect, to wait for the next byte, and from the request to the end of its
        response: interim responses, headers, body and trailers together.
    whole : float or None
        Seconds from the request to the end of its response, however slowly either comes; None to
        bound only the parts.
    max_bytes : int
        Size of a response, as it comes and decompressed.
    """

    between: float
    tries: int = 6
    first_wait: float = 4.0
    longest_wait: float = 120.0
    longest_retry_after: float = 900.0
    connect: float = 15.0
    read: float = 60.0
    response: float = 300.0
    whole: float | None = None
    max_bytes: int = 50 * MEGABYTE


HF_PACE = Pace(between=1.0)
ARXIV_PACE = Pace(between=3.0)
"""One request every three seconds over one connection: https://info.arxiv.org/help/api/tou.html."""


@dataclass(frozen=True)
class Clock:
    """Time, waiting and jitter; tests replace them."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    random: Callable[[], float] = random.SystemRandom().random  # not in step with others


SYSTEM_CLOCK = Clock()


def backoff(attempt: int, *, pace: Pace, jitter: float) -> float:
    """Return the seconds to wait before try number `attempt` (the second is 1).

    `jitter`, from 0 to 1, spreads the waits of clients that failed together.
    """
    wait = min(pace.first_wait * 2 ** (attempt - 1), pace.longest_wait)
    return wait * (0.75 + jitter / 2)


# keys


def environment_key(name: str) -> str:
    """Return the key in an environment variable, "" if there is none.

    Raises
    ------
    InputError
        If it cannot be a key; it is not shown.
    """
    value = os.environ.get(name, "").strip()
    if not all("!" <= character <= "~" for character in value):
        raise InputError(
            f"{name} is not a valid key (its characters are not shown)",
            allowed="letters, digits and punctuation in ASCII, without spaces",
            next_step=f"set {name} again, or unset it",
        )
    return value


# addresses

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class BaseUrl:
    """The address that every request begins with, without a trailing slash."""

    text: str

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return origin_of(self.text)

    @property
    def host(self) -> str:
        """The host without its port."""
        return urlsplit(self.text).hostname or ""

    @property
    def scheme(self) -> str:
        """Either http or https."""
        return urlsplit(self.text).scheme

    @property
    def may_carry_keys(self) -> bool:
        """Whether a key may be sent there: over https, or to this very machine."""
        return self.scheme == "https" or self.is_local

    @property
    def is_local(self) -> bool:
        """Whether it is this very machine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def parse_base_url(text: str) -> BaseUrl:
    """Read the address of a service.

    Raises
    ------
    InputError
        If it is not http or https, or contains a user name, a password, a query or a fragment.
    """
    shown = for_terminal(re.sub(r"//[^/@]*@", "//…@", text))[:200]
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _invalid(f"--base-url {shown} is not an address") from None
    if parts.scheme not in _PORTS or port == 0 or not _HOST.fullmatch(parts.hostname or ""):
        raise _invalid(f"--base-url {shown} is not the http or https address of a host")
    if parts.username is not None or parts.password is not None:
        raise _invalid(f"--base-url {shown} contains a user name or a password")
    if parts.query or parts.fragment or not re.fullmatch(r"[!-~]*", text):
        raise _invalid(f"--base-url {shown} contains a query, a fragment or unusual characters")
    return BaseUrl(text.rstrip("/"))


def _invalid(problem: str) -> InputError:
    return InputError(
        problem,
        allowed="an http or https address of a service, such as https://example.org, without a "
        "user name, a password, a query or a fragment",
        next_step="correct --base-url, or leave it out",
    )


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL, as text that can be compared."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def redirect_target(url: str, *, location: str) -> str | None:
    """Return where a redirect leads, or None if it leaves the origin of the request."""
    try:
        target = urljoin(url, location)
        is_same = origin_of(target) == origin_of(url)
        is_plain = urlsplit(target).username is None and re.fullmatch(r"[!-~]+", target)
    except ValueError:
        return None
    return target if is_same and is_plain else None
