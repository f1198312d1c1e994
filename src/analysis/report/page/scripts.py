"""The modules in `assets/` as one script, so that a page needs no second file and no build step."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from importlib import resources

_IMPORT = re.compile(r'^import \* as (\w+) from "(\.{1,2}/[\w./-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (\{[^}]*\});\n\Z", re.MULTILINE)
_COMMENT = re.compile(r"^[ ]*(?:/\*(?:[^*]|\*(?!/))*\*/|//[^\n]*)\n", re.MULTILINE)
_INDENT = re.compile(r"^[ ]+|[ ]*\n(?=\s*\n)", re.MULTILINE)


@cache
def page_script(entry: str) -> str:
    """Return a module of `assets/` and all that it imports as one classic script.

    Every module becomes a function that runs once and returns what the module exports. Lines that
    are comments, and indentation, are left out. A module imports others only as `import * as Name
    from "./name.js";`, under one name everywhere, and exports in its last statement.

    Parameters
    ----------
    entry : str
        Path below `assets/`, such as "map/page.js".

    Raises
    ------
    ValueError
        If a module imports or exports in another way, or modules import each other in a circle.
        This is a bug, not a problem with the input.
    """
    parts = [_as_function(name, path) for path, name in _in_order(entry).items()]
    return '(() => {\n"use strict";\n' + "".join(parts) + "})();\n"


@cache
def module_script(entry: str) -> str:
    """Return a module and all that it imports as one module with the same default export.

    What the entry exports becomes the properties of the default export, as anywidget reads them.
    """
    modules = _in_order(entry)
    parts = [_as_function(name, path) for path, name in modules.items()]
    return "".join(parts) + f"export default {modules[entry]};\n"


def asset(name: str) -> str:
    """Return one of the scripts or style sheets in `assets/`."""
    return (resources.files("analysis.report") / "assets" / name).read_text(encoding="utf-8")


def _in_order(entry: str) -> dict[str, str]:
    """Return the paths of the modules that an entry needs, each after those it imports."""
    names: dict[str, str] = {}
    open_paths: list[str] = []

    def visit(path: str, name: str) -> None:
        if path in open_paths:
            raise ValueError(f"modules import each other in a circle: {[*open_paths, path]}")
        if path in names:
            if names[path] != name:
                raise ValueError(f"{path} is imported as {name} and as {names[path]}")
            return
        open_paths.append(path)
        for other, target in _IMPORT.findall(asset(path)):
            visit(posixpath.normpath(posixpath.join(posixpath.dirname(path), target)), other)
        open_paths.pop()
        names[path] = name

    visit(entry, "Entry")
    return names


def _as_function(name: str, path: str) -> str:
    text = _IMPORT.sub("", asset(path))
    text, found = _EXPORT.subn(r"return \1;\n", text)
    if re.search(r"^(import|export)\b", text, re.MULTILINE) or found > 1:
        raise ValueError(f"{path} imports or exports in a way that cannot be put together")
    body = _INDENT.sub("", _COMMENT.sub("", text))
    return f"const {name} = (() => {{\n{body}}})();\n"
