"""Style, fonts and the empty sheet of print figures, and how they are saved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import font_manager, rc_context
from matplotlib import style as mpl_style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

from analysis.base.errors import InputError
from analysis.base.escaping import for_matplotlib
from analysis.base.files import written_whole
from analysis.base.outputs import writing

from ..style import GREY, INK, MUTED, PALE, wrap

WIDTHS = {1: 3.5, 2: 7.2}
"""Width of a figure in inches, for one column of a two-column page and for both."""

TEXT = 7.5
SMALL = 6.5
LINE = "#e6e8eb"

FALLBACK_FONTS = (
    *("Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK KR", "Hiragino Sans", "PingFang SC"),
    *("Apple SD Gothic Neo", "Yu Gothic", "Microsoft YaHei", "Malgun Gothic"),
    *("WenQuanYi Zen Hei", "IPAexGothic", "Arial Unicode MS", "Noto Sans"),
)
"""Used if installed, for characters missing from DejaVu Sans (which comes with matplotlib)."""

UNDRAWABLE = "\u25a1"
"""Replaces a character that no font in use has: a white square, as readers expect."""

_STYLE = {
    "font.size": TEXT,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.5,
    "text.color": INK,
    # Glyphs are placed as in their outlines at any resolution, so that a halo lies under its text.
    "text.hinting": "no_hinting",
    "text.parse_math": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.width": 0.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 0,
    "hatch.linewidth": 0.4,
    "svg.fonttype": "path",
    "svg.hashsalt": "papertide",
    "pdf.fonttype": 42,
}
MARKERS = {"circle": "o", "square": "s", "diamond": "D", "triangle-up": "^", "x": "X"}
SUFFIXES = (".svg", ".png", ".pdf")
_LINE_HEIGHT = 0.13
_EDGE = 0.09


@contextmanager
def print_style(texts: Sequence[str] = ()) -> Iterator[None]:
    """Set the style of print figures, with the fonts that `texts` need, whatever a user has set."""
    settings: dict[Any, Any] = {**_STYLE, "font.family": _families(texts)}
    with mpl_style.context("default"), rc_context(settings):
        yield


def printable_lines(text: str, *, width: int, lines: int | None = None) -> str:
    """Return `text` wrapped and truncated after `lines`; undrawable characters are replaced."""
    known = frozenset().union(*(_characters(f) for f in matplotlib.rcParams["font.family"]))
    broken = wrap(for_matplotlib(text), width=width, lines=lines)
    drawable = ["".join(c if ord(c) in known else UNDRAWABLE for c in line) for line in broken]
    return "\n".join(drawable)


def text_width(text: str, *, size: float, bold: bool = False) -> float:
    """Return the width in inches of a text of one or more lines."""
    font = font_manager.FontProperties(size=size, weight="bold" if bold else "normal")
    measure = _renderer().get_text_width_height_descent
    return max(measure(line, font, False)[0] for line in text.split("\n")) / 72


def fit_text(
    text: str, *, inches: float, size: float, bold: bool = False, lines: int | None = None
) -> str:
    """Return `text` broken into lines of at most `inches`, truncated after `lines`."""
    width = max(2, int(inches * 72 / (size * (0.56 if bold else 0.48))))
    while True:
        broken = printable_lines(text, width=width, lines=lines)
        wide = text_width(broken, size=size, bold=bold)
        if wide <= inches or width == 2:
            return broken
        width = max(2, min(width - 1, int(width * inches / wide)))


@dataclass(frozen=True)
class Sheet:
    """A figure measured in inches, with panels `room` inches high between title and notes."""

    figure: Figure
    width: float
    room: float
    foot: float

    def panel(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Add axes at a position in inches from the lower left corner of the space for panels."""
        total = self.figure.get_figheight()
        return self.figure.add_axes(
            (
                round(left / self.width, 5),
                round((self.foot + bottom) / total, 5),
                round(width / self.width, 5),
                round(height / total, 5),
            )
        )

    def write(self, x: float, y: float, text: str, **font: Any) -> None:
        """Write at a position in inches, measured as in `panel`."""
        total = self.figure.get_figheight()
        self.figure.text(x / self.width, (self.foot + y) / total, text, **font)


def new_sheet(
    room: float, *, title: str | None, notes: Sequence[str] = (), columns: int = 2
) -> Sheet:
    """Return an empty figure with its title above and below it the notes that are not empty.

    Raises
    ------
    InputError
        If `columns` is neither 1 nor 2.
    """
    if columns not in WIDTHS:
        raise InputError(
            f"columns={columns!r}",
            allowed="1 or 2, the columns of a two-column page that the figure takes",
            next_step="choose one of them, or leave columns out",
        )
    width = WIDTHS[columns]
    inner = width - 2 * _EDGE
    large = 10 if columns == 2 else 8.5
    heading = fit_text(title, inches=inner, size=large, bold=True, lines=3) if title else ""
    foot = " ".join(filter(None, notes))
    below = fit_text(foot, inches=inner, size=SMALL, lines=16 // columns) if foot else ""
    head = 0.1 + 0.019 * large * (heading.count("\n") + 1) if heading else 0.04
    tail = 0.1 + _LINE_HEIGHT * (below.count("\n") + 1) if below else 0.04
    figure = Figure(figsize=(width, room + head + tail))
    made = Sheet(figure, width, room, tail)
    made.write(_EDGE, room + head - 0.07, heading, fontsize=large, fontweight="bold", va="top")
    made.write(_EDGE, -0.04, below, fontsize=SMALL, color=MUTED, linespacing=1.35, va="top")
    return made


def sentence_figure(text: str, *, title: str | None, columns: int = 2) -> Figure:
    """Return a figure with a sentence that says why there is nothing to draw."""
    made = new_sheet(1.0, title=title, columns=columns)
    words = fit_text(text, inches=made.width - 4 * _EDGE, size=TEXT)
    made.write(made.width / 2, 0.45, words, ha="center", va="center")
    return made.figure


def add_lines(axes: Axes, lines: Sequence[Any], **style: Any) -> None:
    """Add lines, each a sequence of points, that leave the limits of the axes as they are."""
    axes.add_collection(LineCollection(lines, **style), autolim=False)


def hatch(axes: Axes, left: float, right: float) -> None:
    """Hatch the axes from `left` to `right`, for what is incomplete."""
    style: dict[str, Any] = {
        "facecolor": "none",
        "edgecolor": PALE,
        "hatch": "////",
        "linewidth": 0,
    }
    axes.axvspan(left, right, zorder=0, **style)


def save_figure(figure: Figure, path: Path | str, *, dpi: int = 300) -> Path:
    """Write a figure to a file, completely or not at all; the same figure gives the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        From one of the `print_` functions.
    path : Path or str
        Ends in .svg (text as outlines), .png or .pdf (fonts embedded). An existing file is
        replaced.
    dpi : int, default 300
        Dots per inch of a PNG, and of rasterised parts of the others: points of large maps.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the suffix is not one of these or the file cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"the file name {for_matplotlib(path.name)} for a figure",
            allowed="names that end in " + ", ".join(SUFFIXES),
            next_step="give the file one of these endings",
        )
    content = figure_bytes(figure, suffix=suffix[1:], dpi=dpi)
    allowed = "a file in an existing folder with write permission"
    step = "create the folder, or choose another path"
    with writing(path, allowed=allowed, next_step=step), written_whole(path) as temporary:
        temporary.write_bytes(content)
    return path


def figure_bytes(figure: Figure, *, suffix: str, dpi: int) -> bytes:
    """Return the file of a figure, as `save_figure` writes it; `suffix` is svg, png or pdf."""
    dates = {"svg": "Date", "png": "Software", "pdf": "CreationDate"}
    options: dict[str, Any] = {"pil_kwargs": {"compress_level": 3}} if suffix == "png" else {}
    file = BytesIO()
    with print_style():
        figure.savefig(file, format=suffix, dpi=dpi, metadata={dates[suffix]: None}, **options)
    return file.getvalue()


@cache
def _renderer() -> RendererAgg:
    return RendererAgg(1, 1, 72)


@cache
def _characters(family: str) -> frozenset[int]:
    """Return the code points that a font family can draw both in regular and in bold."""
    files = {
        font_manager.findfont(font_manager.FontProperties(family=family, weight=weight))
        for weight in ("normal", "bold")
    }
    return frozenset.intersection(*(frozenset(FT2Font(file).get_charmap()) for file in files))


def _families(texts: Sequence[str]) -> list[str]:
    """Return DejaVu Sans and, for characters of `texts` that it lacks, installed fallback fonts."""
    missing = {ord(c) for text in texts for c in for_matplotlib(text)}
    missing -= _characters("DejaVu Sans")
    families = ["DejaVu Sans"]
    installed = set(font_manager.get_font_names()) if missing else set()
    for family in FALLBACK_FONTS:
        if family in installed and missing & _characters(family):
            families.append(family)
            missing -= _characters(family)
    return families
