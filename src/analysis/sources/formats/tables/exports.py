"""What the tables of known services have in common, whatever kind of file they are in."""

from __future__ import annotations

from datetime import date

import pandas as pd

from ...columns import exporter_of, last_export, match_columns
from ...texts.capitals import without_capitals


def exported(frame: pd.DataFrame) -> tuple[pd.DataFrame, str, date | None]:
    """Recognise the service that a table comes from.

    Returns
    -------
    frame : DataFrame
        With titles and abstracts of bibliometrix in small letters, and with an empty abstract
        column where the service's table has none.
    exporter : str
        A name of `columns.EXPORTERS`; empty for any other table.
    day : date or None
        The last day of its columns that say when rows were exported.
    """
    names = list(frame.columns)
    exporter = exporter_of(names)
    if exporter == "bibliometrix-csv":
        frame = without_capitals(frame)
    if exporter and "abstract" not in match_columns(names):
        frame = frame.assign(abstract=None)
    return frame, exporter, last_export(frame, exporter=exporter)
