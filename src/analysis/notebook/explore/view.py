"""`explore(run)`: the topic map in a notebook, and the selection on it as a data frame.

The state is in Python. The map is created when a browser shows the view for the first time: a
notebook executed without a browser contains neither plotly.js nor the points, only a picture.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from . import arguments
from .colors import coloring
from .core import Core
from .filters import ViewState
from .tables import SELECTION, nearest_papers

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from analysis.runs import Run

    from .controls import Controls

KEEP: Any = object()
"""Default of filters: leave the filter as it is."""


def explore(run: Run) -> View:
    """Open a run's topic map to explore, search and select papers.

    Parameters
    ----------
    run : Run

    Returns
    -------
    View
        As the last line of a notebook cell it displays the map, filters, date slider, legend and
        table in JupyterLab, or a picture and one sentence in viewers without widgets. The papers
        selected there are `view.selection` in the next cell.
    """
    return View(run)


class View:
    """A run's map with its filters and the papers selected on it; see `explore`."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._core = Core(run)
        self._controls: Controls | None = None

    @property
    def selection(self) -> pd.DataFrame:
        """The selected papers, one row each; an empty frame with these columns if none is selected.

        `paper_id`, `title`, `date`, `published`, `url`, `cluster_id`, `cluster`,
        `cluster_weight`, `topic_ids`, `topics`, `source`, `x`, `y`, and additional columns of the
        input. For abstracts: `view.selection.merge(run.papers[["paper_id", "abstract"]])`.
        """
        columns = [*SELECTION, *(name for name in self._core.extra if name not in SELECTION)]
        return self._core.papers.iloc[self._core.rows][columns].reset_index(drop=True)

    def select(
        self,
        papers: pd.DataFrame | Iterable[Any] | None = None,
        *,
        text: str | None = None,
        topic: str | None = None,
        cluster: str | None = None,
    ) -> None:
        """Select papers from code, replacing the selection, whatever the filters are.

        Parameters
        ----------
        papers : DataFrame, mask, or paper ids, optional
            A frame with `paper_id` (such as from `view.near`), one True or False per row of
            `run.papers`, or ids; all papers if omitted. `view.select()` without arguments clears
            the selection.
        text : str, optional
            Of these, papers that match the query, as in the search box.
        topic, cluster : str, optional
            Of these, papers of a topic or cluster, by id or label. A broader cluster stands for
            its parts.

        Raises
        ------
        InputError
            If an id or group is unknown, or a mask has the wrong length.
        """
        if all(value is None for value in (papers, text, topic, cluster)):
            self._core.select(np.zeros(len(self._core.papers), dtype=bool))
            return
        state = ViewState(
            text=text or "",
            topic=arguments.group_id(self.run, topic, kind="topic"),
            cluster=arguments.group_id(self.run, cluster, kind="cluster"),
        )
        self._core.select(arguments.paper_mask(self.run.papers, papers) & self._core.passing(state))

    def filter(
        self,
        *,
        text: str | None = KEEP,
        topic: str | None = KEEP,
        cluster: str | None = KEEP,
        dates: tuple[Any, Any] | None = KEEP,
        least_weight: float | None = KEEP,
    ) -> None:
        """Set filters; those not given stay as they are, None removes a filter.

        Parameters
        ----------
        text : str
            Query: each word must begin a word of the title or abstract, the words of a "phrase in
            quotes" must stand next to each other.
        topic, cluster : str
            Id or label.
        dates : (first, last)
            Days as text or timestamps; None on a side leaves it open.
        least_weight : float
            From 0 to 1; hides papers that lie between clusters.

        Raises
        ------
        InputError
            If a group is unknown, a date cannot be read, or a weight is out of range.
        """
        changes: dict[str, Any] = {}
        if text is not KEEP:
            changes["text"] = text or ""
        for kind, value in (("topic", topic), ("cluster", cluster)):
            if value is not KEEP:
                changes[kind] = arguments.group_id(self.run, value, kind=kind)
        if dates is not KEEP:
            changes["dates"] = arguments.date_range(dates)
        if least_weight is not KEEP:
            changes["least_weight"] = arguments.least_weight(least_weight)
        self._core.set(replace(self._core.state, **changes))

    def color_by(self, column: str) -> None:
        """Colour the map by "cluster", "topic", "date", or a column of the papers.

        Raises
        ------
        InputError
            If there is no such column, or all papers have the same value in it.
        """
        coloring(self._core.papers, color=column, allowed=self._core.colorings)
        self._core.set(replace(self._core.state, color=column))

    def reset(self) -> None:
        """Remove all filters and the selection, and show the whole map."""
        self._core.reset()

    def trend(self) -> go.Figure:
        """Draw the selected papers' share of all papers over time, with 95 % confidence intervals.

        Returns
        -------
        plotly.graph_objects.Figure
            A sentence in place of a chart if nothing is selected or no periods can be formed.
        """
        from analysis.figures.interactive import share_over_time

        from ..topics import selection_trend, trend_title

        selected = self._core.papers.iloc[self._core.rows]
        shares = selection_trend(self.run, rows=self._core.rows)
        return share_over_time(shares, title=trend_title(selected))

    def near(self, asked: str, n: int = 10) -> pd.DataFrame:
        """List the papers nearest to a paper (by its id) or to a text, with the words they share.

        Parameters
        ----------
        asked : str
            A `paper_id` or an alias, else any text, which is embedded like a paper.
        n : int, default 10

        Returns
        -------
        DataFrame
            `similarity` (cosine, float64), `words` (up to five with the largest contributions to
            the cosine, joined by ", "; empty if the run's embedding is not a sum over words),
            `date`, `title`, `url`, `paper_id`; most similar first, then by id. A paper is not its
            own neighbour. `view.select(view.near("…"))` selects them.

        Raises
        ------
        InputError
            If `n` is below 1, the text is empty, or the run's embedding cannot embed a text.
        """
        return nearest_papers(self.run, asked, n=n)

    def name(self, label: str) -> str:
        """Return the selected papers as a draft topic for `topics.toml`: phrases and exemplars.

        Raises
        ------
        InputError
            If nothing is selected or the label is empty.
        """
        from ..topics import topic_toml

        return topic_toml(self.run, label, rows=self._core.rows)

    @property
    def state(self) -> str:
        """What is shown and how much is selected, in words."""
        return self._core.words

    @property
    def widgets(self) -> Controls:
        """The widgets of the view, created when they are first used."""
        if self._controls is None:
            from .controls import Controls

            self._controls = Controls(self._core)
        return self._controls

    def __repr__(self) -> str:
        return f"View of run {self.run.name}. {self.state}"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Display the widgets if possible, else a picture with a sentence."""
        from .map_figure import map_picture

        picture = map_picture(self._core.scene(), words=self.state)
        widget = {"version_major": 2, "version_minor": 0, "model_id": self.widgets.root.model_id}
        bundle = {
            "application/vnd.jupyter.widget-view+json": widget,
            "text/plain": repr(self),
            "image/png": base64.b64encode(picture).decode("ascii"),
        }
        return bundle, {"image/png": {"alt": f"Topic map. {self.state}"}}
