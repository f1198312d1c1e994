"""Text cleaned once, and escaped once for each place where it is shown.

Input is hostile: a title can contain markup, terminal escapes, formulas and bidirectional controls.
Code that shows a text calls the function here for its target.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import unicodedata
from urllib.parse import urlsplit

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPACE = re.compile(r"\s")
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(/[A-Za-z0-9._~/-]*)?")
_MARKDOWN = re.compile(
    r"[\\`*_{}\[\]<>#+|~$&@=^]|(?<![^\W_])-|-(?![^\W_])|:(?=\S)|^[:()]|\.(?=\S)|(?<=\d)\.(?= |$)|"
    + "|".join(rf"(?<=^\d{{{n}}})\)" for n in range(1, 10))  # the number of a list item
)
"""Characters that Markdown may read as markup. Hyphens within words, colons at the end of words and
round brackets that do not follow a square one stay, so that the source remains readable."""
_LONE_GREEK = re.compile(r"(?<![α-ω])[α-ω](?![α-ω])")
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρςστυφχψω",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
        "sigma sigma tau upsilon phi chi psi omega".split(),
        strict=True,
    )
)
_NOT_WORD = re.compile(r"[^\w]+")
_FORMULA_START = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def clean(text: str) -> str:
    """Return `text` on one line, in NFC, without control or direction-changing characters."""
    line = " ".join(text.split())
    if not line.isprintable():  # as most texts are; none of the characters removed is printable
        line = " ".join(_CONTROL.sub(" ", _LONE_SURROGATE.sub("\ufffd", line)).split())
    return line if line.isascii() else unicodedata.normalize("NFC", line)


def normalised_title(title: str) -> str:
    """Return the form in which titles are compared: NFKC, case folded, letters and digits.

    A Greek letter by itself is written out: "TGF-β" and "TGF-beta" are the same.
    """
    folded = unicodedata.normalize("NFKC", title).casefold()
    if not folded.isascii():
        folded = _LONE_GREEK.sub(lambda match: f" {_GREEK[match.group()]} ", folded)
    words = _NOT_WORD.sub(" ", folded).strip()
    return words or folded.strip()


def short_hash(text: str, *, length: int = 12) -> str:
    """Return the first `length` hexadecimal digits of the SHA-256 of `text` in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:length]


def first_lines(text: str, *, limit: int = 300) -> str:
    """Cut `text` at the last word boundary before `limit` characters, with an ellipsis if cut."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    space = head.rfind(" ")
    return (head[:space] if space > limit // 2 else head).rstrip(" ,;:.") + "…"


def safe_url(url: object) -> str:
    """Return `url` if it is an absolute http(s) address with a host, else an empty string."""
    if not isinstance(url, str):
        return ""
    if _PLAIN_URL.fullmatch(url):  # as most are; the checks below take ten times as long
        return url
    if _CONTROL.search(url) or _SPACE.search(url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def for_html(text: str) -> str:
    """Escape for HTML text and for double-quoted attributes."""
    return html.escape(text, quote=True)


def for_plotly(text: str) -> str:
    """Escape for plotly, which reads a little HTML, `$…$` as LaTeX and `%{…}` as a template."""
    escaped = html.escape(text, quote=False)
    return escaped.replace("$", "&#36;").replace("%{", "%&#123;")


def for_matplotlib(text: str) -> str:
    """Return text for matplotlib; every caller also passes `parse_math=False`."""
    return clean(text)


def for_markdown(text: str) -> str:
    """Escape for Markdown as Jupyter renders it: no markup, links, HTML or mathematics.

    A backslash before a character is not enough: addresses become links without any markup, and
    MathJax searches the rendered page for its delimiters, but not across elements.
    """
    return _MARKDOWN.sub(_markdown_entity, clean(text))


def _markdown_entity(match: re.Match[str]) -> str:
    entity = f"&#{ord(match.group())};"
    return f"<span>{entity}</span>" if match.group() in "$\\" else entity


def for_terminal(text: str) -> str:
    """Return `text` without control sequences that a terminal would interpret."""
    return clean(text)


def for_csv(text: str) -> str:
    """Return `text` on one line for a CSV cell; quoting is left to the csv writer."""
    return clean(text)


def for_spreadsheet(text: str) -> str:
    """Return `text` on one line for a CSV that is meant to be opened in a spreadsheet program.

    Such programs evaluate a cell that begins with =, +, - or @ (or their full-width forms), so an
    apostrophe is put before it. Tabs and line ends, which also do, have become spaces by then.
    """
    shown = clean(text)
    return f"'{shown}" if shown.startswith(_FORMULA_START) else shown


def for_toml(text: str) -> str:
    """Return `text` on one line as a quoted TOML string.

    JSON's escapes are among those of a TOML basic string (https://toml.io/en/v1.0.0#string).
    """
    return json.dumps(clean(text), ensure_ascii=False)


def for_script(value: object) -> str:
    """Return `value` as JSON that can stand inside a `<script>` element."""
    out = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        out = out.replace(character, f"\\u{ord(character):04x}")
    return out
