"""Publication dates: parsed, filled in from files and from a local index."""
