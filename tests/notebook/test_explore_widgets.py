"""The widget of a view: what a browser sets by its traits, what it asks for, what is linked."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import InputError, explore
from explored import shown, told_run


def bits(*rows: int, n: int = 200) -> bytes:
    mask = np.zeros(n, dtype=bool)
    mask[list(rows)] = True
    return np.packbits(mask, bitorder="little").tobytes()


def test_what_a_browser_selects_is_the_selection_and_is_acknowledged(view):
    view.widget.set_state({"selected": memoryview(bits(3, 199)), "asked": 1})
    assert view.selection["paper_id"].tolist() == ["2301.00003", "2301.00199"]
    assert view.widget.answered == 1
    # The same papers once more are a change of nothing, but an answer is due.
    view.widget.set_state({"selected": memoryview(bits(3, 199)), "asked": 2})
    assert view.widget.answered == 2


def test_what_code_selects_is_marked_in_the_browser(view):
    view.select(["2301.00003", "2301.00199"])
    assert view.widget.selected == bits(3, 199)
    view.select()
    assert view.widget.selected == bits()


def test_filters_of_a_browser_are_those_of_the_view(view):
    filters = {"text": "speech", "topic": None, "from": "2023-02-01", "to": None, "weight": 0.5}
    view.widget.set_state({"filters": {**filters, "only": {"cluster": ["c0004"]}}, "asked": 1})
    assert view.state == (
        f"{shown(view)} of 200 papers with “speech” in title or abstract, in cluster Cluster 4, "
        "dated 2023-02-01 or later, with a weight of at least 0.50 in their cluster."
    )
    view.filter(text=None)
    assert view.widget.filters == {**filters, "text": "", "only": {"cluster": ["c0004"]}}
    view.widget.set_state({"filters": {"topic": ""}, "asked": 2})
    in_none = int(
        (
            view.run.papers["paper_id"].map(view._core.papers.set_index("paper_id")["topics"]) == ""
        ).sum()
    )
    assert view.state == f"{in_none} of 200 papers in no topic."


def test_a_reset_shows_the_whole_map(view):
    view.widget.set_state({"camera": {"x": 1, "y": 2, "zoom": 3}, "opened": 7, "hovered": 9})
    assert (view.opened, view.hovered) == ("2301.00007", "2301.00009")
    view.select(cluster="c0001")
    view.reset()
    assert (view.widget.camera, view.opened, len(view.selection)) == ({}, None, 0)


def test_a_browser_gets_the_data_that_it_asks_for(view, monkeypatch):
    sent = []
    monkeypatch.setattr(
        view.widget, "send", lambda content, buffers: sent.append((content, buffers))
    )
    for kind in ("open", "texts", "near", "abstracts", "anything else", None):
        view.widget._handle_custom_msg({"kind": kind, "number": "7"}, [])
    assert [content["kind"] for content, _ in sent] == ["open", "texts", "near", "abstracts"]
    assert {content["number"] for content, _ in sent} == {"7"}
    content, (points,) = sent[0]
    assert content["meta"]["n"] == 200
    assert content["body"].startswith('<div id="app">')
    assert 'id="theme"' not in content["body"]
    assert len(points) < 30 * 200
    column = content["meta"]["columns"]["x"]
    x = np.frombuffer(zlib.decompress(points), "<u2", column["length"], column["start"])
    assert np.corrcoef(x, view.run.map.sort_values("paper_id")["x"])[0, 1] > 0.9999
    assert "On adapters" in zlib.decompress(sent[1][1][0]).decode()


def test_linked_views_share_their_selection_alone(subjects):
    one = explore(subjects)
    one.select(["2301.00001"])
    other = explore(subjects, linked=one)
    third = explore(subjects, linked=other)
    assert third.selection["paper_id"].tolist() == ["2301.00001"]
    third.widget.set_state({"selected": memoryview(bits(5)), "asked": 1})
    assert one.selection["paper_id"].tolist() == ["2301.00005"]
    assert one.widget.selected == other.widget.selected == bits(5)
    one.filter(text="speech")
    assert shown(other) == 200
    with pytest.raises(InputError, match="whose papers are not those of run"):
        explore(told_run(60), linked=one)


def test_papers_without_a_place_can_be_selected_by_code(subjects):
    """A browser does not show them, and keeps them as long as nothing else is selected there."""
    run = replace(subjects, map=subjects.map.iloc[10:].reset_index(drop=True))
    view = explore(run)
    view.select(["2301.00003", "2301.00012"])
    assert view.widget.selected == bits(2, n=190)
    assert len(view.selection) == 2
    view.widget.set_state({"selected": memoryview(bits(0, n=190)), "asked": 1})
    assert view.selection["paper_id"].tolist() == ["2301.00010"]


def test_extra_columns_with_dates_and_lists_do_no_harm(subjects):
    papers = subjects.papers.assign(
        seen=pd.Timestamp("2024-01-01"), authors=[["a", "b"]] * 200, citations=np.arange(200.0)
    )
    view = explore(replace(subjects, papers=papers))
    view.color_by("citations")
    assert view.widget.color == "column citations"
    assert list(view.selection.columns[-3:]) == ["seen", "authors", "citations"]
