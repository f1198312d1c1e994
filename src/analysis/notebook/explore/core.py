"""The state of a view without any widgets: filters, selection, open paper, window.

Everything that displays the view subscribes to it; every change is announced once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.base.schema import TABLES
from analysis.base.words import matching_texts, searchable_text
from analysis.figures.frames.groups import map_labels

from .colors import Coloring, coloring, colorings
from .filters import ViewState, shown_rows, state_words
from .scene import GL_POINTS, HEIGHT, Scene, Window, drawn_rows, opacities, place_labels, whole_map
from .tables import view_papers

if TYPE_CHECKING:
    from analysis.runs import Run

ASSUMED_WIDTH = 760

Listener = Callable[[frozenset[str]], None]
"""Called with what changed: "state", "selected", "paper", "window", "reset"."""


class Core:
    """The state of one view and the only way to change it.

    Attributes
    ----------
    papers : DataFrame
        From `tables.view_papers`, n rows in the order of `run.papers`.
    extra, colorings : list of str
        Additional columns of the input; what the map can be coloured by.
    labels : dict of str to str
        Labels of the groups, by id.
    state : ViewState
    shown, selected : ndarray of bool, shape (n,)
    open_row : int or None
        Row of the open paper.
    window : Window
    most_points : int
        Number of papers up to which all are drawn as points; more are drawn as a density.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.papers = view_papers(run)
        standard = TABLES["papers"].columns
        self.extra = [c for c in self.papers.columns if c in run.papers and c not in standard]
        self.colorings = colorings(self.papers, extra=self.extra)
        self.labels = dict(zip(run.groups["group_id"], run.groups["label"], strict=True))
        self.x, self.y = (self.papers[c].to_numpy(dtype="float32") for c in ("x", "y"))
        self.most_points = GL_POINTS
        self.state = ViewState(color=self.colorings[0])
        self.shown = np.ones(len(self.papers), dtype=bool)
        self.selected = np.zeros(len(self.papers), dtype=bool)
        self.open_row: int | None = None
        self.window = self.full_window(ASSUMED_WIDTH)
        self._labels = map_labels(run)
        self._matches = ("", self.shown)
        self._coloring: Coloring | None = None
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` after every change."""
        self._listeners.append(listener)

    def set(self, state: ViewState) -> None:
        """Change filters and colouring."""
        if state == self.state:
            return
        self.shown = self.passing(state)
        if state.color != self.state.color:
            self._coloring = None
        self.state = state
        self._notify("state")

    def select(self, selected: NDArray[np.bool_]) -> None:
        """Select papers, replacing the selection."""
        self.selected = selected.copy()
        self._notify("selected")

    def open(self, row: int | None) -> None:
        """Open a paper, or close the open one."""
        self.open_row = row
        self._notify("paper")

    def zoom(self, window: Window) -> None:
        """Set the visible part of the map."""
        if window != self.window:
            self.window = window
            self._notify("window")

    def reset(self) -> None:
        """Remove filters and selection, close the open paper, and show the whole map."""
        self.state = ViewState(color=self.state.color)
        self.shown = np.ones(len(self.papers), dtype=bool)
        self.selected = np.zeros(len(self.papers), dtype=bool)
        self.open_row = None
        self.window = self.full_window(self.window.width)
        self._notify("state", "selected", "paper", "window", "reset")

    def passing(self, state: ViewState) -> NDArray[np.bool_]:
        """Return which papers pass the filters of a state, shape (n,)."""
        matches = self._matching(state.text)
        return shown_rows(self.papers, state=state, matches=matches, groups=self.run.groups)

    @property
    def rows(self) -> list[int]:
        """Rows of the selected papers."""
        return np.flatnonzero(self.selected).tolist()

    @property
    def words(self) -> str:
        """What is shown and selected, in words."""
        return state_words(
            self.state,
            n_shown=int(self.shown.sum()),
            n_papers=len(self.papers),
            n_selected=int(self.selected.sum()),
            labels=self.labels,
        )

    @property
    def coloring(self) -> Coloring:
        """Colours and legend of the state's colouring."""
        if self._coloring is None:
            self._coloring = coloring(self.papers, color=self.state.color, allowed=self.colorings)
        return self._coloring

    @property
    def has_map(self) -> bool:
        """Whether any paper has a position on the map."""
        return bool(np.isfinite(self.x).any())

    def full_window(self, width: int) -> Window:
        """Return the window of the whole map."""
        return whole_map(self.papers["x"], self.papers["y"], width=width, height=HEIGHT)

    def scene(self) -> Scene:
        """Return everything that the map shows now."""
        drawn, dense = drawn_rows(self.x, self.y, window=self.window, limit=self.most_points)
        whole = self.full_window(self.window.width)
        return Scene(
            x=self.x,
            y=self.y,
            coloring=self.coloring,
            opacity=opacities(self.papers, shown=self.shown, selected=self.selected),
            drawn=drawn,
            dense=dense,
            shown=self.shown,
            selected=self.selected,
            labels=place_labels(self._labels, window=self.window, whole=whole),
            window=self.window,
            open_rows=() if self.open_row is None else (self.open_row,),
        )

    @cached_property
    def _searchable_texts(self) -> list[str]:
        return list(map(searchable_text, self.run.papers["title"], self.run.papers["abstract"]))

    def _matching(self, text: str) -> NDArray[np.bool_]:
        """Search once per text, however often it is asked for."""
        if not text.strip():
            return np.ones(len(self.papers), dtype=bool)
        if text != self._matches[0]:
            self._matches = (text, matching_texts(text, texts=self._searchable_texts))
        return self._matches[1]

    def _notify(self, *what: str) -> None:
        for listener in self._listeners:
            listener(frozenset(what))
