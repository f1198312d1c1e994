"""Requests to one service, one after another over one connection, retried if that may help."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import urlencode
from urllib.request import getproxies, proxy_bypass

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

from .connection import Meter, meter_responses
from .limits import MAX_REDIRECTS, BaseUrl, Clock, Pace, backoff, origin_of, redirect_target
from .response import (
    Advice,
    Explain,
    PermanentError,
    QueryRefusedError,
    TransientError,
    connection_error,
    response_body,
)

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_REDIRECTS = frozenset((301, 302, 303, 307, 308))


class Parse(Protocol[T_co]):
    """Parses a body; raises `TransientError` or `PermanentError` if it cannot."""

    def __call__(self, body: bytes, *, attempt: int) -> T_co:
        """Return the content of the body of try number `attempt` (from 0)."""
        ...


@dataclass
class Client:
    """A connection to one service.

    `follows` says whether redirects within the origin are followed, `last` when the last response
    ended.
    """

    base: BaseUrl
    pace: Pace
    clock: Clock
    headers: Mapping[str, str]
    key: str
    say: Callable[[str], None]
    pool: PoolManager
    advice: Advice
    follows: bool
    meter: Meter
    last: float | None = None


@contextmanager
def open_client(
    base: BaseUrl,
    *,
    pace: Pace,
    clock: Clock,
    agent: str,
    key: str,
    say: Callable[[str], None],
    advice: Advice | None = None,
    follows: bool = True,
) -> Iterator[Client]:
    """Open a client of a service; it uses the proxies of the environment."""
    headers = {"User-Agent": agent, "Accept-Encoding": "gzip"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    pool, meter = _pool(base), Meter(pace, clock)
    meter_responses(pool, meter=meter)
    advice = advice or Advice()
    try:
        yield Client(base, pace, clock, headers, key, say, pool, advice, follows, meter)
    finally:
        pool.clear()


def _pool(base: BaseUrl) -> PoolManager:
    """Return a pool of one connection, through the proxy that the environment names, if any."""
    from urllib3 import PoolManager, ProxyManager
    from urllib3.exceptions import LocationParseError, ProxySchemeUnknown
    from urllib3.util import make_headers, parse_url

    proxies = getproxies()
    proxy = proxies.get(base.scheme) or proxies.get("all")
    if not proxy or base.is_local or proxy_bypass(base.origin.partition("://")[2]):
        return PoolManager(num_pools=1, maxsize=1)
    try:
        url = parse_url(proxy if "://" in proxy else f"http://{proxy}")
        if not url.host:
            raise LocationParseError(proxy)
        headers = make_headers(proxy_basic_auth=url.auth) if url.auth else None
        return ProxyManager(
            url._replace(auth=None).url, num_pools=1, maxsize=1, proxy_headers=headers
        )
    except (LocationParseError, ProxySchemeUnknown):
        raise InputError(
            f"the environment names a proxy for {base.scheme} that is not an http or https address",
            allowed="http_proxy, https_proxy or all_proxy such as http://proxy.example.org:3128",
            next_step="correct or unset it, or name the host in no_proxy",
        ) from None


def request(
    client: Client,
    *,
    path: str,
    params: Callable[[int], Mapping[str, str]],
    parse: Parse[T],
    what: str,
    explain: Explain = lambda body: "",
    content: bytes | None = None,
) -> tuple[bytes, T]:
    """Make a request until its response can be parsed, with longer and longer waits.

    Parameters
    ----------
    path : str
        Follows the service's address.
    params : callable
        Number of the try (from 0) -> the query.
    what : str
        What is requested, in words.
    explain : callable
        From the body of an error to the message in it.
    content : bytes, optional
        JSON to post; a request without it is a GET.

    Returns
    -------
    body : bytes
    content : object
        The body as `parse` returns it.

    Raises
    ------
    InputError
        If the service refuses, does not answer, or its responses cannot be parsed.
    """
    pace, clock = client.pace, client.clock
    for attempt in range(pace.tries):
        try:
            query = urlencode(params(attempt))
            url = f"{client.base.text}{path}{f'?{query}' if query else ''}"
            call = partial(_response_to, client, url, content=content, explain=explain)
            body = call() if pace.whole is None else _within(pace.whole, call)
            return body, parse(body, attempt=attempt)
        except (PermanentError, TransientError) as problem:
            client.pool.clear()  # late bytes of a bad response must not be read as the next one
            if isinstance(problem, PermanentError):
                raise _refused(problem, what=what, client=client) from None
            tries = min(problem.tries or pace.tries, pace.tries)
            retry_after = problem.retry_after or 0
            if attempt + 1 >= tries or retry_after > pace.longest_retry_after:
                raise _given_up(problem, what=what, times=attempt + 1, client=client) from None
            wait = max(backoff(attempt + 1, pace=pace, jitter=clock.random()), retry_after)
            client.say(
                f"{what}: {problem}; trying again in {wait:.0f} s ({attempt + 2} of {tries})"
            )
            clock.sleep(wait)
    raise AssertionError("a last try either returns or raises")


def _refused(problem: PermanentError, *, what: str, client: Client) -> InputError:
    kind = QueryRefusedError if problem.is_query else InputError
    return kind(
        f"{what}: {client.base.origin} gave {problem}",
        allowed=problem.allowed,
        next_step=problem.next_step or "check --base-url; if the service has changed, report it",
    )


def _given_up(problem: TransientError, *, what: str, times: int, client: Client) -> InputError:
    origin, pace = client.base.origin, client.pace
    retry_after = problem.retry_after or 0
    if retry_after > pace.longest_retry_after:
        return InputError(
            f"{what}: {origin} gave {problem}",
            allowed=f"waits of up to {pace.longest_retry_after:,.0f} s",
            next_step=f"run the same command again in {retry_after / 60:,.0f} minutes",
        )
    how_often = "once" if times == 1 else f"{times} times"
    return InputError(
        f"{what}: {origin} gave {problem}, {how_often}",
        allowed=f"a response within {problem.tries or pace.tries} tries",
        next_step=client.advice.connection,
    )


def _within(seconds: float, call: Callable[[], bytes]) -> bytes:
    """Return what `call` returns, unless it takes too long; it is left alone then."""
    outcome: queue.SimpleQueue[tuple[bytes, BaseException | None]] = queue.SimpleQueue()

    def work() -> None:
        try:
            outcome.put((call(), None))
        except BaseException as error:
            outcome.put((b"", error))

    threading.Thread(target=work, daemon=True).start()
    try:
        body, error = outcome.get(timeout=seconds)
    except queue.Empty:
        problem = f"a response that is incomplete after {seconds:g} s"
        raise TransientError(problem, tries=1) from None
    if error is not None:
        raise error
    return body


def _response_to(client: Client, url: str, *, content: bytes | None, explain: Explain) -> bytes:
    """Return the body of one response, following redirects within the same origin."""
    from urllib3.exceptions import HTTPError

    for _ in range(MAX_REDIRECTS + 1):
        _wait_for_turn(client)
        response = None
        try:
            client.meter.start()
            response = _send(client, url, content=content)
            if response.status not in _REDIRECTS:
                return response_body(
                    response,
                    pace=client.pace,
                    clock=client.clock,
                    key=client.key,
                    explain=explain,
                    advice=client.advice,
                )
            location = response.headers.get("location", "")
            target = redirect_target(url, location=location)
            if target is None or not client.follows:
                raise PermanentError(
                    f"a redirect to {_shown_location(location)}",
                    allowed=f"responses of {origin_of(url)} itself",
                    next_step="if the service has moved there, give its new address as --base-url",
                )
            url = target
        except HTTPError as error:
            raise connection_error(error) from None
        finally:
            client.last = client.clock.monotonic()
            if response is not None:
                response.close()
                response.release_conn()
            if not client.meter.is_clean:
                client.pool.clear()
    raise PermanentError(
        f"more than {MAX_REDIRECTS} redirects", allowed="a response", next_step="check --base-url"
    )


def _wait_for_turn(client: Client) -> None:
    if client.last is not None:
        wait = client.last + client.pace.between - client.clock.monotonic()
        if wait > 0:
            client.clock.sleep(wait)


def _send(client: Client, url: str, *, content: bytes | None) -> BaseHTTPResponse:
    from urllib3 import Timeout

    kind = {} if content is None else {"Content-Type": "application/json"}
    return client.pool.request(
        "GET" if content is None else "POST",
        url,
        body=content,
        headers={**client.headers, **kind},
        timeout=Timeout(connect=client.pace.connect, read=client.pace.read),
        redirect=False,
        retries=False,
        preload_content=False,
    )


def _shown_location(location: str) -> str:
    with contextlib.suppress(ValueError):
        if location.startswith(("http://", "https://")):
            return for_terminal(origin_of(location))[:100]
    return for_terminal(location)[:40] or "nowhere"
