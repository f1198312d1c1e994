"""Whether a share rises, falls or stays flat."""
