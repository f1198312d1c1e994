"""Vectors to clusters and map coordinates; the only user of umap and hdbscan."""
