from .extend.describe import describe_extended
from .extend.extend import Extension, FreshFit, extend_clusters
from .find.fit import Clustering, find_clusters, subsample_fits
from .find.graph import (
    SMALLEST_CLUSTERED,
    SMALLEST_LISTED,
    centre_vectors,
    nearest_neighbours,
    neighbour_graph,
    updated_neighbours,
)
from .find.tree import Tree, build_tree, groups_at
from .labels.describe import ClusterDescription, describe_clusters
from .map import align_map, map_figures, map_layout, map_table, place_on_map
from .tables import (
    cluster_memberships,
    follow_moved_papers,
    merge_clusters,
    neighbour_table,
    primary_clusters,
    stored_graph,
    tree_division,
    tree_tables,
)

__all__ = [
    "SMALLEST_CLUSTERED",
    "SMALLEST_LISTED",
    "ClusterDescription",
    "Clustering",
    "Extension",
    "FreshFit",
    "Tree",
    "align_map",
    "build_tree",
    "centre_vectors",
    "cluster_memberships",
    "describe_clusters",
    "describe_extended",
    "extend_clusters",
    "find_clusters",
    "follow_moved_papers",
    "groups_at",
    "map_figures",
    "map_layout",
    "map_table",
    "merge_clusters",
    "nearest_neighbours",
    "neighbour_graph",
    "neighbour_table",
    "place_on_map",
    "primary_clusters",
    "stored_graph",
    "subsample_fits",
    "tree_division",
    "tree_tables",
    "updated_neighbours",
]
