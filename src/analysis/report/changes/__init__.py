"""What changed since the last run, as a section of the report."""
