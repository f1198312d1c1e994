"""What every other folder builds on: the schema, errors, escaping, words, files."""
