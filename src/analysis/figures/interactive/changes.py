"""Slope charts (shares then and now) and burst timelines."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.colors import hex_to_rgb

from analysis.base.schema import SPANS

from ..changes import (
    DIRECTION_STYLES,
    NO_EVENTS,
    NO_PAIR,
    SlopeRow,
    TimelineRow,
    axis_heights,
    axis_limits,
    end_words,
    grid_lines,
    slope_notes,
    slope_rows,
    slope_words,
    timeline_notes,
    timeline_rows,
    timeline_ticks,
)
from ..shares import event_words, spread_labels
from ..style import INK, MUTED, darken, share_words
from . import sheet

_ROW = 34
_LINE, _BELOW = 15, 52
_DASHES = {"solid": None, "dashed": "dash", "dotted": "dot"}


def then_and_now(
    changes: pd.DataFrame, *, title: str | None = None, top: int = 12, note: str = ""
) -> go.Figure:
    """Draw each group's share in the first and the last full period, joined by a line.

    Both ends have their 95 % confidence interval and are placed side by side, so that none hides
    another. Each line is labelled at its end: sign of the direction, label, share, fitted ratio
    with its 90 % interval. Clear changes are broad lines, flat ones thin, unclear ones dashed,
    those with too few papers dotted. More than `changes.MOST_IN_PANEL` groups get further panels.

    `title`, `top`, `note`, the result and the errors are those of `share_over_time`.

    Parameters
    ----------
    changes : DataFrame
        From `then_and_now_table`.
    """
    if changes.empty:
        return sheet.sentence_figure(NO_PAIR, title=title)
    rows = slope_rows(changes, top=top)
    panels = [part for _, part in rows.groupby("panel")]
    labels = [[_label(row) for row in part.itertuples()] for part in panels]
    tall = [max(180, 12 + sum(map(_pixels, each))) for each in labels]
    total = sum(tall) + _BELOW * (len(panels) - 1)
    figure = sheet.empty_figure(title=title, inner=total)
    right = sheet.label_room([text for each in labels for text in each]) + 30
    figure.layout.margin.update(l=70, r=right)
    figure.update_layout(showlegend=False)
    above = total
    for number, (part, each, height) in enumerate(zip(panels, labels, tall, strict=True), 1):
        domain = ((above - height) / total, min(1.0, above / total))
        _draw_slopes(figure, part, labels=each, number=number, domain=domain, pixels=height)
        above -= height + _BELOW
    return sheet.add_notes(figure, [*slope_notes(changes, rows), note], below=46)


def _label(row: SlopeRow) -> str:
    _, sign, now = slope_words(row)
    return f"<b>{sign} {sheet.plotly_text(str(row.label), width=34, lines=2)}</b><br>{now}"


def _pixels(label: str) -> int:
    return _LINE * (label.count("<br>") + 1) + 7


def _draw_slopes(
    figure: go.Figure,
    rows: pd.DataFrame,
    *,
    labels: list[str],
    number: int,
    domain: tuple[float, float],
    pixels: int,
) -> None:
    low, high = axis_limits(rows)
    figure.layout[f"xaxis{number}"] = {
        **sheet.QUIET,
        "fixedrange": True,
        "domain": (0, 1),
        "anchor": f"y{number}",
        "range": [-0.04, 1.04],
        "tickvals": [0.06, 0.94],
        "ticktext": [words.replace("\n", "<br>") for words in end_words(rows)],
        "tickfont": {"size": 12, "color": MUTED},
    }
    figure.layout[f"yaxis{number}"] = {
        **sheet.QUIET,
        **sheet.GRID,
        "fixedrange": True,
        "domain": domain,
        "anchor": f"x{number}",
        "range": [low, high],
        "tickvals": grid_lines(low, high),
        "showticklabels": False,
    }
    for row in rows.itertuples():
        figure.add_traces(_slope(row, number=number))
    _write_ends(figure, rows, labels=labels, number=number, pixel=(high - low) / pixels)


def _write_ends(
    figure: go.Figure, rows: pd.DataFrame, *, labels: list[str], number: int, pixel: float
) -> None:
    """Write the shares at the left ends of the slopes and the labels at the right ends."""
    low, high = axis_limits(rows)
    then = [slope_words(row)[0] for row in rows.itertuples()]
    tall = [_pixels(label) * pixel for label in labels]
    for end, side, x, texts, sizes in (
        ("then", -1, -0.04, then, [15 * pixel] * len(then)),
        ("now", 1, 1.04, labels, tall),
    ):
        heights = axis_heights(rows[f"share_{end}"])
        places = spread_labels(heights, sizes=sizes, low=low - 8 * pixel, high=high + 8 * pixel)
        for text, start, place, color in zip(texts, heights, places, rows["color"], strict=True):
            figure.add_annotation(
                text=text,
                **{"x": x, "xref": f"x{number}", "y": start, "yref": f"y{number}"},
                **{"ax": 18 * side, "ay": (start - place) / pixel},
                xanchor="left" if side > 0 else "right",
                align="left",
                **sheet.LEADER,
                font={"size": 12, "color": darken(color) if side > 0 else INK},
            )


def _slope(row: SlopeRow, *, number: int) -> list[go.Scatter]:
    _, line, width = DIRECTION_STYLES[row.direction]
    axes = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
    red, green, blue = hex_to_rgb(row.color)
    ends = (row.share_then_low, row.share_then_high, None, row.share_now_low, row.share_now_high)
    bars = go.Scatter(
        **axes,
        hoverinfo="skip",
        x=[row.x_then, row.x_then, None, row.x_now, row.x_now],
        y=[share**0.5 if share is not None else None for share in ends],
        mode="lines",
        line={"color": f"rgba({red},{green},{blue},.35)", "width": 4},
    )
    slope = go.Scatter(
        **axes,
        hoverinfo="text",
        name=sheet.plotly_text(str(row.label), width=40, lines=1),
        x=[row.x_then, row.x_now],
        y=[row.share_then**0.5, row.share_now**0.5],
        customdata=[row.share_then, row.share_now],
        mode="lines+markers",
        line={"color": row.color, "width": 1.3 * width, "dash": _DASHES[line]},
        marker={"size": 8, "color": row.color, "line": {"color": "white", "width": 1}},
        hovertext=[_slope_hover(row, end) for end in ("then", "now")],
    )
    return [bars, slope]


def _slope_hover(row: SlopeRow, end: str) -> str:
    numbers = (f"n_{end}", f"total_{end}", f"share_{end}", f"share_{end}_low", f"share_{end}_high")
    words = share_words(*(getattr(row, number) for number in numbers))
    heading = f"<b>{sheet.plotly_text(str(row.label), width=60, lines=2)}</b>: {row.direction}<br>"
    return f"{heading}{getattr(row, f'{end}_label')}: {words}"


def burst_timeline(
    events: pd.DataFrame, *, title: str | None = None, top: int = 30, note: str = ""
) -> go.Figure:
    """Draw bursts as bars and changes of course as ▲ or ▼, one row per group.

    A bar reaches from the first to the last day of a burst; stronger bursts are thicker. Each event
    is labelled with its strength and its number of papers.

    `title`, `top`, `note`, the result and the errors are those of `share_over_time`.

    Parameters
    ----------
    events : DataFrame
        From `event_table`.
    """
    if events.empty:
        return sheet.sentence_figure(NO_EVENTS, title=title)
    rows = timeline_rows(events, top=top)
    labels = rows.drop_duplicates("row")["label"]
    names = [sheet.plotly_text(str(label), width=34, lines=2) for label in labels]
    figure = sheet.empty_figure(title=title, inner=_ROW * len(names))
    figure.layout.margin.l = sheet.label_room(names) + 16
    _set_timeline_axes(figure, events, names=names)
    for row in rows.itertuples():
        figure.add_trace(_mark(row))
        figure.add_annotation(_words(row, last=events["last"].iloc[0]))
    figure.update_layout(showlegend=False)
    return sheet.add_notes(figure, [*timeline_notes(events, rows), note])


def _set_timeline_axes(figure: go.Figure, events: pd.DataFrame, *, names: list[str]) -> None:
    names_of_days = ("first", "last", "partial_from", "partial_to")
    first, last, partial, begun = (events[name].iloc[0] for name in names_of_days)
    end = last + pd.Timedelta(days=1)
    labelled = timeline_ticks(events, limit=9)
    rows = (-0.5, len(names) - 0.5)
    figure.update_layout(
        xaxis={
            **sheet.QUIET,
            **sheet.TICKS,
            **sheet.BASELINE,
            "type": "date",
            "range": [str(first), str(end)],
            "tickvals": [str(day) for day in labelled["period"]],
            "ticktext": labelled["period_label"].tolist(),
            "tickfont": sheet.SMALL,
        },
        yaxis={
            **sheet.QUIET,
            **sheet.GRID,
            "range": [rows[1], rows[0]],
            "tickvals": list(range(len(names))),
            "ticktext": names,
            "tickfont": {"size": 12},
        },
    )
    if pd.notna(partial):
        figure.add_trace(sheet.hatched_box((str(partial), str(end)), rows, number=1))
    if pd.notna(begun):
        until = str(begun + pd.Timedelta(days=1))
        figure.add_trace(sheet.hatched_box((str(first), until), rows, number=1))


def _mark(row: TimelineRow) -> go.Scatter:
    words = sheet.plotly_text(f"{row.label}: {event_words(row)}", width=60)
    if row.what in SPANS:
        start, end = str(row.start), str(row.end + pd.Timedelta(days=1))
        low, high = row.row - row.thickness / 2, row.row + row.thickness / 2
        return go.Scatter(
            x=[start, end, end, start, start],
            y=[low, low, high, high, low],
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=row.color,
            opacity=0.85,
            hoveron="fills",
            hoverinfo="text",
            text=words,
        )
    return go.Scatter(
        x=[str(row.start)],
        y=[row.row],
        mode="markers",
        marker={
            "symbol": "triangle-up" if row.sign > 0 else "triangle-down",
            "size": 13,
            "color": darken(row.color),
            "line": {"color": "white", "width": 1},
        },
        cliponaxis=False,
        hoverinfo="text",
        hovertext=[words],
    )


def _words(row: TimelineRow, *, last: pd.Timestamp) -> dict[str, Any]:
    burst = row.what in SPANS
    middle = row.first + (last - row.first) * 0.75
    fits = (row.end if burst else row.start) < middle
    day = row.end + pd.Timedelta(days=1) if burst and fits else row.start
    return {
        "text": row.words,
        "x": str(day),
        "y": row.row,
        "xanchor": "left" if fits else "right",
        "xshift": (4 if burst else 10) * (1 if fits else -1),
        "showarrow": False,
        "font": sheet.SMALL,
    }
