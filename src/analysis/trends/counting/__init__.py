"""Papers counted by group and period."""
