"""`explore(run)`: the topic map in a notebook, and the selection on it as a data frame."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.base.schema import TABLES
from analysis.report.page.map import list_body

from . import arguments
from .core import Core
from .filters import ViewState
from .tables import SELECTION, nearest_papers
from .widget import MapWidget

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from analysis.runs import Run

KEEP: Any = object()
"""Default of filters: leave the filter as it is."""

GROUPS = ("cluster", "broader", "topic")
"""Keys of filters by value that stand for groups and not for columns of the papers."""


def explore(run: Run, *, linked: View | None = None) -> View:
    """Open a run's topic map to explore, search and select papers.

    Parameters
    ----------
    run : Run
    linked : View, optional
        Another view of the same papers: what is selected in one is selected in both.

    Returns
    -------
    View
        As the last line of a notebook cell it displays the map of `map.html` with its filters,
        dates, legend and table in JupyterLab, or a picture in viewers without widgets. The papers
        selected there are `view.selection` in the next cell.

    Raises
    ------
    InputError
        If `linked` is a view of other papers.
    """
    return View(run, linked=linked)


class View:
    """A run's map with its filters and the papers selected on it; see `explore`."""

    def __init__(self, run: Run, *, linked: View | None = None) -> None:
        self.run = run
        self._core = Core(run)
        if linked is not None:
            arguments.same_papers(run, linked.run)
            self._core.follow(linked._core)

    @property
    def widget(self) -> MapWidget:
        """The widget that a browser shows, with its state as traits."""
        return self._core.widget

    @property
    def selection(self) -> pd.DataFrame:
        """The selected papers, one row each; an empty frame with these columns if none is selected.

        `paper_id`, `title`, `date`, `published`, `url`, `cluster_id`, `cluster`,
        `cluster_weight`, `topic_ids`, `topics`, `source`, `x`, `y`, and additional columns of the
        input. For abstracts: `view.selection.merge(run.papers[["paper_id", "abstract"]])`.
        """
        known = {*TABLES["papers"].columns, *SELECTION}
        extra = [c for c in self._core.papers.columns if c in self.run.papers and c not in known]
        return self._core.papers[self._core.selected][[*SELECTION, *extra]].reset_index(drop=True)

    @property
    def opened(self) -> str | None:
        """The `paper_id` of the open paper, None if there is none."""
        return self._core.paper_id(self.widget.opened)

    @property
    def hovered(self) -> str | None:
        """The `paper_id` of the paper below the pointer, None if there is none."""
        return self._core.paper_id(self.widget.hovered)

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
            self._core.select(self._core.nothing)
            return
        state = ViewState(
            text=text or "",
            topic=arguments.group_id(self.run, topic, kind="topic"),
            only=self._core.of_cluster({}, cluster),
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
        only: Mapping[str, Sequence[Any]] | None = KEEP,
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
        only : dict of str to list
            Values that pass, by the name of a column that the map can be coloured by and that has
            few values; a null in a list stands for papers without a value.

        Raises
        ------
        InputError
            If a group, column or value is unknown, a date cannot be read, or a weight is out of
            range.
        """
        state = self._core.state
        changes: dict[str, Any] = {}
        if text is not KEEP:
            changes["text"] = text or ""
        if topic is not KEEP:
            changes["topic"] = arguments.group_id(self.run, topic, kind="topic")
        values = state.only
        if only is not KEEP:
            columns = self.widget.content.columns.meta if only else {}
            values = arguments.values_by_key(columns, only)
            values |= {key: ids for key, ids in state.only.items() if key in GROUPS}
        if cluster is not KEEP:
            values = self._core.of_cluster(values, cluster)
        changes["only"] = values
        if dates is not KEEP:
            changes["dates"] = arguments.date_range(dates)
        if least_weight is not KEEP:
            changes["least_weight"] = arguments.least_weight(least_weight)
        self.widget.filters = replace(state, **changes).as_trait()

    def color_by(self, column: str) -> None:
        """Colour the map by "cluster", "topic", "date", or a column of the papers.

        Raises
        ------
        InputError
            If there is no such column, or all papers have the same value in it.
        """
        self.widget.color = arguments.colouring_key(self.widget.content.columns.meta, column)

    def reset(self) -> None:
        """Remove all filters and the selection, and show the whole map."""
        self.widget.filters = {}
        self.widget.camera = {}
        self.widget.opened = -1
        self._core.select(self._core.nothing)

    def trend(self) -> go.Figure:
        """Draw the selected papers' share of all papers over time, with 95 % confidence intervals.

        Returns
        -------
        plotly.graph_objects.Figure
            A sentence in place of a chart if nothing is selected or no periods can be formed.
        """
        from analysis.figures.interactive import share_over_time

        from ..topics import selection_trend, trend_title

        selected = self._core.papers[self._core.selected]
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

    def __repr__(self) -> str:
        return f"View of run {self.run.name}. {self.state}"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Display the widget if possible, else a picture; a list if there are too few for a map."""
        if self.run.map.empty:
            return {"text/plain": repr(self), "text/html": list_body(self.run)}, {}
        words = self.state
        model = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        bundle = {
            "application/vnd.jupyter.widget-view+json": model,
            "text/plain": repr(self),
            "image/png": base64.b64encode(self._core.picture(words)).decode("ascii"),
        }
        return bundle, {"image/png": {"alt": f"Topic map. {words}"}}
