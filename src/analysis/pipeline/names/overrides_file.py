"""Names written into an overrides file, whose other content, comments and order stay."""

from __future__ import annotations

import copy
import re
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean, for_toml
from analysis.base.files import data_file, table_lines, written_whole
from analysis.base.outputs import writing
from analysis.clusters.overrides import read_cluster_overrides

OVERRIDES = "overrides.toml"
_LABEL = re.compile(r"""(\s*label\s*=\s*)(?:"(?:[^"\\]|\\.)*"|'[^']*')(\s*(?:\#.*)?)""")
_HEADER = re.compile(r"\s*\[")


@dataclass(frozen=True)
class NewName:
    """A name for a cluster; `why` says where it comes from, "" if there is nothing to say.

    Both are kept on one line, without control characters.
    """

    label: str
    why: str = ""

    def __post_init__(self) -> None:
        for name in ("label", "why"):
            object.__setattr__(self, name, clean(getattr(self, name)))


def overrides_file(given: Path | None) -> tuple[Path, Path]:
    """Return the overrides file that is read and the one that is written.

    They differ if the only file is the package's own: then a copy of it is begun in `./data`.

    Parameters
    ----------
    given : Path or None
        By default `./data/overrides.toml`, else the package's copy. It may not exist yet.
    """
    if given is not None:
        return given, given
    here = Path("data") / OVERRIDES
    return data_file(OVERRIDES), here


def names_in(path: Path) -> dict[str, str]:
    """Return the names that an overrides file gives to clusters, by id; {} if it does not exist.

    Raises
    ------
    InputError
        If the file is wrong, as `read_cluster_overrides` says.
    """
    if not path.exists():
        return {}
    overrides = read_cluster_overrides(path)
    return {each.ids[0]: each.label for each in overrides if each.what == "rename"}


def write_names(names: Mapping[str, NewName], *, source: Path, target: Path) -> None:
    """Write an overrides file that gives these names; everything else in it stays as it is.

    Parameters
    ----------
    names : mapping of str to NewName
        By id of the cluster.
    source : Path
        The file with the content so far; it may not exist.
    target : Path
        The file to write, as a whole or not at all; usually `source`.

    Raises
    ------
    InputError
        If a file cannot be read or written, or its form leaves no safe place for a name.
    """
    names_in(source)
    with writing(
        target.resolve(),
        allowed="a file in a folder that can be written",
        next_step="name another with --overrides FILE",
    ):
        raw = source.read_bytes() if source.exists() else b""
        text = raw.decode("utf-8")
        has_mark, is_crlf = text.startswith("\ufeff"), _is_crlf(text)
        text = text.removeprefix("\ufeff")
        text = text.replace("\r\n", "\n") if is_crlf else text
        text = with_names(text, names=names, path=source)
        text = text.replace("\n", "\r\n") if is_crlf else text
        target = target.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(target, sync=True) as temporary:
            temporary.write_bytes(("\ufeff" * has_mark + text).encode("utf-8"))
            if target.exists():
                shutil.copymode(target, temporary)


def with_names(text: str, *, names: Mapping[str, NewName], path: Path) -> str:
    """Return the text of an overrides file with names: changed where they are, else appended.

    Raises
    ------
    InputError
        If the result would not say what it should, as with tables written inline.
    """
    content = tomllib.loads(text)
    wanted = _with_names(content, names=names)
    lines = text.split("\n")
    tables = content.get("cluster", [])
    starts = table_lines(text, name="cluster", n=len(tables))
    known = set()
    for table, start in zip(tables, starts, strict=True):
        name = table.get("id")
        if name not in names or "label" not in table:
            continue
        known.add(name)
        if table["label"] != names[name].label and start is not None:
            _change_label(lines, start=start, label=names[name].label)
    body = "\n".join(lines)
    if new := {name: value for name, value in names.items() if name not in known}:
        gap = "" if not body else "\n" if body.endswith("\n") else "\n\n"
        body += gap + "\n".join(_table(name, value) for name, value in new.items())
    if _parsed(body) != wanted:
        raise InputError(
            f"overrides file {path}: its [[cluster]] tables are written in a form that cannot be "
            "changed safely",
            allowed='one [[cluster]] table per decision, with a line label = "…" for a name',
            next_step="write the names into the file by hand: "
            + ", ".join(f"{name} = {for_toml(value.label)}" for name, value in names.items()),
        )
    return body


def _is_crlf(text: str) -> bool:
    n = text.count("\n")
    return n > 0 and text.count("\r\n") == n


def _with_names(content: Mapping[str, Any], *, names: Mapping[str, NewName]) -> dict[str, Any]:
    """Return what the file has to say in the end."""
    wanted = copy.deepcopy(dict(content))
    tables = wanted.get("cluster", [])
    renames = [table for table in tables if "label" in table and table.get("id") in names]
    for table in renames:
        table["label"] = names[table["id"]].label
    known = {table["id"] for table in renames}
    new = [_content(name, value) for name, value in names.items() if name not in known]
    return {**wanted, "cluster": [*tables, *new]} if new else wanted


def _content(name: str, value: NewName) -> dict[str, str]:
    return {"id": name, "label": value.label, **({"why": value.why} if value.why else {})}


def _table(name: str, value: NewName) -> str:
    lines = [f"{key} = {for_toml(text)}" for key, text in _content(name, value).items()]
    return "\n".join(["[[cluster]]", *lines, ""])


def _change_label(lines: list[str], *, start: int, label: str) -> None:
    """Change the label in the table whose header stands on line `start`, counted from 1."""
    for number in range(start, len(lines)):
        if _HEADER.match(lines[number]):
            return
        if found := _LABEL.fullmatch(lines[number]):
            lines[number] = f"{found[1]}{for_toml(label)}{found[2]}"
            return


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
