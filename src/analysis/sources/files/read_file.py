"""One file to rows: decode, find the format, call its reader."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

from .decoding import decode
from .detect import Looks, is_parquet, looks_like
from .input_file import File, Rows

FORMATS = (
    "auto", "hf-page", "html", "csv", "json", "jsonl", "parquet", "xml", "bibtex", "ris",
    "pubmed", "wos",
)  # fmt: skip
WORDS = {
    "hf-page": "a text page",
    "html": "HTML",
    "csv": "CSV",
    "json": "JSON",
    "jsonl": "JSON Lines",
    "parquet": "Parquet",
    "xml": "XML",
    "bibtex": "BibTeX",
    "ris": "RIS",
    "pubmed": "PubMed text",
    "wos": "Web of Science text",
}
_TABLES = frozenset(("csv", "json", "jsonl", "parquet"))
_READERS = {
    "csv": ("csv_text", "read_csv"),
    "json": ("json.text", "read_json"),
    "jsonl": ("json.text", "read_jsonl"),
    "xml": ("arxiv_xml", "read_xml"),
    "bibtex": ("bibtex", "read_bibtex"),
    "ris": ("tagged", "read_ris"),
    "pubmed": ("tagged", "read_pubmed"),
    "wos": ("tagged", "read_wos"),
}
"""Format -> the module and function that read it from text; imported when needed."""


def read_file(file: File, *, asked: str = "auto", tables_only: bool = False) -> tuple[str, Rows]:
    """Read one file in the format asked for, or in the one that its content shows.

    Parameters
    ----------
    file : File
    asked : str
        One of `FORMATS`. A format other than "auto" overrides what the content looks like,
        unless that is certain.
    tables_only : bool
        Whether a text page is refused.

    Returns
    -------
    format : str
        The format read.
    rows : Rows

    Raises
    ------
    InputError
        Where the file cannot be read, or not in the format asked for.
    """
    shown = for_terminal(str(file.path))
    if asked not in FORMATS:
        raise InputError(
            f"unknown format {for_terminal(asked)}",
            allowed=", ".join(FORMATS),
            next_step="leave --format out to have the format detected",
        )
    text, notes = None, ()
    if not is_parquet(file.data):
        text, notes = decode(file.data, shown=shown)
        if not text.strip():
            raise _blank(shown)
    looks = looks_like(file.data, text=text)
    chosen = looks.format if asked == "auto" else asked
    if _contradicts(looks, chosen=chosen):
        raise _not_as_asked(shown, looks=looks, asked=asked)
    if tables_only and chosen not in _TABLES:
        raise InputError(
            f"{shown} is no table",
            allowed="a CSV (or JSON, JSON Lines, Parquet) with a header",
            next_step="check that its first line has the column names",
        )
    try:
        rows = _read(file, text=text, chosen=chosen, shown=shown)
    except InputError as error:
        if chosen == looks.format:
            raise
        raise _not_as_asked(shown, looks=looks, asked=asked, because=error.problems) from None
    return rows.format or chosen, replace(rows, notes=(*notes, *rows.notes))


def _contradicts(looks: Looks, *, chosen: str) -> bool:
    if chosen == looks.format or {chosen, looks.format} <= {"json", "jsonl"}:
        return False
    return looks.certain or chosen == "parquet"


def _not_as_asked(
    shown: str, *, looks: Looks, asked: str, because: list[str] | None = None
) -> InputError:
    detail = f" ({'; '.join(because)})" if because else ""
    return InputError(
        f"{shown} was to be read as {WORDS[asked]} but looks like {WORDS[looks.format]}{detail}",
        allowed=f"--format {looks.format} or --format auto for this file",
        next_step=f"give --format {looks.format}, or leave it out",
    )


def _blank(shown: str) -> InputError:
    return InputError(
        f"{shown} holds nothing but spaces",
        allowed="a file with papers in it",
        next_step="save the page or export the table again",
    )


def _read(file: File, *, text: str | None, chosen: str, shown: str) -> Rows:
    if text is None:
        from ..formats.parquet import read_parquet

        return read_parquet(file.data, shown=shown)
    if chosen == "hf-page":
        from ..formats.hf_page import read_page

        return read_page(text, shown=shown, file_name=file.name)
    if chosen == "html":
        from ..formats.html_page import read_html

        return read_html(text, shown=shown, file_name=file.name)
    module, function = _READERS[chosen]
    return getattr(import_module(f"analysis.sources.formats.{module}"), function)(text, shown=shown)
