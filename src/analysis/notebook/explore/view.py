"""`explore(run)`: the topic map in a notebook, and what is chosen on it as a dataframe.

Python holds the state. The map is made when a browser shows the view for the first time: a
notebook that is executed without one carries neither plotly.js nor the points, only a picture.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from . import arguments as asking
from .core import Core
from .frames.colors import looks
from .frames.filters import ViewState
from .frames.papers import selection_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from analysis.runs import Run

    from .widgets.controls import Front

KEEP: Any = object()
"""Stands for a filter that stays as it is."""


def explore(run: Run) -> View:
    """Open a run's topic map to look at, search and choose from.

    Parameters
    ----------
    run : Run

    Returns
    -------
    View
        Shows itself as the last line of a notebook cell: map, filters, date slider, legend and
        table in JupyterLab; a picture and one sentence where there are no widgets. What is chosen
        there is `view.selection` in the next cell.
    """
    return View(run)


class View:
    """A run's map with its filters, and the papers chosen on it; see `explore`."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._core = Core(run)
        self._front: Front | None = None

    @property
    def selection(self) -> pd.DataFrame:
        """The chosen papers, one row each; the columns alone where none is chosen.

        `paper_id`, `title`, `date`, `published`, `url`, `cluster_id`, `cluster`,
        `cluster_weight`, `topic_ids`, `topics`, `source`, `x`, `y`, and columns of the input that
        ride along. Abstracts: `view.selection.merge(run.papers[["paper_id", "abstract"]])`.
        """
        return selection_of(self._core.papers, rows=self._core.rows, extra=self._core.extra)

    def select(
        self,
        papers: pd.DataFrame | Iterable[Any] | None = None,
        *,
        text: str | None = None,
        topic: str | None = None,
        cluster: str | None = None,
    ) -> None:
        """Choose papers from code, in place of those chosen before, whatever is filtered.

        Parameters
        ----------
        papers : DataFrame, mask, or paper ids, optional
            A frame with `paper_id` (as `view.near` gives), one True or False a row of
            `run.papers`, or ids. Left out: all papers; `view.select()` alone chooses none.
        text : str, optional
            Of these, papers of which title or abstract has every word, as in the search box.
        topic, cluster : str, optional
            Of these, papers that count for a topic, or of a cluster: id or label. A broader
            cluster stands for all in it.

        Raises
        ------
        InputError
            Where an id or group is unknown, or a mask has another length.
        """
        if all(value is None for value in (papers, text, topic, cluster)):
            self._core.choose(np.zeros(len(self._core.papers), dtype=bool))
            return
        state = ViewState(
            text=text or "",
            topic=asking.group(self.run, topic, kind="topic"),
            cluster=asking.group(self.run, cluster, kind="cluster"),
        )
        self._core.choose(asking.mask(self.run.papers, papers) & self._core.passing(state))

    def filter(
        self,
        *,
        text: str | None = KEEP,
        topic: str | None = KEEP,
        cluster: str | None = KEEP,
        dates: tuple[Any, Any] | None = KEEP,
        least_weight: float | None = KEEP,
    ) -> None:
        """Narrow what is shown; filters that are not named stay, None takes one away.

        Parameters
        ----------
        text : str
            Words of which each must begin a word of title or abstract.
        topic, cluster : str
            Id or label.
        dates : (first, last)
            Days, as text or timestamps; None on a side leaves it open.
        least_weight : float
            From 0 to 1; hides papers that lie between clusters.

        Raises
        ------
        InputError
            Where a group is unknown, a date cannot be read, or a weight is out of range.
        """
        changes: dict[str, Any] = {}
        if text is not KEEP:
            changes["text"] = text or ""
        for kind, value in (("topic", topic), ("cluster", cluster)):
            if value is not KEEP:
                changes[kind] = asking.group(self.run, value, kind=kind)
        if dates is not KEEP:
            changes["dates"] = asking.days(dates)
        if least_weight is not KEEP:
            changes["least_weight"] = asking.weight(least_weight)
        self._core.set(replace(self._core.state, **changes))

    def color_by(self, column: str) -> None:
        """Colour the map by "cluster", "topic", "date", or a column of the papers.

        Raises
        ------
        InputError
            Where there is no such column, or it says the same of all papers.
        """
        looks(self._core.papers, color=column, allowed=self._core.colorings)
        self._core.set(replace(self._core.state, color=column))

    def reset(self) -> None:
        """Take all filters and the selection away, and show the whole map."""
        self._core.reset()

    def trend(self) -> go.Figure:
        """Draw the chosen papers' share of all papers over time, with its 95 % interval.

        Returns
        -------
        plotly.graph_objects.Figure
            A sentence where nothing is chosen or time cannot be cut into periods.
        """
        from analysis.figures.interactive import share_over_time

        from .topic_draft import selection_trend

        chosen = self._core.papers.iloc[self._core.rows]
        shares = selection_trend(self.run, rows=self._core.rows)
        return share_over_time(shares, title=asking.trend_title(chosen))

    def near(self, asked: str, n: int = 10) -> pd.DataFrame:
        """List the papers nearest to a paper (by its id) or to a text, with the words they share.

        Parameters
        ----------
        asked : str
            A `paper_id`, else any text, which is embedded as a paper is.
        n : int, default 10

        Returns
        -------
        DataFrame
            `similarity`, `words`, `date`, `title`, `url`, `paper_id`, most similar first.
            `view.select(view.near("…"))` chooses them.

        Raises
        ------
        InputError
            Where `n` is below 1, the text is empty, or the run's embedding cannot embed a text.
        """
        from .frames.nearest import near_papers

        return near_papers(self.run, asked, n=n)

    def name(self, label: str) -> str:
        """Write the chosen papers as a topic for `topics.toml`: phrases, exemplars, a draft text.

        Raises
        ------
        InputError
            Where nothing is chosen or the label is empty.
        """
        from .topic_draft import topic_toml

        return topic_toml(self.run, label, rows=self._core.rows)

    @property
    def state(self) -> str:
        """What is shown and how much of it is chosen, in words."""
        return self._core.words

    @property
    def widgets(self) -> Front:
        """The widgets behind the view, made when they are first asked for."""
        if self._front is None:
            from .widgets.controls import Front

            self._front = Front(self._core)
        return self._front

    def __repr__(self) -> str:
        return f"View of run {self.run.name}. {self.state}"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Show the widgets where there are any, else a picture with a sentence."""
        from .widgets.picture import map_picture

        picture = map_picture(self._core.scene(), words=self.state)
        bundle = {
            "application/vnd.jupyter.widget-view+json": {
                "version_major": 2,
                "version_minor": 0,
                "model_id": self.widgets.root.model_id,
            },
            "text/plain": repr(self),
            "image/png": base64.b64encode(picture).decode("ascii"),
        }
        return bundle, {"image/png": {"alt": f"Topic map. {self.state}"}}
