"""Frames behind the notebook map: pure functions."""
