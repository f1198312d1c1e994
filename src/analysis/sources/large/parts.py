"""What is done of a filtered file, kept beside the output until that is whole.

A folder holds one Parquet file for each part that has rows, and `state.json`, which is replaced
after each part. A process that is killed leaves whole parts; the next one goes on after the last.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal
from analysis.base.files import written_whole

from ..formats.parquet import ORIGIN_KEY
from .lines import TEXTS, BadLine, Row

GROUP_ROWS = 50_000
_STATE = "state.json"
_LOCK = "lock"
_DATES = {"published": pa.timestamp("us"), "published_precision": pa.string()}
SCHEMA = pa.schema([*((name, pa.string()) for name in TEXTS), *_DATES.items()])


@dataclass(frozen=True)
class State:
    """What the parts on disk hold.

    Attributes
    ----------
    parts : tuple of int
        Numbers of the parts that have rows.
    n_parts, n_lines, n_records, n_rows : int
        Parts done, lines read (empty ones too), records among them, rows kept.
    end, crc : int
        Bytes of the input that were read, unpacked, and their CRC-32.
    dropped : dict
        Records that were not kept and bad lines, by reason.
    bad : tuple of BadLine
        The first bad lines.
    columns : tuple of str
        Those with a value.
    """

    parts: tuple[int, ...] = ()
    n_parts: int = 0
    n_lines: int = 0
    n_records: int = 0
    n_rows: int = 0
    end: int = 0
    crc: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    bad: tuple[BadLine, ...] = ()
    columns: tuple[str, ...] = ()


def folder_of(out: Path) -> Path:
    """Return the folder that holds the parts of an output."""
    return out.with_name(f".{out.name}.parts")


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make the folder and hold it alone; the kernel lets go of it when the process ends.

    Raises
    ------
    InputError
        Where another process holds it, or it cannot be made.
    """
    with writing(folder):
        folder.mkdir(exist_ok=True)
        lock = (folder / _LOCK).open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"another process is writing {for_terminal(str(folder))}",
                allowed="one process for one output",
                next_step="wait until it is done, or choose another --out",
            ) from None
        except OSError:
            pass  # a file system without locks
        try:
            yield
        finally:
            if not (folder / _STATE).exists():
                remove(folder)  # nothing to go on from


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what can go wrong while something is written into a message."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"{for_terminal(str(path))} cannot be written ({for_terminal(reason)[:200]})",
            allowed="an output in a folder that can be written, with room for it",
            next_step="make room or choose another --out; the same command goes on from there",
        ) from None


def found_state(folder: Path, *, key: Mapping[str, Any]) -> State:
    """Return what a folder holds of the same work; an empty state where it holds other work.

    Parameters
    ----------
    folder : Path
    key : mapping
        What the work depends on; compared as JSON.
    """
    try:
        told = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        if told.pop("key") != json.loads(json.dumps(key, default=str)):
            return State()
        bad = tuple(BadLine(**line) for line in told.pop("bad"))
        state = State(**told, bad=bad)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return State()
    whole = all(_part(folder, number).is_file() for number in state.parts)
    return state if whole else State()


def save_part(folder: Path, *, state: State, rows: Sequence[Row], key: Mapping[str, Any]) -> None:
    """Write a part's rows, then the state after it; each whole or not at all."""
    with writing(folder):
        if rows:
            table = _table(rows)
            temporary = folder / "writing.parquet"
            pq.write_table(table, temporary, compression="lz4")
            _into_place(temporary, at=_part(folder, state.parts[-1]))
        temporary = folder / "writing.json"
        told = json.dumps(asdict(state) | {"key": key}, default=str)
        temporary.write_text(told, encoding="utf-8")
        _into_place(temporary, at=folder / _STATE)


def _table(rows: Sequence[Row]) -> pa.Table:
    names = set().union(*rows)
    columns = [
        pa.array([row.get(field.name) for row in rows], type=field.type)
        if field.name in names
        else pa.nulls(len(rows), type=field.type)
        for field in SCHEMA
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _into_place(temporary: Path, *, at: Path) -> None:
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(at)


def _part(folder: Path, number: int) -> Path:
    return folder / f"part-{number:06}.parquet"


def join_parts(folder: Path, *, state: State, out: Path, told: Mapping[str, Any]) -> None:
    """Put the parts into one Parquet file, whole or not at all.

    Columns without any value are left out; `told` is its metadata under `ORIGIN_KEY`.
    """
    fields = [field for field in SCHEMA if field.name in {*state.columns, "title", "abstract"}]
    metadata = {ORIGIN_KEY: json.dumps(told, ensure_ascii=False, sort_keys=True)}
    schema = pa.schema(fields, metadata=metadata)
    with (
        writing(out),
        written_whole(out, sync=True) as temporary,
        pq.ParquetWriter(temporary, schema, compression="zstd") as writer,
    ):
        for table in _groups(folder, parts=state.parts):
            writer.write_table(table.select(schema.names).cast(schema))


def _groups(folder: Path, *, parts: Sequence[int]) -> Iterator[pa.Table]:
    """Yield the rows of all parts in tables of at least `GROUP_ROWS` but for the last."""
    waiting: list[pa.Table] = []
    for number in parts:
        waiting.append(pq.read_table(_part(folder, number)))
        if sum(table.num_rows for table in waiting) >= GROUP_ROWS:
            yield pa.concat_tables(waiting).combine_chunks()
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting).combine_chunks()


def remove(folder: Path) -> None:
    """Remove the folder and what is in it."""
    shutil.rmtree(folder, ignore_errors=True)
