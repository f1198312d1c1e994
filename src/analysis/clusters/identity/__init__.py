"""Identities of clusters along a series: matching, lineage, ledger."""
