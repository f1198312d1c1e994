"""The manifest beside a fetched file: where it stands, and what it says of the file."""

from __future__ import annotations

import contextlib
import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

from .columns import EARLIEST


def manifest_path(out: Path) -> Path:
    """Return the path of the manifest of a fetched file."""
    return out.with_name(f"{out.name}.manifest.json")


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; empty if there is none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def is_complete(out: Path) -> bool:
    """Whether a file is the one that the manifest beside it describes."""
    try:
        stated = read_json(manifest_path(out))["file"]["sha256"]
        return bool(stated == hashlib.sha256(out.read_bytes()).hexdigest())
    except (OSError, TypeError, KeyError):
        return False


def covered_from(out: Path) -> date | None:
    """Return the day from which a fetched file holds all that was asked for.

    None if no manifest describes the file, or only the newest papers were asked for.
    """
    request = read_json(manifest_path(out)).get("request")
    if not isinstance(request, dict) or request.get("max") or not is_complete(out):
        return None
    with contextlib.suppress(TypeError, ValueError):
        return date.fromisoformat(request["from"]) if request.get("from") else EARLIEST
    return None
