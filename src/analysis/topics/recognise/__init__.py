"""Which topics a paper belongs to, with the evidence."""
