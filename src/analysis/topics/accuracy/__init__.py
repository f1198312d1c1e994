"""Labelled papers: read, matched, scored, drawn, and thresholds chosen on them."""
