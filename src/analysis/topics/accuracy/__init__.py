"""Labelled papers: read, matched, scored, drawn."""
