"""Labels, terms and exemplars of clusters."""
