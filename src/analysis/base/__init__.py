"""The foundation of every other folder: schema, groups, errors, escaping, words, English, files."""
