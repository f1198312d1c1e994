"""What the tables of groups say of trends: the verdict, and the shares then and now."""

from __future__ import annotations

from ..findings.facts import Grounds
from ..findings.receipts import FORMS, share_number, share_text
from ..findings.selection import Key
from ..findings.sentences import GLYPHS, strata_word


def ends_words(grounds: Grounds) -> str:
    """Return which periods "then" and "now" are: ", May 2024 to November 2025"; "" without."""
    if grounds.ends_table.empty:
        return ""
    ends = grounds.ends_table.iloc[0]
    form = FORMS[grounds.freq]
    return f", {form(ends['period_first'])} to {form(ends['period_last'])}"


def trend_cell(key: Key, *, grounds: Grounds) -> str:
    """Return a group's verdict in a word with its glyph, and its counted shares then and now.

    Parameters
    ----------
    key : (str, str)
        Kind and id of the group.
    grounds : Grounds

    Returns
    -------
    str
        HTML; empty where the group has no verdict.
    """
    verdict = grounds.verdicts.get(key)
    if verdict is None:
        return ""
    way = verdict.direction
    glyph = f'<span class="way" aria-hidden="true">{GLYPHS[way]}</span>'
    word = f'<span class="ways {way.replace(" ", "-")}">{glyph} {way}</span>'
    if verdict.sign_flips:
        by = strata_word((grounds.run.manifest.get("period") or {}).get("standardised_by"))
        word += f"<br><small>with the mix of {by} held constant the other way</small>"
    ends = grounds.ends.get(key)
    if ends is None:
        return word
    shares = [grounds.trend_row(key, period=day) for day in (ends.period_first, ends.period_last)]
    then, now = (
        f'<span class="name" title="{row.n_papers:,} of {row.n_total:,} papers">{arrow}'
        f"{share_text(row.share)} <small>({share_number(row.share_low)} to "
        f"{share_text(row.share_high)})</small></span>"
        for row, arrow in zip(shares, ("", "→ "), strict=True)
    )
    return f"{word}<br>{then}<br>{now}"
