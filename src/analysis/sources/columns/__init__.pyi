from .aliases import ALIASES, EXPORTERS
from .given import checked_columns, given_columns, renamed
from .match import (
    column_key,
    exporter_of,
    last_export,
    match_columns,
    plain_names,
    shown_names,
    standardise,
)

__all__ = [
    "ALIASES",
    "EXPORTERS",
    "checked_columns",
    "column_key",
    "exporter_of",
    "given_columns",
    "last_export",
    "match_columns",
    "plain_names",
    "renamed",
    "shown_names",
    "standardise",
]
