"""The map of `map.html` as a widget: its script, its data, and the traits that both sides set."""

from __future__ import annotations

import zlib
from functools import cached_property
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets as t

from analysis.report.page.map import MapContent, map_content
from analysis.report.page.scripts import module_script

if TYPE_CHECKING:
    from analysis.runs import Run

_LEVEL = 5


class MapWidget(anywidget.AnyWidget):
    """The map of one run in a browser.

    The data are no traits, so that they are not stored with a notebook: a browser asks for them,
    the points first, and gets them deflated.

    Attributes
    ----------
    selected : bytes
        One bit for each paper on the map, by `paper_id`, the first one in the lowest bit.
    filters : dict
        From `ViewState.as_trait`.
    color : str
        Key of the colouring; "" for the first one.
    camera : dict
        `x` and `y` of the middle, and `zoom`; empty for the whole map.
    opened, hovered : int
        Row of the open paper and of the paper below the pointer, -1 for none.
    asked, answered : int
        Number of the last change made in a browser, and of the last one that Python has taken
        over. A browser that waits for an answer says so, and ignores older values.
    """

    _esm = module_script("map/widget.js")
    selected = t.Bytes().tag(sync=True, from_json=lambda value, _: bytes(value))
    filters = t.Dict().tag(sync=True)
    color = t.Unicode().tag(sync=True)
    camera = t.Dict().tag(sync=True)
    opened = t.Int(-1).tag(sync=True)
    hovered = t.Int(-1).tag(sync=True)
    asked = t.Int(0).tag(sync=True)
    answered = t.Int(0).tag(sync=True)

    def __init__(self, run: Run, **traits: Any) -> None:
        super().__init__(**traits)
        self._run = run
        self.on_msg(self._answer)
        self.observe(self._acknowledge, names="asked")

    @cached_property
    def content(self) -> MapContent:
        """What a browser is given."""
        return map_content(self._run, is_widget=True)

    def _acknowledge(self, change: dict[str, Any]) -> None:
        self.answered = change["new"]

    def _answer(self, _: object, question: dict[str, Any], __: object) -> None:
        """Send a browser what it asks for."""
        kind, columns = question.get("kind"), self.content.columns
        blocks = {
            "open": columns.points,
            "texts": columns.texts,
            "near": columns.near,
            "abstracts": columns.abstracts,
        }
        if kind not in blocks:
            return
        answer: dict[str, Any] = {"kind": kind, "number": question.get("number")}
        if kind == "open":
            content = self.content
            answer |= {"body": content.body, "style": content.style, "meta": columns.meta}
        self.send(answer, buffers=[zlib.compress(blocks[kind], _LEVEL)])
