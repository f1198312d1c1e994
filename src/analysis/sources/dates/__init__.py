"""Dates: parsed, and looked up for papers whose source gives none."""
