"""JSON Lines of any size to one Parquet file of the papers that fulfil conditions, line by line.

`stream.py` reads the lines, `lines.py` makes a row of a line or gives the reason why not,
`conditions.py` reads and applies the conditions, `parts.py` keeps the finished parts on disk, and
`filtering.py` combines them.
"""
