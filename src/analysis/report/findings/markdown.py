"""Papers as links in Markdown."""

from __future__ import annotations

from urllib.parse import quote

from analysis.base.escaping import for_markdown, safe_url

_URL_CHARACTERS = ":/?&=%#@+,;~-._!"


def linked(title: str, url: object) -> str:
    """Return a paper's title as a link, or alone where its address is none of the web's."""
    shown = for_markdown(title)
    address = quote(safe_url(url), safe=_URL_CHARACTERS).replace("&", "&amp;")
    return f"[{shown}](<{address}>)" if address else shown
