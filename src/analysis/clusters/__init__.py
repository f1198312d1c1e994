"""Vectors to clusters, map coordinates and labels; the only user of umap and hdbscan."""

from .fit import (
    SMALLEST_CLUSTERED,
    SMALLEST_LISTED,
    Clustering,
    centred,
    find_clusters,
    neighbour_graph,
)
from .hierarchy import broader_heading, broader_levels
from .labels import ClusterTerms, cluster_terms, exemplars
from .layout import map_layout
from .neighbours import nearest_neighbours
from .phrase_counts import PhraseCounts, count_phrases
from .subsamples import subsample_fits
from .tables import map_table, neighbour_table

__all__ = [
    "SMALLEST_CLUSTERED",
    "SMALLEST_LISTED",
    "ClusterTerms",
    "Clustering",
    "PhraseCounts",
    "broader_heading",
    "broader_levels",
    "centred",
    "cluster_terms",
    "count_phrases",
    "exemplars",
    "find_clusters",
    "map_layout",
    "map_table",
    "nearest_neighbours",
    "neighbour_graph",
    "neighbour_table",
    "subsample_fits",
]
