"""From papers and vectors to clusters, topics and their tables."""
