"""Connections whose answers end: every byte of a response is counted, and all share one deadline.

The standard library bounds the wait for each byte and the length of each line, but not the number
of headers of a "100 Continue", of trailers, or of compressed blocks that hold nothing.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

from .limits import MEGABYTE, Clock, Pace
from .response import PermanentError, TransientError

if TYPE_CHECKING:
    from socket import socket

    from urllib3 import HTTPConnectionPool, PoolManager

_HEADERS = MEGABYTE
"""Bytes that a response may have beside its body: status, headers, chunk sizes, trailers."""


@dataclass
class Meter:
    """What one response has taken since `start`: bytes as they came, and seconds.

    `is_clean` says whether nothing follows the response: a connection with leftover bytes must
    not be used again, as they would be read as the next response.
    """

    pace: Pace
    clock: Clock
    begun: float = 0.0
    n_bytes: int = 0
    is_clean: bool = True

    def start(self) -> None:
        """Begin a response."""
        self.begun, self.n_bytes, self.is_clean = self.clock.monotonic(), 0, True

    def seconds_left(self) -> float:
        """Return the seconds until the deadline.

        Raises
        ------
        TransientError
            If it has passed.
        """
        seconds = self.pace.response if self.pace.whole is None else self.pace.whole
        left = self.begun + seconds - self.clock.monotonic()
        if left <= 0:
            tries = None if self.pace.whole is None else 1
            problem = f"a response that is incomplete after {seconds:g} s"
            raise TransientError(problem, tries=tries)
        return left

    def count(self, n: int) -> None:
        """Count bytes.

        Raises
        ------
        PermanentError
            If there are more than a body of the allowed size needs.
        """
        self.n_bytes += n
        if self.n_bytes > self.pace.max_bytes + _HEADERS:
            most = f"{self.pace.max_bytes / MEGABYTE:,.0f} MB"
            raise PermanentError(
                f"a response of more than {most}", allowed=f"responses of up to {most}"
            )


class _MeteredSocket(io.RawIOBase):
    """A socket as a stream, within the bounds of a meter."""

    def __init__(self, sock: socket, *, meter: Meter) -> None:
        self._sock, self._meter, self.is_over = sock, meter, False
        self._stream: Any = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what has come, waiting no longer than the deadline and the pace allow."""
        if self.is_over:
            return None
        self._sock.settimeout(min(self._meter.pace.read, self._meter.seconds_left()))
        try:
            n: int | None = self._stream.readinto(buffer)
        except TimeoutError:
            self._meter.seconds_left()
            raise
        self._meter.count(n or 0)
        return n

    def close(self) -> None:
        self._stream.close()
        super().close()


class _MeteredBuffer(io.BufferedReader):
    """A buffer that says, when it is closed, whether anything is left in it."""

    def __init__(self, raw: _MeteredSocket, *, meter: Meter) -> None:
        super().__init__(raw, buffer_size=io.DEFAULT_BUFFER_SIZE)
        self._held, self._meter = raw, meter

    def close(self) -> None:
        if not self.closed:
            self._held.is_over = True  # nothing more is read to look what is left
            self._meter.is_clean = self._meter.is_clean and not self.peek(1)
        super().close()


def meter_responses(manager: PoolManager, *, meter: Meter) -> None:
    """Let the connections that a manager opens read their responses through a meter."""
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    class Response(HTTPResponse):
        def __init__(self, sock: socket, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            self.fp.close()
            self.fp = _MeteredBuffer(_MeteredSocket(sock, meter=meter), meter=meter)

    def pool(kind: type[HTTPConnectionPool], connection: Callable[..., Any]) -> Any:
        return type(kind.__name__, (kind,), {"ConnectionCls": connection})

    plain = type("HTTPConnection", (HTTPConnection,), {"response_class": Response})
    secure = type("HTTPSConnection", (HTTPSConnection,), {"response_class": Response})
    manager.pool_classes_by_scheme = {
        "http": pool(HTTPConnectionPool, plain),
        "https": pool(HTTPSConnectionPool, secure),
    }
