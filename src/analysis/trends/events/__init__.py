"""Bursts and changes of direction."""
