"""The words of dates: months in many languages, seasons, quarters, and what may stand between."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

LANGUAGES = (
    *("en", "de", "de_AT", "fr", "es", "pt", "it", "ca", "ro", "nl", "sv", "da", "nb", "fi"),
    *("pl", "cs", "sk", "hu", "ru", "uk", "bg", "tr", "id", "el"),
)
"""Languages whose months are known, from Babel's copy of the CLDR. English names come first."""

SEASONS = frozenset(
    """spring summer autumn fall winter spr sum aut win fruhling fruhjahr sommer herbst printemps
    ete automne hiver primavera verano otono invierno verao outono inverno estate autunno lente
    zomer herfst var host vinter forar efterar varen sommaren hosten wiosna lato jesien zima весна
    лето осень зима jaro leto podzim весны лета осени зимы ilkbahar yaz sonbahar kis kıs 春 夏 秋
    冬 春季 夏季 秋季 冬季""".split()
)
QUARTERS = frozenset(
    """q quart quarter quartal trimestre trim t trimester kwartaal kvartal kwartal квартал
    ceyrek""".split()
)
FILLERS = frozenset(
    """de del d di du of the le la el den der am im en i st nd rd th er e o a г г года год р рік
    року r roku lat issue special no m mese mes""".split()
)
"""Words that say nothing about the date: "3 de marzo de 2021", "1er août", "август 2020 г."."""

WEEKDAYS = frozenset("mon tue tues wed thu thur thurs fri sat sun".split()) | frozenset(
    """monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag
    freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes
    miercoles jueves viernes sabado domingo""".split()
)
_SHORTEST = 3


def folded(text: str) -> str:
    """Return a text in small letters, without accents, as the words of dates are compared."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))


@lru_cache(maxsize=1)
def month_names() -> dict[str, int]:
    """Return the number of the month for each name, long and short; ambiguous names are left out.

    Names are as `folded` writes them. A name that means two months in two languages means the
    English one, if English has it.
    """
    from babel.dates import get_month_names

    english: dict[str, int] = {}
    found: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale=language).items():
                    key = folded(name).strip(". ")
                    if key.isalpha():
                        found.setdefault(key, set()).add(number)
                        if language == "en":
                            english[key] = number
    own = {name: next(iter(numbers)) for name, numbers in found.items() if len(numbers) == 1}
    return own | english


@lru_cache(maxsize=4096)
def month_number(word: str) -> int | None:
    """Return the month that a word names, also shortened to three letters or more; else None."""
    names = month_names()
    if word in names:
        return names[word]
    if len(word) < _SHORTEST:
        return None
    numbers = {number for name, number in names.items() if name.startswith(word)}
    return numbers.pop() if len(numbers) == 1 else None
