"""JSON Lines of any size to one Parquet file of the papers asked for."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

from .conditions import Asked
from .lines import BAD_LINE, BadLine, Row, bad_line, row_of
from .parts import State, folder_of, found_state, held, join_parts, remove, save_part
from .stream import Block, Limits, blocks, opened

MAX_BAD_TOLD = 100
"""Bad lines that are described one by one; all are counted."""
_BAD_AT_FIRST = 1000
"""So many bad lines and no record: no JSON Lines."""


@dataclass(frozen=True)
class Filtered:
    """What was read and written.

    Attributes
    ----------
    out : Path
    told : dict
        The metadata of the output: `input` (`name`, `bytes`, `sha256`, `member`), `filters`,
        `lines`, `records`, `papers`, `dropped` by reason, `bad_lines` (the first
        `MAX_BAD_TOLD`) and `version`.
    went_on : int
        Lines that an earlier call had read.
    """

    out: Path
    told: dict[str, Any]
    went_on: int


def filter_file(
    path: Path,
    *,
    out: Path,
    asked: Asked | None = None,
    filters: Mapping[str, Any] | None = None,
    member: str | None = None,
    limits: Limits | None = None,
    anew: bool = False,
    version: str = "",
    progress: Callable[[int, int, int], None] = lambda done, size, rows: None,
) -> Filtered:
    """Stream a file of JSON Lines, and write the papers asked for as Parquet.

    Parameters
    ----------
    path : Path
        arXiv's metadata, or any other JSON Lines that `papertide run` reads; plain, gzip or zip.
    out : Path
        The Parquet file, of columns that `read_snapshot` knows.
    asked : Asked, optional
        From `asked_for`; without it every paper is kept.
    filters : mapping, optional
        The same as the user wrote it, for the metadata.
    member : str, optional
        Which file of a zip.
    limits : Limits, optional
    anew : bool
        Replace the output, and do not go on from what an interrupted call left.
    version : str
        Of this program, for the metadata; parts of another version are not gone on from.
    progress : callable
        Called after each block with the bytes read of the file, its size and the rows kept.

    Returns
    -------
    Filtered

    Raises
    ------
    InputError
        Where the input cannot be read or holds no such paper, or the output cannot be written or
        is there already.
    """
    if out.exists() and not anew:
        raise InputError(
            f"{for_terminal(str(out))} is there already",
            allowed="an output that is not there yet",
            next_step="choose another --out, or replace it with --replace",
        )
    limits, folder = limits or Limits(), folder_of(out)
    with opened(path, member=member) as (lines, file), held(folder):
        size, changed = path.stat().st_size, path.stat().st_mtime_ns
        key = {"name": path.name, "size": size, "changed": changed, "member": member,
               "asked": asdict(asked or Asked()), "limits": asdict(limits),
               "version": version}  # fmt: skip
        before = State() if anew else found_state(folder, key=key)
        work = _Work(folder=folder, key=key, asked=asked or Asked(), state=before, limits=limits)
        with _without_collections():
            for block in blocks(lines, limits=limits, shown=for_terminal(str(path))):
                work.take(block, shown=for_terminal(str(path)))
                progress(file.n_hashed, size, work.state.n_rows + len(work.rows))
        work.finish()
        told = _told(work.state, filters=filters or {}) | {
            "version": version,
            "input": {"name": for_terminal(path.name), "bytes": size, "sha256": file.digest(),
                      **({"member": member} if member else {})},
        }  # fmt: skip
        if not work.state.n_rows:
            remove(folder)
            raise _nothing(path, told=told)
        join_parts(folder, state=work.state, out=out, told=told)
        remove(folder)
    return Filtered(out=out, told=told, went_on=before.n_lines)


@contextmanager
def _without_collections() -> Iterator[None]:
    """Keep the garbage collector from looking for cycles: records have none, and many parts.

    It takes a fifth of the time otherwise.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass
class _Work:
    """Where the work stands: the state on disk, and what came since."""

    folder: Path
    key: Mapping[str, Any]
    asked: Asked
    state: State
    limits: Limits
    rows: list[Row] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    n_lines: int = 0
    n_records: int = 0

    def take(self, block: Block, *, shown: str) -> None:
        """Read the lines of a block that was not read before; save what is a whole part."""
        if block.end <= self.state.end:
            if block.end == self.state.end and block.crc != self.state.crc:
                raise _changed(shown)
            return
        if block.too_long:
            limit = f"longer than {self.limits.line / 1e6:,.0f} MB"
            self._lost(block.too_long, reason=limit)
        else:
            # After the last line end there is nothing, or the last line of all.
            for line in block.data.removesuffix(b"\n").split(b"\n"):
                self._line(line)
        if not self.state.n_records + self.n_records and self._n_bad() >= _BAD_AT_FIRST:
            raise _no_lines(shown, n_bad=self._n_bad(), bad=[*self.state.bad, *self.bad])
        if block.ends_part:
            self._save(block.end, crc=block.crc)
        self._end = block

    _end: Block | None = None

    def _line(self, line: bytes) -> None:
        if not self.n_lines and not self.state.n_lines:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line or line.isspace():
            self.n_lines += 1
            return
        if len(line) > self.limits.line:
            self._lost(line, reason=f"longer than {self.limits.line / 1e6:,.0f} MB")
            return
        try:
            row = row_of(line, asked=self.asked)
        except ValueError as error:
            self._lost(line, reason=str(error))
            return
        self.n_lines += 1
        self.n_records += 1
        if isinstance(row, str):
            self.counts[row] += 1
        else:
            self.rows.append(row)

    def _lost(self, line: bytes, *, reason: str) -> None:
        self.n_lines += 1
        self.counts[BAD_LINE] += 1
        if len(self.state.bad) + len(self.bad) < MAX_BAD_TOLD:
            number = self.state.n_lines + self.n_lines
            self.bad.append(bad_line(line, number=number, reason=reason))

    def _n_bad(self) -> int:
        return self.state.dropped.get(BAD_LINE, 0) + self.counts[BAD_LINE]

    def _save(self, end: int, *, crc: int) -> None:
        old = self.state
        columns = {name for row in self.rows for name, value in row.items() if value is not None}
        state = replace(
            old,
            parts=(*old.parts, old.n_parts) if self.rows else old.parts,
            n_parts=old.n_parts + 1,
            n_lines=old.n_lines + self.n_lines,
            n_records=old.n_records + self.n_records,
            n_rows=old.n_rows + len(self.rows),
            end=end,
            crc=crc,
            dropped=dict(sorted((Counter(old.dropped) + self.counts).items())),
            bad=(*old.bad, *self.bad),
            columns=tuple(sorted({*old.columns, *columns})),
        )
        save_part(self.folder, state=state, rows=self.rows, key=self.key)
        self.state = state
        self.rows, self.bad, self.counts = [], [], Counter()
        self.n_lines = self.n_records = 0

    def finish(self) -> None:
        """Save what came after the last whole part."""
        if self._end is not None and self._end.end > self.state.end:
            self._save(self._end.end, crc=self._end.crc)


def _told(state: State, *, filters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "filters": dict(filters),
        "lines": state.n_lines,
        "records": state.n_records,
        "papers": state.n_rows,
        "dropped": dict(state.dropped),
        "bad_lines": [asdict(line) for line in state.bad],
    }


def _changed(shown: str) -> InputError:
    return InputError(
        f"{shown} is not what an interrupted call read",
        allowed="the same file as before",
        next_step="start anew with --replace",
    )


def _no_lines(shown: str, *, n_bad: int, bad: list[BadLine]) -> InputError:
    first = f" (line {bad[0].line:,}: {bad[0].reason})" if bad else ""
    return InputError(
        f"{shown} has no line that is a JSON record; {n_bad:,} tried{first}",
        allowed="JSON Lines: one record a line",
        next_step="give a file of another format to papertide run itself; jq -c '.[]' makes JSON "
        "Lines of a list",
    )


def _nothing(path: Path, *, told: Mapping[str, Any]) -> InputError:
    shown = for_terminal(str(path))
    if not told["records"]:
        bad = [BadLine(**line) for line in told["bad_lines"]]
        return _no_lines(shown, n_bad=told["dropped"].get(BAD_LINE, 0), bad=bad)
    reasons = ", ".join(f"{n:,} {reason}" for reason, n in told["dropped"].items())
    return InputError(
        f"{shown}: none of {told['records']:,} records is asked for ({reasons})",
        allowed="filters that some paper passes",
        next_step="widen them; a category with all below it is written cs.*",
    )
