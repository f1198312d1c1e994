"""Style, fonts and the empty sheet of print figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import matplotlib
from matplotlib import font_manager, rc_context
from matplotlib import style as mpl_style
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

from ...text import for_matplotlib
from .. import GREY, INK, MUTED, wrap

WIDTH = 7.2
"""Width of a figure in inches: a page's text width."""

FALLBACK_FONTS = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans CJK KR",
    "Hiragino Sans",
    "PingFang SC",
    "Apple SD Gothic Neo",
    "Yu Gothic",
    "Microsoft YaHei",
    "Malgun Gothic",
    "WenQuanYi Zen Hei",
    "IPAexGothic",
    "Arial Unicode MS",
    "Noto Sans",
)
"""Used where installed, for characters that DejaVu Sans (it comes with matplotlib) lacks."""

UNDRAWABLE = "\u25a1"
"""Stands for a character that no font in use has: a white square, as a reader would expect."""

_STYLE = {
    "font.size": 7.5,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#e6e8eb",
    "grid.linewidth": 0.5,
    "text.color": INK,
    # Letters stand where outlines have them, at any resolution: a halo lies under its text.
    "text.hinting": "no_hinting",
    "text.parse_math": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "xtick.major.width": 0.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 0,
    "hatch.linewidth": 0.4,
    "svg.fonttype": "path",
    "svg.hashsalt": "papertide",
    "pdf.fonttype": 42,
}
_LINE_HEIGHT = 0.13


@contextmanager
def style(texts: Sequence[str] = ()) -> Iterator[None]:
    """Set our style for a while, with the fonts that `texts` need, whatever a user has set."""
    with mpl_style.context("default"), rc_context({**_STYLE, "font.family": _families(texts)}):
        yield


def lines_of(text: str, *, width: int, lines: int | None = None) -> str:
    """Return `text` wrapped and cut after `lines`, without what the fonts in use cannot draw."""
    known = frozenset().union(*(_characters(f) for f in matplotlib.rcParams["font.family"]))
    broken = wrap(for_matplotlib(text), width=width, lines=lines)
    drawable = ["".join(c if ord(c) in known else UNDRAWABLE for c in line) for line in broken]
    return "\n".join(drawable)


def sheet(height: float, *, title: str | None, foot: str = "") -> Figure:
    """Return a figure with room of `height` inches for panels between its title and its foot."""
    heading = lines_of(title, width=72, lines=2) if title else ""
    below = lines_of(foot, width=136, lines=8) if foot else ""
    head = 0.1 + 0.19 * (heading.count("\n") + 1) if heading else 0.04
    tail = 0.1 + _LINE_HEIGHT * (below.count("\n") + 1) if below else 0.04
    total = height + head + tail
    figure = Figure(figsize=(WIDTH, total), layout="constrained")
    figure.get_layout_engine().set(
        rect=(0.005, tail / total, 0.99, height / total), w_pad=0.03, h_pad=0.03
    )
    top = {"va": "top", "parse_math": False}
    figure.text(0.012, 1 - 0.07 / total, heading, fontsize=10, fontweight="bold", **top)
    figure.text(
        0.012, (tail - 0.04) / total, below, fontsize=6.5, color=MUTED, linespacing=1.35, **top
    )
    return figure


def settle(figure: Figure, *, passes: int = 1) -> Figure:
    """Place the panels once and for all.

    The solver behind the layout leaves differences in the last digits from one time to the next,
    which would show in the bytes of a file: positions are rounded. Labels that stand beside a panel
    move with its width and need a second and a third pass.
    """
    for _ in range(passes):
        figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position([round(number, 5) for number in axes.get_position().bounds])
    return figure


def sentence(text: str, *, title: str | None) -> Figure:
    """Return a figure that says why there is nothing to draw."""
    figure = sheet(1.0, title=title)
    figure.text(0.5, 0.4, lines_of(text, width=90), ha="center", va="center", parse_math=False)
    return figure


@cache
def _characters(family: str) -> frozenset[int]:
    """Return the code points that a family can draw both regular and bold."""
    files = {
        font_manager.findfont(font_manager.FontProperties(family=family, weight=weight))
        for weight in ("normal", "bold")
    }
    return frozenset.intersection(*(frozenset(FT2Font(file).get_charmap()) for file in files))


def _families(texts: Sequence[str]) -> list[str]:
    """Return DejaVu Sans and, where it lacks a character of `texts`, the fallbacks installed."""
    lacking = {ord(c) for text in texts for c in for_matplotlib(text)}
    lacking -= _characters("DejaVu Sans")
    families = ["DejaVu Sans"]
    installed = set(font_manager.get_font_names()) if lacking else set()
    for family in FALLBACK_FONTS:
        if family in installed and lacking & _characters(family):
            families.append(family)
            lacking -= _characters(family)
    return families
