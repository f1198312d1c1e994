"""JSON Lines of any size to one Parquet file of the papers that fulfil the conditions."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

from ..formats.json_text import BAD_LINE
from ..input_file import MEGABYTE
from .parts import Parts, Tally
from .selection import Conditions, Row, bad_line, row_of
from .stream import Limits, Lines, open_lines, reading

MOST_BAD_LINES = 100
"""Bad lines that are described one by one; all are counted."""
_BAD_AT_FIRST = 1000
"""So many bad lines and no record: not JSON Lines."""
PROGRESS_BYTES = 4 * MEGABYTE


@dataclass(frozen=True)
class Filtered:
    """A filtered file.

    Attributes
    ----------
    out : Path
    metadata : dict
        As in the output: `input` (`name`, `bytes`, `sha256`, `member`), `filters`, `lines`,
        `records`, `papers`, `dropped` by reason, `bad_lines` (the first `MOST_BAD_LINES`) and
        `version`.
    resumed_after : int
        Lines that an earlier call had read; 0 if this one started from scratch.
    """

    out: Path
    metadata: dict[str, Any]
    resumed_after: int


def filter_file(
    path: Path,
    *,
    out: Path,
    conditions: Conditions | None = None,
    filters: Mapping[str, Any] | None = None,
    member: str | None = None,
    limits: Limits | None = None,
    replace: bool = False,
    version: str = "",
    progress: Callable[[int, int, int], None] = lambda done, size, rows: None,
) -> Filtered:
    """Stream a file of JSON Lines, and write the papers that fulfil the conditions as Parquet.

    Parameters
    ----------
    path : Path
        arXiv's metadata, or any other JSON Lines that `papertide run` reads; plain, gzip or zip.
    out : Path
        The Parquet file, with columns that `read_snapshot` knows.
    conditions : Conditions, optional
        From `read_conditions`; without them every paper is kept.
    filters : mapping, optional
        The same as the user wrote them, for the metadata.
    member : str, optional
        Which file of a zip.
    limits : Limits, optional
    replace : bool
        Replace the output, and do not resume an interrupted call.
    version : str
        Of this program, for the metadata; parts of another version are not used.
    progress : callable
        Called now and then with the bytes read of the file, its size and the rows kept.

    Returns
    -------
    Filtered

    Raises
    ------
    InputError
        If the input cannot be read or holds no such paper, or the output cannot be written or
        exists.
    """
    if out.exists() and not replace:
        raise InputError(
            f"{for_terminal(str(out))} exists",
            allowed="an output that does not exist yet",
            next_step="choose another --out, or replace it with --replace",
        )
    shown = for_terminal(str(path))
    conditions, limits = conditions or Conditions(), limits or Limits()
    with open_lines(path, member=member) as (unpacked, file):
        size, changed = path.stat().st_size, path.stat().st_mtime_ns
        key = {"name": path.name, "size": size, "changed": changed, "member": member}
        key |= {"conditions": asdict(conditions), "limits": asdict(limits), "version": version}
        parts = Parts(out, key=key)
        with parts.held():
            if replace:
                parts.clear()
            lines = Lines(unpacked, limits=limits, shown=shown)
            work = _Work(parts, lines=lines, conditions=conditions)
            resumed_after = work.tally.lines
            with _without_garbage_collection():
                for _ in work.steps():
                    progress(file.tell(), size, work.tally.papers)
            with reading(shown), path.open("rb") as packed:
                sha256 = hashlib.file_digest(packed, "sha256").hexdigest()
            source = {"name": for_terminal(path.name), "bytes": size, "sha256": sha256}
            metadata = _metadata(work.tally) | {
                "filters": dict(filters or {}),
                "version": version,
                "input": source | ({"member": member} if member else {}),
            }
            if not work.tally.papers:
                parts.clear()
                raise _nothing_kept(shown, work.tally)
            parts.join(columns=work.tally.columns, metadata=metadata)
    return Filtered(out=out, metadata=metadata, resumed_after=resumed_after)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Suspend the search for reference cycles: records have none, and many objects.

    It takes a fifth of the time otherwise.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Work:
    """The tally so far, and the rows since the last part."""

    def __init__(self, parts: Parts, *, lines: Lines, conditions: Conditions) -> None:
        self.parts = parts
        self.lines = lines
        self.conditions = conditions
        self.tally = parts.resume()
        self.saved_end = self.tally.end
        self.rows: list[Row] = []

    def steps(self) -> Iterator[None]:
        """Read all lines that were not read before and save each part; yield now and then."""
        next_step = PROGRESS_BYTES
        for line, too_long in self.lines:
            if self.lines.end > self.saved_end:
                self._take(line, too_long=too_long)
            elif self.lines.end == self.saved_end:
                self._check_same_file()
            if self.lines.end >= next_step:
                next_step = self.lines.end + PROGRESS_BYTES
                yield
        self.save()
        yield

    def _check_same_file(self) -> None:
        if self.lines.crc != self.tally.crc:
            raise InputError(
                f"{self.lines.shown} is not the file that an interrupted call read",
                allowed="the same file as before",
                next_step="start from scratch with --replace",
            )

    def _take(self, line: bytes, *, too_long: bool) -> None:
        if too_long:
            limit = self.lines.limits.line / 1e6
            self._lose(line, reason=f"longer than {limit:,.0f} MB")
        else:
            self._take_line(line)
        self.tally.end, self.tally.crc = self.lines.end, self.lines.crc
        if not self.tally.records and self.tally.dropped.get(BAD_LINE, 0) >= _BAD_AT_FIRST:
            raise _no_records(self.lines.shown, self.tally)
        if self.tally.end - self.saved_end >= self.lines.limits.part:
            self.save()

    def _take_line(self, line: bytes) -> None:
        if not self.tally.lines:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line or line.isspace():
            self.tally.lines += 1
            return
        try:
            row = row_of(line, conditions=self.conditions)
        except ValueError as error:
            self._lose(line, reason=str(error))
            return
        self.tally.lines += 1
        self.tally.records += 1
        if isinstance(row, str):
            self._drop(row)
        else:
            self.tally.papers += 1
            self.rows.append(row)

    def _lose(self, line: bytes, *, reason: str) -> None:
        self.tally.lines += 1
        self._drop(BAD_LINE)
        if len(self.tally.bad_lines) < MOST_BAD_LINES:
            self.tally.bad_lines.append(bad_line(line, number=self.tally.lines, reason=reason))

    def _drop(self, reason: str) -> None:
        self.tally.dropped[reason] = self.tally.dropped.get(reason, 0) + 1

    def save(self) -> None:
        """Save the rows since the last part, if anything was read since."""
        if self.tally.end == self.saved_end:
            return
        columns = {name for row in self.rows for name, value in row.items() if value is not None}
        self.tally.columns = sorted({*self.tally.columns, *columns})
        self.parts.save(self.rows, tally=self.tally)
        self.rows = []
        self.saved_end = self.tally.end


def _metadata(tally: Tally) -> dict[str, Any]:
    return {
        "lines": tally.lines,
        "records": tally.records,
        "papers": tally.papers,
        "dropped": dict(sorted(tally.dropped.items())),
        "bad_lines": tally.bad_lines,
    }


def _no_records(shown: str, tally: Tally) -> InputError:
    first = next(iter(tally.bad_lines), None)
    example = f" (line {first['line']:,}: {first['reason']})" if first else ""
    tried = tally.dropped.get(BAD_LINE, 0)
    return InputError(
        f"{shown} has no line that is a JSON record; {tried:,} tried{example}",
        allowed="JSON Lines: one record per line",
        next_step="give a file in another format to papertide run itself; jq -c '.[]' makes JSON "
        "Lines of a list",
    )


def _nothing_kept(shown: str, tally: Tally) -> InputError:
    if not tally.records:
        return _no_records(shown, tally)
    reasons = ", ".join(f"{n:,} {reason}" for reason, n in sorted(tally.dropped.items()))
    return InputError(
        f"{shown}: none of {tally.records:,} records fulfils the conditions ({reasons})",
        allowed="conditions that at least one paper fulfils",
        next_step="relax them; a category with all below it is written cs.*",
    )
