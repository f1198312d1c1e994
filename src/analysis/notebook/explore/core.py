"""What a view knows and does, without any widget: state, selection, paper in hand, window.

Everything that shows the view subscribes to it; every change is announced once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.query import matching_texts, searchable_text
from analysis.base.schema import TABLES
from analysis.figures.frames.groups import map_labels

from .arguments import descendants
from .frames.colors import Looks, colorings, looks
from .frames.filters import ViewState, shown_rows, state_words
from .frames.labels import Window, placed_labels, whole_map
from .frames.papers import view_papers
from .widgets import points as marks

if TYPE_CHECKING:
    from analysis.runs import Run

ASSUMED_WIDTH = 760

Listener = Callable[[frozenset[str]], None]
"""Called with what changed: "state", "chosen", "hand", "window", "reset"."""


class Core:
    """The state of one view and the only way to change it.

    Attributes
    ----------
    papers : DataFrame
        From `papers.view_papers`, n rows in the order of `run.papers`.
    extra, colorings : list of str
        Columns of the input that ride along; what the map can be coloured by.
    labels : dict of str to str
        Labels of the groups, by id.
    state : ViewState
    shown, chosen : ndarray of bool, shape (n,)
    in_hand : int or None
        Row of the paper that is looked at.
    window : Window
    most_points : int
        Papers up to which all are drawn as points; a density stands for more.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.papers = view_papers(run)
        own = TABLES["papers"].columns
        self.extra = [c for c in self.papers.columns if c in run.papers and c not in own]
        self.colorings = colorings(self.papers, extra=self.extra)
        self.labels = dict(zip(run.groups["group_id"], run.groups["label"], strict=True))
        self.state = ViewState(color=self.colorings[0])
        self.shown = np.ones(len(self.papers), dtype=bool)
        self.chosen = np.zeros(len(self.papers), dtype=bool)
        self.in_hand: int | None = None
        self.x, self.y = (self.papers[c].to_numpy(dtype="float32") for c in ("x", "y"))
        self.most_points = marks.GL_POINTS
        self.window = self.whole(ASSUMED_WIDTH)
        self._inside = descendants(run.groups)
        self._spots = map_labels(run)
        self._found = ("", self.shown)
        self._looks: Looks | None = None
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Have `listener` called after every change."""
        self._listeners.append(listener)

    def set(self, state: ViewState) -> None:
        """Filter and colour by another state."""
        if state == self.state:
            return
        self.shown = self.passing(state)
        if state.color != self.state.color:
            self._looks = None
        self.state = state
        self._tell("state")

    def choose(self, chosen: NDArray[np.bool_]) -> None:
        """Choose papers, in place of those chosen before."""
        self.chosen = chosen.copy()
        self._tell("chosen")

    def look(self, row: int | None) -> None:
        """Take a paper in hand, or none."""
        self.in_hand = row
        self._tell("hand")

    def zoom(self, window: Window) -> None:
        """Say which part of the map is seen."""
        if window != self.window:
            self.window = window
            self._tell("window")

    def reset(self) -> None:
        """Take filters, selection and paper in hand away, and show the whole map."""
        self.state = ViewState(color=self.state.color)
        self.shown = np.ones(len(self.papers), dtype=bool)
        self.chosen = np.zeros(len(self.papers), dtype=bool)
        self.in_hand = None
        self.window = self.whole(self.window.width)
        self._tell("state", "chosen", "hand", "window", "reset")

    def passing(self, state: ViewState) -> NDArray[np.bool_]:
        """Say which papers (n,) pass the filters of a state."""
        return shown_rows(
            self.papers, state=state, found=self._find(state.text), inside=self._inside
        )

    @property
    def rows(self) -> list[int]:
        """Rows of the chosen papers."""
        return np.flatnonzero(self.chosen).tolist()

    @property
    def words(self) -> str:
        """What is shown and chosen, in words."""
        return state_words(
            self.state,
            n_shown=int(self.shown.sum()),
            n_papers=len(self.papers),
            n_chosen=int(self.chosen.sum()),
            labels=self.labels,
        )

    @property
    def looks(self) -> Looks:
        """Colours and legend of the state's colouring."""
        if self._looks is None:
            self._looks = looks(self.papers, color=self.state.color, allowed=self.colorings)
        return self._looks

    @property
    def has_map(self) -> bool:
        """Whether any paper has a place."""
        return bool(np.isfinite(self.x).any())

    def whole(self, width: int) -> Window:
        """Return the window of the whole map."""
        return whole_map(self.papers["x"], self.papers["y"], width=width, height=marks.HEIGHT)

    def scene(self) -> marks.Scene:
        """Return all that the map shows now."""
        drawn, dense = marks.drawn_rows(self.x, self.y, window=self.window, limit=self.most_points)
        whole = self.whole(self.window.width)
        return marks.Scene(
            x=self.x,
            y=self.y,
            looks=self.looks,
            opacity=marks.opacities(self.papers, shown=self.shown, chosen=self.chosen),
            drawn=drawn,
            dense=dense,
            shown=self.shown,
            chosen=self.chosen,
            labels=placed_labels(self._spots, window=self.window, whole=whole),
            window=self.window,
            in_hand=() if self.in_hand is None else (self.in_hand,),
        )

    @cached_property
    def _searchable_texts(self) -> list[str]:
        papers: pd.DataFrame = self.run.papers
        return [
            searchable_text(*both) for both in zip(papers["title"], papers["abstract"], strict=True)
        ]

    def _find(self, text: str) -> NDArray[np.bool_]:
        """Search once for each text, however often it is asked for."""
        if text != self._found[0]:
            blank = not text.strip()
            found = np.ones(len(self.papers), dtype=bool)
            self._found = (
                text,
                found if blank else matching_texts(text, texts=self._searchable_texts),
            )
        return self._found[1]

    def _tell(self, *what: str) -> None:
        for listener in self._listeners:
            listener(frozenset(what))


def with_width(window: Window, width: int) -> Window:
    """Return the same middle and scale on a plot of another width."""
    if width == window.width:
        return window
    middle = (window.x[0] + window.x[1]) / 2
    half = (window.x[1] - window.x[0]) / window.width * width / 2
    return replace(window, x=(middle - half, middle + half), width=width)
