"""Findings as HTML: lists of what rose, fell or stayed, how sure it is, footnotes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..page.html import link, shown
from .facts import Grounds
from .findings import Findings
from .footnotes import mark_html, note_html, numbered
from .formatting import label_of, set_text
from .receipts import Receipt, chance_text, share_text
from .sentences import GLYPHS, SURENESS, Name, Part, Told
from .sureness import READING, power_rows, power_words

MOST_LINKED = 5
_HEADS = {"burst": "✦", "change": "↷"}


def told_sections(found: Findings, *, grounds: Grounds) -> dict[str, tuple[str, str]]:
    """Return the report's sections on findings: element id to heading and HTML.

    Parameters
    ----------
    found : Findings
    grounds : Grounds
        Of the same run.

    Returns
    -------
    dict
        `moved`, `flat`, `sure`, `notes`; an empty text where there is nothing to say.
    """
    power = power_words(grounds)
    lead = (*found.counted, *([" ", *found.over] if found.over else []))
    sentences = [lead, *(each.parts for each in found.told), power]
    numbers = numbered(sentences)
    seen: set[Receipt] = set()

    def mark(receipt: Receipt) -> str:
        first = receipt not in seen
        seen.add(receipt)
        return mark_html(receipt, number=numbers[receipt], first=first, grounds=grounds)

    moved = _moved(found, lead=lead, mark=mark, grounds=grounds)
    flat = _flat(found, mark=mark, grounds=grounds)
    sure = _sure(grounds, power=power, mark=mark) if len(grounds.run.verdicts) else ""
    notes = "\n".join(
        note_html(receipt, number=number, grounds=grounds) for receipt, number in numbers.items()
    )
    return {
        "moved": ("What rose and what fell", moved),
        "flat": ("What may seem to have changed", flat),
        "sure": ("How sure can this be", sure),
        "notes": ("Footnotes", f'<ol class="notes">\n{notes}\n</ol>' if numbers else ""),
    }


def _moved(
    found: Findings, *, lead: Sequence[Part], mark: Callable[[Receipt], str], grounds: Grounds
) -> str:
    text = f'<p class="told">{_set(lead, mark=mark)}</p>' if lead else ""
    if found.why_no_move:
        seen = ' <a href="#sure">How large a change would have been found</a> is said below.'
        more = seen if power_rows(grounds) else ""
        text += f'<p class="told">{shown(found.why_no_move)}{more}</p>'
    text += _list(found.moves, mark=mark, grounds=grounds)
    if found.events:
        text += "<h3>Bursts and turns of other groups</h3>"
        text += _list(found.events, mark=mark, grounds=grounds)
    return text


def _flat(found: Findings, *, mark: Callable[[Receipt], str], grounds: Grounds) -> str:
    text = _list(found.flats, mark=mark, grounds=grounds)
    if found.why_no_flat:
        text += f"<p>{shown(found.why_no_flat)}</p>"
    if found.unclear:
        text += (
            "<p>Of these no change of share is known either; that it halved or doubled is "
            "unlikely.</p>"
        )
        text += _list(found.unclear, mark=mark, grounds=grounds)
    return text


def _list(told: Sequence[Told], *, mark: Callable[[Receipt], str], grounds: Grounds) -> str:
    if not told:
        return ""
    items = "\n".join(_item(each, mark=mark, grounds=grounds) for each in told)
    return f'<ul class="findings">\n{items}\n</ul>'


def _item(told: Told, *, mark: Callable[[Receipt], str], grounds: Grounds) -> str:
    papers = told.receipts[0].papers
    glyph = {**GLYPHS, **_HEADS}[told.direction]
    way = told.direction.replace(" ", "-")
    return (
        f'<li class="finding {way}"><div class="grade">'
        f'<span class="way" aria-hidden="true">{glyph}</span> {chip(told.sure)}</div>'
        f'<div><p class="told">{_set(told.parts, mark=mark)}</p>'
        f"{_details(papers, grounds=grounds)}</div></li>"
    )


def chip(sure: str) -> str:
    """Return how sure something is as three dots and words."""
    n = SURENESS.index(sure)
    dots = "●" * n + "○" * (len(SURENESS) - 1 - n)
    return f'<span class="sure s{n}"><span aria-hidden="true">{dots}</span> {sure}</span>'


def _details(papers: Sequence[str], *, grounds: Grounds) -> str:
    if not papers:
        return ""
    items = "".join(
        f"<li>{link(title, url=url)}</li>" for title, url in grounds.titles(papers[:MOST_LINKED])
    )
    which = "Its papers" if len(papers) <= MOST_LINKED else "Papers that belong to it most"
    return f'<details class="papers"><summary>{which}</summary><ul>{items}</ul></details>'


def _sure(grounds: Grounds, *, power: Sequence[Part], mark: Callable[[Receipt], str]) -> str:
    text = f'<p class="told">{_set(power, mark=mark)}</p>' if power else ""
    text += _power_table(grounds)
    if len(grounds.run.verdicts) and (grounds.run.groups["kind"] == "topic").any():
        text += (
            "<p>How often the topics are recognised rightly was not measured in this run; "
            "<code>papertide topics score</code> measures it on labelled papers. An error that is "
            "the same in every period changes the level of a share but not its rise or fall.</p>"
        )
    return f"{text}<p>{READING}</p>"


def _power_table(grounds: Grounds) -> str:
    rows = [row for _, row in power_rows(grounds)]
    if not rows:
        return ""
    starts = list(dict.fromkeys(row["first"] for row in rows))
    body = ""
    for start in starts:
        up, down = (
            next(chance_text(row["power"]) for row in rows
                 if row["first"] == start and (row["last"] > start) == rises)
            for rises in (True, False)
        )  # fmt: skip
        body += (
            f'<tr><th scope="row">{share_text(start)}</th><td class="num">{up}</td>'
            f'<td class="num">{down}</td></tr>'
        )
    return (
        '<table class="power"><thead><tr><th scope="col">Share at the start</th>'
        '<th scope="col" class="num">a doubling is found</th>'
        '<th scope="col" class="num">a halving is found</th></tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _set(parts: Sequence[Part], *, mark: Callable[[Receipt], str]) -> str:
    return set_text(parts, name=_name, mark=mark).replace(" %", "\u00a0%")


def _name(part: Name) -> str:
    return f"<strong><bdi>{shown(label_of(part))}</bdi></strong> <small>({part.key[0]})</small>"
