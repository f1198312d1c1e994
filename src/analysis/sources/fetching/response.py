"""One HTTP response: its body within limits, or the error that it amounts to.

A `TransientError` is worth another try, a `PermanentError` is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines

from .limits import MEGABYTE, Clock, Pace

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

RETRIED = frozenset((408, 425, 429, *range(500, 600)))
"""Statuses that may be better at the next try."""

_CHUNK = 1 << 16
_ERROR_BYTES = 65_536
_ENCODINGS = ("", "identity", "gzip")
_TAG = re.compile(r"<(?:style|script)\b.*?(?:</(?:style|script)|\Z)|<[^>]*>?", re.DOTALL | re.I)
_SHOWN_BYTES = 4000
_CONNECTION_TRIES = 3
"""How often a connection that cannot be made is tried."""


@dataclass(frozen=True)
class Advice:
    """What to do next after each kind of failure of a service.

    Attributes
    ----------
    status : str
        A status that will stay.
    key, no_key : str
        The service refuses the key that was sent, or a request without one.
    connection : str
        No response, or none that is complete.
    """

    status: str = "check the query, the dates and --base-url"
    key: str = "check the key in HF_TOKEN, or unset it: the lists are public"
    no_key: str = "the service refuses this machine: try later, or from another network"
    connection: str = "check the connection, then run the same command again, or later"


Explain = Callable[[bytes], str]
"""Body of an error -> the message in it; empty if there is none."""


class TransientError(Exception):
    """A response that may be better the next time.

    Parameters
    ----------
    problem : str
        What came instead of a good response.
    retry_after : float, optional
        Seconds that the service asks to wait.
    tries : int, optional
        How often it is worth asking, if that is less than usual.
    """

    def __init__(
        self, problem: str, *, retry_after: float | None = None, tries: int | None = None
    ) -> None:
        super().__init__(problem)
        self.retry_after = retry_after
        self.tries = tries


class PermanentError(Exception):
    """A response that will be the same the next time.

    Parameters
    ----------
    problem : str
        What came instead of a good response.
    allowed : str
        What would have been right.
    next_step : str
        What to do; by default to check the address.
    is_query : bool
        Whether only this query is refused: another may well be answered.
    """

    def __init__(
        self, problem: str, *, allowed: str, next_step: str = "", is_query: bool = False
    ) -> None:
        super().__init__(problem)
        self.allowed = allowed
        self.next_step = next_step
        self.is_query = is_query


class QueryRefusedError(InputError):
    """A query that a service refuses, although it answers others."""


def response_body(
    response: BaseHTTPResponse,
    *,
    pace: Pace,
    clock: Clock,
    key: str,
    explain: Explain,
    advice: Advice,
) -> bytes:
    """Read the body of a response with status 200; any other status is an error.

    `key` is the one that was sent, which must not be repeated anywhere; empty if there was none.

    Raises
    ------
    PermanentError
        If the status will stay, the body is too large, has an encoding that was not asked for, or
        repeats the key.
    TransientError
        If the status may pass, or the body takes too long.
    """
    status = response.status
    if status == 200:
        body = read_body(response, pace=pace, clock=clock)
        if key and key.encode() in body:
            raise PermanentError("a response that repeats your key", allowed="responses without it")
        return body
    body = read_body(response, pace=pace, clock=clock, limit=_ERROR_BYTES)
    if key:
        body = body.replace(key.encode(), b"...")
    message = clean(explain(body)) or first_words(body)
    if key:
        message = message.replace(key, "...")  # a message may be encoded otherwise than its body
    message = first_lines(message, limit=160)
    problem = f"HTTP {status}" + (f" ({message})" if message else "")
    if status in RETRIED:
        text = response.headers.get("retry-after", "")[:60].strip()
        raise TransientError(problem, retry_after=_retry_after(text, now=clock.now()))
    refused = advice.key if key else advice.no_key
    next_step = refused if status in (401, 403) else advice.status
    raise PermanentError(problem, allowed="HTTP 200", next_step=next_step, is_query=status == 400)


def read_body(
    response: BaseHTTPResponse, *, pace: Pace, clock: Clock, limit: int | None = None
) -> bytes:
    """Read a complete body, or with a `limit` about that many bytes of it.

    Raises
    ------
    PermanentError
        If the body is larger than `pace.max_bytes`, decompressed, or has an encoding that was not
        asked for.
    TransientError
        If it takes too long.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise PermanentError(
            f"a response in the encoding {clean(encoding)[:40]}", allowed="plain or gzip responses"
        )
    begun, chunks, size = clock.monotonic(), [], 0
    while data := response.read1(_CHUNK, decode_content=True):
        chunks.append(data)
        size += len(data)
        if limit is not None and size >= limit:
            break
        if size > pace.max_bytes:
            most = f"{pace.max_bytes / MEGABYTE:,.0f} MB"
            raise PermanentError(
                f"a response of more than {most}", allowed=f"responses of up to {most}"
            )
        if clock.monotonic() - begun > pace.response:
            raise TransientError(f"a response that is incomplete after {pace.response:.0f} s")
    return b"".join(chunks)


def first_words(body: bytes) -> str:
    """Return the beginning of a body on one line, without markup."""
    text = body[:_SHOWN_BYTES].decode("utf-8", "replace")
    return first_lines(clean(_TAG.sub(" ", text)), limit=160)


def _retry_after(text: str, *, now: datetime) -> float | None:
    """Return the seconds of Retry-After, which is a number or a date; None if it is neither."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())


def connection_error(error: Exception) -> TransientError | PermanentError:
    """Return the error for an exception of urllib3, whose own texts name objects and addresses."""
    from urllib3 import exceptions as kinds

    if isinstance(error, kinds.SSLError):
        return PermanentError(
            "no valid certificate",
            allowed="a certificate that this machine trusts",
            next_step="check the clock, the network and SSL_CERT_FILE",
        )
    few = _CONNECTION_TRIES
    problems: tuple[tuple[type[Exception], str, int | None], ...] = (
        (kinds.NameResolutionError, "no address for its name (is there a network?)", few),
        (kinds.NewConnectionError, "no connection", few),
        (kinds.ConnectTimeoutError, "no connection in time", few),
        (kinds.ProxyError, "no connection through the proxy", few),
        (kinds.ReadTimeoutError, "no byte in time", None),
        (kinds.IncompleteRead, "a response that breaks off", None),
        (kinds.DecodeError, "a response whose gzip is damaged", None),
    )
    for kind, problem, tries in problems:
        if isinstance(error, kind):
            return TransientError(problem, tries=tries)
    return TransientError("a response that breaks off or is not HTTP")
