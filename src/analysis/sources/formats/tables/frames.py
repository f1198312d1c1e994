"""DataFrames as files, so that they are read, checked and hashed like any other."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

from ...input_file import MAX_MB, MEGABYTE, File, size_error


def frame_file(frame: pd.DataFrame, *, number: int = 1, max_mb: int = MAX_MB) -> File:
    """Return a DataFrame as the JSON Lines file that it would be saved as.

    That is what `frame.to_json(path, orient="records", lines=True, force_ascii=False,
    date_format="iso", double_precision=15)` writes, if column names are unique; further columns
    of a name are left out. Of several frames each has its own `number`, from 1.

    Raises
    ------
    InputError
        If it has no rows or columns, is too large, or holds values that JSON cannot.
    """
    name = "DataFrame" if number == 1 else f"DataFrame {number}"
    if frame.empty:
        raise _bad_frame(f"{name} has no rows or no columns")
    named = frame.set_axis([str(column) for column in frame.columns], axis=1)
    named = named.loc[:, ~named.columns.duplicated()]
    try:
        text = named.to_json(
            orient="records",
            lines=True,
            force_ascii=False,
            date_format="iso",
            double_precision=15,
            default_handler=str,
        )
        data = text.encode()
    except (ValueError, OverflowError, TypeError) as error:
        reason = for_terminal(str(error))[:200]
        raise _bad_frame(f"{name} holds a value that JSON cannot ({reason})") from None
    if len(data) > max_mb * MEGABYTE:
        raise size_error(name, max_mb=max_mb)
    return File(path=Path(name), data=data, max_mb=max_mb)


def _bad_frame(problem: str) -> InputError:
    return InputError(
        problem,
        allowed="a DataFrame with one row per paper: texts, numbers, dates and lists of these",
        next_step="drop such rows and columns, or convert them to text",
    )
