"""Duplicates within one snapshot."""
