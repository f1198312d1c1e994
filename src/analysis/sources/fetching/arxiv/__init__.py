"""The arXiv API."""
