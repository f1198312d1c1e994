"""Records of PubMed's XML and of EndNote's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from .records import Record, names_text

_DOI = re.compile(r"10\.\d{4,9}/\S+")


def pubmed_record(article: Element) -> Record:
    """Return the record of a PubmedArticle or a PubmedBookArticle.

    The parts of a structured abstract follow one another with their headings, as in PubMed's text;
    the date is that of the issue.
    """
    paper = next((e for e in article.iter() if e.tag in ("Article", "BookDocument")), article)
    pmid = _text(article, ".//PMID")
    issued = paper.find(".//PubDate")
    ids = [*paper.iterfind(".//ELocationID[@EIdType='doi']")]
    ids += article.iterfind("./PubmedData/ArticleIdList/ArticleId[@IdType='doi']")
    ids += article.iterfind("./PubmedBookData/ArticleIdList/ArticleId[@IdType='doi']")
    parts = ("Year", "Month", "Season", "Day")
    date = " ".join(text for part in parts if issued is not None and (text := _text(issued, part)))
    return {
        "title": _text(paper, "ArticleTitle") or _text(paper, "VernacularTitle")
        or _text(paper, ".//BookTitle"),
        "abstract": _abstract(paper.iterfind("./Abstract/AbstractText")),
        "id": f"PMID:{pmid}" if pmid else None,
        "doi": next((_whole(each) for each in ids), None),
        "published": date or _text(paper, ".//MedlineDate"),
        "year": _text(paper, ".//PubDate/Year"),
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid and pmid.isdigit() else None,
        "authors": names_text(map(_pubmed_name, paper.iterfind(".//AuthorList/Author"))),
        "venue": _text(paper, "./Journal/Title") or _text(paper, "./Journal/ISOAbbreviation"),
        "keywords": names_text(
            _whole(each)
            for path in (".//KeywordList/Keyword", ".//MeshHeading/DescriptorName")
            for each in article.iterfind(path)
        ),
        "language": _text(paper, "Language"),
        "document_type": _text(paper, ".//PublicationType"),
    }  # fmt: skip


def is_endnote(element: Element) -> bool:
    """Whether an element is a record of EndNote."""
    parts = (element.find(name) for name in ("ref-type", "titles"))
    return element.tag == "record" and any(part is not None for part in parts)


def endnote_record(record: Element) -> Record:
    """Return the record of EndNote's XML; texts stand in any number of `style` elements."""
    doi = _DOI.search(_text(record, "electronic-resource-num") or "")
    return {
        "title": _text(record, "./titles/title"),
        "abstract": _text(record, "abstract"),
        "id": _text(record, "accession-num") or _text(record, "rec-number"),
        "doi": doi.group() if doi else None,
        "published": _text(record, "./dates/pub-dates/date"),
        "year": _text(record, "./dates/year"),
        "url": _text(record, ".//related-urls/url"),
        "authors": names_text(map(_whole, record.iterfind("./contributors/authors/author"))),
        "venue": _text(record, "./titles/secondary-title")
        or _text(record, "./periodical/full-title"),
        "keywords": names_text(map(_whole, record.iterfind("./keywords/keyword"))),
        "language": _text(record, "language"),
        "document_type": (
            ref.get("name") if (ref := record.find("ref-type")) is not None else None
        ),
    }


def _abstract(parts: Iterable[Element]) -> str | None:
    texts = []
    for part in parts:
        label, text = part.get("Label", ""), _whole(part)
        if text:
            texts.append(f"{label}: {text}" if label and label != "UNLABELLED" else text)
    return " ".join(texts) or None


def _pubmed_name(author: Element) -> str:
    names = [_text(author, part) for part in ("LastName", "ForeName")]
    return ", ".join(name for name in names if name) or _text(author, "CollectiveName") or ""


def _text(element: Element, path: str) -> str | None:
    texts = (_whole(child) for child in element.iterfind(path))
    return next((text for text in texts if text), None)


def _whole(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
