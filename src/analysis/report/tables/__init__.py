"""Tables as CSV, and cells of tables in the report."""
