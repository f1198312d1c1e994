"""Widgets that ipywidgets lacks: the legend with the paper in hand, the date slider, the table.

They show texts as text nodes, never as markup, and take their colours from JupyterLab's theme.
"""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets as t

_ASSETS = Path(__file__).parents[1] / "assets"


def _script(name: str) -> str:
    parts = [_ASSETS / "common.js", _ASSETS / name]
    return "\n".join(path.read_text(encoding="utf-8") for path in parts)


class Panel(anywidget.AnyWidget):
    """The legend, the card of the paper in hand and the one that follows the pointer.

    Sends {"kind": "ready"} when a browser shows it, "group" when a line of the legend is chosen,
    "look" for a paper, "close" for none. Cards come as messages and are not part of its state.
    """

    _esm = _script("panel.js")
    _css = (_ASSETS / "view.css").read_text(encoding="utf-8")
    title = t.Unicode().tag(sync=True)
    entries = t.List(t.Dict()).tag(sync=True)
    map_width = t.Int(0).tag(sync=True)


class DateSlider(anywidget.AnyWidget):
    """A histogram of dates with two handles and a play button.

    `low` and `high` are the numbers of the first and last period chosen, both included.
    """

    _esm = _script("dates.js")
    labels = t.List(t.Unicode()).tag(sync=True)
    totals = t.List(t.Int()).tag(sync=True)
    counts = t.List(t.Int()).tag(sync=True)
    note = t.Unicode().tag(sync=True)
    low = t.Int(0).tag(sync=True)
    high = t.Int(0).tag(sync=True)


class PaperTable(anywidget.AnyWidget):
    """Papers page by page: sorted by a click on a column's name, ticked to be chosen.

    Sends {"kind": "tick", "id", "on"} and {"kind": "look", "id"}.
    """

    _esm = _script("table.js")
    words = t.Unicode().tag(sync=True)
    rows = t.List(t.Dict()).tag(sync=True)
    columns = t.List(t.List()).tag(sync=True)
    listed = t.Unicode("shown").tag(sync=True)
    sort = t.Unicode("date").tag(sync=True)
    descending = t.Bool(True).tag(sync=True)
    page = t.Int(0).tag(sync=True)
    pages = t.Int(1).tag(sync=True)
    n_shown = t.Int(0).tag(sync=True)
    n_chosen = t.Int(0).tag(sync=True)
