"""The map's side of a view: what a browser does on the map, and what the map shows of the core."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import numpy as np

from ..core import Core, with_width
from ..frames.labels import fitted
from ..frames.tables import card_of
from . import points as marks
from .widgets import Panel

if TYPE_CHECKING:
    import plotly.graph_objects as go

_ECHO_SECONDS = 1.5


class MapSide:
    """The FigureWidget of one view, made when a browser shows the view.

    Attributes
    ----------
    box : Box
        Holds the figure.
    figure : FigureWidget or None
    scene : Scene
        What the figure shows, once there is one.
    """

    def __init__(self, core: Core, *, panel: Panel) -> None:
        self.core, self.panel = core, panel
        self.figure: go.FigureWidget | None = None
        self.scene: marks.Scene | None = None
        self.box = w.Box(layout=w.Layout(flex="1 1 0%", min_width="0", min_height="564px"))
        self.box.add_class("papertide-map")
        self._following = False
        self._by_hand = self._outlined = self._heard = False
        self._forgotten = -_ECHO_SECONDS
        panel.observe(self._resized, names="map_width")

    def follow(self, what: frozenset[str]) -> None:
        """Bring the map in step with the core."""
        if self.figure is None:
            return
        if "chosen" in what:
            if not self._by_hand:
                self._forget_outline()
            self._by_hand = False
        before, self.scene = self.scene, self.core.scene()
        moved = not np.array_equal(before.drawn, self.scene.drawn)
        self._following, outside = True, self._following
        marks.draw(self.figure, self.scene, places=moved, window="reset" in what)
        self._following = outside
        self._settle()

    def _settle(self) -> None:
        """Put everything into the figure's state while the browser still loads plotly.js.

        Changes are sent as messages, which nobody hears before; the state is read when it is there.
        """
        if not self._heard:
            self.figure._repr_mimebundle_()  # plotly's way to bring the state up to date

    def _hear(self, _: object) -> None:
        self._heard = True

    def show(self, *, width: int = 0, webgl: bool = True) -> None:
        """Make the map anew for a browser that has just shown the view.

        Parameters
        ----------
        width : int
            Pixels that there are for it; 0 where that is not known.
        webgl : bool
            Whether the browser has WebGL, without which fewer points can be drawn.
        """
        if not self.core.has_map:
            return
        old, width = self.figure, width or self.panel.map_width or self.core.window.width
        self.core.zoom(with_width(self.core.window, width))
        self.core.most_points = marks.GL_POINTS if webgl else marks.SVG_MOST
        self.scene = self.core.scene()
        self.figure = marks.map_widget(self.scene, width=width, webgl=webgl)
        self._heard = False
        self.figure.observe(self._hear, names="_js2py_traceDeltas")
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
        rows = marks.inside(self.scene, points.point_inds, selector)
        chosen = np.zeros(len(self.core.papers), dtype=bool)
        chosen[rows] = True
        self._by_hand = True
        self.core.choose(chosen & self.core.shown)

    def _hovered(self, _: object, points: Any, __: Any) -> None:
        if points.point_inds:
            row = int(self.scene.drawn[points.point_inds[0]])
            card = card_of(self.core.papers.iloc[row])
            self.panel.send({"kind": "hover", "card": card})

    def _clicked(self, _: object, points: Any, __: Any) -> None:
        if points.point_inds:
            self.core.look(int(self.scene.drawn[points.point_inds[0]]))

    def _zoomed(self, _: object, x: Any, y: Any) -> None:
        if self._following or not (x and y):
            return
        size = {"width": self.core.window.width, "height": marks.HEIGHT}
        self.core.zoom(fitted(x, y, **size))

    def _drawn_round(self, *_: object) -> None:
        """Note that plotly has drawn an outline: it chooses by it again at every redraw."""
        if not self._following:
            self._outlined = True

    def _forget_outline(self) -> None:
        """Take the outline away before something else is chosen; plotly then says "deselect"."""
        if self.figure is not None and self._outlined:
            self._outlined, self._forgotten = False, monotonic()
            self.figure.plotly_relayout({"selections": []})

    def _is_echo(self) -> bool:
        """Whether plotly only answers to an outline that was taken away."""
        return monotonic() - self._forgotten < _ECHO_SECONDS

    def _deselected(self, *_: object) -> None:
        if self._is_echo():
            # The browser has dropped its choice with the outline; what it had before is no matter.
            self.figure.data[1].selectedpoints = []
            self.follow(frozenset())
        else:
            self._outlined = False
            self.core.choose(np.zeros(len(self.core.papers), dtype=bool))

    def _resized(self, change: dict[str, Any]) -> None:
        if change["new"] < 50:
            return
        self.core.zoom(with_width(self.core.window, change["new"]))
        if self.figure is not None:
            before, self._following = self._following, True
            self.figure.layout.width = change["new"]
            self.figure.layout.xaxis.range = self.core.window.x
            self._following = before
            self._settle()
