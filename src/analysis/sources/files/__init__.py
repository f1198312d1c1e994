"""A file: unpacked, recognised, decoded, read."""
