"""The report page: its frame, sections and charts."""
