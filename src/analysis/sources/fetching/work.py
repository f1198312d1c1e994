"""One fetch: what was kept is used, the rest is asked for, and a stop says how to go on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal
from analysis.base.progress import Progress

from .files import Fetched, check_free, is_whole, publish
from .http.addresses import base_of
from .http.client import Client, Explain, Read, ask, connected
from .http.limits import SYSTEM, Clock, Pace
from .http.problems import PassingError, RefusedError
from .parts import Parts, keep, kept, open_parts, parts_folder, remove, request_of

T = TypeVar("T")


@dataclass(frozen=True)
class Where:
    """Where a fetch goes and how: what all fetchers share.

    Attributes
    ----------
    out : Path or None
        The file to write; by default one that the fetcher names, in the current folder.
    base_url : str or None
        The service's address; by default its own.
    pace : Pace or None
        By default the service's.
    clock : Clock
    progress : Progress
    """

    out: Path | None = None
    base_url: str | None = None
    pace: Pace | None = None
    clock: Clock = SYSTEM
    progress: Progress = field(default_factory=Progress)

    @property
    def today(self) -> date:
        """The day in UTC."""
        return self.clock.now().date()


@dataclass(frozen=True)
class Work:
    """A fetch under way."""

    out: Path
    request: Mapping[str, Any]
    client: Client
    parts: Parts
    where: Where


@contextmanager
def working(
    where: Where, *, out: Path, request: Mapping[str, Any], default: str, pace: Pace, key: str = ""
) -> Iterator[Work]:
    """Open the kept answers and the connection of one fetch.

    Parameters
    ----------
    where : Where
    out : Path
        The file to write.
    request : mapping
        What is asked for, ready for JSON: what the manifest says, and what makes two calls the
        same fetch.
    default : str
        The service's own address.
    pace : Pace
        The service's.
    key : str
        Name of the environment variable that may hold a key.

    Raises
    ------
    InputError
        Where the file is there, the address is none, another fetch holds the folder, or the
        service does not answer well. What was fetched is kept then.
    KeyboardInterrupt
        With what was kept and how to go on.
    """
    base = base_of(where.base_url or default)
    request = {**request, "endpoint": base.text}
    folder = parts_folder(out)
    goes_on = request_of(folder).get("request") == request
    if goes_on and is_whole(out):
        remove(folder)  # a fetch that was killed after its file was whole
    check_free(out, goes_on=goes_on)
    secret = _key(key) if key else ""
    if secret and not base.may_carry_keys:
        where.progress.say(f"{key} is not sent to {base.origin}: only over https")
        secret = ""
    agent = f"papertide/{metadata.version('papertide')} (literature snapshots)"
    now = where.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    pace = where.pace or pace
    with (
        connected(base, pace=pace, clock=where.clock, agent=agent, key=secret,
                  say=partial(_say, progress=where.progress)) as client,
        open_parts(folder, request=request, now=now) as parts,
    ):  # fmt: skip
        n_before = len(parts)
        if n_before:
            where.progress.say(f"Going on with {_answers(n_before)} of {parts.begun}")
        try:
            yield Work(out, request, client, parts, where)
        except (KeyboardInterrupt, InputError) as stop:
            raise _stopped(stop, parts=parts) from None


def _say(line: str, *, progress: Progress) -> None:
    """Say a line above a bar that may be there."""
    if not progress.on_terminal:
        progress.say(line)
        return
    from tqdm import tqdm

    with tqdm.external_write_mode(file=sys.stderr):
        progress.say(line)


def _key(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not all("!" <= character <= "~" for character in value):
        raise InputError(
            f"{name} holds something that is no key (its characters are not shown)",
            allowed="letters, digits and signs of ASCII, without spaces",
            next_step=f"set {name} anew, or unset it",
        )
    return value


def _answers(count: int) -> str:
    return "1 answer" if count == 1 else f"{count:,} answers"


def _stopped(stop: KeyboardInterrupt | InputError, *, parts: Parts) -> BaseException:
    """Return a stop that also says what was kept; a folder that holds nothing is removed."""
    count = len(parts)
    shown = for_terminal(str(parts.folder))
    kept_there = f"{_answers(count)} kept in {shown}: the same command goes on from there"
    if not count:
        remove(parts.folder)
    if isinstance(stop, KeyboardInterrupt):
        return KeyboardInterrupt(kept_there if count else "")
    if not count:
        return stop
    next_step = f"{stop.next_step}; {kept_there}"
    return InputError(stop.problems, allowed=stop.allowed, next_step=next_step)


def answer(
    work: Work,
    *,
    name: str,
    path: str,
    params: Callable[[int], Mapping[str, str]],
    read: Read[T],
    what: str,
    explain: Explain = lambda body: "",
    lasting: bool = True,
) -> tuple[bytes, T]:
    """Return an answer that was kept, else ask for it and keep it.

    Parameters
    ----------
    work : Work
    name : str
        Its name among the kept answers.
    path, params, read, what, explain
        As in `client.ask`.
    lasting : bool
        Whether it will be the same later; one that will not be is not kept.
    """
    before = kept(work.parts, name=name)
    if before is not None:
        try:
            return before, read(before, attempt=work.client.pace.tries - 1)
        except (PassingError, RefusedError):  # cut by a full disk or a power cut
            work.where.progress.say(f"{what}: the kept answer is broken; asking again")
    body, found = ask(work.client, path=path, params=params, read=read, what=what, explain=explain)
    if lasting:
        keep(work.parts, name=name, body=body)
    return body, found


def finish(
    work: Work,
    *,
    command: str,
    content: bytes,
    n_papers: int,
    told: Mapping[str, Any],
    notes: tuple[str, ...] = (),
) -> Fetched:
    """Write the file and its manifest, and remove the kept answers."""
    ended = work.where.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    request = dict(work.request)
    endpoint = request.pop("endpoint")
    full = {
        "command": command,
        "endpoint": endpoint,
        "request": request,
        "fetched": {"begun": work.parts.begun, "ended": ended},
        "papers": n_papers,
        **told,
        "notes": list(notes),
    }
    manifest = publish(work.out, content=content, told=full)
    remove(work.parts.folder)
    return Fetched(work.out, manifest, n_papers=n_papers, notes=notes)


def with_out(where: Where, *, name: str) -> Path:
    """Return the file to write: the one that was named, else `name` in the current folder."""
    return where.out or Path(name)
