"""JSON and JSON Lines, and the services that answer in them."""
