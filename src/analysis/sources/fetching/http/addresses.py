"""Where requests may go: one scheme, host and port, which the user named or the service has."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_ALLOWED = "an http or https address of a service, such as https://example.org, without a name, a \
password, a query or a fragment"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Base:
    """The address that every request begins with, without a slash at its end."""

    text: str

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return origin_of(self.text)

    @property
    def may_carry_keys(self) -> bool:
        """Whether a key may be sent there: over https, or to this very machine."""
        return urlsplit(self.text).scheme == "https" or self.is_here

    @property
    def is_here(self) -> bool:
        """Whether it is this very machine."""
        host = urlsplit(self.text).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def base_of(text: str) -> Base:
    """Read the address of a service.

    Raises
    ------
    InputError
        For anything but http and https, and for an address with a name, a password, a query or a
        fragment.
    """
    shown = for_terminal(re.sub(r"//[^/@]*@", "//…@", text))[:200]
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _bad(f"--base-url {shown} is no address") from None
    if parts.scheme not in _PORTS or port == 0 or not _HOST.fullmatch(parts.hostname or ""):
        raise _bad(f"--base-url {shown} is no http or https address of a host")
    if parts.username is not None or parts.password is not None:
        raise _bad(f"--base-url {shown} holds a name or a password")
    if parts.query or parts.fragment or not re.fullmatch(r"[!-~]*", text):
        raise _bad(f"--base-url {shown} holds a query, a fragment or odd characters")
    return Base(text.rstrip("/"))


def _bad(found: str) -> InputError:
    return InputError(found, allowed=_ALLOWED, next_step="correct --base-url, or leave it out")


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address, as text that can be compared."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{_port_shown(parts)}"


def _port_shown(parts: SplitResult) -> str:
    return "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"


def address(base: Base, *, path: str, params: Mapping[str, str]) -> str:
    """Return the address of one request."""
    return f"{base.text}{path}?{urlencode(params)}"


def redirected(asked: str, *, location: str) -> str | None:
    """Return where a redirect leads, or None where that is not the place that was asked."""
    try:
        target = urljoin(asked, location)
        same = origin_of(target) == origin_of(asked)
        plain = urlsplit(target).username is None and re.fullmatch(r"[!-~]+", target)
    except ValueError:
        return None
    return target if same and plain else None
