"""Names of clusters that people give or a model suggests, and words that no label uses."""
