"""What changed between two runs, in words for the report, the terminal and notebooks."""
