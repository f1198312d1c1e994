"""Columns that the user names (`--columns`), and what is proposed where names are unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines, for_terminal

from .aliases import ALIASES
from .guess import guess_columns
from .match import column_key, match_columns, shown_names

NAMES = {"title": "title", "abstract": "abstract", "date": "published"} | {
    name: name for name in ("year", "month", "doi", "id", "arxiv_id", "url", "listed")
}
"""What `--columns` may name -> the standard column."""

NONE = "none"
_COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')  # outside quotes
_NEXT = "name the columns, such as --columns title=Heading,abstract=Text,date=When"


def given_columns(text: str | None) -> dict[str, str] | None:
    """Read "title=Heading,abstract=Text": standard name -> column; quote names with commas.

    InputError for unknown or repeated names and parts without "=".
    """
    if not text:
        return None
    parts = _COMMA.split(" ".join(text.split()))
    pairs = [part.partition("=") for part in parts if part.strip()]
    found = {key.strip().casefold(): name.strip().strip("\"'") for key, _, name in pairs}
    problems = [
        f"--columns {for_terminal(key)}{equals}: "
        + ("no name follows" if key.strip().casefold() in NAMES else "not a column papertide knows")
        for key, equals, name in pairs
        if key.strip().casefold() not in NAMES or not name.strip()
    ]
    if len(found) < len(pairs):
        problems.append("--columns names a column twice")
    if problems or not found:
        raise InputError(
            problems or ["--columns names no column"],
            allowed=f"{', '.join(NAMES)}, each with the name of a column; abstract={NONE} to read "
            "titles alone",
            next_step=_NEXT,
        )
    return found


def renamed(frame: pd.DataFrame, *, columns: Mapping[str, str] | None, shown: str) -> pd.DataFrame:
    """Give columns the standard names that the user says; others of these names step back.

    InputError for columns that are not there.
    """
    if not columns:
        return frame
    keys = [column_key(name) for name in frame.columns]
    exact = [str(name) for name in frame.columns]
    places: dict[str, int] = {}
    missing = []
    for name, column in columns.items():
        if name == "abstract" and column.casefold() == NONE:
            continue
        place = exact.index(column) if column in exact else None
        if place is None and column_key(column) in keys:
            place = keys.index(column_key(column))
        if place is None:
            missing.append(f"{shown} has no column {for_terminal(column)}")
        else:
            places[NAMES[name]] = place
    if missing:
        raise InputError(
            [*missing, f"its columns are {shown_names(list(frame.columns))}"],
            allowed="columns of every file",
            next_step="correct --columns, or give files of other kinds separately",
        )
    wanted = {NAMES[name] for name in columns}
    taken = {key for name in wanted for key in map(column_key, (name, *ALIASES.get(name, ())))}
    by_place = {place: name for name, place in places.items()}
    names = [
        by_place.get(i, f"input_{name}" if key in taken else name)
        for i, (name, key) in enumerate(zip(frame.columns, keys, strict=True))
    ]
    return frame.set_axis(names, axis=1)


def checked_columns(
    frame: pd.DataFrame, *, columns: Mapping[str, str] | None, shown: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return a table that has a title and an abstract column, and notes.

    Without an abstract column titles alone are read, with a note, unless another column holds
    what looks like abstracts.

    Raises
    ------
    InputError
        For a table without a title column, or whose abstracts stand under an unknown name; with
        a proposal for `--columns` where the content allows one.
    """
    frame = renamed(frame, columns=columns, shown=shown)
    matches = match_columns(list(frame.columns))
    lacking = [name for name in ("title", "abstract") if name not in matches]
    if not lacking:
        return frame, ()
    untouched = [i for i in range(frame.shape[1]) if i not in matches.values()]
    guess = guess_columns(frame.iloc[:, untouched])
    titles_alone = (columns or {}).get("abstract", "").casefold() == NONE
    if lacking == ["abstract"] and (titles_alone or "abstract" not in guess):
        note = f"{shown} has no abstract column; titles alone are read"
        return frame.assign(abstract=None), (note,)
    wanted = [name for name in NAMES if NAMES[name] not in matches and name in guess]
    raise _unknown(
        frame, lacking=lacking, guess={name: guess[name] for name in wanted}, shown=shown
    )


def _unknown(
    frame: pd.DataFrame, *, lacking: Sequence[str], guess: Mapping[str, str], shown: str
) -> InputError:
    accepted = "; ".join(f"{name}: {', '.join(ALIASES[name][:6])} …" for name in lacking)
    step = f"{_NEXT}, or rename the column that holds the {lacking[0]}"
    if guess:
        proposed = ",".join(f"{name}={_quoted(column)}" for name, column in guess.items())
        step = f"if these are the columns, give --columns '{proposed}'"
        if lacking == ["abstract"]:
            step += f"; to read titles alone, --columns abstract={NONE}"
    return InputError(
        f"{shown} has no {' and no '.join(lacking)} column; its columns are "
        f"{shown_names(list(frame.columns))}",
        allowed=f"columns under names that are known, in several languages ({accepted}), or named "
        "with --columns",
        next_step=step,
    )


def _quoted(column: str) -> str:
    shown = first_lines(clean(column), limit=80)
    return shown if shown.isidentifier() else f'"{shown}"'
