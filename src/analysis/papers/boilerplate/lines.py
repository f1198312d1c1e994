"""Lines of publishers, licences and repositories in an abstract: found sentence by sentence.

A sentence is such a line if it has a mark of one ("©", "licensee", "open access article") and
hardly any word that such lines are not made of; names count as nothing. Next to a line, a sentence
without any other word is one too ("Ltd., Oxford").
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .vocabulary import LINE_WORDS, PUBLISHERS

LONGEST = 700
"""Characters of the longest line."""

MOST_OTHER = 0.15
"""Share of words that lines are not made of; two such words are allowed anyway after "©"."""

_CUES = (
    *("©", "℗", "(c) ", "(c)1", "(c)2", "copyright", "rights reserved", "vorbehalten", "licen"),
    *("creative commons", "cc by", "cc-by", "cc0", "open access", "open-access"),
    *("published ", "produced and hosting", "access link", "access options", " audience"),
    *("eu-repo", "click ", "fulltext", "full text", "full-text", "peer review", "peer-review"),
    *("version of th", "abstract from", "cite this", "ized users", "ised users", "printed in "),
    *("supplement", "abstract truncated", "reprint", "permission", "database record", "commercial"),
    *("lizen", "publicado", "publié", "doi", "full access", "special issue", "the publisher"),
    *("clinicaltrials", "isrctn", "prospero", "view this", "full article", "reservados"),
)
"""A text without any of these, in lower case, has no line but "2022 IEEE"."""

_FIRM = r"ltd|limited|inc|b\.?v|gmbh|ag|llc|plc|kgaa"
_YEAR = r"(?:1[89]|20)\d\d"
_PUBLISHER = "(?:" + "|".join(map(re.escape, PUBLISHERS)) + ")"
_SIGN = re.compile(
    rf"\W{{0,3}}(?:(?:crown\s)?copyright\W{{0,3}}|\(?(?:c|p)\)(?=\s?(?:{_YEAR}|the\s|by\s|copyright))"
    rf"|©|℗|{_YEAR}(?:\s?[-–]\s?{_YEAR})?,?\s(?:©\s?)?(?:by\s|published\sby\s)?(?:the\s)?{_PUBLISHER}\b)",
    re.IGNORECASE,
)
"""How a copyright line begins; "copyright" alone needs `_OF_COPYRIGHT` too."""

_BARE_COPYRIGHT = re.compile(r"\W{0,3}copyright\b(?!\W{0,3}(?:©|\(c\)))", re.IGNORECASE)
_OF_COPYRIGHT = re.compile(
    rf"\W{{0,3}}copyright\W{{1,3}}(?:{_YEAR}|by\b|the\sauthor|{_PUBLISHER}\b|is\s|remains\s|belongs|"
    r"held|holder|of\s|owner|resides|rests|transfer|in\sthis|of\sthis|for\sthis|notice)",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"rights\s(?:are\s|is\s)?reserved|rechte\svorbehalten|protected\sby\scopyright|copyright\s(?:holder|owner)|"
    r"licensee\b|exclusive\slicen[cs]e|sole\slicen[cs]ee|under\s(?:\w+\s){0,3}licen[cs]e\b|creative\scommons|"
    r"\bcc[\s-](?:by|0)|\bcc0\b|"
    r"open[\s-]access\s(?:article|paper|publication|publishing|under|journals?|at|by|on)\b|"
    r"(?:is|are|published|available)\sopen[\s-]access\b|"
    r"^\W*(?:first\s)?published\s(?:online\s)?(?:by|under|on\sbehalf|in)\b|produced\sand\shosting\sby|"
    r"access\slink|access\soptions|click\s(?:here|to|on)\b|full[\s-]?text\s(?:pdf|is|are|available|of\sthis)|"
    r"database\srecord|version\sof\s(?:this|the)\s(?:article|paper|manuscript|work)\b|"
    r"abstract\sfrom\s(?:the\s)?(?:author|publisher)|authori[sz]ed\susers|cite\sthis\s(?:article|paper)|"
    r"preview\sof\ssubscription|printed\sin\b|article\simpact\sstatement|"
    r"supplement\w{2,4}\s(?:\w{2,12}\s){1,3}(?:is|are|available|for\sthis|to\sthis)\b|"
    r"\bpublished\s(?:online\s)?by\s.{0,60}\b(?:ltd|limited|inc|b\.?v|gmbh|llc|plc|on\sbehalf)\b|"
    r"\bdoi:?\s?10\.\d|\b(?:full|instant)\saccess\b|\bto\sview\sthis\b|preprint\sof\sthis\b|"
    r"\b(?:view|download|read|see|buy)\s(?:(?:the|this|our|single)\s){0,2}(?:full\s)?(?:text|article|pdf)\b|"
    r"full\sarticle\s|"
    r"\b(?:this|the)\s(?:\w+\s)?special\s(?:issue|section)\b|\[copyright\b|"
    r"\blizen[zs]\w*|\blicen[cçz]i?a\s|\bpublicado\spor\b|\bpublié\w*\s(?:par|en|sous)\b|"
    r"derechos\sreservados|direitos\sreservados|droits\sréservés|\bsous\slicence\b|"
    r"clinicaltrials\.gov|\bisrctn|\bprospero\b|"
    r"for\s(?:all\s)?(?:commercial|reprints|permissions?)\b|permissions?\sto\s(?:reprint|reuse|reproduce|copy)|"
    r"(?:by|with)\s(?:kind\s)?permission\b|\babstract\struncated\sat\b",
    re.IGNORECASE,
)
_BOUNDARY = re.compile(
    r"(?<=[.!?])(?<!\s[A-Z]\.)[\"'”’)\]]{0,3}\s+(?=[\"'“(\[]?[A-Z0-9])"  # a new sentence
    r"|(?<=[\])])(?<!\([cCpP]\))\s+(?=[A-Z\d])"  # after "[DOI: …]"
    r"|(?<=[a-z)\]%][.!?])(?=[A-Z][A-Za-z])"  # one whose space got lost
    r"|(?<!opyright)(?<!opyright )(?<!opyright: )(?<!\d{4} )(?=©)"
    rf"|(?<!opyright)\s(?=\([cC]\)\s?(?:{_YEAR}|[Tt]he\s|[Cc]opyright))"
    rf"|(?<!Crown)\s(?=(?:Copyright|COPYRIGHT)[:\s]\s?(?:©|\([cC]\)|{_YEAR}))"
    r"|\s?(?=\(ABSTRACT TRUNCATED\b)"
    r"|\s(?=info:eu-repo/)|\s(?=Contains full\s?text\b)|\s(?=Click to (?:in|de)crease\b)"
)
"""Between two sentences; a line begins one, whatever stands before it."""

_FIRMS = re.compile(rf"\b(?:{_FIRM})\b", re.IGNORECASE)
_NAMED_FIRM = re.compile(rf"\b{_PUBLISHER}\b.{{0,30}}?\b(?:{_FIRM})\b", re.IGNORECASE)
_DATED = re.compile(
    rf"\b{_YEAR},?\s(?:by\s|published\sby\s)?(?:the\s)?{_PUBLISHER}\b", re.IGNORECASE
)
_URL = re.compile(r"(?:https?://|www\.|info:eu-repo/)[^\s()<>]{1,300}")
_WORD = re.compile(r"[^\W\d_][\w/'’-]*")
_WHOLE = re.compile(
    r"\W*(?:(?:inter)?national\saudience|(?:non[\s-])?peer[\s-]review(?:ed)?|open[\s-]access|"
    rf"{_PUBLISHER}(?:[\s,&.-]{{1,3}}(?:sons|co|nature|{_FIRM})\b){{1,3}})\W*",
    re.IGNORECASE,
)
"""Sentences that are lines as a whole."""

_TAG = re.compile(
    r"\W{0,2}(?:(?:Intern|N)ational audience|info:eu-repo/\S+|Contains full\s?text\s?:?\s?\S{1,60}"
    r"(?:\s?\([^()]{0,60}\)){0,3}|(?:Click to (?:in|de)crease image size\s?){1,2})[\s.:;|-]*"
    r"(?=[A-ZÀ-Þ©]|$)"
)
"""What repositories put before or after an abstract, with or without a full stop."""

_SPEAKS = re.compile(r"\b(?:[Ww]e|[Oo]ur)\b")
_HOLDER = re.compile(
    rf"\W{{0,3}}(?:(?:crown\s)?copyright\W{{0,3}})?(?:©|\(c\))?\W{{0,3}}(?:{_YEAR}\W{{1,3}})?"
    rf"(?:published\s)?(?:by\s)?(?:the\s)?{_PUBLISHER}(?:\W{{1,3}}(?:{_FIRM}|nature|verlag|group)\b\.?)*"
    r"[\s,;:.]*",
    re.IGNORECASE,
)
"""A copyright line whose owner is known, without a full stop before the text that follows."""

_CITATION = re.compile(r"\b(?:1[89]|20)\d\d\b|\d:\s?e?\d")


class Sentence(NamedTuple):
    """A part of a text, from `start` to `end`, and whether it is a line."""

    start: int
    end: int
    is_line: bool


def without_lines(text: str) -> str:
    """Return `text` without the lines of publishers, licences and repositories.

    The text itself if it has none. Takes time in proportion to its length.
    """
    if not _has_cue(text.lower()) and not _has_year_and_publisher(text):
        return text
    found = _spread(text, _sentences(text))
    if not any(part.is_line for part in found):
        return text
    kept: list[str] = []
    after_line = True
    for part in found:
        if not part.is_line:
            if after_line:
                kept.append("")
            kept[-1] += text[part.start : part.end]
        after_line = part.is_line
    return " ".join(part for part in map(str.strip, kept) if part)


def _has_cue(lower: str) -> bool:
    for cue in _CUES:  # noqa: SIM110 (every text is looked at; `any` takes 1.7 times as long)
        if cue in lower:
            return True
    return False


def _has_year_and_publisher(text: str) -> bool:
    for part in (text[:100], text[-200:]):
        if _DATED.search(part):
            return True
    ends = (text[:60], text[-60:])
    return any(_FIRMS.search(part) and _NAMED_FIRM.search(part) for part in ends)


def _cut(text: str) -> list[Sentence]:
    places = [0]
    for match in _BOUNDARY.finditer(text):
        if match.end() > places[-1]:
            places.append(match.end())
    return [
        Sentence(start, end, False)
        for start, end in zip(places, [*places[1:], len(text)], strict=True)
    ]


def _sentences(text: str) -> list[Sentence]:
    out = []
    for part in _cut(text):
        sentence = text[part.start : part.end]
        if cut := _line_at_start(sentence):
            out.append(Sentence(part.start, part.start + cut, True))
        if cut < len(sentence):
            out.append(Sentence(part.start + cut, part.end, False))
    return out


def _line_at_start(sentence: str) -> int:
    """Return how many characters at the start of a sentence are a line: none, all or a part."""
    if not sentence.strip() or len(sentence) > LONGEST:
        return 0
    if tag := _TAG.match(sentence):
        return tag.end()
    if _WHOLE.fullmatch(sentence):
        return len(sentence)
    signed = _SIGN.match(sentence) and (
        not _BARE_COPYRIGHT.match(sentence) or _OF_COPYRIGHT.match(sentence)
    )
    if not signed and not _MARK.search(sentence):
        return 0
    if _SPEAKS.search(sentence):
        return _signed_part(sentence) if signed else 0
    n_other, n_words = _count_others(sentence)
    if n_other <= (max(2, MOST_OTHER * n_words) if signed else MOST_OTHER * n_words):
        return len(sentence)
    return _signed_part(sentence) if signed else 0


def _count_others(sentence: str) -> tuple[int, int]:
    """Return how many words lines are not made of, and how many words there are."""
    words = _WORD.findall(_URL.sub(" ", sentence))
    others = [word for word in words if word[0].islower() and word.casefold() not in LINE_WORDS]
    return len(others), len(words)


def _signed_part(sentence: str) -> int:
    """Return the end of "© 2020 IEEE" where the text follows without a full stop."""
    match = _HOLDER.match(sentence)
    return match.end() if match and sentence[match.end() : match.end() + 1].isupper() else 0


def _spread(text: str, found: list[Sentence]) -> list[Sentence]:
    """Count the neighbours of lines as lines if they have no word of their own."""
    out = list(found)
    for order in (range(len(out)), reversed(range(len(out)))):
        after = False
        for place in order:
            part = out[place]
            if not part.is_line and after and _is_remainder(text[part.start : part.end]):
                out[place] = part._replace(is_line=True)
            after = out[place].is_line
    return out


def _is_remainder(sentence: str) -> bool:
    """Whether a sentence is the rest of a line: an address of a publisher, a citation."""
    if not sentence.strip():
        return True
    if len(sentence) > LONGEST:
        return False
    plain = _URL.sub(" ", sentence)
    words = [word.casefold() for word in _WORD.findall(plain)]
    if not words and any(character.isdigit() for character in plain):
        return bool(_CITATION.search(plain))  # but not the number of an item
    known = sum(word in LINE_WORDS for word in words)
    if _count_others(plain)[0]:
        return False
    return known == len(words) or (
        len(words) <= 12 and (2 * known >= len(words) or bool(_CITATION.search(plain)))
    )
