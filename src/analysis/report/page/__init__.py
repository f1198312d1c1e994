"""The report page: its frame, its sections and its text."""
