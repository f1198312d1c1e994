"""Tidy frames to figures: `interactive` draws with plotly, `printed` with matplotlib.

`frames` joins the tables of a run; the modules beside it hold what both kinds of figures share,
and load neither plotly nor matplotlib.
"""
