"""Names of clusters that people give, or that a language model suggests and people accept."""
