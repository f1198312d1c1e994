"""Reading a map page back: what JSON holds, the packed columns, the texts."""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

_TYPES = {"u8": "<u1", "u16": "<u2", "u32": "<u4", "i32": "<i4", "f32": "<f4"}


@dataclass(frozen=True)
class MapData:
    """What a map page holds, each text as a list in the order of its papers."""

    meta: dict[str, Any]
    column: dict[str, np.ndarray]
    near: dict[str, np.ndarray]
    title: list[str]
    paper_id: list[str]
    url: list[str]
    why: list[str]
    abstract: list[str]


def map_data(page: str) -> MapData:
    """Unpack a page as its script does."""
    meta = json.loads(_element(page, "map-data"))
    n = meta["n"]
    texts = _bytes(page, "map-texts").decode("utf-8").split("\n")[:-1]
    assert len(texts) == (4 + len(meta["cited"])) * n
    fields = [texts[i * n : (i + 1) * n] for i in range(4)]
    abstracts = _bytes(page, "map-abstracts").decode("utf-8").split("\n")[:-1]
    assert len(abstracts) == n
    return MapData(
        meta,
        _columns(_bytes(page, "map-points"), meta["columns"]),
        _columns(_bytes(page, "map-near"), meta["near"]),
        *fields,
        abstracts,
    )


def _element(page: str, name: str) -> str:
    (found,) = re.findall(rf'<script type="[^"]+" id="{name}">([^<]*)</script>', page)
    return found


def _bytes(page: str, name: str) -> bytes:
    return zlib.decompress(base64.b64decode(_element(page, name), validate=True))


def _columns(data: bytes, index: dict[str, Any]) -> dict[str, np.ndarray]:
    return {
        name: np.frombuffer(data, _TYPES[at["kind"]], count=at["length"], offset=at["start"])
        for name, at in index.items()
    }
