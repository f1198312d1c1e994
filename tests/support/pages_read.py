"""Pages as a reader sees them: tags, texts, data."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser

from analysis.report.page.html import plotly_js


class Seen(HTMLParser):
    """Every tag and attribute of a page, and the text of its scripts and of the rest."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.text: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag in ("script", "style"):
            self._inside = tag

    def handle_endtag(self, tag):
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            kind, text = self.scripts.pop()
            self.scripts.append((kind, text + data))
        elif not self._inside:
            self.text.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.text))


def seen(page: str) -> Seen:
    parser = Seen()
    parser.feed(page.replace(plotly_js(), "/* plotly.js */"))
    parser.close()
    return parser


def data_of(page: str) -> dict:
    (only,) = [
        json.loads(text)
        for kind, text in seen(page).scripts
        if kind.get("type") == "application/json"
    ]
    return only


def text_of(page: str) -> str:
    return seen(page).words


def section_of(page: str, name: str) -> str:
    """Return the HTML of one section of the report, "" if it has none."""
    head = f'<h2 id="{name}">'
    return page.split(head)[1].split("</section>")[0] if head in page else ""
