"""JSON Lines of any size to one Parquet file of the papers that fulfil conditions, line by line.

`stream.py` reads the lines, `selection.py` makes rows of those that fulfil the conditions,
`parts.py` keeps the finished parts on disk, and `filtering.py` combines them.
"""
