"""Where in a paper a phrase stands: title, what the paper proposes, background, or the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis.base.words import sentences

TITLE, PROPOSAL, BACKGROUND, REST = "title", "proposal", "background", "rest"

_AUTHORS = (
    r"\b(?:we|our|ours|us)\b|\b(?:this|the present) (?:paper|work|study|article|survey|report)"
)
_OWN = re.compile(_AUTHORS + r"\b|\bhere\b", re.I)
_PROPOSES = re.compile(
    r"\b(?:we|this (?:paper|work|study|article|survey|report|thesis)"
    r"|our (?:work|paper|study|contributions?))\b[^.]{0,60}?\b(?:propos|introduc|present|develop"
    r"|design|releas|buil[dt]|construct|creat|curat|collect|stud(?:y|ies)|investigat|explor|examin"
    r"|analy[sz]|survey|review|revisit|address|tackle|aim|argue|formulat|establish|contribut|train"
    r"|pre-?train|describ|report|offer|provid|devis|seek|focus|unveil|conduct|ask|extend|identif)"
    r"|\b(?:is|are) (?:proposed|introduced|presented|developed)\b"
    r"|\b(?:called|dubbed|termed|named|coined)\b",
    re.I,
)


@dataclass(frozen=True)
class Part:
    """One sentence of a paper, or its title, with its role."""

    role: str
    text: str


def parts(title: str, abstract: str | None) -> list[Part]:
    """Split a paper into its title and its sentences, each with its role.

    A sentence in which the authors say what they propose, build or study is a proposal. What comes
    before the first of them, without "we" or "this paper", is background: what others did. An
    abstract without a proposal has no background either.

    Parameters
    ----------
    title : str
    abstract : str or None

    Returns
    -------
    list of Part
        In the order of the text, the title first.
    """
    found = sentences(abstract) if isinstance(abstract, str) else []
    proposes = [bool(_PROPOSES.search(sentence)) for sentence in found]
    first = proposes.index(True) if True in proposes else 0
    out = [Part(TITLE, title)]
    for number, sentence in enumerate(found):
        if proposes[number]:
            role = PROPOSAL
        elif number < first and not _OWN.search(sentence):
            role = BACKGROUND
        else:
            role = REST
        out.append(Part(role, sentence))
    return out
