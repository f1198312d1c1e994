"""Decisions about topics made by people: read, applied."""
