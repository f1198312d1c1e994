from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.escaping import (
    _PLAIN_URL,
    clean,
    first_lines,
    for_csv,
    for_html,
    for_markdown,
    for_matplotlib,
    for_plotly,
    for_script,
    for_terminal,
    normalised_title,
    safe_url,
    short_hash,
)
from hostile import HOSTILE

PLAIN = (clean, for_csv, for_matplotlib, for_terminal)
DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class Parsed(HTMLParser):
    """What a browser would make of a text: its tags, attributes and characters."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(attrs)

    def handle_comment(self, data: str) -> None:
        self.tags.append("!--")

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(page: str) -> Parsed:
    parser = Parsed()
    parser.feed(page)
    parser.close()
    return parser


# cleaning


@pytest.mark.parametrize("function", PLAIN)
@pytest.mark.parametrize("text", HOSTILE)
def test_plain_text_holds_nothing_that_a_terminal_or_a_reader_would_obey(function, text):
    shown = function(text)
    assert "\n" not in shown
    assert not any(unicodedata.category(c) == "Cc" or c in DIRECTIONS for c in shown)
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert function(shown) == shown


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    once = clean(text)
    assert clean(once) == once
    assert once == once.strip()
    assert unicodedata.is_normalized("NFC", once)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  two\n\tlines \r\n", "two lines"),
        ("e\u0301", "é"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("\ud800", "\ufffd"),
        ("\u202egnirts\u202c", "gnirts"),
        ("a\u00a0b\u2028c", "a b c"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("", ""),
    ],
)
def test_clean(text, expected):
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Attention Is All You Need", "attention is all you need."),
        ("Pre-training: A Survey", "Pre training — a survey"),
        ("Ｆｕｌｌ width", "full width"),
        ("STRASSE", "straße"),
    ],
)
def test_titles_are_compared_without_case_and_punctuation(one, other):
    assert normalised_title(one) == normalised_title(other)


def test_different_titles_stay_different():
    titles = ["GPT-3", "GPT-4", "???", "!!!", "C++", "C#", "日本語", "한국어"]
    found = {normalised_title(title) for title in titles}
    # Only what differs in punctuation after a letter alone falls together.
    assert len(found) == len(titles) - 1
    assert normalised_title("C++") == normalised_title("C#") == "c"


def test_short_hash_is_the_head_of_sha256():
    assert short_hash("") == "e3b0c44298fc"
    assert short_hash("abc", length=8) == "ba7816bf"
    assert short_hash("\ud800") == short_hash("?")


def test_first_lines_cut_at_a_word():
    assert first_lines("one two three", limit=13) == "one two three"
    assert first_lines("one two three", limit=12) == "one two…"
    assert first_lines("one two, three", limit=12) == "one two…"
    assert first_lines("a" * 600, limit=20) == "a" * 20 + "…"


# addresses


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/2310.12340",
        "http://example.org",
        "https://example.org/a?b=c&d=%20#e",
        "HTTPS://example.org/x",
    ],
)
def test_web_addresses_are_kept(url):
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        *HOSTILE,
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "\x00https://example.org",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "//example.org/x",
        "/relative",
        "https:",
        "https://",
        "http://[broken",
        "https://example.org/a b",
        "https://example.org/\u202e",
        "",
        None,
        float("nan"),
        3,
    ],
)
def test_everything_else_is_no_link(url):
    assert safe_url(url) == ""


# escaping


@pytest.mark.parametrize("text", HOSTILE)
def test_html_text_and_attributes_come_back_as_they_were(text):
    page = parsed(f'<i title="{for_html(text)}">{for_html(text)}</i>')
    assert page.tags == ["i"]
    assert set(page.attributes) == {"title"}
    assert page.text == text
    assert page.attributes["title"] == text


@pytest.mark.parametrize("text", HOSTILE)
def test_plotly_sees_no_tag_no_latex_and_no_template(text):
    shown = for_plotly(text)
    assert "<" not in shown
    assert "$" not in shown
    assert "%{" not in shown
    assert parsed(shown).text == text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_script_element_gets_data_that_cannot_close_it(text):
    shown = for_script({"text": text, "list": [1, None, True, 0.5]})
    assert not re.search(r"[<>&\u2028\u2029]", shown)
    assert json.loads(shown) == {"text": text, "list": [1, None, True, 0.5]}
    page = parsed(f'<script type="application/json">{shown}</script>')
    assert page.tags == ["script"]


def test_a_script_gets_no_number_that_json_lacks():
    with pytest.raises(ValueError, match="JSON"):
        for_script(float("nan"))


def rendered(text: str) -> Parsed:
    """What Jupyter's HTML export makes of escaped Markdown."""
    from nbconvert.filters import markdown2html

    return parsed(markdown2html(for_markdown(text)))


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_is_rendered_as_the_text_itself(text):
    page = rendered(text)
    assert set(page.tags) <= {"p", "span"}
    assert not page.attributes
    assert page.text.strip() == clean(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_in_a_heading_and_a_list_is_the_text_itself(text):
    from nbconvert.filters import markdown2html

    for before, tags in (("- ", {"ul", "li"}), ("**x** ", {"p", "strong"})):
        page = parsed(markdown2html(f"{before}{for_markdown(text)}"))
        assert set(page.tags) <= {*tags, "span"}
        assert page.text.strip().removeprefix("x ") == clean(text)


@pytest.mark.parametrize(
    "text", ["$x$", "a \\(y\\) b", "\\[z\\]", "\\begin{align}x\\end{align}", "$$w$$"]
)
def test_no_run_of_rendered_text_holds_a_delimiter_of_mathematics(text):
    """MathJax looks at each run of text between two tags of the rendered page by itself."""
    from nbconvert.filters import markdown2html

    runs = re.split(r"<[^>]*>", markdown2html(for_markdown(text)))
    assert not any(run != "$" and "$" in run for run in runs)
    assert not any(run != "\\" and "\\" in run for run in runs)


@pytest.mark.parametrize(
    "text", ["1. one", "- one", "a www.example.org b", "a@example.org", "x\n===="]
)
def test_plain_texts_that_markdown_would_change_stay(text):
    page = rendered(text)
    assert set(page.tags) == {"p"}
    assert page.text.strip() == clean(text)


@given(st.from_regex(_PLAIN_URL, fullmatch=True))
def test_a_plain_address_is_one_by_the_long_way_too(url):
    parts = urlsplit(url)
    assert parts.scheme in ("http", "https")
    assert parts.netloc
    assert not re.search(r"\s|[\x00-\x1f]", url)
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "text", ["Pre-trained models: what (and why)", "A/B tests, 3 of 4", "x (2)"]
)
def test_markdown_leaves_plain_prose_readable(text):
    assert for_markdown(text) == text
