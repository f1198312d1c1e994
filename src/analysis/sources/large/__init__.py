"""JSON Lines of any size to one Parquet file of the papers asked for, line by line.

`stream.py` reads blocks of lines, `lines.py` makes a row of a line or says why not, `asked.py`
holds what is asked for, `parts.py` keeps what is done so far on disk, `filtering.py` puts them
together.
"""
