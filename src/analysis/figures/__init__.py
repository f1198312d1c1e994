"""Tidy frames to figures: `interactive` draws with plotly, `printed` with matplotlib.

Nothing is computed here that a test of the numbers would want to check. What both kinds of figure
must agree on (which groups are shown, ticks, the wording of a share, the notes) stands in this
file, which loads neither plotly nor matplotlib.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from unicodedata import east_asian_width

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean
from analysis.base.schema import FEW_PAPERS, MONTHS

INK = "#24292f"
MUTED = "#6b7280"
GREY = "#a3a8b0"
PALE = "#d9dce1"

LINE_SYMBOLS = ("circle", "square", "diamond", "triangle-up")
"""Markers of lines that share a panel, in the order of the groups: colour alone does not do."""

ONE_PANEL = len(LINE_SYMBOLS)
"""Up to so many groups share one panel; more of them get a panel each."""

NO_SHARES = "There is no share over time to show."

_STRIDES = {
    "month": (1, 2, 3, 6, 12, 24, 36, 60, 120, 240),
    "quarter": (1, 2, 4, 8, 12, 20, 40, 80),
    "half-year": (1, 2, 4, 6, 10, 20, 40),
    "year": (1, 2, 3, 5, 10, 20, 50, 100),
}


def wrap(text: str, *, width: int, lines: int | None = None) -> list[str]:
    """Clean `text` and break it into lines of at most `width` columns, cut after `lines`.

    A column is one Latin letter; one of Chinese, Japanese or Korean takes two.
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


def columns_of(text: str) -> int:
    """Return how many columns a text takes: wide characters two (Unicode Annex 11), others one."""
    if text.isascii():
        return len(text)
    return len(text) + sum(east_asian_width(character) in "WF" for character in text)


def _pieces(word: str, *, width: int) -> list[str]:
    """Break a word that is too long, after a hyphen or a slash where there is one."""
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
    """Return a share as a number in per cent: 0, 2.4, 18, 99.6, 100."""
    number = 100 * share
    fine = 0 < number < 10 or 99 < number < 100
    return f"{number:.1f}" if fine else f"{number:.0f}"


def share_words(n_papers: int, n_total: int, share: float, low: float, high: float) -> str:
    """Return a share with its receipt: 12 of 65 papers, 18 % (11–30 %)."""
    interval = f"{percent(low)}–{percent(high)} %"
    return f"{n_papers:,} of {n_total:,} papers, {percent(share)} % ({interval})"


def shown(shares: pd.DataFrame, *, top: int) -> list[tuple[str, pd.DataFrame]]:
    """Return label and rows of the first `top` groups in the frame's order.

    Raises
    ------
    InputError
        Where `top` is below 1.
    """
    if top < 1:
        raise InputError(
            f"top={top}", allowed="1 or more groups", next_step="leave top out, or give a number"
        )
    ids = shares["group_id"].drop_duplicates().head(top)
    by_group = dict(list(shares.groupby("group_id", sort=False)))
    return [(str(by_group[i]["label"].iloc[0]), by_group[i]) for i in ids]


def periods_of(shares: pd.DataFrame) -> pd.DataFrame:
    """Return one row a period: `period`, `period_end`, `period_label`, `n_total`, `is_partial`."""
    columns = ["period", "period_end", "period_label", "n_total", "is_partial"]
    return shares[columns].drop_duplicates("period").sort_values("period", ignore_index=True)


def tick_rows(shares: pd.DataFrame, *, limit: int) -> pd.DataFrame:
    """Return the rows of `periods_of` that get a tick label: at most `limit`, evenly spaced."""
    return strided(periods_of(shares), freq=str(shares["freq"].iloc[0]), limit=limit)


def strided(periods: pd.DataFrame, *, freq: str, limit: int) -> pd.DataFrame:
    """Return at most `limit` evenly spaced rows of a frame with one row a `period`.

    Months, quarters and half-years are counted from the start of a year, years from the first.
    """
    starts = periods["period"]
    number = (starts.dt.year * 12 + starts.dt.month - 1) // MONTHS[freq]
    if freq == "year":
        number = number - number.iloc[0]
    for stride in _STRIDES[freq]:
        ticks = periods[number % stride == 0]
        if 0 < len(ticks) <= limit:
            return ticks
    return periods.iloc[[0]]


def axis_top(shares: pd.DataFrame) -> float:
    """Return the upper end of the share axis, a number in (0, 1].

    It covers every interval of the periods with at least `FEW_PAPERS` papers; where there is no
    such period, of all. One paper in a first, lonely year would otherwise flatten the rest.
    """
    known = shares[shares["n_total"] > 0]
    many = known[known["n_total"] >= FEW_PAPERS]
    highest = (many if len(many) else known)["share_high"].max()
    return min(1.0, 1.06 * float(highest)) if highest > 0 else 1.0


def columns_for(n_panels: int) -> int:
    """Return 3 or 4 columns, whichever leaves fewer empty places."""
    return min((4, 3), key=lambda columns: -n_panels % columns)


@dataclass(frozen=True)
class Mark:
    """An event of a group: `what`, number of its first and last period, 1 up or -1 down."""

    what: str
    first: int
    last: int
    sign: int
    words: str


def event_marks(rows: pd.DataFrame, *, events: pd.DataFrame | None) -> list[Mark]:
    """Return the events of one group of a share table, by the places of its periods."""
    if events is None or events.empty:
        return []
    own = events[events["group_id"] == rows["group_id"].iloc[0]]
    if own.empty:
        return []
    starts = rows["period"].reset_index(drop=True)
    return [
        Mark(
            what=event.what,
            first=max(0, int(starts.searchsorted(event.start, side="right")) - 1),
            last=max(0, int(starts.searchsorted(event.end, side="right")) - 1),
            sign=int(event.sign),
            words=event_words(event),
        )
        for event in own.itertuples()
    ]


def beside(rows: pd.DataFrame, *, sign: int, limit: float) -> float:
    """Return where on the share axis the mark of a change at the first of `rows` stands.

    Below the line for a rise, which starts from there, above it for a fall.
    """
    share = rows["share"].iloc[0]
    share = 0.0 if pd.isna(share) else min(float(share), limit)
    return min(max(share - sign * 0.09 * limit, 0.03 * limit), 0.97 * limit)


def event_words(event: tuple) -> str:
    """Return what an event is: burst 2025-02 to 2025-05, ×1.9, 255 papers."""
    when = event.start_label
    if event.what == "burst" and event.end_label != event.start_label:
        when += f" to {event.end_label}"
    what = "burst" if event.what == "burst" else f"{'higher' if event.sign > 0 else 'lower'} from"
    papers = f"{event.n_papers:,} {'paper' if event.n_papers == 1 else 'papers'}"
    often = f"×{times(event.strength)}, " if event.strength == event.strength else ""
    return f"{what} {when}, {often}{papers}"


def times(ratio: float) -> str:
    """Return a ratio as a short number: 0.07, 0.6, 3.5, 12."""
    if ratio != ratio:
        return "?"
    if ratio >= 9.95:
        return f"{ratio:,.0f}" if ratio < 1000 else "1,000+"
    return f"{ratio:.1f}" if ratio >= 0.0995 else f"{ratio:.2f}"


def notes(shares: pd.DataFrame, *, top: int, events: pd.DataFrame | None = None) -> list[str]:
    """Return the sentences that belong under a share chart."""
    groups = [rows for _, rows in shown(shares, top=top)]
    visible = pd.concat(groups)
    out = ["Share of all papers of a period; bands are 95 % intervals."]
    partial = periods_of(shares).query("is_partial")["period_label"].tolist()
    if partial:
        names = partial[0] if len(partial) == 1 else f"{partial[0]} to {partial[-1]}"
        verb = "is" if len(partial) == 1 else "are"
        out.append(f"{names} {verb} not complete: open markers, dashed lines.")
    drawn = {mark.what for rows in groups for mark in event_marks(rows, events=events)}
    if "burst" in drawn:
        out.append("Broad line: a burst.")
    if "change" in drawn:
        out.append("▲▼ beside a line: a change of course.")
    if (visible["share"] > axis_top(visible)).any():
        out.append(f"▲ lies above the axis (a period with fewer than {FEW_PAPERS} papers).")
    if (visible["n_total"] == 0).any():
        out.append("A line has a gap where a period has no papers.")
    return [*out, *hidden_groups(shares, n_shown=len(groups))]


def hidden_groups(frame: pd.DataFrame, *, n_shown: int, ordered: str = "most papers") -> list[str]:
    """Return a sentence that names the groups of a frame after the first `n_shown`, or none."""
    hidden = frame.drop_duplicates("group_id")["label"].tolist()[n_shown:]
    if not hidden:
        return []
    names = [" ".join(wrap(str(label), width=40, lines=1)) for label in hidden[:8]]
    more = f" and {len(hidden) - 8} more" if len(hidden) > 8 else ""
    which = f"are the {n_shown} groups" if n_shown > 1 else "is the group"
    return [f"Shown {which} with the {ordered}, not shown: {', '.join(names)}{more}."]


def darkened(color: str) -> str:
    """Mix a `#rrggbb` colour with ink, so that a word in it can be read on white."""
    mixed = [
        round(0.55 * int(color[i : i + 2], 16) + 0.45 * int(INK[i : i + 2], 16)) for i in (1, 3, 5)
    ]
    return "#{:02x}{:02x}{:02x}".format(*mixed)
