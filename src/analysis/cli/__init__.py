"""The commands of `papertide topics`, and what all commands share."""
