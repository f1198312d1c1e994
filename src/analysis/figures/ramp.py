"""The one colour ramp of heatmaps: from pale to dark in steps that look equal, also in grey."""

from __future__ import annotations

RAMP = (
    *("#ebf6f8", "#caedf8", "#a7e1f6", "#83d2f3", "#60c1ef", "#40aee8", "#2799dc"),
    *("#1c83cc", "#206cb5", "#275698", "#29457a", "#27375f", "#242c47"),
)
"""Stops of the ramp, equally far apart in CIELAB (9.6 to 10.1 each), each one darker than the last.

Drawn in OKLCH from a pale cyan to an indigo, then spaced by the length of its path in CIELAB.
"""

_DARK_FROM = 0.54


def ink_on(level: float) -> str:
    """Return the colour of a number that stands on the ramp at `level`, from 0 to 1."""
    return "#ffffff" if level > _DARK_FROM else "#242c47"
