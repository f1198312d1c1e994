"""Writing a print figure to a file."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from analysis.base.errors import InputError
from analysis.base.escaping import for_matplotlib
from analysis.base.files import written_whole

from .base import style

SUFFIXES = (".svg", ".png", ".pdf")


def save_figure(figure: Figure, path: Path | str, *, dpi: int = 300) -> Path:
    """Write a figure whole or not at all; the same figure gives the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        From this module.
    path : Path or str
        Ends in .svg (text as outlines), .png or .pdf (fonts embedded). An existing file is
        replaced.
    dpi : int, default 300
        Dots per inch of a PNG, and of what is an image in the others: points of large maps.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        Where the suffix is another one or the file cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"a figure file named {for_matplotlib(path.name)}",
            allowed="names that end in " + ", ".join(SUFFIXES),
            next_step="choose one of these endings",
        )
    dates = {".svg": "Date", ".png": "Software", ".pdf": "CreationDate"}
    try:
        with style(), written_whole(path) as temporary:
            more = {"pil_kwargs": {"compress_level": 3}} if suffix == ".png" else {}
            figure.savefig(
                temporary, format=suffix[1:], dpi=dpi, metadata={dates[suffix]: None}, **more
            )
    except OSError as error:
        raise InputError(
            f"{for_matplotlib(str(path))} cannot be written ({error.strerror or error})",
            allowed="a file in an existing folder that you may write to",
            next_step="create the folder, or choose another path",
        ) from error
    return path
