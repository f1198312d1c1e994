"""The map page: one file with a canvas of its own, or the list of papers where they are few."""
