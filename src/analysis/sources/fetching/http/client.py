"""Requests, one after another over one connection, made again where it is worth it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.request import getproxies, proxy_bypass

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines, for_terminal

from .addresses import Base, address, origin_of, redirected
from .body import first_words, read_body
from .limits import MOST_REDIRECTS, Clock, Pace, wait_before
from .problems import PassingError, QueryRefusedError, RefusedError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

T = TypeVar("T")

_AGAIN = frozenset((408, 425, 429, *range(500, 600)))
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_ERROR_BYTES = 65_536
_CONNECTING = 3
"""How often a connection that cannot be made is tried."""


class Read(Protocol[T]):
    """Makes sense of a body; raises `PassingError` or `RefusedError` where there is none."""

    def __call__(self, body: bytes, *, attempt: int) -> T:
        """Return what the body of try number `attempt` (from 0) says."""
        ...


Explain = Callable[[bytes], str]
"""Body of an error -> what it says; empty where nothing is known of it."""


@dataclass
class Client:
    """A connection to one service. `last` is when its last answer ended."""

    base: Base
    pace: Pace
    clock: Clock
    headers: Mapping[str, str]
    key: str
    say: Callable[[str], None]
    pool: PoolManager
    last: float | None = field(default=None)


@contextmanager
def connected(
    base: Base, *, pace: Pace, clock: Clock, agent: str, key: str, say: Callable[[str], None]
) -> Iterator[Client]:
    """Open the way to a service; the environment's proxies are used."""
    import urllib3

    options = {"num_pools": 1, "maxsize": 1}
    proxy = _proxy(base)
    if proxy:
        shown, headers = proxy
        pool: PoolManager = urllib3.ProxyManager(shown, proxy_headers=headers, **options)
    else:
        pool = urllib3.PoolManager(**options)
    headers = {"User-Agent": agent, "Accept-Encoding": "gzip"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    try:
        yield Client(base, pace, clock, headers, key, say, pool)
    finally:
        pool.clear()


def _proxy(base: Base) -> tuple[str, dict[str, str]] | None:
    from urllib3.exceptions import LocationParseError
    from urllib3.util import make_headers, parse_url

    scheme, _, rest = base.origin.partition("://")
    found = getproxies().get(scheme) or getproxies().get("all")
    if not found or base.is_here or proxy_bypass(rest):
        return None
    try:
        parsed = parse_url(found if "://" in found else f"http://{found}")
    except LocationParseError:
        parsed = None
    if parsed is None or parsed.scheme not in ("http", "https") or not parsed.host:
        raise InputError(
            f"the environment names a proxy for {scheme} that is no http or https address",
            allowed="http_proxy, https_proxy or all_proxy such as http://proxy.example.org:3128",
            next_step="correct or unset it, or name the host in no_proxy",
        )
    headers = make_headers(proxy_basic_auth=parsed.auth) if parsed.auth else {}
    return parsed._replace(auth=None).url, dict(headers)


def ask(
    client: Client,
    *,
    path: str,
    params: Callable[[int], Mapping[str, str]],
    read: Read[T],
    what: str,
    explain: Explain = lambda body: "",
) -> tuple[bytes, T]:
    """Make a request until its answer makes sense, with longer and longer waits.

    Parameters
    ----------
    client : Client
    path : str
        Follows the service's address.
    params : callable
        Number of the try (from 0) -> the query.
    read : callable
    what : str
        What is asked for, in words.
    explain : callable

    Returns
    -------
    body : bytes
    found : object
        What `read` made of it.

    Raises
    ------
    InputError
        Where the service refuses, its answers make no sense, or it does not answer.
    """
    pace, clock = client.pace, client.clock
    for attempt in range(pace.tries):
        try:
            asked = address(client.base, path=path, params=params(attempt))
            body = _answer(client, asked, explain=explain)
            return body, read(body, attempt=attempt)
        except RefusedError as problem:
            client.pool.clear()
            raise _refused(problem, what=what, client=client) from None
        except PassingError as problem:
            client.pool.clear()  # bytes of a bad answer may still arrive on its connection
            tries = min(problem.tries or pace.tries, pace.tries)
            last = attempt + 1 >= tries or (problem.after or 0) > pace.longest_asked
            if last:
                raise _given_up(problem, what=what, times=attempt + 1, client=client) from None
            wait = wait_before(attempt + 1, pace=pace, chance=clock.chance())
            wait = max(wait, problem.after or 0)
            client.say(f"{what}: {problem}; trying again in {wait:.0f} s "
                       f"({attempt + 2} of {tries})")  # fmt: skip
            clock.sleep(wait)
    raise AssertionError("a last try either returns or raises")


def _refused(problem: RefusedError, *, what: str, client: Client) -> InputError:
    kind = QueryRefusedError if problem.query else InputError
    return kind(
        f"{what}: {client.base.origin} gave {problem}",
        allowed=problem.allowed,
        next_step=problem.next_step or "check --base-url; if the service has changed, report it",
    )


def _given_up(problem: PassingError, *, what: str, times: int, client: Client) -> InputError:
    origin = client.base.origin
    asked = problem.after or 0
    if asked > client.pace.longest_asked:
        return InputError(
            f"{what}: {origin} gave {problem}",
            allowed=f"waits of up to {client.pace.longest_asked:,.0f} s",
            next_step=f"run the same command again in {asked / 60:,.0f} minutes",
        )
    often = "once" if times == 1 else f"{times} times"
    return InputError(
        f"{what}: {origin} gave {problem}, {often}",
        allowed=f"an answer within {problem.tries or client.pace.tries} tries",
        next_step="check the connection, then run the same command again, or later",
    )


def _answer(client: Client, asked: str, *, explain: Explain) -> bytes:
    """Return the body of one answer, following redirects that stay where they are."""
    from urllib3 import exceptions

    for _ in range(MOST_REDIRECTS + 1):
        _wait_for_turn(client)
        response = None
        try:
            response = _request(client, asked)
            if response.status not in _REDIRECTS:
                return _body(client, response, explain=explain)
            asked = _redirect(asked, location=response.headers.get("location", ""))
        except exceptions.HTTPError as error:
            raise _broken(error) from None
        finally:
            client.last = client.clock.monotonic()
            if response is not None:
                response.close()
                response.release_conn()
    raise RefusedError(f"more than {MOST_REDIRECTS} redirects", allowed="an answer",
                  next_step="check --base-url")  # fmt: skip


def _wait_for_turn(client: Client) -> None:
    if client.last is None:
        return
    rest = client.last + client.pace.between - client.clock.monotonic()
    if rest > 0:
        client.clock.sleep(rest)


def _request(client: Client, asked: str) -> BaseHTTPResponse:
    from urllib3 import Timeout

    timeout = Timeout(connect=client.pace.connect, read=client.pace.read)
    return client.pool.request("GET", asked, headers=dict(client.headers), timeout=timeout,
                               redirect=False, retries=False, preload_content=False)  # fmt: skip


def _redirect(asked: str, *, location: str) -> str:
    target = redirected(asked, location=location)
    if target is None:
        raise RefusedError(
            f"a redirect to {_place(location)}",
            allowed=f"answers of {origin_of(asked)} itself",
            next_step="if the service has moved there, give its new address as --base-url",
        )
    return target


def _place(location: str) -> str:
    with contextlib.suppress(ValueError):
        if location.startswith(("http://", "https://")):
            return for_terminal(origin_of(location))[:100]
    return for_terminal(location)[:40] or "nowhere"


def _body(client: Client, response: BaseHTTPResponse, *, explain: Explain) -> bytes:
    pace, clock = client.pace, client.clock
    status = response.status
    if status == 200:
        body = read_body(response, pace=pace, clock=clock)
        if client.key and client.key.encode() in body:
            raise RefusedError("an answer that repeats your key", allowed="answers without keys")
        return body
    body = read_body(response, pace=pace, clock=clock, most=_ERROR_BYTES)
    if client.key:
        body = body.replace(client.key.encode(), b"...")
    said = first_lines(clean(explain(body)), limit=160) or first_words(body)
    found = f"HTTP {status}" + (f" ({said})" if said else "")
    if status in _AGAIN:
        text = response.headers.get("retry-after", "")[:60].strip()
        raise PassingError(found, after=_after(text, now=clock.now()))
    next_step = _next_of(status, has_key=bool(client.key))
    raise RefusedError(found, allowed="HTTP 200", next_step=next_step, query=status == 400)


def _after(text: str, *, now: datetime) -> float | None:
    """Return the seconds of Retry-After, which is a number or a date; None where it is neither."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def _next_of(status: int, *, has_key: bool) -> str:
    if status in (401, 403) and has_key:
        return "check the key in HF_TOKEN, or unset it: the lists are public"
    if status in (401, 403):
        return "the service does not let this machine in: try later, or from another network"
    return "check the query, the dates and --base-url"


def _broken(error: Exception) -> Exception:
    """Say in plain words what broke; urllib3's own texts name objects and addresses."""
    from urllib3 import exceptions as kinds

    if isinstance(error, kinds.SSLError):
        return RefusedError(
            "no valid certificate",
            allowed="a certificate that this machine trusts",
            next_step="check the clock, the network and SSL_CERT_FILE",
        )
    words: tuple[tuple[type[Exception], str, int | None], ...] = (
        (
            kinds.NameResolutionError,
            "no sign: its name is unknown (is there a network?)",
            _CONNECTING,
        ),
        (kinds.NewConnectionError, "no connection", _CONNECTING),
        (kinds.ConnectTimeoutError, "no connection in time", _CONNECTING),
        (kinds.ProxyError, "no connection through the proxy", _CONNECTING),
        (kinds.ReadTimeoutError, "no byte in time", None),
        (kinds.IncompleteRead, "an answer that breaks off", None),
        (kinds.DecodeError, "an answer whose gzip is broken", None),
    )
    for kind, said, tries in words:
        if isinstance(error, kind):
            return PassingError(said, tries=tries)
    return PassingError("an answer that breaks off or is no HTTP")
