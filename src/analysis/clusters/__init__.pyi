from .find.fit import (
    SMALLEST_CLUSTERED,
    SMALLEST_LISTED,
    Clustering,
    centred,
    find_clusters,
    neighbour_graph,
)
from .find.hierarchy import broader_heading, broader_levels
from .find.layout import map_layout
from .find.neighbours import nearest_neighbours
from .find.subsamples import subsample_fits
from .labels.labels import ClusterTerms, cluster_terms, exemplars
from .labels.phrase_counts import PhraseCounts, count_phrases
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
