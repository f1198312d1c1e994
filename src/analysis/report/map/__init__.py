"""The map page: data packed for its scripts, and the page itself."""
