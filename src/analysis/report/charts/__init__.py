"""The charts of a report, for the page and for print."""
