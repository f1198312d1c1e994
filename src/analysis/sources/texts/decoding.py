"""Bytes to text: which encoding, and what is not text at all.

Libraries that detect encodings guess from statistics; here a file in more than one encoding is
refused with the place, since a wrong guess would garble titles unnoticed.
"""

from __future__ import annotations

import re

from analysis.base.errors import InputError

from ..formats import FORMATS_IN_WORDS

MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "a gzip-compressed file", "unpack it"),
    (b"PK\x03\x04", "a zip file", "unpack it"),
    (b"BZh", "a bzip2-compressed file", "unpack it"),
    (b"\xfd7zXZ\x00", "an xz-compressed file", "unpack it"),
    (b"\x28\xb5\x2f\xfd", "a zstd-compressed file", "unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip file", "unpack it"),
    (b"%PDF", "a PDF", "give the listing or the export that has the abstracts as text"),
    (b"SQLite format 3\x00", "an SQLite database", "export the table as CSV"),
    (b"ARROW1", "an Arrow (Feather) file", "save it as Parquet"),
    (b"\x89PNG", "a picture", "give the page's text"),
    (b"\xff\xd8\xff", "a picture", "give the page's text"),
)
"""First bytes -> what the file is, and what to do."""

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_NOISE = bytes([*range(0, 9), 11, *range(14, 27), *range(28, 32), 127])
_MARK = re.compile(r"^\ufeff+", re.MULTILINE)
NOISE_SHARE = 0.1
"""Bytes with a larger share of control characters are not text."""


def decode(data: bytes, *, shown: str) -> tuple[str, tuple[str, ...]]:
    """Decode `data`: UTF-8, UTF-16 or UTF-32 by its byte order mark, else Windows-1252.

    Returns
    -------
    text : str
        Without byte order mark.
    notes : tuple of str
        Which encoding was assumed, if the text is not UTF-8.

    Raises
    ------
    InputError
        For compressed and other binary files, noise, and bytes in more than one encoding.
    """
    for magic, what, step in MAGIC:
        if data.startswith(magic):
            raise InputError(f"{shown} is {what}", allowed=FORMATS_IN_WORDS, next_step=step)
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    if not encoding.startswith(("utf-16", "utf-32")) and _is_noise(data):
        raise InputError(
            f"{shown} is binary data in an unknown format",
            allowed=FORMATS_IN_WORDS,
            next_step="check that this is the right file, and export it again as text",
        )
    try:
        return _without_marks(data.decode(encoding)), ()
    except UnicodeDecodeError as error:
        if _is_cut(error):
            note = f"{shown} breaks off within a character; that character was left out"
            return _without_marks(error.object[: error.start].decode()), (note,)
        if encoding == "utf-8" and not _is_mixed(data):
            return _decode_windows(data, shown=shown, first_bad=error.start)
        # Python counts the bytes of UTF-8 from behind a byte order mark.
        offset = error.start + len(data) - len(error.object)
        raise _mixed_error(data, shown=shown, offset=offset, encoding=encoding) from None


def _without_marks(text: str) -> str:
    """Remove byte order marks: some exports begin with two, concatenated files have more."""
    return _MARK.sub("", text) if "\ufeff" in text else text


def _is_cut(error: UnicodeDecodeError) -> bool:
    """Whether UTF-8 ends within a character, after others of more than one byte."""
    cut = error.encoding == "utf-8" and error.reason == "unexpected end of data"
    return cut and not error.object[: error.start].isascii()


def _decode_windows(data: bytes, *, shown: str, first_bad: int) -> tuple[str, tuple[str, ...]]:
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _mixed_error(data, shown=shown, offset=error.start, encoding="cp1252") from None
    note = f"{shown} is not UTF-8 (byte {first_bad:,}); it was read as Windows-1252, so check a few"
    return text, (note + " accented letters",)


def _mixed_error(data: bytes, *, shown: str, offset: int, encoding: str) -> InputError:
    line = data.count(b"\n", 0, offset) + 1
    place = f"byte {offset:,} (line {line:,})"
    if encoding in ("utf-8", "utf-8-sig"):
        problem = f"{shown} mixes encodings: most of it is UTF-8, but {place} is not"
    elif encoding == "cp1252":
        problem = f"{shown} is neither UTF-8 nor Windows-1252: {place} fits neither"
    else:
        problem = f"{shown} begins as {encoding[:6].upper()} but breaks off at byte {offset:,}"
    return InputError(
        problem,
        allowed="text in one encoding: UTF-8, UTF-16 with a byte order mark, or Windows-1252",
        next_step="export it again as UTF-8, or fix that line",
    )


def _is_noise(data: bytes) -> bool:
    if b"\x00" in data:
        return True
    head = data[:1_000_000]
    return len(head) - len(head.translate(None, _NOISE)) > NOISE_SHARE * len(head)


def _is_mixed(data: bytes) -> bool:
    """Whether bytes that are not UTF-8 occur beside sequences that can only be UTF-8.

    In Windows-1252 such a sequence is an accented capital before a symbol, which is rare; one of
    them for every ten broken bytes is taken for a mixture.
    """
    high = len(data) - len(data.translate(None, bytes(range(128, 256))))
    sequences = _MULTIBYTE.findall(data)
    broken = high - sum(map(len, sequences))
    return len(sequences) * 10 > broken
