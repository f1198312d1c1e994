"""Clusters extended from one run to the next: papers placed, births, splits and mergers."""
