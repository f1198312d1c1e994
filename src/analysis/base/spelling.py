"""One form for British and American spelling, for counting words."""

from __future__ import annotations

import re

_STEMS = dict(
    pair.split("/")
    for pair in """
    haem/hem aemi/emi oestr/estr oedem/edem foet/fet paedi/pedi oesoph/esoph rrhoea/rrhea
    anaesth/anesth gynaec/gynec caesar/cesar caec/cec faec/fec coeli/celi manoeuv/maneuv
    archaeo/archeo palaeo/paleo sulph/sulf mould/mold plough/plow centre/center fibre/fiber
    metre/meter litre/liter theatre/theater calibre/caliber catalogue/catalog analogue/analog
    dialogue/dialog defence/defense offence/offense licence/license programme/program
    artefact/artifact ageing/aging sceptic/skeptic judgement/judgment aluminium/aluminum grey/gray
    behaviour/behavior neighbour/neighbor harbour/harbor labour/labor favour/favor flavour/flavor
    honour/honor humour/humor rumour/rumor tumour/tumor vapour/vapor vigour/vigor rigour/rigor
    colour/color armour/armor endeavour/endeavor odour/odor savour/savor
    """.split()
)
_STEM = re.compile("|".join(_STEMS))
_ISE = re.compile(r"(?<=[a-z]{3})is(?=(?:e|ed|er|ing|ation|ational)$)")
_YSE = re.compile(r"(?<=al)ys(?=(?:e|ed|er|ing)$)")
_DOUBLE_L = re.compile(r"(?<=[a-z]{3}[aeiou])ll(?=(?:ed|ing|er)$)")
_SHORTEST_ISE, _SHORTEST_DOUBLE_L = 7, 8


def fold_spelling(word: str) -> str:
    """Return a word in American spelling, for counting.

    The result is a key, not a word to show: "supervised" becomes "supervized" each time, which
    harms nothing as no other word does.

    Parameters
    ----------
    word : str
        In lower case, singular.
    """
    word = _STEM.sub(lambda match: _STEMS[match.group()], word)
    if len(word) >= _SHORTEST_ISE:
        word = _ISE.sub("iz", word)
    if len(word) >= _SHORTEST_DOUBLE_L:
        word = _DOUBLE_L.sub("l", word)
    return _YSE.sub("yz", word)
