"""Clusters shown in the terminal one by one, largest first, each with a question for its name."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING

import click

from analysis.base.english import count
from analysis.base.escaping import for_terminal

from ..common import wrap_text

if TYPE_CHECKING:
    from analysis.clusters.labels.occurrences import PhraseIndex
    from analysis.pipeline.names.cards import ClusterCard
    from analysis.pipeline.names.naming import Naming

_QUESTION = "Name [Enter keeps, s skips, q stops]: "
_INDENT = "  "


def walk(naming: Naming, *, ids: Collection[str]) -> Naming:
    """Ask for the name of each cluster; every answer is written at once.

    Raises
    ------
    KeyboardInterrupt
        With how many names are in the file.
    """
    from analysis.pipeline.names.check import phrase_index
    from analysis.pipeline.names.naming import cards_of

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  # lets `input` edit its line
    cards = cards_of(naming, ids=ids)
    index = cache(lambda: phrase_index(naming.run.papers))
    begun = len(naming.by_hand)
    try:
        for number, card in enumerate(cards, start=1):
            place = f"{number:,} of {len(cards):,}"
            click.echo(card_text(card, labels=naming.labels, place=place))
            answered = _ask(naming, card=card, index=index)
            if answered is None:
                break
            naming = answered
    except KeyboardInterrupt:
        n = len(naming.by_hand) - begun
        kept = f"{count(n, 'name')} kept in {naming.target}" if n else ""
        click.echo()
        raise KeyboardInterrupt(kept) from None
    return naming


def _ask(naming: Naming, *, card: ClusterCard, index: Callable[[], PhraseIndex]) -> Naming | None:
    """Return the state after an answer that can be taken, None if it is to stop."""
    from analysis.pipeline.names.cards import members
    from analysis.pipeline.names.check import figures_line, name_figures
    from analysis.pipeline.names.naming import NameRefusedError, give_names

    while True:
        try:
            answer = input(_QUESTION).strip()
        except EOFError:
            click.echo()
            return None
        if answer == "q":
            return None
        if answer == "s":
            return naming
        name = answer or naming.labels[card.id]
        if naming.by_hand.get(card.id) == name:
            return naming
        try:
            after = give_names(naming, {card.id: name})
        except NameRefusedError as error:
            for problem in error.problems:
                click.echo(wrap_text(problem, indent=_INDENT))
            continue
        if answer:
            figures = name_figures(name, index=index(), members=members(naming.run, card.id))
            click.echo(_INDENT + figures_line(figures))
        return after


def card_text(card: ClusterCard, *, labels: Mapping[str, str], place: str) -> str:
    """Return a cluster as it is shown, in lines of at most 100 columns."""
    said = "" if math.isnan(card.coverage) else f", {card.coverage:.0%} say the label"
    head = f"{card.id}  {labels[card.id]}  ({count(card.n_papers, 'paper')}{said}; {place})"
    lines = ["", for_terminal(head)]
    if card.terms:
        lines.append(wrap_text(f"terms: {', '.join(card.terms)}", indent=_INDENT, hanging="  "))
    lines += [
        wrap_text(f"- {for_terminal(title)}", indent=_INDENT, hanging="  ")
        for title, _ in card.exemplars
    ]
    for what, ids in (("parts", card.parts), ("beside", card.siblings)):
        if ids:
            names = " · ".join(labels[name] for name in ids)
            lines.append(wrap_text(f"{what}: {names}", indent=_INDENT, hanging="  "))
    return "\n".join(lines)
