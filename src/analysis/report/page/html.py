"""One self-contained HTML page under the content policy; nothing in it is fetched.

The policy allows exactly the scripts that were on the page when it was made, by their SHA-256
(Content Security Policy Level 3, https://www.w3.org/TR/CSP3/, section 2.3.1). Data are not
scripts: they stand in `application/json` elements that the scripts read.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence
from importlib import resources

from plotly.offline import get_plotlyjs

from analysis.base.escaping import clean, for_html, for_script, safe_url

_LEVEL = 5  # 9 takes three times as long and saves 2 %
_ELEMENT_ID = re.compile(r"[a-z][a-z0-9-]*")


def html_page(
    *,
    title: str,
    body: str,
    scripts: Sequence[str],
    style: str,
    data: Mapping[str, object],
    packed: Mapping[str, bytes] | None = None,
    late: Mapping[str, bytes] | None = None,
) -> str:
    """Put one page together.

    Parameters
    ----------
    title : str
        Plain text; escaped here.
    body : str
        HTML in which every text is escaped already.
    scripts : sequence of str
        JavaScript of our own or of the installed plotly package, run in this order.
    style : str
        CSS of our own.
    data : mapping of str to object
        Element id to a value that JSON can hold; each becomes one
        `<script type="application/json">`, which no browser runs.
    packed : mapping of str to bytes, optional
        Element id to bytes; each becomes one `<script type="text/plain">` that holds them deflated
        (RFC 1950, which has no time stamp) and in Base64.
    late : mapping of str to bytes, optional
        The same, but after the scripts: what they can begin without.

    Returns
    -------
    str
        The page; the same bytes for the same arguments.

    Raises
    ------
    ValueError
        Where a script or the style would end its own element, or an id is not a plain word: a
        defect of ours, not of the input.
    """
    packed, late = packed or {}, late or {}
    _refuse_early_end(scripts, style=style, ids=[*data, *packed, *late])
    values = "\n".join(
        [
            f'<script type="application/json" id="{name}">{for_script(value)}</script>'
            for name, value in data.items()
        ]
        + [_squeezed(name, value) for name, value in packed.items()]
    )
    more = "".join(f"{_squeezed(name, value)}\n" for name, value in late.items())
    code = "\n".join(f"<script>{script}</script>" for script in scripts)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy(scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>{shown(title)}</title>
<style>
{style}
</style>
</head>
<body>
{body}
{values}
{code}
{more}</body>
</html>
"""


def policy(scripts: Sequence[str]) -> str:
    """Return the content policy under which exactly these inline scripts run."""
    digests = [hashlib.sha256(script.encode("utf-8")).digest() for script in scripts]
    hashes = [f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests]
    allowed = " ".join(hashes) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; "
        "style-src 'unsafe-inline'; img-src data: blob:; connect-src 'none'; "
        "base-uri 'none'; form-action 'none'"
    )


def plotly_js() -> str:
    """Return plotly.js as the installed plotly package carries it."""
    return get_plotlyjs()


def asset(name: str) -> str:
    """Return one of the scripts or style sheets that lie beside this module."""
    return (resources.files("analysis.report") / "assets" / name).read_text(encoding="utf-8")


def shown(text: str) -> str:
    """Escape a text for HTML, rid of control and direction-changing characters."""
    return for_html(clean(text))


def link(text: str, *, url: object) -> str:
    """Return a text as a link that tells nothing of this page, or alone where `url` is unsafe."""
    address = safe_url(url)
    if not address:
        return f"<bdi>{shown(text)}</bdi>"
    return (
        f'<a href="{for_html(address)}" target="_blank" rel="noopener noreferrer">'
        f"<bdi>{shown(text)}</bdi></a>"
    )


def _squeezed(name: str, value: bytes) -> str:
    text = base64.b64encode(zlib.compress(value, _LEVEL)).decode("ascii")
    return f'<script type="text/plain" id="{name}">{text}</script>'


def _refuse_early_end(scripts: Sequence[str], *, style: str, ids: Sequence[str]) -> None:
    for script in scripts:
        # A carriage return or NUL would be changed by the parser and so miss its own hash.
        if re.search(r"</script|<!--|[\r\0]", script, flags=re.IGNORECASE):
            raise ValueError("a script would end its own element or miss its hash")
    if "</style" in style.lower():
        raise ValueError("the style would end its own element")
    for name in ids:
        if not _ELEMENT_ID.fullmatch(name):
            raise ValueError(f"not an element id: {name!r}")
