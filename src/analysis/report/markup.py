"""How plain text, Markdown and HTML show a text of the input, a paper and the name of a group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from analysis.base.escaping import clean, for_html, for_markdown, for_terminal, safe_url

_URL_CHARACTERS = ":/?&=%#@+,;~-._!"


class Target(NamedTuple):
    """A place that sentences are written for.

    Attributes
    ----------
    text : function
        Escapes a text of the input.
    paper : function
        Shows a paper's title, with a link to its address where the place has links.
    label : function
        Escapes a group's label and sets it apart.
    aside : function
        Shows our own words less prominently.
    """

    text: Callable[[str], str]
    paper: Callable[[str, object], str]
    label: Callable[[str], str]
    aside: Callable[[str], str]


class Part(NamedTuple):
    """A heading, paragraphs and a list; all of it escaped for the target."""

    title: str
    text: tuple[str, ...]
    items: tuple[str, ...] = ()


def markdown_parts(parts: Sequence[Part]) -> str:
    """Return headings, paragraphs and lists as Markdown; headings of the fourth level."""
    out = []
    for part in parts:
        title = f"#### {part.title}" if part.title else ""
        items = "\n".join(f"- {item}" for item in part.items)
        out += [text for text in (title, *part.text, items) if text]
    return "\n\n".join(out)


def html_text(text: str) -> Markup:
    """Escape a text for HTML, without control and direction-changing characters."""
    return Markup(for_html(clean(text)))


def html_link(title: str, url: object) -> Markup:
    """Return a title as a link that reveals nothing about this page, or alone if `url` is unsafe.

    Parameters
    ----------
    title : str
    url : object
        Only absolute http(s) addresses become links (`escaping.safe_url`).
    """
    name = Markup("<bdi>{}</bdi>").format(html_text(title))
    address = safe_url(url)
    if not address:
        return name
    link = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>')
    return link.format(address, name)


def markdown_link(title: str, url: object) -> str:
    """Return a title as a Markdown link, or alone if `url` is not an http(s) address."""
    shown = for_markdown(title)
    address = quote(safe_url(url), safe=_URL_CHARACTERS).replace("&", "&amp;")
    return f"[{shown}](<{address}>)" if address else shown


PLAIN = Target(
    text=for_terminal,
    paper=lambda title, url: f"“{for_terminal(title)}”",
    label=lambda label: f"“{for_terminal(label)}”",
    aside=str,
)
MARKDOWN = Target(
    text=for_markdown,
    paper=markdown_link,
    label=lambda label: f"**{for_markdown(label)}**",
    aside=str,
)
HTML = Target(
    text=lambda text: Markup("<bdi>{}</bdi>").format(html_text(text)),
    paper=html_link,
    label=lambda label: Markup("<strong><bdi>{}</bdi></strong>").format(html_text(label)),
    aside=lambda words: Markup("<small>{}</small>").format(words),
)
