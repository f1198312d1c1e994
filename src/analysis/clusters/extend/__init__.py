"""Clusters carried from one run to the next."""
