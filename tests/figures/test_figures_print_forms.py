"""Print figures of every kind: sizes, forms of files, labels that fit, what a run's folder gets."""

from __future__ import annotations

import re
import zlib
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from analysis.figures import interactive, printed
from analysis.figures.printed.sheet import print_style
from analysis.report.write import write_pages
from hostile import HOSTILE
from page_runs import made_run
from tidy import TOPICS, make_shares
from trend_frames import make_changes, make_events

DRAW = {
    "share_over_time": make_shares,
    "share_heatmap": make_shares,
    "then_and_now": make_changes,
    "burst_timeline": make_events,
}
ODD = [
    *("a label of two hundred letters " * 7, "日本語の長い名前" * 9),
    *("العربية עברית اسم طويل جدا", "Vision-Language-Action-Models/Transformers", "W" * 60, "i"),
]


def outside(figure) -> list[str]:
    """Texts that do not lie on the page."""
    found = []
    with print_style():  # as it is saved: without hinting, which makes letters wider
        renderer = FigureCanvasAgg(figure).get_renderer()
        for text in figure.findobj(Text):
            if text.get_text().strip() and text.get_visible():
                box = text.get_window_extent(renderer)
                inside = box.x0 > -1 and box.x1 < figure.bbox.width + 1
                if not (inside and box.y0 > -1 and box.y1 < figure.bbox.height + 1):
                    found.append(text.get_text())
    return found


@pytest.mark.parametrize("name", DRAW)
@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 30])
def test_every_text_lies_on_the_page(name, columns, count):
    frame = DRAW[name]([f"group number {i}" for i in range(count)])
    figure = getattr(printed, f"print_{name}")(
        frame, title="Title", note="Source: us.", columns=columns
    )
    assert figure.get_figwidth() == {1: 3.5, 2: 7.2}[columns]
    assert outside(figure) == []


@pytest.mark.parametrize("name", DRAW)
@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("count", [3, 6])
def test_odd_labels_lie_on_the_page(name, columns, count):
    frame = DRAW[name](ODD[:count])
    figure = getattr(printed, f"print_{name}")(frame, title=ODD[0], note=ODD[1], columns=columns)
    assert outside(figure) == []


@pytest.mark.parametrize("periods", [1, 3, 4, 24, 120])
@pytest.mark.parametrize("name", ["share_over_time", "share_heatmap"])
def test_any_number_of_periods(name, periods):
    shares = make_shares(TOPICS[:5], totals=[30] * periods, freq="month")
    figure = getattr(printed, f"print_{name}")(shares, title="T")
    assert outside(figure) == []
    assert getattr(interactive, name)(shares).data
    partial = make_shares(TOPICS[:2], totals=[30] * periods, freq="month", n_partial=periods)
    assert outside(getattr(printed, f"print_{name}")(partial)) == []


def many(name):
    shares = {"totals": [30] * 4} if DRAW[name] is make_shares else {}
    if not shares:
        return DRAW[name]([f"group {i}" for i in range(300)])
    parts = [
        make_shares([f"group {i}.{j}" for j in range(25)], **shares).assign(
            group_id=lambda rows, i=i: f"{i:02d}" + rows["group_id"]
        )
        for i in range(12)
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAW)
def test_three_hundred_groups(name):
    frame = many(name)
    figure = getattr(printed, f"print_{name}")(frame, title="T")
    assert outside(figure) == []
    assert figure.get_figheight() < 12
    assert len(getattr(interactive, name)(frame).to_json()) < 1_000_000


def test_shares_that_are_all_zero():
    shares = make_shares(TOPICS[:3])
    shares[["n_papers", "share", "share_low"]] = shares[["n_papers", "share", "share_low"]] * 0
    for name in ("share_over_time", "share_heatmap"):
        assert outside(getattr(printed, f"print_{name}")(shares)) == []
    changes = make_changes(TOPICS[:3])
    ends = [name for name in changes if name.startswith("share_")]
    assert outside(printed.print_then_and_now(changes.assign(**dict.fromkeys(ends, 0.0)))) == []


@pytest.mark.parametrize("name", DRAW)
def test_svg_is_the_same_bytes_without_text_elements_or_date(name, tmp_path):
    paths = [
        printed.save_figure(
            getattr(printed, f"print_{name}")(DRAW[name](TOPICS)), tmp_path / f"{i}.svg"
        )
        for i in range(2)
    ]
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    assert b"<text" not in first
    assert b"<dc:date>" not in first


@pytest.mark.parametrize("name", DRAW)
def test_pdf_embeds_truetype_fonts(name, tmp_path):
    path = printed.save_figure(
        getattr(printed, f"print_{name}")(DRAW[name](TOPICS)), tmp_path / "a.pdf"
    )
    pdf = path.read_bytes()
    parts = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    streams = [zlib.decompress(part) for part in parts if part[:1] == b"x"]
    whole = b"\n".join([pdf, *streams])
    assert b"FontFile2" in whole
    assert b"/Type3" not in whole


@pytest.mark.parametrize("name", DRAW)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_labels_are_only_text_in_print(name, hostile, tmp_path):
    frame = DRAW[name]([hostile] * 2)
    figure = getattr(printed, f"print_{name}")(frame, title=hostile, note=hostile)
    path = printed.save_figure(figure, tmp_path / "a.svg")
    elements = {element.tag.split("}")[-1] for element in ElementTree.parse(path).iter()}
    assert not {"script", "text", "a", "foreignObject"} & elements
    assert not any(text.get_parse_math() for text in figure.findobj(Text) if text.get_text())


def test_a_run_gets_its_charts(tmp_path):
    write_pages(made_run(120), tmp_path)
    charts = {path.name for path in (tmp_path / "charts").iterdir()}
    kinds = ("cluster", "topic")
    assert charts == {
        *("map.svg", "map.pdf"),
        *(f"share-by-{kind}.{form}" for kind in kinds for form in ("svg", "png")),
        *(f"{what}-{kind}.svg" for kind in kinds for what in ("heatmap", "then-and-now")),
    }


def test_a_run_without_trends_gets_no_chart_of_them(tmp_path):
    write_pages(made_run(70, freq=None), tmp_path)
    assert {path.name for path in (tmp_path / "charts").iterdir()} == {"map.svg", "map.pdf"}


def test_zero_is_drawn_as_zero_and_no_paper_as_nothing():
    shares = make_shares(["a", "b"], totals=[20, 0, 30])
    shares.loc[0, ["n_papers", "share"]] = [0, 0.0]
    cells = interactive.share_heatmap(shares).data[0]
    flat = np.array(cells.z, dtype=object)
    row = list(interactive.share_heatmap(shares).layout.yaxis.ticktext).index("a")
    assert flat[row][0] == 0
    assert flat[row][1] is None
