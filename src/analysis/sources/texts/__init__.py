"""Bytes to characters, and markup in titles and abstracts to plain text."""
