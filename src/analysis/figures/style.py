"""Colours and wording that interactive and printed figures share.

Loads neither plotly nor matplotlib.
"""

from __future__ import annotations

from itertools import accumulate
from unicodedata import east_asian_width

from analysis.base.escaping import clean

INK = "#24292f"
MUTED = "#6b7280"
GREY = "#a3a8b0"
PALE = "#d9dce1"

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x")
"""Marker shapes: groups beyond the 20 colours of the palette get another shape, never a shade."""

LINE_SYMBOLS = SYMBOLS[:4]
"""Markers of lines that share a panel, in the order of the groups: colour alone is not enough."""

RAMP = (
    *("#ebf6f8", "#caedf8", "#a7e1f6", "#83d2f3", "#60c1ef", "#40aee8", "#2799dc"),
    *("#1c83cc", "#206cb5", "#275698", "#29457a", "#27375f", "#242c47"),
)
"""Stops of the heatmaps' colour ramp, each darker than the last, also in grey.

Drawn in OKLCH from a pale cyan to an indigo, then spaced evenly by the length of its path in
CIELAB (9.6 to 10.1 between stops).
"""

_DARK_FROM = 0.54


def darken(color: str) -> str:
    """Mix a `#rrggbb` colour with ink, so that text in it can be read on white."""
    mixed = [
        round(0.55 * int(color[i : i + 2], 16) + 0.45 * int(INK[i : i + 2], 16)) for i in (1, 3, 5)
    ]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def ink_on(level: float) -> str:
    """Return the colour of a number on the ramp at `level`, from 0 to 1."""
    return "#ffffff" if level > _DARK_FROM else "#242c47"


def wrap(text: str, *, width: int, lines: int | None = None) -> list[str]:
    """Clean `text` and break it into lines of at most `width` columns, truncated after `lines`.

    A Latin letter takes one column; a Chinese, Japanese or Korean character takes two.
    """
    broken = [""]
    for word in clean(text).split(" "):
        last = broken[-1]
        if last and columns_of(last) + 1 + columns_of(word) <= width:
            broken[-1] = f"{last} {word}"
        else:
            pieces = _pieces(word, width=width)
            broken[-1:] = [last, *pieces] if last else pieces or [""]
    if lines is None or len(broken) <= lines:
        return broken
    cut = (_pieces(broken[lines - 1], width=width - 1) or [""])[0]
    return [*broken[: lines - 1], cut.rstrip(" ,;:.") + "…"]


def one_line(text: str, *, width: int) -> str:
    """Clean `text` and truncate it to one line of at most `width` columns."""
    return wrap(text, width=width, lines=1)[0]


def columns_of(text: str) -> int:
    """Return the columns that a text takes: wide characters two (Unicode Annex 11), others one."""
    if text.isascii():
        return len(text)
    return len(text) + sum(east_asian_width(character) in "WF" for character in text)


def _pieces(word: str, *, width: int) -> list[str]:
    """Break a word that is too long, after a hyphen or a slash if there is one."""
    pieces = []
    while columns_of(word) > width:
        room = list(accumulate(columns_of(character) for character in word))
        end = max(1, sum(used <= width for used in room))
        joint = max(word.rfind(mark, 0, end) for mark in "-/") + 1
        end = joint if joint > end // 3 else end
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word] if word else pieces


def percent(share: float) -> str:
    """Return a share as a number in percent: 0, 2.4, 18, 99.6, 100."""
    number = 100 * share
    fine = 0 < number < 10 or 99 < number < 100
    return f"{number:.1f}" if fine else f"{number:.0f}"


def share_words(n_papers: int, n_total: int, share: float, low: float, high: float) -> str:
    """Return a share with its counts and interval: 12 of 65 papers, 18 % (11–30 %)."""
    interval = f"{percent(low)}–{percent(high)} %"
    return f"{n_papers:,} of {n_total:,} papers, {percent(share)} % ({interval})"


def times(ratio: float) -> str:
    """Return a ratio as a short number: 0.07, 0.6, 3.5, 12."""
    if ratio != ratio:
        return "?"
    if ratio >= 9.95:
        return f"{ratio:,.0f}" if ratio < 1000 else "1,000+"
    return f"{ratio:.1f}" if ratio >= 0.0995 else f"{ratio:.2f}"
