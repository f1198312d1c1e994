"""Markup in titles and abstracts to plain text: JATS and HTML tags, MathML, TeX, entities.

Only what is certainly markup goes: tags of the lists below, those of a single letter or a common
word only if both ends of them are there, and entities that end in a semicolon. "p < 0.05 and
x > 3" and "<think>" stay as they are.
"""

from __future__ import annotations

import html
import re

from .latex import from_latex
from .mathml import from_mathml

MOST_ROUNDS = 5
"""Times that a text is looked through: "&amp;lt;p&amp;gt;" was escaped twice."""

_PREFIXED = r"(?:jats|mml|m|ns\d+|ce|sa|xhtml|oasis|ali)"
_SURE = frozenset(
    """
    inline-formula disp-formula disp-formula-group tex-math alternatives inline-graphic graphic
    ext-link xref named-content styled-content list-item abstracttext inf sub sup scp ital italic
    bold sc smallcaps monospace sans-serif roman overline underline strong em emph br break hr
    inlineequation equation equationsource imageobject imagedata mediaobject related-object
    hsp vsp formula boxed-text trans-abstract kwd-group simplepara blockquote span div font
    """.split()
)
"""Tags that no text holds but as markup."""

_PAIRED = frozenset(
    """
    p i b u a s tt em title sec list abstract ul ol li dl dt dd table tbody thead tr td th label
    caption toggle h1 h2 h3 h4 h5 h6 pre code small big center section article para head body html
    tex fn def-list def-item def term disp-quote verse-group math
    """.split()
)
"""Tags that are markup if the text also holds the other end of one."""

_BLOCKS = frozenset(
    """
    p br break hr title sec list list-item li ul ol dl dt dd div table tr td th section abstract
    abstracttext para simplepara h1 h2 h3 h4 h5 h6 disp-formula blockquote disp-quote label
    caption boxed-text trans-abstract hsp vsp article equation head body html
    """.split()
)
"""Tags between which words do not run on."""

_HEADINGS = frozenset("title h1 h2 h3 h4 h5 h6".split())
_ATTRIBUTES = r"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>=]+))*"
_TAG = re.compile(
    rf"<(?P<end>/?)\s?(?P<prefix>{_PREFIXED}:)?(?P<name>[A-Za-z][A-Za-z0-9-]*){_ATTRIBUTES}\s*/?>"
)
_NOT_TEXT = re.compile(r"<!--.{0,2000}?-->|<!\[CDATA\[|<\?[a-z][^<>]{0,500}\?>", re.DOTALL)
_MATHML = re.compile(
    r"<(?P<name>(?:[A-Za-z][\w.-]*:)?math)\b[^<>]*>(?:(?!<(?P=name)\b).)*?</(?P=name)\s*>",
    re.DOTALL | re.IGNORECASE,
)
_TEX = re.compile(
    r"<(?P<name>(?:jats:)?tex-math|TEX|tex|EquationSource)\b[^<>]*>"
    r"(?P<tex>(?:(?!<(?P=name)\b).)*?)</(?P=name)\s*>",
    re.DOTALL,
)
_BOTH = re.compile(
    r"<(?P<name>(?:jats:)?(?:alternatives|inline-formula|disp-formula))\b[^<>]*>"
    r"(?:(?!<(?P=name)\b).)*?</(?P=name)\s*>",
    re.DOTALL,
)
_DOCUMENT = re.compile(r"\\begin\{document\}(.*?)\\end\{document\}", re.DOTALL)
_FORMULA = re.compile(
    r"\$\$[^$]{1,2000}\$\$|\$(?=[^\s$])[^$\n]{0,500}[\\^_][^$\n]{0,500}(?<!\s)\$(?!\d)"
)
_SCRIPT = re.compile(
    r"(?P<before>\d?)<(?P<name>sup)>\s?(?P<text>[^<>]{1,40}?)\s?</(?P=name)>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SPACE_BEFORE_SIGN = re.compile(r"(?<=[\w)\]]) +(?=[.,;:!?)\]](?:\s|$))")


def plain_text(text: str) -> str:
    """Return a title or an abstract without markup, its mathematics readable.

    Tags go, those of blocks leave a space, titles of sections a colon; MathML and TeX become text
    (see `from_mathml` and `from_latex`), entities characters, however often they were escaped. The
    text itself if it has none of these. Takes time in proportion to its length.
    """
    for _ in range(MOST_ROUNDS):
        before = text
        if "<" in text:
            text = _without_tags(text)
        if "&" in text:
            text = _ENTITY.sub(_character, text)
        if text == before:
            break
    if "$" in text and ("\\" in text or "$$" in text or "^" in text or "_" in text):
        text = _FORMULA.sub(_formula, text)
    return text


def _character(match: re.Match[str]) -> str:
    return html.unescape(match.group())


def _without_tags(text: str) -> str:
    if "math" in text or "TEX" in text or "tex" in text or "Equation" in text:
        plain = _BOTH.sub(_one_of_both, text)
        plain = _MATHML.sub(lambda match: f" {from_mathml(match.group())} ", plain)
        plain = _TEX.sub(lambda match: f" {_from_tex(match['tex'])} ", plain)
        if plain != text:
            return _SPACE_BEFORE_SIGN.sub("", _without_other_tags(plain))
    return _without_other_tags(text)


def _without_other_tags(text: str) -> str:
    if "<!" in text or "<?" in text:
        text = text.replace("]]>", " ") if "<![CDATA[" in text else text
        text = _NOT_TEXT.sub(" ", text)
    found = list(_TAG.finditer(text))
    if not found:
        return text
    ends = {(match["name"].lower(), bool(match["end"])) for match in found}
    text = _SCRIPT.sub(_raised, text)
    return _TAG.sub(lambda match: _tag(match, ends=ends), text)


def _tag(match: re.Match[str], *, ends: set[tuple[str, bool]]) -> str:
    """Return what stands for a tag: nothing, a space, a colon after a heading, or the tag."""
    name = match["name"].lower()
    if not match["prefix"] and name not in _SURE:
        is_sure = {(name, True), (name, False)} <= ends or match.group().endswith("/>")
        is_at_an_end = name == "p" and not (
            match.string[: match.start()].strip() and match.string[match.end() :].strip()
        )
        if name not in _PAIRED or not (is_sure or is_at_an_end):
            return match.group()
    if name in _HEADINGS and match["end"]:
        before = match.string[: match.start()].rstrip()[-1:]
        return ": " if before.isalnum() or before in ")]" else " "
    return " " if name in _BLOCKS else ""


def _raised(match: re.Match[str]) -> str:
    """Return "10^6" where a number is raised; elsewhere the sign is written on: "m2", "Ca2+"."""
    before, text = match["before"], match["text"]
    is_power = before and re.match(r"[−–-]?\d", text)
    return f"{before}^{text}" if is_power else f"{before}{text}"


def _one_of_both(match: re.Match[str]) -> str:
    """Keep the MathML of a formula that is there in TeX too."""
    mathml = _MATHML.search(match.group())
    tex = _TEX.search(match.group())
    return mathml.group() if mathml and tex else match.group()


def _from_tex(tex: str) -> str:
    document = _DOCUMENT.search(tex)
    body = " ".join(html.unescape(document[1] if document else tex).split())
    inner = body.strip("$ ")
    return from_latex(f"${inner}$").strip("$") if inner else ""


def _formula(match: re.Match[str]) -> str:
    return from_latex(match.group())


# a heading before everything

_LEADING = re.compile(
    r"\s*(?P<bracket>[\[【(])?(?:abstract|summary|zusammenfassung|kurzfassung|résumé|resumen|resumo|riassunto|"
    r"sommario|samenvatting|аннотация|реферат|摘要|要旨|抄録|초록)[\]】)]?"
    r"(?P<sign>\s*(?:[:：.|]|[-–—]{1,2}(?=\s|[A-Z]))\s*|】)?\s*",
    re.IGNORECASE,
)
_NEXT = re.compile(r"(?P<word>\w[\w’'.,%-]*?)(?P<rest>,?\s+[\w(]+|[:.,]*(?:\s|$))")
_NAMES = re.compile(
    r"(?:algebra|argumentation|art\b|class(?:es)?\b|concepts?\b|data types?\b|domains?\b|"
    r"expression|factor|harmonic|interpret|intermediate|judg|keyword|machines?\b|meaning rep|"
    r"measures?\b|nonsense|objects?\b|production|reasoning|rewriting|state (?:machine|space)|"
    r"statistic|syntax|thought|window|wiener|wikipedia|words?\b)",
    re.IGNORECASE,
)
"""What makes a name with "Abstract" or "Summary" before it."""


def without_opening(abstract: str, *, title: str) -> str:
    """Return an abstract without a leading "Abstract" or "Summary", which says where it was.

    With a sign after it ("Abstract:", "Summary –") always; without, if a sentence begins there:
    "Abstract We measured", but "Abstract interpretation of", "Abstract Syntax Trees" and
    "Summary Statistics" stay, and so does what the title says too. The text itself if nothing else
    is in it.
    """
    match = _LEADING.match(abstract)
    rest = abstract[match.end() :] if match else ""
    if match is None or not rest.strip():
        return abstract
    if match["sign"] or match["bracket"]:
        return rest if rest[:1].isalnum() or rest[:1] in "“\"'([<" else abstract
    following = _NEXT.match(rest)
    head = match.group().strip()
    if following is None or not match.group()[-1:].isspace() or not head[:1].isupper():
        return abstract
    word = following["word"]
    if not (word[0].isupper() or word[0].isdigit()):
        return abstract
    is_name = _NAMES.match(rest) is not None or f"{head} {word}".casefold() in title.casefold()
    after = following["rest"].lstrip(",:. ")
    return rest if not is_name and not after[:1].isupper() else abstract
