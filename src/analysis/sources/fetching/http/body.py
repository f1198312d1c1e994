"""The body of an answer, within limits of size and time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analysis.base.escaping import clean, first_lines

from .limits import MEGABYTE, Clock, Pace
from .problems import PassingError, RefusedError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

_CHUNK = 1 << 16
_PLAIN = ("", "identity", "gzip")
_TAG = re.compile(r"<(?:style|script)\b.*?(?:</(?:style|script)|\Z)|<[^>]*>?", re.DOTALL | re.I)
_SHOWN_BYTES = 4000


def read_body(
    response: BaseHTTPResponse, *, pace: Pace, clock: Clock, most: int | None = None
) -> bytes:
    """Read a body whole.

    Parameters
    ----------
    response : BaseHTTPResponse
        Not read yet.
    pace : Pace
    clock : Clock
    most : int, optional
        Read so many bytes and leave the rest; without it a body over `pace.most_bytes` is refused.

    Raises
    ------
    RefusedError
        For a body that is too large, unpacked, or in an encoding that was not asked for.
    PassingError
        For one that takes too long.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in _PLAIN:
        raise RefusedError(f"an answer in the encoding {clean(encoding)[:40]}",
                      allowed="plain or gzip answers")  # fmt: skip
    begun, chunks, size = clock.monotonic(), [], 0
    while data := response.read1(_CHUNK, decode_content=True):
        chunks.append(data)
        size += len(data)
        if most is not None and size >= most:
            break
        if size > pace.most_bytes:
            limit = f"{pace.most_bytes / MEGABYTE:,.0f} MB"
            raise RefusedError(
                f"an answer of more than {limit}", allowed=f"answers of up to {limit}"
            )
        if clock.monotonic() - begun > pace.answer:
            raise PassingError(f"an answer that was not complete after {pace.answer:.0f} s")
    return b"".join(chunks)


def first_words(body: bytes) -> str:
    """Return what an answer says at its beginning, on one line, without markup."""
    text = body[:_SHOWN_BYTES].decode("utf-8", "replace")
    return first_lines(clean(_TAG.sub(" ", text)), limit=160)
