"""Shares then and now as slopes with their intervals."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from plotly.colors import hex_to_rgb

from ..shares import spread_labels
from ..slopes import (
    DIRECTION_STYLES,
    NO_PAIR,
    SlopeRow,
    axis_heights,
    axis_limits,
    end_words,
    grid_lines,
    slope_notes,
    slope_rows,
    slope_words,
)
from ..style import GREY, INK, MUTED, darken, share_words
from .sheet import add_notes, empty_figure, label_room, plotly_text, sentence_figure

_LINE, _BELOW = 15, 52
_DASHES = {"solid": None, "dashed": "dash", "dotted": "dot"}


def then_and_now(
    changes: pd.DataFrame, *, title: str | None = None, top: int = 12, note: str = ""
) -> go.Figure:
    """Draw each group's share in the first and the last full period, joined by a line.

    Both ends have their 95 % confidence interval and are placed side by side, so that none hides
    another. Each line is labelled at its end: sign of the direction, label, share, fitted ratio
    with its 90 % interval. Clear changes are broad lines, flat ones thin, unclear ones dashed,
    those with too few papers dotted. More than `slopes.MOST_IN_PANEL` groups get further panels.

    Parameters
    ----------
    changes : DataFrame
        From `then_and_now_table`.
    title : str, optional
        Heading of the figure.
    top : int, default 12
        Number of groups drawn, the first in the frame; the note names the others.
    note : str, optional
        A sentence added to the notes, such as the source.

    Returns
    -------
    plotly.graph_objects.Figure
        A sentence in place of a chart if the frame is empty.

    Raises
    ------
    InputError
        If `top` is below 1.
    """
    if changes.empty:
        return sentence_figure(NO_PAIR, title=title)
    rows = slope_rows(changes, top=top)
    panels = [part for _, part in rows.groupby("panel")]
    labels = [[_label(row) for row in part.itertuples()] for part in panels]
    tall = [max(180, 12 + sum(map(_pixels, each))) for each in labels]
    total = sum(tall) + _BELOW * (len(panels) - 1)
    figure = empty_figure(title=title, height=total)
    figure.layout.margin.update(l=70, r=label_room([text for each in labels for text in each]) + 30)
    figure.layout.height += figure.layout.margin.t + figure.layout.margin.b
    figure.update_layout(showlegend=False)
    above = total
    for number, (part, each, height) in enumerate(zip(panels, labels, tall, strict=True), 1):
        domain = ((above - height) / total, min(1.0, above / total))
        _draw_panel(figure, part, labels=each, number=number, domain=domain, pixels=height)
        above -= height + _BELOW
    add_notes(figure, [*slope_notes(changes, rows), *([note] if note else [])], below=46)
    return figure


def _label(row: SlopeRow) -> str:
    _, sign, now = slope_words(row)
    return f"<b>{sign} {plotly_text(str(row.label), width=34, lines=2)}</b><br>{now}"


def _pixels(label: str) -> int:
    return _LINE * (label.count("<br>") + 1) + 7


def _draw_panel(
    figure: go.Figure,
    rows: pd.DataFrame,
    *,
    labels: list[str],
    number: int,
    domain: tuple[float, float],
    pixels: int,
) -> None:
    suffix = "" if number == 1 else str(number)
    low, high = axis_limits(rows)
    quiet = {"showgrid": False, "zeroline": False, "fixedrange": True}
    figure.layout[f"xaxis{suffix}"] = {
        **quiet,
        "domain": (0, 1),
        "anchor": f"y{suffix}",
        "range": [-0.04, 1.04],
        "tickvals": [0.06, 0.94],
        "ticktext": [words.replace("\n", "<br>") for words in end_words(rows)],
        "tickfont": {"size": 12, "color": MUTED},
    }
    figure.layout[f"yaxis{suffix}"] = {
        **quiet,
        "domain": domain,
        "anchor": f"x{suffix}",
        "range": [low, high],
        "tickvals": grid_lines(low, high),
        "showticklabels": False,
        "showgrid": True,
        "gridcolor": "#eceef1",
    }
    for row in rows.itertuples():
        figure.add_traces(_slope(row, number=number))
    for end, side in (("then", -1), ("now", 1)):
        _write_labels(
            figure,
            rows,
            end=end,
            side=side,
            labels=labels,
            suffix=suffix,
            room=(low, high),
            pixels=pixels,
        )


def _slope(row: SlopeRow, *, number: int) -> list[go.Scatter]:
    _, line, width = DIRECTION_STYLES[row.direction]
    common = {"xaxis": f"x{number}", "yaxis": f"y{number}", "hoverinfo": "text"}
    red, green, blue = hex_to_rgb(row.color)
    ends = (row.share_then_low, row.share_then_high, None, row.share_now_low, row.share_now_high)
    bars = go.Scatter(
        **{**common, "hoverinfo": "skip"},
        x=[row.x_then, row.x_then, None, row.x_now, row.x_now],
        y=[share**0.5 if share is not None else None for share in ends],
        mode="lines",
        line={"color": f"rgba({red},{green},{blue},.35)", "width": 4},
    )
    slope = go.Scatter(
        **common,
        name=plotly_text(str(row.label), width=40, lines=1),
        x=[row.x_then, row.x_now],
        y=[row.share_then**0.5, row.share_now**0.5],
        customdata=[row.share_then, row.share_now],
        mode="lines+markers",
        line={"color": row.color, "width": 1.3 * width, "dash": _DASHES[line]},
        marker={"size": 8, "color": row.color, "line": {"color": "white", "width": 1}},
        hovertext=[_hover(row, end) for end in ("then", "now")],
    )
    return [bars, slope]


def _hover(row: SlopeRow, end: str) -> str:
    numbers = (f"n_{end}", f"total_{end}", f"share_{end}", f"share_{end}_low", f"share_{end}_high")
    words = share_words(*(getattr(row, number) for number in numbers))
    heading = f"<b>{plotly_text(str(row.label), width=60, lines=2)}</b>: {row.direction}<br>"
    return f"{heading}{getattr(row, f'{end}_label')}: {words}"


def _write_labels(
    figure: go.Figure,
    rows: pd.DataFrame,
    *,
    end: str,
    side: int,
    labels: list[str],
    suffix: str,
    room: tuple[float, float],
    pixels: int,
) -> None:
    heights = axis_heights(rows[f"share_{end}"])
    pixel = (room[1] - room[0]) / pixels
    sizes = [_pixels(label) * pixel if side > 0 else 15 * pixel for label in labels]
    places = spread_labels(heights, sizes=sizes, low=room[0] - 8 * pixel, high=room[1] + 8 * pixel)
    for row, label, start, place in zip(rows.itertuples(), labels, heights, places, strict=True):
        figure.add_annotation(
            text=label if side > 0 else slope_words(row)[0],
            x=1.04 if side > 0 else -0.04,
            y=start,
            xref=f"x{suffix}",
            yref=f"y{suffix}",
            ax=18 * side,
            ay=(start - place) / pixel,
            xanchor="left" if side > 0 else "right",
            align="left",
            arrowhead=0,
            arrowwidth=0.7,
            arrowcolor=GREY,
            font={"size": 12, "color": darken(row.color) if side > 0 else INK},
        )
