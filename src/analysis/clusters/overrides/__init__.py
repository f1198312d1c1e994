"""Decisions about clusters made by people: read, applied."""
