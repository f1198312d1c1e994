"""Findings on trends: groups selected, and sentences whose numbers name their sources."""
