"""What carries a series on: its union of papers, the register of its clusters, their matching."""
