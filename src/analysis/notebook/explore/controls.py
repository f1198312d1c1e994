"""The widgets of a view together: they change its core and follow it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import ipywidgets as w
import numpy as np

from analysis.figures.style import one_line

from .core import Core
from .filters import date_bars
from .tables import NEAREST, nearest_papers, open_paper_card, table_columns, table_page
from .widgets import DateSlider, MapView, Panel, PaperTable

_HINT = "Drag around papers to select them; scroll to zoom. More tools are at the top right."
_NO_WEBGL = f"{_HINT} Without WebGL, points appear when you zoom in."
_NO_MAP = "There are too few papers for a map; the table lists them."


class Controls:
    """All widgets of one view.

    Attributes
    ----------
    root : Box
        What a cell shows.
    search, color, topic, cluster, weight, reset : widgets of ipywidgets
    panel, dates, table : widgets of `widgets`
    map : MapView
    """

    def __init__(self, core: Core) -> None:
        self.core = core
        self._quiet = False
        self._stay = False
        self.bars = date_bars(core.papers)
        self._make_controls()
        self.panel = Panel(layout=w.Layout(width="300px", flex="0 0 300px"))
        last = max(0, len(self.bars.labels) - 1)
        self.dates = DateSlider(labels=self.bars.labels, note=self.bars.note, high=last)
        self.dates.totals = self.bars.counts(np.ones(len(core.papers), dtype=bool))
        self.table = PaperTable(columns=table_columns(core.papers))
        self.map = MapView(core, panel=self.panel)
        self.root = self._layout()
        self._connect()
        core.subscribe(self.follow)
        self.follow(frozenset({"state", "selected", "paper"}))

    # creation

    def _make_controls(self) -> None:
        core = self.core
        wide = {"style": {"description_width": "initial"}, "layout": w.Layout(width="auto")}
        self.search = w.Text(description="Search", placeholder="words in title or abstract", **wide)
        self.color = w.Dropdown(description="Colour", options=core.colorings, **wide)
        self.topic = w.Dropdown(description="Topic", options=self._groups("topic"), **wide)
        self.cluster = w.Dropdown(description="Cluster", options=self._groups("cluster"), **wide)
        self.weight = w.FloatSlider(
            description="Minimum weight", min=0, max=1, step=0.05, readout_format=".2f", **wide
        )
        self.weight.tooltip = "Hides papers that lie between clusters"
        self.reset = w.Button(description="Reset", layout=w.Layout(width="80px"))

    def _groups(self, kind: str) -> list[tuple[str, str]]:
        """Return the options of a menu: clusters below their broader cluster, most papers first."""
        groups = self.core.run.groups
        groups = groups[groups["kind"] == kind].sort_values(
            ["n_papers", "group_id"], ascending=[False, True]
        )
        under: dict[str, list[Any]] = {}
        for row in groups.itertuples(index=False):
            parent = row.parent_id if kind == "cluster" and isinstance(row.parent_id, str) else ""
            under.setdefault(parent, []).append(row)
        options = [(f"all {kind}s", "")]

        def add(parent: str, depth: int) -> None:
            for row in under.get(parent, []):
                size = f" ({row.n_papers:,})" if row.n_papers else ""
                label = "    " * depth + one_line(str(row.label), width=80) + size
                options.append((label, row.group_id))
                if kind == "cluster":
                    add(row.group_id, depth + 1)

        add("", 0)
        return options

    def _layout(self) -> w.Box:
        menus = [self.color]
        menus += [self.topic] if len(self.topic.options) > 1 else []
        menus += [self.cluster] if len(self.cluster.options) > 1 else []
        menus += [self.weight] if self.core.papers["cluster_id"].notna().any() else []
        row = w.Layout(flex_flow="row wrap", align_items="center", grid_gap="2px 12px")
        self.search.layout = w.Layout(flex="1 1 240px", width="auto", max_width="420px")
        for menu in menus:
            menu.layout = w.Layout(width="auto", max_width="250px")
        self.weight.layout = w.Layout(width="230px")
        parts: list[w.Widget] = [w.Box([self.search, *menus, self.reset], layout=row)]
        middle = w.Box([self.map.box, self.panel], layout=w.Layout(flex_flow="row nowrap"))
        self.hint = w.Label(_HINT if self.core.has_map else _NO_MAP)
        parts += [self.hint, middle]
        if not self.core.has_map:
            self.map.box.layout.display = "none"
        root = w.VBox([*parts, self.dates, self.table])
        root.add_class("papertide-view")
        return root

    @property
    def figure(self) -> object:
        """The map's FigureWidget; None until a browser shows the view."""
        return self.map.figure

    # from the widgets to the core

    def _connect(self) -> None:
        for widget, field in (
            (self.search, "text"),
            (self.color, "color"),
            (self.topic, "topic"),
            (self.cluster, "cluster"),
            (self.weight, "least_weight"),
        ):
            widget.observe(self._setter(field), names="value")
        self.reset.on_click(lambda _: self.core.reset())
        self.dates.observe(self._dates_moved, names=["low", "high"])
        self.table.observe(self._table_turned, names=["sort", "descending", "page", "listed"])
        self.table.on_msg(self._table_message)
        self.panel.on_msg(self._panel_message)

    def _setter(self, field: str) -> Callable[[dict[str, Any]], None]:
        def changed(change: dict[str, Any]) -> None:
            if not self._quiet:
                value = change["new"]
                if field in ("topic", "cluster"):
                    value = value or None
                self._change_state(**{field: value})

        return changed

    def _change_state(self, **fields: Any) -> None:
        self.core.set(replace(self.core.state, **fields))

    def _dates_moved(self, _: dict[str, Any]) -> None:
        if self._quiet or not self.bars.labels:
            return
        low, high = self.dates.low, self.dates.high
        whole = low == 0 and high == len(self.bars.labels) - 1
        days = (None, None) if whole else (self.bars.starts[low], self.bars.ends[high])
        self._change_state(dates=days)

    def _table_turned(self, _: dict[str, Any]) -> None:
        if not self._quiet:
            self._fill_table()

    def _table_message(self, _: w.Widget, content: dict[str, Any], __: Any) -> None:
        row = self._row(content.get("id"))
        if row is None:
            return
        if content.get("kind") == "open":
            self.core.open(row)
        elif content.get("kind") == "tick":
            selected = self.core.selected.copy()
            selected[row] = bool(content.get("on"))
            self._stay = True
            self.core.select(selected)

    def _panel_message(self, _: w.Widget, content: dict[str, Any], __: Any) -> None:
        kind = content.get("kind")
        if kind == "ready":
            width, webgl = int(content.get("width") or 0), content.get("webgl", True) is True
            self.map.show(width=width, webgl=webgl)
            if self.core.has_map:
                self.hint.value = _HINT if webgl or not self.map.is_dense else _NO_WEBGL
            self._send_paper()
        elif kind == "close":
            self.core.open(None)
        elif kind == "open" and (row := self._row(content.get("id"))) is not None:
            self.core.open(row)
        elif kind == "group":
            self._group_clicked(str(content.get("id")))

    def _group_clicked(self, group: str) -> None:
        """Filter by an entry of the legend; a second click removes the filter."""
        field = "topic" if self.core.state.color == "topic" else "cluster"
        if group in self.core.labels:
            value = None if getattr(self.core.state, field) == group else group
            self._change_state(**{field: value})

    def _row(self, paper: object) -> int | None:
        rows = np.flatnonzero(self.core.papers["paper_id"] == paper)
        return int(rows[0]) if len(rows) else None

    # from the core to the widgets

    def follow(self, what: frozenset[str]) -> None:
        """Update every widget after a change of the core."""
        with self._silent():
            if "state" in what:
                self._set_controls()
            if what & {"state", "selected"}:
                if "selected" in what and not self._stay:
                    self.table.listed = "selected" if self.core.selected.any() else "shown"
                    self.table.page = 0
                if "state" in what:
                    self.table.page = 0
                self._stay = False
                self._fill_table()
            self.map.follow(what)
        if "paper" in what:
            self._send_paper()

    def _set_controls(self) -> None:
        state, core = self.core.state, self.core
        self.search.value = state.text
        self.color.value = state.color
        self.topic.value = state.topic or ""
        self.cluster.value = state.cluster or ""
        self.weight.value = state.least_weight
        self.dates.counts = self.bars.counts(core.passing(replace(state, dates=(None, None))))
        if self.bars.labels:
            low, high = self.bars.between(*state.dates)
            self.dates.set_trait("low", low)
            self.dates.set_trait("high", high)
        entries = core.coloring.entries
        pressed = {state.topic if state.color == "topic" else state.cluster}
        self.panel.title = core.coloring.title
        self.panel.entries = [
            {
                "label": one_line(entry.label, width=80),
                "color": entry.color,
                "symbol": entry.symbol,
                "n": len(entry.rows),
                "n_shown": int(core.shown[entry.rows].sum()),
                "group": entry.group,
                "pressed": entry.group in pressed,
            }
            for entry in entries
        ]

    def _fill_table(self) -> None:
        core, table = self.core, self.table
        if table.listed == "selected" and not core.selected.any():
            table.listed = "shown"
        mask = core.selected if table.listed == "selected" else core.shown
        rows, page, pages = table_page(
            core.papers,
            rows=np.flatnonzero(mask),
            selected=core.selected,
            sort=table.sort,
            descending=table.descending,
            page=table.page,
        )
        with self._silent(), table.hold_sync():
            table.rows, table.page, table.pages = rows, page, pages
            table.words = core.words
            table.n_shown, table.n_selected = int(core.shown.sum()), int(core.selected.sum())

    def _send_paper(self) -> None:
        row, card = self.core.open_row, None
        if row is not None:
            paper = str(self.core.papers["paper_id"].iloc[row])
            near = nearest_papers(self.core.run, paper, n=NEAREST)
            card = open_paper_card(self.core.papers, row=row, near=near)
        self.panel.send({"kind": "paper", "card": card})

    @contextmanager
    def _silent(self) -> Iterator[None]:
        """Change widgets without treating it as input of a user."""
        before, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = before
