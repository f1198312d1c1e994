"""Clusters of a set of papers from scratch: neighbours, graph, partition, broader clusters."""
