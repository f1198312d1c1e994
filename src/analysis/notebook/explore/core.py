"""The state of a view: the selection in Python, and in the traits of its widget the filters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.base.groups import parts_of
from analysis.base.words import matching_texts, searchable_text
from analysis.figures.frames import map_labels, map_points
from analysis.figures.style import GREY
from analysis.report.page.picture import map_picture

from . import arguments
from .filters import ViewState, from_trait, shown_rows, state_words
from .tables import view_papers
from .widget import MapWidget

if TYPE_CHECKING:
    from analysis.runs import Run

SENTENCE = (
    "This is a picture of the map. Run the cell in JupyterLab to search it and select papers."
)


class Core:
    """The state of one view.

    Attributes
    ----------
    papers : DataFrame
        From `tables.view_papers`, n rows in the order of `run.papers`.
    selected : ndarray of bool, shape (n,)
    widget : MapWidget
        Shows the papers that have a place on the map; its traits hold everything else.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.papers = view_papers(run)
        self.selected = self.nothing
        self.widget = MapWidget(run)
        self._on_map = np.flatnonzero(run.papers["paper_id"].isin(run.map["paper_id"]))
        self._following: list[Core] = []
        self.widget.observe(self._select_bits, names="selected")

    @property
    def nothing(self) -> NDArray[np.bool_]:
        """A selection of no paper."""
        return np.zeros(len(self.run.papers), dtype=bool)

    def follow(self, other: Core) -> None:
        """Share the selection with another view of the same papers, beginning with its own."""
        self.select(other.selected)
        self._following.append(other)
        other._following.append(self)

    @property
    def words(self) -> str:
        """What is shown and how much is selected, in words."""
        return state_words(
            self.state,
            n_shown=int(self.passing(self.state).sum()),
            n_papers=len(self.papers),
            n_selected=int(self.selected.sum()),
            groups=self.run.groups,
        )

    def picture(self, words: str) -> bytes:
        """Draw the map for viewers without widgets, with `words` above it."""
        chosen = self.selected if self.selected.any() else self.passing(self.state)
        points, bright = map_points(self.run), chosen[self._on_map]
        faded = points.assign(
            cluster_color=points["cluster_color"].where(bright, GREY),
            cluster_weight=points["cluster_weight"].where(bright, 0.0),
        )
        return map_picture(faded, map_labels(self.run), subtitle=words, note=SENTENCE)

    @property
    def state(self) -> ViewState:
        """The filters."""
        return from_trait(self.widget.filters)

    @property
    def rows(self) -> list[int]:
        """Rows of the selected papers."""
        return np.flatnonzero(self.selected).tolist()

    def paper_id(self, row: int) -> str | None:
        """Return the id of a paper by its row on the map, None if there is none."""
        on_map = 0 <= row < len(self._on_map)
        return str(self.papers["paper_id"].iloc[self._on_map[row]]) if on_map else None

    def of_cluster(
        self, only: Mapping[str, tuple[str | None, ...]], cluster: str | None
    ) -> dict[str, tuple[str | None, ...]]:
        """Return filters by value with that for clusters replaced; None removes it."""
        rest = {key: values for key, values in only.items() if key != "cluster"}
        group = arguments.group_id(self.run, cluster, kind="cluster")
        parts = (
            {} if group is None else {"cluster": tuple(sorted(parts_of(self.run.groups, group)))}
        )
        return {**rest, **parts}

    def select(self, selected: NDArray[np.bool_]) -> None:
        """Select papers here, in the browser, and in linked views."""
        self.selected = selected.copy()
        self.widget.selected = np.packbits(selected[self._on_map], bitorder="little").tobytes()
        for core in self._following:
            if not np.array_equal(core.selected, selected):
                core.select(selected)

    def _select_bits(self, change: dict[str, Any]) -> None:
        """Take over what was selected in a browser."""
        bits = np.frombuffer(change["new"], dtype="uint8")
        on_map = np.unpackbits(bits, count=len(self._on_map), bitorder="little").astype(bool)
        if not np.array_equal(on_map, self.selected[self._on_map]):
            selected = np.zeros(len(self.papers), dtype=bool)
            selected[self._on_map] = on_map
            self.select(selected)

    def passing(self, state: ViewState) -> NDArray[np.bool_]:
        """Return which papers pass the filters of a state, shape (n,)."""
        n = len(self.papers)
        text = state.text.strip()
        matches = matching_texts(text, texts=self._texts) if text else np.ones(n, dtype=bool)
        return shown_rows(self.papers, state=state, matches=matches)

    @cached_property
    def _texts(self) -> list[str]:
        return list(map(searchable_text, self.run.papers["title"], self.run.papers["abstract"]))
