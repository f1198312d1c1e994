"""Identities of clusters along a series: matching, lineage, register and its file."""
