"""Widgets of a view: panel, date slider, table, and the map with what a browser does on it.

Text is shown as text nodes, never as markup; colours are those of JupyterLab's theme.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets as w
import numpy as np
import traitlets as t

from . import map_figure
from .core import Core
from .scene import GL_POINTS, HEIGHT, SVG_MOST, Scene, fit_window, inside, resize_window
from .tables import paper_card

if TYPE_CHECKING:
    import plotly.graph_objects as go

_ECHO_SECONDS = 1.5
_ASSETS = Path(__file__).parent / "assets"


def _script(name: str) -> str:
    parts = [_ASSETS / "common.js", _ASSETS / name]
    return "\n".join(path.read_text(encoding="utf-8") for path in parts)


class Panel(anywidget.AnyWidget):
    """The legend, the card of the open paper and the card that follows the pointer.

    Sends {"kind": "ready"} when a browser shows it, "group" when a legend entry is clicked, "open"
    for a paper, "close" for none. Cards arrive as messages and are not part of its state.
    """

    _esm = _script("panel.js")
    _css = (_ASSETS / "view.css").read_text(encoding="utf-8")
    title = t.Unicode().tag(sync=True)
    entries = t.List(t.Dict()).tag(sync=True)
    map_width = t.Int(0).tag(sync=True)


class DateSlider(anywidget.AnyWidget):
    """A histogram of dates with two handles and a play button.

    `low` and `high` are the numbers of the first and last period selected, both inclusive.
    """

    _esm = _script("dates.js")
    labels = t.List(t.Unicode()).tag(sync=True)
    totals = t.List(t.Int()).tag(sync=True)
    counts = t.List(t.Int()).tag(sync=True)
    note = t.Unicode().tag(sync=True)
    low = t.Int(0).tag(sync=True)
    high = t.Int(0).tag(sync=True)


class PaperTable(anywidget.AnyWidget):
    """Papers page by page: sorted by a click on a column heading, selected with checkboxes.

    Sends {"kind": "tick", "id", "on"} and {"kind": "open", "id"}.
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
    n_selected = t.Int(0).tag(sync=True)


class MapView:
    """The FigureWidget of one view, created when a browser shows the view.

    Attributes
    ----------
    box : Box
        Contains the figure.
    figure : FigureWidget or None
    scene : Scene
        What the figure shows; None before it exists.
    """

    def __init__(self, core: Core, *, panel: Panel) -> None:
        self.core, self.panel = core, panel
        self.figure: go.FigureWidget | None = None
        self.scene: Scene | None = None
        self.box = w.Box(layout=w.Layout(flex="1 1 0%", min_width="0", min_height="564px"))
        self.box.add_class("papertide-map")
        self._following = False
        self._by_lasso = self._has_outline = self._is_loaded = False
        self._outline_removed = -_ECHO_SECONDS
        panel.observe(self._resized, names="map_width")

    @property
    def is_dense(self) -> bool:
        """Whether the map shows a density in place of points."""
        return self.scene is not None and self.scene.dense

    def follow(self, what: frozenset[str]) -> None:
        """Update the map after a change of the core."""
        if self.figure is None or self.scene is None:
            return
        if "selected" in what:
            if not self._by_lasso:
                self._remove_outline()
            self._by_lasso = False
        before, self.scene = self.scene, self.core.scene()
        moved = not np.array_equal(before.drawn, self.scene.drawn)
        self._following, outside = True, self._following
        map_figure.draw(self.figure, self.scene, places=moved, window="reset" in what)
        self._following = outside
        self._settle()

    def _settle(self) -> None:
        """Write everything into the figure's state while the browser still loads plotly.js.

        Changes are sent as messages, which are lost before that; the state is read afterwards.
        """
        if self.figure is not None and not self._is_loaded:
            self.figure._repr_mimebundle_()  # plotly's way to bring the state up to date

    def _loaded(self, _: object) -> None:
        self._is_loaded = True

    def show(self, *, width: int = 0, webgl: bool = True) -> None:
        """Create the map again for a browser that has just shown the view.

        `width` is the width available in pixels, 0 if unknown; without WebGL fewer points can be
        drawn.
        """
        if not self.core.has_map:
            return
        old, width = self.figure, width or self.panel.map_width or self.core.window.width
        self.core.zoom(resize_window(self.core.window, width))
        self.core.most_points = GL_POINTS if webgl else SVG_MOST
        self.scene = self.core.scene()
        self.figure = map_figure.figure_widget(self.scene, width=width, webgl=webgl)
        self._is_loaded = False
        self.figure.observe(self._loaded, names="_js2py_traceDeltas")
        self._settle()
        points = self.figure.data[1]
        points.on_selection(self._lassoed)
        points.on_deselect(self._deselected)
        points.on_hover(self._hovered)
        points.on_unhover(lambda *_: self.panel.send({"kind": "hover", "card": None}))
        points.on_click(self._clicked)
        self.figure.layout.on_change(self._zoomed, "xaxis.range", "yaxis.range")
        self.figure.layout.on_change(self._drawn_round, "selections")
        self.box.children = (self.figure,)
        if old is not None:
            old.close()

    def _lassoed(self, _: object, points: Any, selector: Any) -> None:
        if selector is None and self._is_echo():
            self._deselected()
            return
        if self.scene is None:
            return
        rows = inside(self.scene, points.point_inds, selector)
        selected = np.zeros(len(self.core.papers), dtype=bool)
        selected[rows] = True
        self._by_lasso = True
        self.core.select(selected & self.core.shown)

    def _hovered(self, _: object, points: Any, __: Any) -> None:
        if points.point_inds and self.scene is not None:
            row = int(self.scene.drawn[points.point_inds[0]])
            card = paper_card(self.core.papers.iloc[row])
            self.panel.send({"kind": "hover", "card": card})

    def _clicked(self, _: object, points: Any, __: Any) -> None:
        if points.point_inds and self.scene is not None:
            self.core.open(int(self.scene.drawn[points.point_inds[0]]))

    def _zoomed(self, _: object, x: Any, y: Any) -> None:
        if self._following or not (x and y):
            return
        size = {"width": self.core.window.width, "height": HEIGHT}
        self.core.zoom(fit_window(x, y, **size))

    def _drawn_round(self, *_: object) -> None:
        """Note that plotly has drawn an outline: it selects by it again at every redraw."""
        if not self._following:
            self._has_outline = True

    def _remove_outline(self) -> None:
        """Remove the outline before something else is selected; plotly then reports "deselect"."""
        if self.figure is not None and self._has_outline:
            self._has_outline, self._outline_removed = False, monotonic()
            self.figure.plotly_relayout({"selections": []})

    def _is_echo(self) -> bool:
        """Return whether plotly only reacts to an outline that was removed."""
        return monotonic() - self._outline_removed < _ECHO_SECONDS

    def _deselected(self, *_: object) -> None:
        if self._is_echo() and self.figure is not None:
            # The browser dropped its selection with the outline; what it had before is irrelevant.
            self.figure.data[1].selectedpoints = []
            self.follow(frozenset())
        else:
            self._has_outline = False
            self.core.select(np.zeros(len(self.core.papers), dtype=bool))

    def _resized(self, change: dict[str, Any]) -> None:
        if change["new"] < 50:
            return
        self.core.zoom(resize_window(self.core.window, change["new"]))
        if self.figure is not None:
            before, self._following = self._following, True
            self.figure.layout.width = change["new"]
            self.figure.layout.xaxis.range = self.core.window.x
            self._following = before
            self._settle()
