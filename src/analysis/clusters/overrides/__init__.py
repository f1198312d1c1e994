"""Overrides of clusters, the `[[cluster]]` tables of `overrides.toml`: read and applied."""
