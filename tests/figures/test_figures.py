"""What interactive and print figures share: words, ticks, axes, notes, hostile texts."""

import json
import re
import subprocess
import sys

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.figures import interactive, printed
from analysis.figures.shares import axis_top, columns_for, shown_groups, tick_rows
from analysis.figures.shares import share_notes as chart_notes
from analysis.figures.style import percent as in_percent
from analysis.figures.style import wrap
from hostile import HOSTILE
from tidy import TOPICS, drawn, make_points, make_shares

# --- what both kinds of figure share ------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0"), (0.0004, "0.0"), (0.024, "2.4"), (0.1, "10"), (12 / 65, "18"), (1, "100")],
)
def test_percent(share, text):
    assert in_percent(share) == text


def test_percent_says_hundred_only_for_all():
    assert in_percent(0.996) == "99.6"


def test_wrap_cuts_with_an_ellipsis():
    assert wrap("one two three four", width=8) == ["one two", "three", "four"]
    assert wrap("one two three four", width=8, lines=2) == ["one two", "three…"]
    assert wrap("a" * 30, width=10, lines=2) == ["a" * 10, "a" * 9 + "…"]
    assert wrap("", width=10) == [""]


@pytest.mark.parametrize(
    ("freq", "start", "n", "limit", "labels"),
    [
        ("year", "2019-01-01", 7, 9, ["2019", "2020", "2021", "2022", "2023", "2024", "2025"]),
        ("year", "2019-01-01", 7, 4, ["2019", "2021", "2023", "2025"]),
        ("month", "2023-11-01", 15, 4, ["2024-01", "2024-07", "2025-01"]),
        ("quarter", "2023-04-01", 8, 4, ["2023 Q3", "2024 Q1", "2024 Q3", "2025 Q1"]),
        ("half-year", "2019-07-01", 12, 6, ["2020 H1", "2021 H1", "2022 H1", "2023 H1"]),
        ("month", "2024-02-01", 1, 4, ["2024-02"]),
    ],
)
def test_ticks_stand_at_round_periods(freq, start, n, limit, labels):
    shares = make_shares(["a"], totals=[5] * n, freq=freq, start=start)
    found = tick_rows(shares, limit=limit)["period_label"].tolist()
    assert found[: len(labels)] == labels
    assert len(found) <= limit


def test_the_axis_is_not_stretched_by_lonely_papers():
    shares = make_shares(["a", "b"])
    many = shares[shares["n_total"] >= 15]
    assert axis_top(shares) == pytest.approx(1.06 * many["share_high"].max())
    few = make_shares(["a"], totals=[1, 2, 2])
    assert axis_top(few) == pytest.approx(min(1, 1.06 * few["share_high"].max()))
    assert axis_top(make_shares(["a"], totals=[0, 0])) == 1


def test_columns_leave_few_empty_places():
    assert [columns_for(n) for n in range(5, 14)] == [3, 3, 4, 4, 3, 4, 4, 4, 3]


def test_notes_say_what_the_chart_cannot():
    labels = [f"group {i}" for i in range(13)]
    shares = make_shares(labels, totals=[1, 0, 30, 20], n_partial=2)
    shares.loc[0, ["share", "share_high"]] = 1.0
    text = " ".join(chart_notes(shares, top=3))
    assert "2021 to 2022 are incomplete: open markers, dashed lines." in text
    assert "▲ is beyond the axis (a period with fewer than 15 papers)." in text
    assert "A gap in a line is a period without papers." in text
    assert "Shown are the 3 groups with the most papers; not shown: group 3, " in text
    assert text.endswith("group 10 and 2 more.")
    assert chart_notes(make_shares(["a"], totals=[30, 30], n_partial=0), top=3) == [
        "Share of all papers of a period; bands are 95 % confidence intervals."
    ]


def test_shown_groups_keep_the_order_of_the_frame():
    shares = make_shares(["z", "a", "m"])
    assert [label for label, _ in shown_groups(shares, top=2)] == ["z", "a"]
    with pytest.raises(InputError, match="Allowed: 1 or more groups"):
        interactive.share_over_time(shares, top=0)


def test_the_shared_file_loads_no_drawing_library():
    code = "import sys, analysis.figures; print({'plotly', 'matplotlib'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_no_shares_is_a_sentence_in_both():
    nothing = make_shares(["a"]).head(0)
    figure = interactive.share_over_time(nothing, title="T")
    assert figure.layout.annotations[0].text == "There are no shares over time to show."
    printed_figure = printed.print_share_over_time(nothing, title="T")
    assert "There are no shares over time to show." in drawn(printed_figure)


def test_figures_are_the_same_twice():
    for figures in (
        [interactive.topic_map(make_points(40)) for _ in range(2)],
        [interactive.share_over_time(make_shares(TOPICS)) for _ in range(2)],
    ):
        assert figures[0].to_json() == figures[1].to_json()


def every_text(value) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in every_text(part)]
    if isinstance(value, list):
        return [text for part in value for text in every_text(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_only_text_in_plotly(hostile):
    points = make_points(10)
    for column in ("cluster", "topic", "title", "snippet", "url", "topics", "date"):
        points[column] = pd.Series([hostile] * 10, dtype="object")
    figures = [interactive.topic_map(points, color=c, title=hostile) for c in ("cluster", "topic")]
    for count in (2, 6):
        shares = make_shares([hostile] * count)
        figures.append(interactive.share_over_time(shares, title=hostile, top=count - 1))
    allowed = re.compile(r'</?b>|<br>|<span style="color:#6b7280">|</span>')
    for figure in figures:
        texts = every_text(json.loads(figure.to_json()))
        assert len(texts) > 10
        for text in texts:
            bare = allowed.sub("", text)
            assert "<" not in bare
            assert "$" not in bare
            assert "%{" not in bare
            assert not re.search(r"[\x00-\x08\x1b\u202e\ud800]", bare)
    links = {link for trace in figures[0].data for _, link in trace.customdata}
    assert links == {""}
