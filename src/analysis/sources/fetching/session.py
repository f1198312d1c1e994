"""One fetch: kept responses are used, the rest is requested, and a stop says how to resume."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis.base.english import count
from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal
from analysis.base.progress import Progress

from ..dates.fetched import is_complete
from .client import Client, Parse, T, open_client, request
from .files import (
    FetchedFile,
    ResponseFolder,
    check_output,
    open_responses,
    publish,
    remove_responses,
    response_folder,
    stored_request,
)
from .limits import SYSTEM_CLOCK, Clock, Pace, environment_key, parse_base_url
from .response import Explain, PermanentError, TransientError


@dataclass(frozen=True)
class FetchOptions:
    """Options that all fetchers share.

    Attributes
    ----------
    out : Path or None
        The file to write; by default one that the fetcher names, in the current folder.
    base_url : str or None
        The service's address; by default its usual one.
    pace : Pace or None
        By default the service's.
    clock : Clock
    progress : Progress
    """

    out: Path | None = None
    base_url: str | None = None
    pace: Pace | None = None
    clock: Clock = SYSTEM_CLOCK
    progress: Progress = field(default_factory=Progress)

    @property
    def today(self) -> date:
        """The day in UTC."""
        return self.clock.now().date()

    @property
    def timestamp(self) -> str:
        """The current time in ISO format, UTC."""
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Session:
    """A fetch in progress."""

    out: Path
    request: Mapping[str, Any]
    client: Client
    responses: ResponseFolder
    options: FetchOptions


@contextmanager
def open_session(
    options: FetchOptions,
    *,
    out: Path,
    request: Mapping[str, Any],
    endpoint: str,
    pace: Pace,
    key: str = "",
) -> Iterator[Session]:
    """Open the kept responses and the connection of one fetch.

    Parameters
    ----------
    request : mapping
        What is requested, ready for JSON: it goes into the manifest, and two calls with the same
        request are the same fetch.
    endpoint : str
        The service's usual address; `pace` is its usual one too.
    key : str
        Name of the environment variable that may hold a key.

    Raises
    ------
    InputError
        If the file exists, the address is invalid, another fetch uses the folder, or the service
        fails. Responses are kept then.
    KeyboardInterrupt
        With the number of responses kept and how to resume.
    """
    base = parse_base_url(options.base_url or endpoint)
    request = {**request, "endpoint": base.text}
    folder = response_folder(out)
    resumes = stored_request(folder).get("request") == request
    if resumes and is_complete(out):
        remove_responses(folder)  # a fetch that was killed after its file was complete
    check_output(out, resumes=resumes)
    secret = environment_key(key) if key else ""
    if secret and not base.may_carry_keys:
        options.progress.say(f"{key} is not sent to {base.origin}: only over https")
        secret = ""
    with (
        open_client(
            base,
            pace=options.pace or pace,
            clock=options.clock,
            agent=f"papertide/{metadata.version('papertide')} (literature snapshots)",
            key=secret,
            say=partial(_say, progress=options.progress),
        ) as client,
        open_responses(folder, request=request, now=options.timestamp) as responses,
    ):
        if n_kept := len(responses):
            options.progress.say(
                f"Resuming with {count(n_kept, 'response')} from {responses.begun}"
            )
        try:
            yield Session(out, request, client, responses, options)
        except (KeyboardInterrupt, InputError) as stop:
            raise _resumable(stop, responses=responses) from None


def _say(line: str, *, progress: Progress) -> None:
    """Print a line above a progress bar, if there is one."""
    if not progress.on_terminal:
        progress.say(line)
        return
    from tqdm import tqdm

    with tqdm.external_write_mode(file=sys.stderr):
        progress.say(line)


def _resumable(
    stop: KeyboardInterrupt | InputError, *, responses: ResponseFolder
) -> KeyboardInterrupt | InputError:
    """Return a stop that also says what was kept; an empty folder is removed."""
    if not len(responses):
        responses.remove()
        return KeyboardInterrupt("") if isinstance(stop, KeyboardInterrupt) else stop
    shown = for_terminal(str(responses.path))
    kept = f"{count(len(responses), 'response')} kept in {shown}"
    kept += ": run the same command again to resume"
    if isinstance(stop, KeyboardInterrupt):
        return KeyboardInterrupt(kept)
    next_step = f"{stop.next_step}; {kept}"
    return InputError(stop.problems, allowed=stop.allowed, next_step=next_step)


def get_response(
    session: Session,
    *,
    name: str,
    path: str,
    params: Callable[[int], Mapping[str, str]],
    parse: Parse[T],
    what: str,
    explain: Explain = lambda body: "",
    is_final: bool = True,
) -> tuple[bytes, T]:
    """Return a response that was kept, or request it and keep it.

    `name` is its name among the kept responses; `path`, `params`, `parse`, `what` and `explain` are
    as in `client.request`. A response that may change later, unless it `is_final`, is not kept.
    """
    client = session.client
    kept = session.responses.load(name)
    if kept is not None:
        try:
            return kept, parse(kept, attempt=client.pace.tries - 1)
        except (TransientError, PermanentError):  # cut by a full disk or a power failure
            session.options.progress.say(f"{what}: the kept response is damaged; requesting again")
    body, content = request(
        client, path=path, params=params, parse=parse, what=what, explain=explain
    )
    if is_final:
        session.responses.save(name, body=body)
    return body, content


def finish(
    session: Session,
    *,
    command: str,
    content: bytes,
    n_papers: int,
    facts: Mapping[str, Any],
    notes: tuple[str, ...] = (),
) -> FetchedFile:
    """Write the file and its manifest, and remove the kept responses."""
    request = dict(session.request)
    endpoint = request.pop("endpoint")
    full = {
        "command": command,
        "endpoint": endpoint,
        "request": request,
        "fetched": {"begun": session.responses.begun, "ended": session.options.timestamp},
        "papers": n_papers,
        **facts,
        "notes": list(notes),
    }
    manifest = publish(session.out, content=content, facts=full)
    session.responses.remove()
    return FetchedFile(session.out, manifest, n_papers=n_papers, notes=notes)
