"""Labelled papers: a wide CSV that a person fills in, read and checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines
from analysis.base.files import read_small

NAMES = ("arxiv_id", "title")
BOOKKEEPING = (
    *("key", "set", "note", "notes", "label", "why", "weight", "drawn", "chance", "abstract"),
    *("url", "date", "published", "year", "source"),
)
"""Columns that a file may have besides names and topics; ignored except `drawn`, `chance`."""

DRAWN = ("near", "random")
_NOT_TOPICS = (*NAMES, "drawn", "chance")
MOST_PROBLEMS = 20
_DELIMITERS = ",;\t"
_VALUES = {"1": 1.0, "0": 0.0, "1.0": 1.0, "0.0": 0.0, "": np.nan}
_FORMULA = tuple("'" + sign for sign in "=+-@＝＋－＠")
_ALLOWED = (
    "a UTF-8 CSV with a header, one row per paper, a column arxiv_id or title, and one column per "
    "topic named by its id, with 1 (belongs), 0 (does not) or nothing (unknown) in each cell"
)


@dataclass(frozen=True)
class Gold:
    """A labelled file.

    Attributes
    ----------
    file : str
        Its name, for messages.
    rows : DataFrame
        `line` int64, `arxiv_id`, `title`, `drawn` str (empty where not given), `chance` float64,
        and one float64 column per topic: 1, 0 or NaN. In the order of the file.
    topics : tuple of str
        Ids of the topics that have a column.
    ignored : tuple of str
        Names of the columns that were not read.
    """

    file: str
    rows: pd.DataFrame
    topics: tuple[str, ...]
    ignored: tuple[str, ...]


def read_gold(path: Path, *, topics: Sequence[str]) -> Gold:
    """Read a file of labels.

    Parameters
    ----------
    path : Path
        CSV (commas, semicolons or tabs), UTF-8. A column `arxiv_id` or `title` or both; each
        further column named by a topic's id holds 1, 0 or nothing. Columns of `BOOKKEEPING` and
        columns that clearly do not hold labels are ignored.
    topics : sequence of str
        Ids of the topics that may have a column.

    Returns
    -------
    Gold

    Raises
    ------
    InputError
        If the file cannot be read, has no column of names or of a topic, a column of labels that
        is not a topic, a row without a name or a cell that is not a label; all problems together,
        each with its line.
    """
    (first, header), *records = _records(path)
    header = [clean(cell) for cell in header]
    places, problems, ignored = _columns(header, records, topics=topics)
    labelled = [key for key in places if key not in _NOT_TOPICS]
    if not set(NAMES) & set(places):
        problems.append("neither a column arxiv_id nor a column title")
    if not labelled and not problems:
        problems.append(f"no column of a topic; the columns are {_listing(header)}")
    problems = [f"line {first}: {problem}" for problem in problems]
    rows = []
    for line, record in records:
        cells = {key: record[place].strip() for key, place in places.items()}
        problems += _row_problems(line, cells, topics=labelled, surplus=record[len(header) :])
        rows.append({"line": line, **_row(cells, topics=labelled)})
    if problems:
        raise _refusal(path.name, problems, topics=topics)
    casts = {
        **{"line": "int64", "arxiv_id": "str", "title": "str", "drawn": "str"},
        **dict.fromkeys(["chance", *labelled], "float64"),
    }
    frame = pd.DataFrame(rows, columns=list(casts)).astype(casts)
    return Gold(path.name, frame, tuple(labelled), tuple(ignored))


def _refusal(name: str, problems: Sequence[str], *, topics: Sequence[str]) -> InputError:
    shown = [f"{name}, {problem}" for problem in problems[:MOST_PROBLEMS]]
    if len(problems) > MOST_PROBLEMS:
        shown.append(f"and {len(problems) - MOST_PROBLEMS:,} more")
    return InputError(
        shown,
        allowed=f"{_ALLOWED}; the topics are {_listing(topics)}",
        next_step="correct these lines; papertide topics sample TOPIC makes a file of this form",
    )


def _records(path: Path) -> list[tuple[int, list[str]]]:
    """Return the records that are not empty, the header first, each with its line number."""
    text = _text(path)
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                records.append((line, record))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _unreadable(path, f"line {line}: not CSV ({error})") from error
    if not records:
        raise _unreadable(path, "is empty")
    # Spreadsheet programs leave out empty cells at the end of a row.
    width = len(records[0][1])
    return [(number, record + [""] * (width - len(record))) for number, record in records]


def _text(path: Path) -> str:
    try:
        return read_small(path).decode("utf-8-sig")
    except OSError as error:
        raise _unreadable(path, error.strerror or type(error).__name__) from error
    except UnicodeDecodeError as error:
        raise _unreadable(path, f"is not UTF-8 (byte {error.start:,})") from error


def _unreadable(path: Path, problem: str) -> InputError:
    return InputError(
        f"labels {path}: {problem}",
        allowed=_ALLOWED,
        next_step="save it again as CSV UTF-8, or make one with: papertide topics sample TOPIC",
    )


def _columns(
    header: Sequence[str], records: Sequence[tuple[int, Sequence[str]]], *, topics: Sequence[str]
) -> tuple[dict[str, int], list[str], list[str]]:
    """Return the positions of the columns to read, problems, and the columns ignored."""
    places: dict[str, int] = {}
    problems, ignored = [], []
    for place, title in enumerate(header):
        key = title.casefold()
        cells = [record[place].strip() for _, record in records]
        filled = [cell for cell in cells if cell]
        n_labels = sum(cell in _VALUES for cell in filled)
        is_topic = key in topics and (key not in BOOKKEEPING or n_labels == len(filled))
        if key in _NOT_TOPICS or is_topic:
            if key in places:
                problems.append(f"column {key!r} appears twice")
            places[key] = place
        elif filled and 2 * n_labels >= len(filled) and key not in BOOKKEEPING:
            close = get_close_matches(key, list(topics), n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            problems.append(f"column {title!r} holds labels but is not a topic{hint}")
        elif title:
            ignored.append(title)
    return places, problems, ignored


def _row_problems(
    line: int, cells: dict[str, str], *, topics: Sequence[str], surplus: Sequence[str]
) -> list[str]:
    problems = []
    if not any(cells.get(name) for name in NAMES):
        problems.append(f"line {line}: neither an arxiv_id nor a title")
    if any(cell.strip() for cell in surplus):
        problems.append(f"line {line}: more cells than the header")
    if cells.get("drawn", "") not in ("", *DRAWN):
        shown = first_lines(clean(cells["drawn"]), limit=40)
        problems.append(f"line {line}, drawn: {shown!r} is neither near nor random")
    for topic in topics:
        if cells[topic] not in _VALUES:
            shown = first_lines(clean(cells[topic]), limit=40)
            problems.append(f"line {line}, {topic}: {shown!r} is neither 1, 0 nor empty")
    return problems


def _row(cells: dict[str, str], *, topics: Sequence[str]) -> dict[str, object]:
    names = {name: clean(cells.get(name, "")) for name in NAMES}
    names = {k: v[1:] if v.startswith(_FORMULA) else v for k, v in names.items()}
    try:
        chance = float(cells.get("chance") or "nan")
    except ValueError:
        chance = np.nan
    labels = {topic: _VALUES.get(cells[topic], np.nan) for topic in topics}
    return {**names, "drawn": cells.get("drawn", ""), "chance": chance, **labels}


def _listing(names: Iterable[str]) -> str:
    return ", ".join(name or "(no name)" for name in names) or "none"
