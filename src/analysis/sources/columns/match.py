"""Standard columns found among those of a table, checked, and split from the rest."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from analysis.base.escaping import clean, first_lines

from ..dates import parse_dates
from .aliases import ALIASES, EXPORT_KEYS, EXPORTERS, WOS_TAGS

_NOT_KEY = re.compile(r"[\W_]+")
_TAGGED = frozenset(("au", "ab", "py", "so", "di", "ut"))
_MARKED = re.compile(
    r"(?P<name>.*[^\W\d_])[\s_.:/(\[-]+(?P<language>eng?|english|de|ger|deu|german|deutsch|fra?|fre|"
    r"french|fran[cç]ais|es|spa|spanish|espa[nñ]ol|pt|por|portuguese|portugu[eê]s|it|ita|italian|"
    r"italiano|nl|dutch|ru|rus|russian|zh|chinese|ja|jp|japanese|ko|korean|tr|turkish|original)"
    r"[\])]*",
    re.IGNORECASE,
)


def column_key(name: object) -> str:
    """Return the form under which column names are compared."""
    text = str(name)
    if text.isascii():
        return _NOT_KEY.sub("", text.lower())
    parts = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in parts if not unicodedata.combining(c))
    return _NOT_KEY.sub("", unicodedata.normalize("NFC", bare))


_KEYS = {
    standard: tuple(column_key(alias) for alias in aliases) for standard, aliases in ALIASES.items()
}


def match_columns(names: Sequence[object]) -> dict[str, int]:
    """Find the standard columns among `names`.

    A name that ends in its language ("Abstract (English)", "titel_de") counts where there is none
    without; of several the English one, then the first.

    Returns
    -------
    dict
        Standard name -> position of the column that carries it; names without one are left out.
    """
    plain = plain_names(names)
    places: dict[str, int] = {}
    for position, name in enumerate(plain):
        places.setdefault(column_key(name), position)
    found = _first_places(places)
    marked = [(m, i) for i, name in enumerate(plain) if (m := _MARKED.fullmatch(str(name)[:80]))]
    if marked:
        marked.sort(key=lambda pair: not pair[0]["language"].casefold().startswith("en"))
        keys: dict[str, int] = {}
        for match, position in marked:
            if position not in found.values():
                keys.setdefault(column_key(match["name"]), position)
        others = _first_places(keys)
        found |= {name: others[name] for name in ("title", "abstract") if name in others} | found
    return found


def _first_places(places: Mapping[str, int]) -> dict[str, int]:
    first_keys = {
        standard: next((key for key in keys if key in places), None)
        for standard, keys in _KEYS.items()
    }
    return {standard: places[key] for standard, key in first_keys.items() if key is not None}


def plain_names(names: Sequence[object]) -> list[object]:
    """Return column names, those of Web of Science's export and of bibliometrix in words."""
    keys = {column_key(name) for name in names}
    tagged = EXPORTERS["wos-csv"] <= keys or ("ti" in keys and len(_TAGGED & keys) > 1)
    return [WOS_TAGS.get(str(name).strip(), name) for name in names] if tagged else list(names)


def exporter_of(names: Sequence[object]) -> str:
    """Return which service's CSV has these columns; empty for any other table."""
    keys = {column_key(name) for name in names}
    return next((name for name, marks in EXPORTERS.items() if marks <= keys), "")


def last_export(frame: pd.DataFrame, *, exporter: str) -> date | None:
    """Return the last day in the columns that say when a table's rows were exported, if any."""
    wanted = EXPORT_KEYS | ({"dateadded"} if exporter == "zotero-csv" else set())
    names = plain_names(list(frame.columns))
    days = []
    for i in (i for i, name in enumerate(names) if column_key(name) in wanted):
        dates = parse_dates(frame.iloc[:, i].drop_duplicates(), latest=date.max)
        days.append(dates["date"][dates["precision"] == "day"].max())
    return max((day.date() for day in days if not pd.isna(day)), default=None)


def standardise(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split a table as it was read into its standard columns and the rest.

    Returns
    -------
    known, extra : DataFrame
        `known` has the standard columns that were recognised, under their standard names; `extra`
        has all other columns under their own names, repeated ones included. Both keep the index.
    """
    matches = match_columns(list(frame.columns))
    known = frame.iloc[:, list(matches.values())].set_axis(list(matches), axis=1)
    rest = [i for i in range(frame.shape[1]) if i not in matches.values()]
    names = plain_names(list(frame.columns))
    return known, frame.iloc[:, rest].set_axis([names[i] for i in rest], axis=1)


def shown_names(names: Sequence[object], *, limit: int = 20) -> str:
    """Join column names for a message: cleaned, cut at 40 characters, at most `limit` of them.

    "none" if there is no column.
    """
    shown = [first_lines(clean(str(name)), limit=40) or "(no name)" for name in names[:limit]]
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(shown) + more if shown else "none"
