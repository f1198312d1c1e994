"""The report's charts over time: shares, then and now, bursts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.escaping import for_html
from analysis.figures.frames import chart_note, event_table, share_table, then_and_now_table
from analysis.figures.interactive import burst_timeline, share_over_time, then_and_now

from ..page import method_text as sentences
from .plotly_json import plain_figure

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from analysis.runs import Run

MOST_LINES = 12
KINDS = {"topic": "Topics", "cluster": "Clusters"}


def trend_charts(run: Run) -> tuple[list[dict[str, object]], str]:
    """Return the charts over time of each kind of group, and the section that holds their places.

    Parameters
    ----------
    run : Run

    Returns
    -------
    charts : list of dict
        For the page's script: `id`, `kind` and a plotly figure's `data` and `layout`.
    text : str
        HTML; says why where there is nothing to draw.
    """
    charts: list[dict[str, object]] = []
    text = sentences.periods(run)
    for kind, name in KINDS.items():
        for what, (heading, figure) in _figures(run, kind=kind).items():
            charts.append({"id": f"{what}-{kind}", "kind": "share", **plain_figure(figure)})
            words = f"{name}: {heading}"
            text += f"<h3>{words}</h3>"
            text += (
                f'<div class="scroll">{place(f"{what}-{kind}", words=words, style="share")}</div>'
            )
    if not charts:
        return [], text or "<p>The dates of these papers do not make a chart over time.</p>"
    return charts, text + (
        '<p class="note">What a share is, and is not, is said under <a href="#methods">methods '
        "and limits</a>. Every number behind the charts stands in tables/trends.csv.</p>"
    )


def place(name: str, *, words: str, style: str) -> str:
    """Return the element that a chart is drawn into."""
    return (
        f'<div class="chart {style}" id="{name}" role="img" aria-label="{for_html(words)}">'
        "<noscript>This chart is drawn by a script inside this file; the tables need none."
        "</noscript></div>"
    )


def _figures(run: Run, *, kind: str) -> dict[str, tuple[str, go.Figure]]:
    shares = share_table(run, kind=kind)
    if shares.empty:
        return {}
    note = chart_note(run)
    over = share_over_time(shares, top=MOST_LINES, note=note)
    out = {"share": ("share of the papers of each period", over)}
    changes = then_and_now_table(run, kind=kind)
    if (changes["direction"] != "too few to say").any():
        slopes = then_and_now(changes, top=MOST_LINES, note=note)
        out["then"] = ("shares then and now, the surest changes first", slopes)
    events = event_table(run, kind=kind)
    if len(events):
        out["bursts"] = ("bursts and turns", burst_timeline(events, note=note))
    return out
