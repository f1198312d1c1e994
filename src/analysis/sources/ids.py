"""arXiv ids in all their spellings, and the other ids of papers.

The arXiv scheme: https://info.arxiv.org/help/arxiv_identifier.html (yymm.nnnn from 0704 to 1412,
yymm.nnnnn since 1501, archive/yymmnnn before).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import pandas as pd

from analysis.base.escaping import clean

from .dates import MISSING

_SPELLING = re.compile(
    r"""\s*
    (?: arxiv\s*:\s*
      | (?:https?://)?(?:[\w-]+\.)*(?:arxiv|ar5iv|alphaxiv)\.org/(?:abs|pdf|html|format|overview)/
      | (?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/papers/
      | (?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.
    )?
    (?: (?P<yymm>\d{3,4})\.(?P<number>\d{1,5})
      | (?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[a-z]{2})?/(?P<old>\d{7})
    )
    (?:v\d+)?(?:\.pdf)?(?:[\s?\#/].*)?""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_FLOAT = re.compile(r"(\d{3,4})\.(\d{10,20})")
_SHORT = re.compile(r"\d+\.\d{1,2}")
_DOI_PREFIX = re.compile(r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_NO_ALIAS = re.compile(r"\d+(?:\.\d+)?|t[0-9a-f]{12}")
_OLD_ARCHIVE = re.compile(
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|"
    "cond-mat|cs|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|"
    "nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)


def arxiv_id(text: str, *, pad: bool = False) -> str | None:
    """Return the arXiv id that `text` spells, without version; None if it spells none.

    Parameters
    ----------
    text : str
        A bare id, `arXiv:…`, an address at arxiv.org or huggingface.co/papers, or an arXiv DOI.
    pad : bool
        Restore the digits that an id loses as a number: 2310.1234 is 2310.12340, 704.0001 is
        0704.0001 and 1612.0621199999998 is 1612.06212.
    """
    if pad and _FLOAT.fullmatch(text):
        text = _rounded(text)
    match = _SPELLING.fullmatch(text)
    if match is None:
        return None
    if match["old"]:
        archive, old = match["archive"].lower(), match["old"]
        valid = _OLD_ARCHIVE.fullmatch(archive) and 1 <= int(old[2:4]) <= 12
        valid = valid and (old[:2] >= "91" or old[:4] <= "0703")
        return f"{archive}/{old}" if valid else None
    yymm, digits = match["yymm"], match["number"]
    if pad:
        yymm = yymm.zfill(4)
    length = 4 if yymm <= "1412" else 5
    if pad:
        digits = digits.ljust(length, "0")
    valid = len(yymm) == 4 and "0704" <= yymm < "9101" and 1 <= int(yymm[2:]) <= 12
    return f"{yymm}.{digits}" if valid and len(digits) == length and int(digits) else None


def _rounded(text: str) -> str:
    """Round a float's spelling to the digits of an id, if all digits beyond are rounding noise."""
    value = float(text)
    short = f"{value:.4f}" if value < 1501 else f"{value:.5f}"
    return short if abs(float(short) - value) < 1e-9 else text


def arxiv_month(identifier: str) -> date | None:
    """Return the first day of the month in which an arXiv id was assigned; None for other ids."""
    if arxiv_id(identifier) != identifier:
        return None
    yymm = identifier.rpartition("/")[2][:4]
    century = 1900 if "/" in identifier and yymm >= "9100" else 2000
    return date(century + int(yymm[:2]), int(yymm[2:]), 1)


def arxiv_ids(values: pd.Series, *, surely: bool = False) -> pd.Series:
    """Return the arXiv ids of a column.

    Ids that became numbers are restored if the column is `surely` one of arXiv ids, holds floats,
    or if at least half of it looks like arXiv ids of three digits or more after the point.

    Returns
    -------
    Series of str
        Same index; null where there is no arXiv id.
    """
    texts = id_texts(values)
    plain = [arxiv_id(text) for text in texts]
    restored = [i or arxiv_id(t, pad=True) for i, t in zip(plain, texts, strict=True)]
    pairs = zip(restored, texts, strict=True)
    n_likely = sum(i is not None and not _SHORT.fullmatch(text) for i, text in pairs)
    floats = pd.api.types.is_float_dtype(values.dtype)
    ids = restored if surely or floats or 2 * n_likely >= sum(map(bool, texts)) else plain
    return pd.Series(ids, index=values.index, dtype="str")


def first_arxiv_ids(known: pd.DataFrame, *, names: Sequence[str]) -> pd.Series:
    """Return the arXiv id of each row, from the first of the named standard columns with one."""
    ids = pd.Series(None, index=known.index, dtype="str")
    for name in names:
        if name in known:
            ids = ids.fillna(arxiv_ids(known[name], surely=name == "arxiv_id"))
    return ids


def source_ids(values: pd.Series) -> pd.Series:
    """Return the ids of a column that are names: not arXiv ids, row numbers or papertide's own ids.

    Returns
    -------
    Series of str
        Same index; a DOI without its address, other ids as they are; null where there is no id.
    """
    names = [_DOI_PREFIX.sub("", text, count=1).strip() for text in id_texts(values)]
    ids = [n if n and not _NO_ALIAS.fullmatch(n) and not arxiv_id(n) else None for n in names]
    return pd.Series(ids, index=values.index, dtype="str")


def id_texts(values: pd.Series) -> list[str]:
    """Return a column of ids as cleaned texts, floats in their shortest spelling; "" for null."""
    return [_id_text(value) for value in values.tolist()]


def _id_text(value: object) -> str:
    if isinstance(value, str):
        text = clean(value[:300])
        return "" if text.casefold() in MISSING else text
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return ""
    return repr(value)
