"""Shares over time, for print: the numbers drawn, sizes, files."""

import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib import rcParams
from matplotlib.colors import to_hex
from matplotlib.text import Text

from analysis.base.errors import InputError
from analysis.base.escaping import clean
from analysis.figures import printed
from hostile import HOSTILE
from tidy import TOPICS, YEARS, drawn, make_shares


def shown_axes(figure) -> list:
    return [axes for axes in figure.axes if axes.get_visible()]


def test_print_few_groups_are_named_at_their_lines():
    figure = printed.print_share_over_time(
        make_shares(TOPICS[:3]), title="Topics", note="Source: us."
    )
    texts = drawn(figure)
    assert {"Pretraining", "PEFT", "Multimodal", "Papers per period", "Topics"} <= set(texts)
    assert any("2025 is incomplete" in text and text.endswith("Source: us.") for text in texts)
    assert [text for text in texts if text in {"1", "4", "8", "18", "65", "16"}] == [
        str(n) for n in YEARS
    ]
    assert len({line.get_marker() for line in figure.axes[0].lines} - {"", "None"}) == 3
    assert figure.get_figwidth() == 7.2


def test_print_draws_the_numbers_of_the_table():
    shares = make_shares(TOPICS[:2])
    axes = printed.print_share_over_time(shares).axes[0]
    color = shares["color"].iloc[0]
    full, dashed, partial = (line for line in axes.lines if to_hex(line.get_color()) == color)
    share = shares.loc[shares["group_id"] == "g00", "share"].to_numpy()
    np.testing.assert_array_equal(full.get_ydata(), [*share[:6], np.nan])
    np.testing.assert_array_equal(dashed.get_ydata(), share[5:])
    np.testing.assert_array_equal(partial.get_ydata(), [np.nan] * 6 + [share[6]])
    assert partial.get_markerfacecolor() == "white"
    band = axes.collections[0].get_paths()[0].vertices
    assert band[:, 1].max() == shares["share_high"][:7].max()
    assert any(patch.get_hatch() for patch in axes.patches)


def test_print_many_groups_get_a_panel_each_on_one_scale():
    figure = printed.print_share_over_time(make_shares(TOPICS))
    axes = shown_axes(figure)
    assert [panel.get_title(loc="left") for panel in axes] == [*TOPICS, "Papers per period"]
    assert len({panel.get_ylim() for panel in axes[:-1]}) == 1
    assert axes[0].get_ylim()[0] == 0
    assert [bar.get_height() for bar in axes[-1].patches[: len(YEARS)]] == YEARS


@pytest.mark.parametrize("count", [1, 4, 5])
@pytest.mark.parametrize("totals", [[5], [0, 3], [20, 0, 30, 0, 0, 9], [40] * 50])
def test_print_any_size(count, totals, tmp_path):
    shares = make_shares([f"group {i}" for i in range(count)], totals=totals, freq="month")
    path = printed.save_figure(printed.print_share_over_time(shares), tmp_path / "a.png", dpi=40)
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_saved_figures_are_the_same_bytes(tmp_path, suffix):
    shares = make_shares(TOPICS[:5])
    paths = [
        printed.save_figure(
            printed.print_share_over_time(shares, title="T"), tmp_path / f"{i}{suffix}", dpi=60
        )
        for i in range(4)
    ]
    assert len({path.read_bytes() for path in paths}) == 1
    assert len(list(tmp_path.iterdir())) == 4


def test_svg_has_outlines_and_no_date(tmp_path):
    path = printed.save_figure(
        printed.print_share_over_time(make_shares(TOPICS)), tmp_path / "a.svg"
    )
    svg = path.read_text(encoding="utf-8")
    assert "<text" not in svg
    assert "<dc:date>" not in svg


def test_a_users_style_changes_nothing_and_is_left_alone(tmp_path):
    shares = make_shares(TOPICS[:2])
    plain = printed.save_figure(printed.print_share_over_time(shares), tmp_path / "a.svg")
    before = rcParams["lines.linewidth"], rcParams["axes.facecolor"]
    try:
        rcParams["axes.facecolor"], rcParams["lines.linewidth"] = "red", 9.0
        other = printed.save_figure(printed.print_share_over_time(shares), tmp_path / "b.svg")
        assert (rcParams["lines.linewidth"], rcParams["axes.facecolor"]) == (9.0, "red")
    finally:
        rcParams["lines.linewidth"], rcParams["axes.facecolor"] = before
    assert plain.read_bytes() == other.read_bytes()


def test_an_unknown_suffix_is_refused(tmp_path):
    figure = printed.print_share_over_time(make_shares(["a"]))
    with pytest.raises(InputError) as caught:
        printed.save_figure(figure, tmp_path / "chart.jpeg")
    assert str(caught.value) == (
        "Found: the file name chart.jpeg for a figure\n"
        "Allowed: names that end in .svg, .png, .pdf\n"
        "Next: give the file one of these endings"
    )
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_is_said_and_leaves_nothing(tmp_path):
    figure = printed.print_share_over_time(make_shares(["a"]))
    with pytest.raises(InputError, match="cannot write") as caught:
        printed.save_figure(figure, tmp_path / "no" / "chart.svg")
    assert "Next: create the folder, or choose another path" in str(caught.value)
    folder = tmp_path / "folder.svg"
    folder.mkdir()
    with pytest.raises(InputError, match="cannot write"):
        printed.save_figure(figure, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.svg"]


def test_print_needs_no_pyplot(tmp_path):
    code = (
        "import sys; from analysis.figures import printed; "
        "print('matplotlib.pyplot' in sys.modules, 'plotly' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_only_text_in_print(hostile, tmp_path):
    for count in (2, 5):
        shares = make_shares([hostile] * count, totals=[30, 40])
        figure = printed.print_share_over_time(shares, title=hostile, note=hostile)
        path = printed.save_figure(figure, tmp_path / f"{count}.svg")
        elements = [element.tag.split("}")[-1] for element in ElementTree.parse(path).iter()]
        assert not {"script", "text", "a", "image", "foreignObject"} & set(elements)
        assert not any(text.get_parse_math() for text in figure.findobj(Text) if text.get_text())
    first_word = clean(hostile).split(" ")[0][:20]
    if first_word.isascii():
        assert any(first_word in text for text in drawn(figure))


def test_undrawable_characters_become_squares(monkeypatch):
    monkeypatch.setattr("analysis.figures.printed.sheet.FALLBACK_FONTS", ())
    figure = printed.print_share_over_time(make_shares(["日本 é"], totals=[30, 40]))
    assert "□□ é" in drawn(figure)
