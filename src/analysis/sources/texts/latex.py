r"""LaTeX and mojibake to clean Unicode, for the sources that carry them (arXiv, BibTeX).

Text is converted, mathematics only if nothing is lost: `$10^{-3}$` and `$\alpha$` become `10^{-3}`
and `α`; a formula that cannot be written without a macro stays as it was, dollars included. Unknown
macros stay too, so that nothing disappears. Libraries for LaTeX convert whole documents and drop
what they do not know, which titles and abstracts with stray signs do not survive.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


def _table(text: str) -> dict[str, str]:
    """Return a dict of keys and values that follow one another, separated by spaces."""
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_MOJIBAKE = re.compile(r"[\u0080-\u009f]|[ÂÃÄÅâãÐÑ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_MATH = re.compile(
    r"\$(?<!\\\$)\$[^$]{1,2000}\$\$|\$(?<!\\\$)(?=[^\s$])(?:[^$\\]|\\.){1,2000}(?<!\s)\$(?!\d)|"
    r"\\\((?:[^\\]|\\(?![()])){1,2000}\\\)",
    re.DOTALL,
)
_SIGNS = {
    sign: chr(0x300 + int(offset, 16))
    for sign, offset in _table(
        """` 0 ' 1 ^ 2 ~ 3 = 4 . 7 " 8 u 6 v c H b c 27 d 23 b 31 k 28 r a"""
    ).items()
}
"""Sign or letter of an accent's macro -> combining character."""

_ACCENT = re.compile(
    r"""\{?\\(?:
        (?P<sign>[`'^"~=.])\s*(?:\{\s*\\?(?P<one>[A-Za-z])\s*\}|\\?(?P<two>[A-Za-z]))
      | (?P<letter>[uvHcdbkr])
        (?:\s*\{\s*\\?(?P<three>[A-Za-z])\s*\}|\s+\\?(?P<four>[A-Za-z])(?![a-z]))
    )(?P<end>\}?)""",
    re.VERBOSE,
)
_LETTERS = _table(
    "ss ß ae æ AE Æ oe œ OE Œ o ø O Ø aa å AA Å l ł L Ł i ı j ȷ dh ð DH Ð th þ TH Þ ng ŋ NG Ŋ "
    "dj đ DJ Đ"
)
_IN_TEXT = _table(
    r"""textquoteright ’ textquoteleft ‘ textquotedblleft “ textquotedblright ” textquotesingle '
    textquotedbl " textemdash — textendash – textbackslash \ textasciitilde ~ textasciicircum ^
    textunderscore _ textless < textgreater > textbar | textbullet • textdegree ° textregistered ®
    texttrademark ™ textcopyright © textmu µ textperiodcentered · textellipsis … dots … ldots …
    LaTeX LaTeX TeX TeX BibTeX BibTeX slash / textsterling £ pounds £ euro € S § P ¶ copyright ©
    textonehalf ½ textpm ± texttimes ×"""
) | dict.fromkeys(("newline", "linebreak", "par", "quad", "qquad"), " ")
_MACRO = re.compile(r"\\([A-Za-z]+)\*?")
_NAMED = re.compile(r"\{\\([A-Za-z]+)\s*\}|\\([A-Za-z]+)(?:\{\}|[ \t\n]|(?![A-Za-z]))")
_WRAPPED = re.compile(
    r"\\(?:emph|text|textit|textbf|textrm|textsf|texttt|textsc|textsl|textup|textnormal|textmd|"
    r"mbox|hbox|underline|uline|mathrm|mathbf|mathit|mathsf|mathtt|mathcal|mathbb|mathfrak|"
    r"boldsymbol|bm|operatorname|url|href|enquote|footnote|ensuremath|uppercase|lowercase)"
    r"\*?\s*\{((?:[^{}]|\{[^{}]{0,200}\}){0,2000})\}"
)
_SWITCH = re.compile(r"\{\s*\\(?:it|bf|em|rm|sf|tt|sc|sl|itshape|bfseries)\b\s*([^{}]*)\}")
_ESCAPED = re.compile(r"\\([%&_#$])")
_THIN = re.compile(r"\\[,;:! /-]|\\\\(?:\[[^\]]{0,20}\])?")
_TIE = re.compile(r"(?<=[\w.,)\]])~(?=[\w$(\\{])")
_BRACES = re.compile(r"(?<!\\)[{}]")
_DASHES = re.compile(r"(?<![-<])-{2,3}(?![->])")
_SIMPLE_SCRIPT = re.compile(r"([_^])\{(\w)\}")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{(\w+)\}\s*\{(\w+)\}")
_ROOT = re.compile(r"\\sqrt\s*\{(\w+)\}")
_SPACED = re.compile(r"(?<=\w)\s+(?=[_^])")
_NO_MEANING = frozenset(("left", "right", "big", "Big", "bigl", "bigr", "displaystyle", "rm", "it"))
_WORDS = frozenset(
    "log ln exp sin cos tan max min arg sup inf lim det dim ker gcd Pr mod tanh sinh cosh argmin "
    "argmax deg hom".split()
)


def clean_source(text: str) -> str:
    """Return a text of arXiv or BibTeX with its LaTeX and mojibake converted to Unicode."""
    return from_latex(unmixed(text))


def unmixed(text: str) -> str:
    """Return text that was decoded wrongly once or twice as it was meant, other text as it is.

    Only the encoding is fixed (ftfy's `fix_encoding`), and only if the telltale pairs of
    characters occur: quotes, ligatures and spaces stay as they are.
    """
    if text.isascii() or not _MOJIBAKE.search(text):
        return text
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    return fix_encoding(text) if is_bad(text) else text


def from_latex(text: str, *, braces: bool = False) -> str:
    """Return LaTeX as plain Unicode, its mathematics readable.

    Lone `braces` are removed if they only protect the case of letters, as in BibTeX.
    """
    if not _is_marked(text):
        return text
    if "$" not in text and "\\(" not in text:
        return _words(text, braces=braces)
    out, end = [], 0
    for match in _MATH.finditer(text):
        out.append(_words(text[end : match.start()], braces=braces))
        out.append(_math(match.group()))
        end = match.end()
    out.append(_words(text[end:], braces=braces))
    return "".join(out)


def _is_marked(text: str) -> bool:
    # Tests one by one, the commonest first: over whole dumps this is most of the time.
    return (
        "$" in text
        or "\\" in text
        or "{" in text
        or "}" in text
        or "~" in text
        or "`" in text
        or "--" in text
        or "''" in text
    )


def _words(text: str, *, braces: bool) -> str:
    if not _is_marked(text):
        return text
    if "\\" in text:
        text = _ACCENT.sub(_accented, text)
        text = _NAMED.sub(_named, text)
        text = _unwrapped(text)
        text = _THIN.sub(_thin, text)
        text = _ESCAPED.sub(r"\1", text)
    if "~" in text:
        text = _TIE.sub(" ", text)
    if braces:
        text = _BRACES.sub("", text)
    if "--" in text:
        text = _DASHES.sub(lambda match: "–" if len(match.group()) == 2 else "—", text)
    return text.replace("``", "“").replace("''", "”")


def _accented(match: re.Match[str]) -> str:
    base = next(filter(None, match.group("one", "two", "three", "four")))
    sign = _SIGNS[match["sign"] or match["letter"]]
    opened, closed = match.group().startswith("{"), bool(match["end"])
    made = unicodedata.normalize("NFC", base + sign)
    if opened == closed:
        return made
    return "{" + made if opened else made + "}"


def _named(match: re.Match[str]) -> str:
    name = match[1] or match[2]
    text = _LETTERS.get(name) or _IN_TEXT.get(name)
    if text is not None:
        spaced = match.group()[-1:].isspace() and name not in _LETTERS
        return text + (" " if spaced else "")
    symbol = symbols().get(name)
    return match.group() if symbol is None else symbol + match.group()[len(name) + 1 :].strip("{}")


def _unwrapped(text: str) -> str:
    for _ in range(4):
        before, text = text, _SWITCH.sub(r"\1", _WRAPPED.sub(r"\1", text))
        if text == before:
            break
    return text


def _thin(match: re.Match[str]) -> str:
    return "" if match.group() in (r"\/", r"\-", r"\!") else " "


@lru_cache(maxsize=4096)
def _math(text: str) -> str:
    """Return a formula without LaTeX if it can be written so, else as it is."""
    inner = text.strip("$") if text.startswith("$") else text[2:-2]
    out = _ROOT.sub(r"√\1", _FRACTION.sub(r"\1/\2", _unwrapped(inner)))
    out = _ESCAPED.sub(r"\1", _THIN.sub(_thin, out.replace("~", " ")))
    out = _SIMPLE_SCRIPT.sub(r"\1\2", _MACRO.sub(_symbol, out))
    out = _SPACED.sub("", " ".join(out.split()))
    return text if "\\" in out or not out else out


def _symbol(match: re.Match[str]) -> str:
    name = match[1]
    if name in _NO_MEANING:
        return ""
    if name in _WORDS:
        return f"{name} "
    return symbols().get(name, match.group())


@lru_cache(maxsize=1)
def symbols() -> dict[str, str]:
    """Return the macros that stand for one character, by name (from pylatexenc's table).

    If several characters have one macro, the first counts.
    """
    from pylatexenc.latexencode import get_builtin_uni2latex_dict

    table = _table(
        r"""to → leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ epsilon ε varepsilon ε phi φ varphi φ sim ~ ll ≪
        gg ≫ lesssim ≲ gtrsim ≳ infty ∞ times × pm ± mp ∓ cdot · approx ≈ propto ∝ ell ℓ odot ⊙
        langle ⟨ rangle ⟩ prime ′ circ ° star ⋆ ast * mid | vert | lvert | rvert | Vert ‖
        rightarrow → leftarrow ← dots … ldots … cdots ⋯ setminus ∖ hbar ħ"""
    )
    for code, macro in get_builtin_uni2latex_dict().items():
        match = re.fullmatch(r"\\ensuremath\{\\([A-Za-z]+)\}|\{?\\([A-Za-z]+)\}?", macro)
        if match and chr(code).isprintable():
            table.setdefault(match[1] or match[2], chr(code))
    return table
