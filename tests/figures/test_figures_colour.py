"""The colours of figures for every eye: even steps, grey print, colour-vision deficiency."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from analysis.base.groups import PALETTE
from analysis.figures import interactive, printed
from analysis.figures.style import RAMP, darken, ink_on
from tidy import TOPICS, make_shares

# Machado, Oliveira, Fernandes (2009), "A Physiologically-based Model for Simulation of Color Vision
# Deficiency", IEEE Trans. Vis. Comput. Graph. 15:1291-1298; severity 1, on linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
LEAST_APART = 10
"""Difference in CIELAB (1976) from which lines are taken to be told apart at a glance."""

GREY = np.tile([0.2126729, 0.7151522, 0.0721750], (3, 1))


def linear(color: str) -> np.ndarray:
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB (D65) of linear sRGB."""
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    xyz = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: str, other: str, *, seen: np.ndarray) -> float:
    return float(np.linalg.norm(lab(seen @ linear(one)) - lab(seen @ linear(other))))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of the Web Content Accessibility Guidelines 2.2."""
    light = sorted(float(GREY[0] @ linear(color)) for color in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def test_colours_are_measured_as_the_standard_does():
    np.testing.assert_allclose(lab(linear("#ffffff")), [100, 0, 0], atol=0.01)
    np.testing.assert_allclose(lab(linear("#ff0000")), [53.24, 80.09, 67.20], atol=0.02)
    for matrix in DEFICIENCIES.values():  # white stays white
        np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-5)


def test_the_ramp_is_even_and_darkens_at_every_step():
    steps = [difference(a, b, seen=np.eye(3)) for a, b in pairwise(RAMP)]
    assert min(steps) > 9.5
    assert max(steps) / min(steps) < 1.06
    lightness = [lab(linear(color))[0] for color in RAMP]
    assert min(a - b for a, b in pairwise(lightness)) > 4


@pytest.mark.parametrize("name", [*DEFICIENCIES, "grey"])
def test_the_ramp_can_be_read_by_every_eye_and_in_grey(name):
    seen = GREY if name == "grey" else DEFICIENCIES[name]
    steps = [difference(a, b, seen=seen) for a, b in pairwise(RAMP)]
    assert min(steps) > 4


def test_numbers_in_cells_can_be_read_at_every_level():
    levels = np.linspace(0, 1, len(RAMP))
    found = [contrast(color, ink_on(level)) for color, level in zip(RAMP, levels, strict=True)]
    assert min(found) >= 4


def test_labels_in_a_groups_colour_can_be_read_on_white():
    assert min(contrast(darken(color), "#ffffff") for color in PALETTE) >= 4.5


@pytest.mark.parametrize("name", DEFICIENCIES)
def test_most_pairs_of_colours_are_told_apart_by_every_eye(name):
    seen = DEFICIENCIES[name]
    far = [difference(*pair, seen=seen) >= LEAST_APART for pair in combinations(PALETTE, 2)]
    assert np.mean(far) >= (1 if name == "none" else 0.93)


def test_colour_alone_does_not_do_for_every_eye_or_in_grey():
    worst = {
        name: min(difference(*pair, seen=seen) for pair in combinations(PALETTE, 2))
        for name, seen in {**DEFICIENCIES, "grey": GREY}.items()
    }
    assert worst["none"] > 11
    assert max(worst["deuteranopia"], worst["grey"]) < LEAST_APART


def test_lines_of_one_panel_have_marker_and_label_of_their_own_as_well():
    shares = make_shares(TOPICS[:4])
    figure = interactive.share_over_time(shares)
    lines = [trace for trace in figure.data if trace.name]
    assert len({trace.marker.symbol for trace in lines}) == len(lines) == 4
    labels = [note.text for note in figure.layout.annotations if note.ax == 16]
    assert labels == [f"<b>{topic}</b>" for topic in TOPICS[:4]]
    axes = printed.print_share_over_time(shares).axes[0]
    assert len({line.get_marker() for line in axes.lines} - {"", "None"}) == 4
    assert set(TOPICS[:4]) <= {text.get_text() for text in axes.texts}
