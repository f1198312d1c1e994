"""MathML to one line of readable text: "CO2", "x^2", "(a + b)/2", "√(2n)"."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

DEEPEST = 60
"""Elements in one another; what lies deeper is written without structure."""

_XML_ENTITIES = frozenset(("lt", "gt", "amp", "quot", "apos"))
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_PREFIX = re.compile(r"(</?)[A-Za-z][\w.-]*:(?=[A-Za-z])")
_TAG = re.compile(r"<[^<>]*>")
_SIMPLE = re.compile(r"[^\W_]+|√?\w+")
_LEFT_OUT = frozenset("annotation annotation-xml mphantom maligngroup malignmark".split())
_SPACED = frozenset("= < > ≤ ≥ ≠ ≈ ∼ ~ ≅ ≡ ± ∓ × ÷ + − - → ← ↔ ∈ ∉ ⊂ ⊆ ∪ ∩ ∝ ≪ ≫ ∧ ∨".split())
_INVISIBLE = re.compile("[\u2061-\u2064\u200b]")


@lru_cache(maxsize=4096)
def from_mathml(markup: str) -> str:
    """Return the text of a `<math>` element; its words alone if it is not well-formed."""
    from lxml import etree

    plain = _ENTITY.sub(_character, _PREFIX.sub(r"\1", markup))
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(plain.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    text = "" if root is None else _element(root, depth=0)
    if not text.strip():
        text = html.unescape(_TAG.sub(" ", plain))
    return " ".join(_INVISIBLE.sub("", text).split())


def _character(match: re.Match[str]) -> str:
    return match.group() if match[1] in _XML_ENTITIES else html.unescape(match.group())


def _element(element: _Element, *, depth: int) -> str:
    name = element.tag if isinstance(element.tag, str) else ""
    if not name or name in _LEFT_OUT:
        return ""
    if depth > DEEPEST:
        return "".join(str(text) for text in element.itertext())
    parts = [_element(child, depth=depth + 1) for child in element]
    if name in ("mo", "mi", "mn", "mtext", "ms"):
        return _token(name, " ".join("".join(map(str, element.itertext())).split()))
    if name in _LAYOUTS and len(parts) == _LAYOUTS[name]:
        return _layout(name, parts)
    if name == "msqrt":
        return f"√{_group(''.join(parts))}"
    if name == "mfenced":
        opening, closing = element.get("open") or "(", element.get("close") or ")"
        return f"{opening}{', '.join(parts)}{closing}"
    if name == "mspace":
        return " "
    if name in ("mtr", "mlabeledtr"):
        return " ".join(parts) + "; "
    return (element.text or "").strip() + "".join(parts)


def _token(name: str, text: str) -> str:
    if name == "mo" and text in _SPACED:
        return f" {text} "
    return f"{text} " if name == "mo" and text in (",", ";") else text


_LAYOUTS = {
    **dict.fromkeys(("msub", "msup", "mfrac", "mroot", "mover", "munder"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
}
"""Element -> number of its children, by place: the base first, then what is below or above."""


def _layout(name: str, parts: list[str]) -> str:
    base, *others = (" ".join(part.split()) for part in parts)
    if name == "mfrac":
        return f"{_group(base)}/{_group(others[0])}"
    if name == "mroot":
        return f"{_group(base)}^(1/{others[0]})"
    if name == "mover":
        return base  # a bar, a hat or an arrow above a letter
    if name == "msup":
        return base + _above(others[0], base=base)
    below = _below(others[0])
    return base + below + (_above(others[1], base=base) if len(others) > 1 else "")


def _below(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) or not text else "_" + _group(text)


def _above(text: str, *, base: str) -> str:
    """Return an exponent: "^2", but "2+" in "Ca2+" and primes joined."""
    if not text or text in ("′", "''", "'", "*", "†", "∘", "°", "+", "−", "-"):
        return text
    return text if not base or re.fullmatch(r"\d*[+−-]", text) else "^" + _group(text)


def _group(text: str) -> str:
    text = " ".join(text.split())
    return text if _SIMPLE.fullmatch(text) or re.fullmatch(r"[−-]?\w+", text) else f"({text})"
