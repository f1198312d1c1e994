from __future__ import annotations

import itertools
import re
import zlib
from colorsys import rgb_to_hsv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.figures import printed
from analysis.figures.frames import map_points
from analysis.figures.frames.groups import map_labels
from analysis.figures.label_placement import Label, place_labels
from analysis.figures.naming import rows_of_groups
from analysis.figures.printed.map_layers import VECTOR_POINTS
from analysis.figures.printed.map_names import GREY_MARKS, grey_marks
from analysis.figures.printed.maps import NO_MAP, TITLED_PAPERS
from analysis.figures.printed.sheet import MARKERS
from analysis.report.write import write_pages
from hostile import HOSTILE
from page_runs import made_run
from tidy import COLORS

WORDS = (
    *("Vision-language models", "Agents", "Parameter-efficient fine-tuning of small models"),
    *("多模态大语言模型", "نماذج اللغة الكبيرة", "Speech", "Scaling laws", "W" * 70),
)


def make_map(
    n: int, *, n_clusters: int, labels: tuple[str, ...] = WORDS, parents: int = 0, seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Points and labels as `map_points` and `map_labels` give them, clusters around centres."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(max(n_clusters, 1), 2)) * (8, 6)
    if parents:  # the parts of a broader cluster lie together
        centres = (
            centres / 4
            + np.column_stack([np.arange(len(centres)) % parents, np.zeros(len(centres))]) * 18
        )
    own = np.minimum(random.geometric(0.2, size=n) - 1, max(n_clusters, 1) - 1)
    own[: min(n, n_clusters)] = np.arange(min(n, n_clusters))
    places = centres[own] + random.normal(size=(n, 2))
    ids = np.array([f"c{cluster:04d}" for cluster in own], dtype="object")
    points = pd.DataFrame(
        {
            "paper_id": [f"p{i:06d}" for i in range(n)],
            "x": places[:, 0],
            "y": places[:, 1],
            "title": [f"A paper with a title of some length, number {i}" for i in range(n)],
            "cluster_id": ids if n_clusters else None,
            "cluster_color": [COLORS[c % len(COLORS)] for c in own] if n_clusters else None,
            "cluster_symbol": "circle" if n_clusters else None,
            "cluster_weight": np.where(np.arange(n) % 4, 0.8, 0.3) if n_clusters else np.nan,
        }
    )
    named = points.groupby("cluster_id").agg(
        n_papers=("x", "size"), x=("x", "median"), y=("y", "median")
    )
    rows = [
        {
            "level": int(parents > 0),
            "group_id": group,
            "label": labels[i % len(labels)],
            "color": COLORS[i % len(COLORS)],
            "parent_id": f"b{i % parents}" if parents else None,
            **row,
        }
        for i, (group, row) in enumerate(named.to_dict("index").items())
    ]
    broad = [
        {
            "level": 0,
            "group_id": f"b{k}",
            "label": f"Broad field {k}",
            "color": "#4269d0",
            "parent_id": None,
            "n_papers": n // parents,
            "x": centres[k, 0],
            "y": centres[k, 1],
        }
        for k in range(parents)
    ]
    columns = ["level", "group_id", "label", "color", "n_papers", "x", "y", "parent_id"]
    every = [*broad, *rows]
    # Not the str dtype, which could not hold the lone surrogate among the hostile strings.
    told = pd.Series([row.pop("label") for row in every], dtype="object")
    frame = pd.DataFrame(every, columns=columns).assign(label=told)
    order = ["level", "n_papers", "group_id"]
    return points, frame.sort_values(order, ascending=[True, False, True], ignore_index=True)


def names_of(figure: Figure) -> list[Text]:
    return [text for text in figure.axes[0].texts if text.get_gid() != "halo"]


def boxes_of(figure: Figure) -> list:
    renderer = figure.canvas.get_renderer()
    return [text.get_window_extent(renderer) for text in names_of(figure)]


def clashes(figure: Figure) -> list[str]:
    """Names on another, outside the figure, on its heading, or with a line through them."""
    boxes = boxes_of(figure)
    renderer = figure.canvas.get_renderer()
    around = [t.get_window_extent(renderer) for t in figure.texts if t.get_text()]
    found = [
        f"{one} lies on {other}"
        for one, other in itertools.combinations(boxes, 2)
        if min(one.x1, other.x1) > max(one.x0, other.x0)
        and min(one.y1, other.y1) > max(one.y0, other.y0)
    ]
    sheet = figure.bbox
    for box in boxes:
        if box.x0 < sheet.x0 or box.x1 > sheet.x1 or box.y0 < sheet.y0 or box.y1 > sheet.y1:
            found.append(f"{box} is outside")
        found += [f"{box} lies on a heading" for other in around if box.overlaps(other)]
    for line in figure.axes[0].lines:
        if line.get_gid() == "leader":
            ends = figure.axes[0].transData.transform(line.get_xydata())
            along = ends[0] + np.linspace(0, 0.99, 80)[:, None] * (ends[1] - ends[0])
            crossed = [box for box in boxes if any(box.contains(x, y) for x, y in along)]
            found += [f"a line goes through {box}" for box in crossed]
    return found


# --- where labels stand -------------------------------------------------------------------------


def label(x: float, y: float, *boxes: tuple[float, float], n: int = 0) -> Label:
    return Label(x, y, boxes, is_own=np.zeros(n, dtype=bool))


NOTHING = np.empty((0, 2))


def test_a_lone_label_stands_on_its_anchor():
    (place,) = place_labels([label(100, 80, (40, 10))], points=NOTHING, width=200, height=160)
    assert (place.x, place.y, place.width, place.height) == (100, 80, 40, 10)
    assert place.line is None


def test_a_label_at_the_edge_moves_in():
    (place,) = place_labels([label(1, 80, (40, 10))], points=NOTHING, width=200, height=160)
    assert place.x - 20 >= 0


def test_a_label_avoids_points_of_others():
    points = np.array([[100.0 + i, 80.0] for i in range(-20, 21)])
    (place,) = place_labels(
        [label(100, 80, (40, 10), n=41)], points=points, width=200, height=160, hiding=5
    )
    assert abs(place.y - 80) > 5


def test_two_labels_of_one_place_stand_apart_the_first_one_at_it():
    labels = [label(100, 80, (40, 10)), label(100, 80, (40, 10))]
    first, second = place_labels(labels, points=NOTHING, width=200, height=160)
    assert abs(first.x - second.x) >= 40 or abs(first.y - second.y) >= 10


def test_what_has_no_room_is_left_out():
    labels = [label(50, 20, (80, 20)), label(50, 20, (80, 20))]
    places = place_labels(labels, points=NOTHING, width=100, height=40)
    assert places[0] is not None
    assert places[1] is None
    assert place_labels([label(5, 5, (99, 9))], points=NOTHING, width=50, height=50) == [None]
    assert place_labels([], points=NOTHING, width=50, height=50) == []


def test_the_way_of_breaking_that_fits_is_taken():
    (place,) = place_labels(
        [label(30, 40, (90, 10), (40, 20))], points=NOTHING, width=60, height=80
    )
    assert place.variant == 1


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.floats(0, 400), st.floats(0, 300), st.floats(5, 90), st.floats(5, 30)),
        max_size=25,
    )
)
def test_placed_labels_never_touch_and_lie_inside(given_labels):
    labels = [label(x, y, (w, h), (w / 2, 2 * h)) for x, y, w, h in given_labels]
    places = place_labels(labels, points=NOTHING, width=400, height=300)
    found = [place for place in places if place]
    for place in found:
        assert place.width / 2 <= place.x <= 400 - place.width / 2
        assert place.height / 2 <= place.y <= 300 - place.height / 2
    for one, other in itertools.combinations(found, 2):
        assert (
            abs(one.x - other.x) >= (one.width + other.width) / 2
            or abs(one.y - other.y) >= (one.height + other.height) / 2
        )


# --- the figure ---------------------------------------------------------------------------------


@pytest.mark.parametrize("grey", [False, True], ids=["colour", "grey"])
@pytest.mark.parametrize(("n", "n_clusters", "parents"), [(80, 1, 0), (600, 12, 4), (900, 40, 7)])
def test_names_never_overlap_and_lie_inside(n, n_clusters, parents, grey):
    points, labels = make_map(n, n_clusters=n_clusters, parents=parents)
    figure = printed.print_topic_map(points, labels, title="T", subtitle="s", note="n", grey=grey)
    assert len(names_of(figure)) >= min(12, len(labels))
    assert clashes(figure) == []


@settings(max_examples=8)
@given(
    seed=st.integers(0, 10_000),
    n_clusters=st.integers(1, 25),
    labels=st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=6),
)
def test_no_text_or_place_makes_names_overlap(seed, n_clusters, labels):
    points, table = make_map(150, n_clusters=n_clusters, labels=tuple(labels), seed=seed)
    assert clashes(printed.print_topic_map(points, table, title="Map")) == []


def test_three_hundred_clusters_leave_some_unnamed_and_say_so():
    points, labels = make_map(1_500, n_clusters=300)
    figure = printed.print_topic_map(points, labels, title="Map")
    assert clashes(figure) == []
    n_left = len(labels) - len(names_of(figure))
    assert n_left < len(labels) / 2
    told = re.findall(
        r"(\d+) of (\d+) clusters are not labelled", " ".join(figure.texts[-1].get_text().split())
    )
    assert told == ([(str(n_left), str(len(labels)))] if n_left else [])


def test_larger_clusters_have_larger_names_and_broader_ones_are_quiet_headings():
    points, labels = make_map(900, n_clusters=12, parents=3, labels=("Agents",))
    figure = printed.print_topic_map(points, labels)
    sizes = [text.get_fontsize() for text in names_of(figure)]
    assert sizes[0] == max(sizes)
    finer = sizes[3:]
    assert finer == sorted(finer, reverse=True)
    headings = names_of(figure)[:3]
    assert {text.get_fontweight() for text in headings} == {"normal"}
    assert {text.get_fontweight() for text in names_of(figure)[3:]} == {"bold"}
    assert min(text.get_fontsize() for text in headings) > max(finer)


@pytest.mark.parametrize("n", [1, 14, 15, TITLED_PAPERS])
def test_few_papers_without_clusters_carry_their_titles(n):
    points, labels = make_map(n, n_clusters=0)
    figure = printed.print_topic_map(points, labels, title="Map")
    assert len(names_of(figure)) > 0.7 * n
    assert names_of(figure)[0].get_text().startswith("A paper with a title")
    assert clashes(figure) == []


def test_many_papers_without_clusters_are_points_alone():
    points, labels = make_map(TITLED_PAPERS + 1, n_clusters=0)
    figure = printed.print_topic_map(points, labels)
    assert names_of(figure) == []
    assert sum(len(c.get_offsets()) for c in figure.axes[0].collections) == TITLED_PAPERS + 1


def test_a_heading_that_only_repeats_its_parts_is_left_out():
    points, labels = make_map(400, n_clusters=4, parents=2, labels=("Agents", "Speech"))
    repeated = "Agents · Speech"
    labels["label"] = labels["label"].where(labels["group_id"] != "b0", repeated)
    parts = set(labels.loc[labels["parent_id"] == "b0", "label"])
    drawn = {t.get_text() for t in names_of(printed.print_topic_map(points, labels))}
    assert (repeated in drawn) == (parts != {"Agents", "Speech"})
    labels.loc[labels["parent_id"] == "b0", "label"] = "Agents"
    labels["label"] = labels["label"].where(labels["group_id"] != "b0", "Agents")
    figure = printed.print_topic_map(points, labels)
    assert len(names_of(figure)) == len(labels) - 1
    assert "Broad field 1" in {t.get_text() for t in names_of(figure)}


def test_no_point_is_a_sentence():
    points, labels = make_map(0, n_clusters=0)
    assert [t.get_text() for t in printed.print_topic_map(points, labels).texts] == ["", "", NO_MAP]


def test_papers_of_one_place_can_be_drawn():
    points, labels = make_map(20, n_clusters=1)
    figure = printed.print_topic_map(points.assign(x=1.0, y=2.0), labels.assign(x=1.0, y=2.0))
    assert clashes(figure) == []


def test_every_paper_is_drawn_and_inputs_are_left_alone():
    points, labels = make_map(300, n_clusters=5, parents=2)
    before = points.copy(), labels.copy()
    for grey in (False, True):
        figure = printed.print_topic_map(points, labels, grey=grey)
        assert sum(len(c.get_offsets()) for c in figure.axes[0].collections) == 300
    pd.testing.assert_frame_equal(points, before[0])
    pd.testing.assert_frame_equal(labels, before[1])


# --- grey ---------------------------------------------------------------------------------------


def test_grey_has_no_colour():
    points, labels = make_map(300, n_clusters=6, parents=2)
    figure = printed.print_topic_map(points, labels, title="Map", subtitle="s", grey=True)
    axes = figure.axes[0]
    colors = [text.get_color() for text in (*axes.texts, *figure.texts)]
    colors += [line.get_color() for line in axes.lines]
    for drawn in axes.collections:
        colors += [tuple(c[:3]) for c in (*drawn.get_facecolors(), *drawn.get_edgecolors())]
    assert max(rgb_to_hsv(*to_rgb(color))[1] for color in colors) < 0.25


def test_grey_marks_differ_among_neighbours():
    random = np.random.default_rng(0)
    spots = pd.DataFrame(random.normal(size=(100, 2)), columns=["x", "y"])
    marks = grey_marks(spots.assign(group_id=[f"c{i}" for i in range(100)]))
    assert set(marks.values()) == set(GREY_MARKS)
    for i in range(12, 100):
        far = np.hypot(*(spots[["x", "y"]].to_numpy()[:i] - spots.iloc[i].to_numpy()).T)
        nearest = np.argsort(far, kind="stable")[: len(GREY_MARKS) - 1]
        assert marks[f"c{i}"] not in {marks[f"c{j}"] for j in nearest}


def test_grey_names_have_their_clusters_marker_beside_them():
    points, labels = make_map(300, n_clusters=6)
    figure = printed.print_topic_map(points, labels, grey=True)
    marks = grey_marks(labels)
    drawn = [line.get_marker() for line in figure.axes[0].lines if line.get_zorder() == 6]
    assert sorted(drawn) == sorted(marker for marker, _ in marks.values())


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
@pytest.mark.parametrize("n", [200, VECTOR_POINTS + 1])
def test_files_are_the_same_bytes_twice(tmp_path, suffix, n):
    points, labels = make_map(n, n_clusters=6, parents=2)
    saved = [
        printed.save_figure(
            printed.print_topic_map(points, labels, title="Map"), tmp_path / f"{i}{suffix}", dpi=50
        )
        for i in range(2)
    ]
    assert saved[0].read_bytes() == saved[1].read_bytes()


def test_many_points_are_an_image_and_names_stay_vectors(tmp_path):
    points, labels = make_map(VECTOR_POINTS + 1, n_clusters=6)
    figure = printed.print_topic_map(points, labels)
    svg = printed.save_figure(figure, tmp_path / "map.svg", dpi=50).read_text(encoding="utf-8")
    assert svg.count("<image") == 2
    assert len(svg) < 600_000
    glyphs = svg.count("<use")
    assert glyphs > sum(len(t.get_text().replace(" ", "")) for t in names_of(figure))


def test_pdf_embeds_fonts_keeps_text_and_has_no_date(tmp_path):
    points, labels = make_map(200, n_clusters=4, labels=("Agents",))
    figure = printed.print_topic_map(points, labels, title="Map")
    content = printed.save_figure(figure, tmp_path / "map.pdf", dpi=50).read_bytes()
    assert b"/FontFile2" in content
    assert b"CreationDate" not in content
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, flags=re.DOTALL)
    pages = [zlib.decompress(s) for s in streams if s[:1] == b"x"]
    assert max(len(re.findall(rb"\bBT\b", page)) for page in pages) >= 6


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_only_text(hostile, tmp_path):
    points, labels = make_map(80, n_clusters=3, labels=(hostile,))
    figure = printed.print_topic_map(points, labels, title=hostile, subtitle=hostile, note=hostile)
    assert clashes(figure) == []
    path = printed.save_figure(figure, tmp_path / "map.svg", dpi=40)
    assert "window.pwned" not in re.sub(r"<!--.*?-->", "", path.read_text(encoding="utf-8"))


def test_a_run_with_a_map_gets_it_in_three_forms(tmp_path):
    write_pages(made_run(70), tmp_path)
    charts = {path.name for path in (tmp_path / "charts").iterdir()}
    assert {"map.svg", "map.pdf"} <= charts
    (tmp_path / "small").mkdir()
    write_pages(made_run(14), tmp_path / "small")
    assert not list((tmp_path / "small" / "charts").glob("map.*"))


def test_the_bundled_run_names_all_its_clusters(bundled, tmp_path):
    assert bundled.path is not None
    assert (bundled.path / "charts" / "map.pdf").read_bytes()[:5] == b"%PDF-"
    assert Path(bundled.path / "charts" / "map.svg").stat().st_size < 3_000_000
    figure = printed.print_topic_map(map_points(bundled), map_labels(bundled))
    assert len(names_of(figure)) == len(map_labels(bundled))
    assert clashes(figure) == []


# --- over their own points ----------------------------------------------------------------------


def foreign_names(figure: Figure, points: pd.DataFrame, labels: pd.DataFrame) -> list[str]:
    """Names of clusters with a majority of points of other clusters under them."""
    renderer = figure.canvas.get_renderer()
    places = np.concatenate([c.get_offsets() for c in figure.axes[0].collections])
    # Points are drawn marker by marker.
    order = points.groupby(points["cluster_symbol"].map(MARKERS), sort=True).indices.values()
    clusters = points["cluster_id"].to_numpy()[np.concatenate(list(order))]
    rows = rows_of_groups(labels, points=points)
    parts = {
        label: set(points["cluster_id"].iloc[rows[group]])
        for label, group in zip(labels["label"], labels["group_id"], strict=True)
    }
    on_screen = figure.axes[0].transData.transform(places)
    found = []
    for text in names_of(figure):
        box = text.get_window_extent(renderer)
        under = (on_screen > (box.x0, box.y0)) & (on_screen < (box.x1, box.y1))
        said = " ".join(text.get_text().split()).rstrip("…")
        label = min((label for label in parts if label.startswith(said)), key=len)
        own = pd.Series(clusters[under.all(axis=1)]).isin(parts[label])
        if 2 * own.sum() < len(own):
            found.append(said)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_no_name_lies_on_points_of_others(seed):
    points, labels = make_map(900, n_clusters=14, parents=seed % 2 * 3, seed=seed)
    labels["label"] = [f"Name {i:02}" for i in range(len(labels))]
    figure = printed.print_topic_map(points, labels)
    assert len(names_of(figure)) > 5
    assert foreign_names(figure, points, labels) == []


def test_no_name_of_the_bundled_run_lies_on_points_of_others(bundled):
    points, labels = map_points(bundled), map_labels(bundled)
    assert foreign_names(printed.print_topic_map(points, labels), points, labels) == []
