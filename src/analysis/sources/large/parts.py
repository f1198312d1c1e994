"""The finished parts of a filtered file, kept in a folder until the output is complete.

A part is a Parquet file with the papers among some 64 MB of the input; its metadata holds the
tally of everything read up to its end. It gets its name when it is complete, so that a call that
is killed leaves complete parts, and the next one resumes after the last of them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal
from analysis.base.files import exclusive_lock, written_whole

from ..formats.tables.parquet import ORIGIN_KEY
from .selection import TEXTS, Row

GROUP_ROWS = 50_000
_PART_KEY = b"papertide-part"
_DATES = {"published": pa.timestamp("us"), "published_precision": pa.string()}
SCHEMA = pa.schema([*((name, pa.string()) for name in TEXTS), *_DATES.items()])


@dataclass
class Tally:
    """What was read from the beginning of the input.

    Attributes
    ----------
    end, crc : int
        Bytes of the input, unpacked, and their CRC-32.
    lines, records, papers : int
        Lines (empty ones too), records among them, and papers kept.
    dropped : dict
        Records that were not kept and bad lines, by reason.
    bad_lines : list of dict
        The first bad lines: `line`, `reason`, `begins`.
    columns : list of str
        Columns of the papers that have a value.
    """

    end: int = 0
    crc: int = 0
    lines: int = 0
    records: int = 0
    papers: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    bad_lines: list[dict[str, Any]] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)


class Parts:
    """The parts of one output, in a hidden folder beside it.

    `key` is what the work depends on, compared as JSON: parts of other work are removed.
    """

    def __init__(self, out: Path, *, key: Mapping[str, Any]) -> None:
        self.out = out
        self.folder = parts_folder(out)
        self.key = json.loads(json.dumps(key, default=str))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder and hold it alone; remove it at the end if it has no part.

        Raises
        ------
        InputError
            If another process holds it, or it cannot be made.
        """
        from filelock import Timeout

        with ExitStack() as stack:
            with writing(self.folder):
                self.folder.mkdir(exist_ok=True)
                try:
                    stack.enter_context(exclusive_lock(self.folder / "lock"))
                except Timeout:
                    raise InputError(
                        f"another process is writing {for_terminal(str(self.folder))}",
                        allowed="one process per output",
                        next_step="wait until it is done, or choose another --out",
                    ) from None
            try:
                yield
            finally:
                if not self.paths():
                    self.remove()

    def paths(self) -> list[Path]:
        """Return the parts on disk, in order."""
        return sorted(self.folder.glob("part-*.parquet"))

    def remove(self) -> None:
        """Remove the folder and what is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def resume(self) -> Tally:
        """Return the tally at the end of the last part; remove the parts of other work."""
        paths = self.paths()
        try:
            with paths[-1].open("rb") as file:
                metadata = pq.read_schema(file).metadata[_PART_KEY]
            content = json.loads(metadata)
            if content["key"] == self.key and content["parts"] == len(paths):
                return Tally(**content["tally"])
        except (OSError, ValueError, TypeError, KeyError, IndexError, pa.ArrowException):
            pass
        self.clear()
        return Tally()

    def clear(self) -> None:
        """Remove all parts."""
        for path in self.paths():
            path.unlink()

    def save(self, rows: Sequence[Row], *, tally: Tally) -> None:
        """Write the rows of the next part, with the tally up to its end."""
        number = len(self.paths())
        content = {"key": self.key, "parts": number + 1, "tally": asdict(tally)}
        columns = [
            pa.array([row.get(field.name) for row in rows], type=field.type) for field in SCHEMA
        ]
        schema = SCHEMA.with_metadata({_PART_KEY: json.dumps(content)})
        table = pa.Table.from_arrays(columns, schema=schema)
        path = self.folder / f"part-{number:06}.parquet"
        with (
            writing(self.folder),
            written_whole(path, sync=True) as temporary,
            temporary.open("wb") as file,
        ):
            pq.write_table(table, file, compression="lz4")

    def join(self, *, columns: Sequence[str], metadata: Mapping[str, Any]) -> None:
        """Write the parts as one Parquet file, whole or not at all, and remove them.

        Only the given columns, title and abstract are written; `metadata` is stored as JSON.
        """
        fields = [field for field in SCHEMA if field.name in {*columns, "title", "abstract"}]
        origin = json.dumps(metadata, ensure_ascii=False, sort_keys=True)
        schema = pa.schema(fields, metadata={ORIGIN_KEY: origin})
        with (
            writing(self.out),
            written_whole(self.out, sync=True) as temporary,
            temporary.open("wb") as file,
            pq.ParquetWriter(file, schema, compression="zstd") as writer,
        ):
            for table in self._groups():
                writer.write_table(table.select(schema.names).cast(schema))
        self.remove()

    def _groups(self) -> Iterator[pa.Table]:
        """Yield the rows of all parts in tables of at least `GROUP_ROWS`, except for the last."""
        waiting: list[pa.Table] = []
        for path in self.paths():
            with path.open("rb") as file:
                table = pq.read_table(file).replace_schema_metadata()
            waiting += [table] if table.num_rows else []
            if sum(table.num_rows for table in waiting) >= GROUP_ROWS:
                yield pa.concat_tables(waiting).combine_chunks()
                waiting = []
        if waiting:
            yield pa.concat_tables(waiting).combine_chunks()


def parts_folder(out: Path) -> Path:
    """Return the folder that holds the parts of an output."""
    return out.with_name(f".{out.name}.parts")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the errors of writing a file into a message."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"{for_terminal(str(path))} cannot be written ({for_terminal(reason)[:200]})",
            allowed="an output in a writable folder with enough free space",
            next_step="free some space or choose another --out; the same command then resumes",
        ) from None
