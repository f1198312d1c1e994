"""Titles that many works have: "Editorial", "Preface", "Book reviews", "Buchbesprechungen".

Records that share such a title and have nothing else to compare are one work only if they share an
id. Of other titles they are two works too if one publisher gave them two DOIs: a preprint and the
article made of it have DOIs of different registrants.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

GENERIC = frozenset(
    " ".join(title.split())
    for title in """
    editorial | editorials | guest editorial | guest editorials | editor s note | editors
    note | editor s notes | from the editor | from the editors | note from the editor |
    editorial note | editorial board | editorial introduction | introduction | introductory
    remarks | foreword | preface | prologue | epilogue | afterword | acknowledgement |
    acknowledgements | acknowledgment | acknowledgments | acknowledgement to reviewers |
    list of reviewers | reviewers | thanks to reviewers | in this issue | this issue | about
    this issue | issue information | special issue | contents | table of contents | front
    matter | back matter | frontmatter | backmatter | title page | cover | cover image |
    cover picture | front cover | inside front cover | masthead | index | author index |
    subject index | contributors | notes on contributors | letter | letters | letter to the
    editor | letters to the editor | correspondence | reply | response | authors reply |
    author reply | author s reply | the authors reply | author response | in reply | comment
    | comments | commentary | commentaries | discussion | invited commentary | perspective |
    perspectives | viewpoint | opinion | news | news and views | news and notes | newsletter
    | in brief | highlights | research highlights | spotlight | announcement | announcements
    | calendar | events | calendar of events | meetings | meeting report | conference report
    | abstracts | poster abstracts | abstract | program | programme | book review | book
    reviews | books received | reviews | review | book notes | media reviews | obituary |
    obituaries | in memoriam | erratum | errata | corrigendum | corrigenda | correction |
    corrections | addendum | retraction | retraction note | notice | publisher s note |
    publisher correction | author correction | expression of concern | untitled | no title |
    case report | case reports | quiz | what is your diagnosis | image of the month |
    picture of the month | presidential address | president s message | welcome | welcome
    message | conclusion | conclusions | summary | appendix | bibliography | references |
    notes | miscellany | message from the chairs | message from the general chair | message
    from the program chairs | vorwort | geleitwort | nachwort | einleitung | einführung |
    leitartikel | inhalt | inhaltsverzeichnis | impressum | buchbesprechung |
    buchbesprechungen | besprechungen | rezension | rezensionen | rezensionsteil |
    einzelreferat | einzelreferate | referate | kurzreferate | sammelreferat | mitteilungen
    | mitteilung | nachrichten | nachruf | nachrufe | leserbrief | leserbriefe | zuschriften
    | berichtigung | berichtigungen | aktuelles | editorische notiz | personalia |
    tagungsbericht | tagungsberichte | literatur | neuerscheinungen | zu diesem heft |
    éditorial | éditoriaux | avant propos | préface | postface | liminaire | sommaire |
    comptes rendus | compte rendu | notes de lecture | recensions | nécrologie | courrier
    des lecteurs | présentation | présentation du numéro | remerciements | presentación |
    prólogo | prefacio | introducción | nota editorial | carta al editor | cartas al editor
    | cartas al director | carta al director | reseña | reseñas | fe de erratas | índice |
    sumario | necrológica | agradecimientos | noticias | apresentação | prefácio |
    introdução | carta ao editor | resenha | resenhas | sumário | editoriale | prefazione |
    introduzione | premessa | presentazione | recensioni | recensione | lettere al direttore
    | lettera al direttore | necrologio | voorwoord | redactioneel | inleiding |
    boekbespreking | boekbesprekingen | ten geleide | förord | inledning | ledare |
    recensioner | forord | leder | bokanmeldelser | leserinnlegg | wstęp | od redakcji |
    słowo wstępne | recenzje | przedmowa | úvod | úvodník | recenze | recenzie | önsöz |
    editörden | sunuş | kitap tanıtımı | editöre mektup | предисловие | от редакции |
    редакционная статья | рецензии | некролог | введение | хроника | передмова | від
    редакції | рецензії |
    编者按 |
    前言 | 序 | 序言 | 卷首语 | 编后记 | 书评 | 勘误 | 目录 | 巻頭言 | 編集後記 |
    はじめに |
    序文 | まえがき | 書評 | 訂正 | 目次 | 권두언 | 머리말 | 편집자의 글 | 서평
    """.split("|")
)
"""Normalised titles. Those that begin with one of `_BEGINNINGS` count too."""

_BEGINNINGS = re.compile(
    r"(?:einzelreferate|referate|buchbesprechungen|rezensionen|comptes rendus|book reviews|"
    r"editorial board|acknowledg\w+ (?:to|of) (?:our )?reviewers|table of contents|author index|"
    r"subject index|issue information|in this issue|letters? to the editor|calendar of)\b.*"
)
_MARKS = re.compile(
    r"\b(?:volume|vol|band|bd|tome|tomo|issue|number|no|nr|heft|n[oº°]|part|\d+|[ivxlc]+)\b"
)
_VERSION = re.compile(r"[./]v\d+$")
_REPOSITORIES = frozenset(
    "10.5281 10.6084 10.31219 10.21203 10.2139 10.22541 10.17605 10.48550 10.13140 10.1101".split()
)
"""Registrants that give the versions of one work DOIs of their own."""

FEWEST_WORKS = 3
"""DOIs of one title that are that many works, whoever gave them."""


def is_generic_title(title_key: str) -> bool:
    """Whether a normalised title says what kind of text it is, and nothing of its content.

    Volumes and numbers are left out: "editorial vol 12 no 3".
    """
    plain = " ".join(_MARKS.sub(" ", title_key).split())
    return title_key in GENERIC or plain in GENERIC or bool(_BEGINNINGS.fullmatch(title_key))


def work_dois(ids: Iterable[str]) -> frozenset[str]:
    """Return the DOIs among ids, in lower case and without the number of a version."""
    return frozenset(_VERSION.sub("", name.casefold()) for name in ids if name.startswith("10."))


def are_other_works(title_key: str, dois: Collection[str], others: Collection[str]) -> bool:
    """Whether two records of one title, with nothing else to compare, are two works.

    Parameters
    ----------
    title_key : str
        From `normalised_title`.
    dois, others : collection of str
        From `work_dois`.
    """
    if not dois or not others or not set(dois).isdisjoint(others):
        return False
    return is_generic_title(title_key) or bool(_registrants(dois) & _registrants(others))


def are_several_works(title_key: str, dois: Iterable[Collection[str]]) -> bool:
    """Whether records of one title, with nothing else to compare, are a work for each DOI."""
    distinct = {doi for each in dois for doi in sorted(each)[:1]}
    if len(distinct) < 2:
        return False
    registrants = Counter(registrant for doi in distinct for registrant in _registrants([doi]))
    several = len(distinct) >= FEWEST_WORKS or max(registrants.values(), default=0) > 1
    return several or is_generic_title(title_key)


def _registrants(dois: Iterable[str]) -> set[str]:
    return {doi.partition("/")[0] for doi in dois} - _REPOSITORIES
