"""Runs changed on purpose, with manifests that say so: what a reader must then see by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from analysis.runs import sha256, write_manifest

MANIFEST = "manifest.json"


def reseal(path: Path, *, edit: Callable[[dict[str, Any]], object] = lambda manifest: None) -> None:
    """Write the manifest of the run at `path` for its files as they are now, after an `edit`."""
    manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    outputs = manifest.pop("outputs", {})
    manifest.pop("sha256", None)
    files = sorted(p for p in path.rglob("*") if p.is_file() and p.name != MANIFEST)
    manifest["outputs"] = outputs | {p.relative_to(path).as_posix(): sha256(p) for p in files}
    edit(manifest)
    write_manifest(path / MANIFEST, manifest)
