"""One self-contained HTML page under a content policy; nothing in it is fetched.

The policy allows exactly the scripts that were on the page when it was made, by their SHA-256
(Content Security Policy Level 3, https://www.w3.org/TR/CSP3/, section 2.3.1). Data are not
scripts: they are in `application/json` elements that the scripts read.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from analysis.base.english import capital, count, sentence, verb
from analysis.base.escaping import clean, for_script

from ..markup import html_link

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
    """Assemble a page.

    Parameters
    ----------
    title : str
        Plain text; escaped here.
    body : str
        HTML in which every text is escaped already (`render`).
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
        The same, but after the scripts, for what they can start without.

    Returns
    -------
    str
        The page; the same bytes for the same arguments.

    Raises
    ------
    ValueError
        If a script or the style would end its own element, or an id is not a plain word. This is
        a bug, not a problem with the input.
    """
    packed, late = packed or {}, late or {}
    _refuse_early_end(scripts, style=style, ids=[*data, *packed, *late])
    page = render(
        "page.html",
        title=title,
        policy=Markup(policy(scripts)),
        style=Markup(style),
        body=Markup(body),
        data={name: Markup(for_script(value)) for name, value in data.items()},
        packed={name: _deflated(value) for name, value in packed.items()},
        scripts=[Markup(script) for script in scripts],
        late={name: _deflated(value) for name, value in late.items()},
    )
    return str(page)


def render(template: str, **values: Any) -> Markup:
    """Fill in a template of `templates/`.

    Parameters
    ----------
    template : str
        File name.
    **values : object
        Its variables. Every text is cleaned and escaped unless it is `Markup`.
    """
    return Markup(_templates().get_template(template).render(values))


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("analysis.report"),
        autoescape=True,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters["number"] = lambda n: f"{n:,}"
    environment.filters["as_sentence"] = sentence
    environment.filters["capital_first"] = capital
    environment.globals.update(count=count, verb=verb, link=html_link)
    return environment


def _shown(value: Any) -> Any:
    """Clean a text before it is escaped; control and direction-changing characters go."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


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
    """Return plotly.js from the installed plotly package."""
    return get_plotlyjs()


def _deflated(value: bytes) -> Markup:
    return Markup(base64.b64encode(zlib.compress(value, _LEVEL)).decode("ascii"))


def _refuse_early_end(scripts: Sequence[str], *, style: str, ids: Sequence[str]) -> None:
    for script in scripts:
        # The parser would change a carriage return or NUL, and the hash would no longer match.
        if re.search(r"</script|<!--|[\r\0]", script, flags=re.IGNORECASE):
            raise ValueError("a script would end its own element or not match its hash")
    if "</style" in style.lower():
        raise ValueError("the style would end its own element")
    for name in ids:
        if not _ELEMENT_ID.fullmatch(name):
            raise ValueError(f"not an element id: {name!r}")
