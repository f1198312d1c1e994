"""The language of each paper, by py3langid (Lui & Baldwin 2012), which needs no download.

A text in which the commonest English words are frequent is English without asking; titles alone
are judged only where the model is nearly certain.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from analysis.base.english import listing

if TYPE_CHECKING:
    import pandas as pd
    from py3langid.langid import LanguageIdentifier

_NAMES = """ar Arabic|bg Bulgarian|ca Catalan|cs Czech|da Danish|de German|el Greek
en English|es Spanish|et Estonian|fa Persian|fi Finnish|fr French|he Hebrew|hi Hindi|hr Croatian
hu Hungarian|id Indonesian|it Italian|ja Japanese|ko Korean|lt Lithuanian|lv Latvian|nl Dutch
no Norwegian|pl Polish|pt Portuguese|ro Romanian|ru Russian|sk Slovak|sl Slovenian|sr Serbian
sv Swedish|th Thai|tr Turkish|uk Ukrainian|vi Vietnamese|zh Chinese"""
NAMES = dict(pair.split(" ", 1) for pair in _NAMES.replace("\n", "|").split("|"))
"""Languages that papers are told to be in: code of ISO 639-1 -> name."""

FOREIGN = frozenset(NAMES) - {"en"}

LANGUAGE = "text_language"
"""Column of the papers table; it is there if any paper is told to be in another language."""

LONGEST = 500
"""Characters that are looked at."""

_FEWEST_LETTERS, _FEWEST_SIGNS = 120, 6
_SURE, _SURE_OF_FEW = 0.9, 0.995
_ENGLISH_SHARE = 0.15
_ENGLISH = frozenset("the of and to in is a for we that with are on by this from as an be".split())
_WORD = re.compile(r"[^\W\d_]+")
_OTHER_SCRIPT = re.compile(
    "[\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0900-\u097f\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
    "\uac00-\ud7af]"
)
_MOST_NAMED = 4
_FUNCTION_WORDS = {
    "de": "wobei bzw mittels hinsichtlich anhand aufgrund sodass lediglich bezüglich zudem hierbei",
    "es": "asimismo mediante respecto dicha dicho dichas dichos cuyo cuya",
    "fr": "ainsi afin lors dont tandis ceux via notamment",
    "pt": "através bem assim desta deste nesta neste cuja cujo",
    "it": "tramite nonché inoltre pertanto mediante",
}
"""Function words of abstracts that stopwordsiso lacks."""


def languages_of(titles: Sequence[str], abstracts: Sequence[str | None]) -> list[str]:
    """Return the language of each paper as a code of `NAMES`, "" where it cannot be told.

    Parameters
    ----------
    titles, abstracts : sequence of str, length n
        None where there is no abstract.
    """
    return [
        _language(f"{title}. {abstract}" if isinstance(abstract, str) else title)
        for title, abstract in zip(titles, abstracts, strict=True)
    ]


def language_counts(codes: Iterable[str]) -> dict[str, int]:
    """Count papers by language, the commonest first; those whose language is not told as ""."""
    return dict(sorted(Counter(codes).items(), key=lambda pair: (-pair[1], pair[0])))


def table_languages(papers: pd.DataFrame) -> dict[str, int]:
    """Count the papers of a table by language, as `language_counts`; {} if all are in English."""
    if LANGUAGE not in papers:
        return {}
    return language_counts(papers[LANGUAGE].fillna("").tolist())


def foreign_papers(papers: pd.DataFrame) -> dict[str, str]:
    """Return the language of each paper that is not in English: its name, by the paper's id."""
    if LANGUAGE not in papers:
        return {}
    codes = papers.set_index("paper_id")[LANGUAGE].dropna()
    return {str(paper): NAMES[code] for paper, code in codes.items() if code in FOREIGN}


def language_notes(counts: Mapping[str, int]) -> list[str]:
    """Return a line on papers that are not in English; none if all are."""
    foreign = {code: n for code, n in counts.items() if code not in ("en", "")}
    n, total = sum(foreign.values()), sum(counts.values())
    if not n:
        return []
    named = [f"{NAMES[code]} {count:,}" for code, count in list(foreign.items())[:_MOST_NAMED]]
    rest = len(foreign) - len(named)
    names = listing([*named, f"{rest} more"] if rest else named)
    are = "is" if n == 1 else "are"
    return [
        f"{n:,} of {total:,} papers ({n / total:.0%}) {are} not in English ({names}): the built-in "
        "embedding knows English words alone and groups such papers by language rather than "
        "subject; a multilingual one can be given with --embedding"
    ]


def function_words(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the function words of the language that most papers are in; none if it is English.

    English ones are left out of labels anyway. Words come from stopwordsiso, sorted.
    """
    counts = Counter(codes)
    code = max(counts, key=lambda code: (counts[code], code), default="en")
    if code in ("en", "") or 2 * counts[code] < sum(counts.values()):
        return ()
    from stopwordsiso import has_lang, stopwords

    words = set(stopwords(code)) if has_lang(code) else set()
    return tuple(sorted(words | set(_FUNCTION_WORDS.get(code, "").split())))


def label_stop_words(papers: pd.DataFrame) -> tuple[str, ...]:
    """Return `function_words` for the languages of a papers table."""
    return function_words(papers[LANGUAGE].fillna("")) if LANGUAGE in papers else ()


def _language(text: str) -> str:
    text = text[:LONGEST]
    words = _WORD.findall(text.lower())
    n_english = sum(word in _ENGLISH for word in words)
    if n_english >= max(3, _ENGLISH_SHARE * len(words)):
        return "en"
    letters = sum(map(len, words))
    if not letters:
        return ""
    code, probability = _identifier().classify(text)
    if len(_OTHER_SCRIPT.findall(text)) >= max(_FEWEST_SIGNS, letters / 2):
        return str(code) if code != "en" else ""
    return (
        str(code) if probability >= (_SURE if letters >= _FEWEST_LETTERS else _SURE_OF_FEW) else ""
    )


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(sorted(NAMES))
    return identifier
