"""Widgets of the notebook map."""
