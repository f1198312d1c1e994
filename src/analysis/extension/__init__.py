"""From a run to the next: the same papers keep their clusters and places, new ones join them."""
