"""The groups of a run: clusters from scratch or extended, topics, overrides, the table `groups`."""
