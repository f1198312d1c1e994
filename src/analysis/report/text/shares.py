"""How time is cut, and how shares differ between its ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.base.english import listing, sentence, verb
from analysis.base.escaping import for_markdown
from analysis.base.schema import FEW_PAPERS
from analysis.figures import share_words
from analysis.figures.frames import period_label, share_table

from .common import check_kind

if TYPE_CHECKING:
    import pandas as pd

    from analysis.runs import Run


def describe_periods(run: Run) -> str:
    """Say how time is cut in a run's trends, and which periods are not whole.

    Parameters
    ----------
    run : Run

    Returns
    -------
    str
        A paragraph: the manifest's reason, then the partial periods.
    """
    reason = for_markdown(sentence(run.manifest["period"]["reason"] or ""))
    partial = run.trends[run.trends["is_partial"]].drop_duplicates("period").sort_values("period")
    if partial.empty:
        return reason
    names = [_period(row) for row in partial.itertuples()]
    covers = verb(len(names), "it", "them")
    return (
        f"{reason} The snapshot does not cover {listing(names)} to the end, so the share there "
        f"may still change: charts mark {covers} as partial."
    )


def describe_shares(
    run: Run, *, kind: str = "topic", n: int = 3, groups: Sequence[str] | None = None
) -> str:
    """Say how the shares of the largest groups differ between the first and last full periods.

    Shown are the first and the last full period with at least `schema.FEW_PAPERS` papers. Each
    share comes with its papers and its 95 % interval, each group with its verdict, which rests on
    all full periods and on how many groups were looked at (`describe_verdicts` says more).

    Parameters
    ----------
    run : Run
    kind : {"cluster", "topic"}
    n : int, default 3
        Groups listed, those with the most papers.
    groups : sequence of str, optional
        Ids of the groups to look at, all of which are listed; all groups where left out.

    Returns
    -------
    str
        A sentence, a list of groups, and a sentence that names the groups that rose, fell or are
        flat; a sentence alone where there are not two such periods.

    Raises
    ------
    InputError
        Where `kind` is neither of the two.
    """
    check_kind(kind)
    shares = share_table(run, kind=kind)
    if groups is not None:
        shares, n = shares[shares["group_id"].isin(groups)], len(groups)
    full = shares[~shares["is_partial"] & (shares["n_total"] >= FEW_PAPERS)]
    if full["period"].nunique() < 2:
        return (
            f"Fewer than two full periods have {FEW_PAPERS} papers or more, too little to compare "
            f"the shares of {kind}s."
        )
    first = full[full["period"] == full["period"].min()].set_index("group_id")
    last = full[full["period"] == full["period"].max()].set_index("group_id")
    names = _period(first.iloc[0]), _period(last.iloc[0])
    which = f"The largest {kind}s" if groups is None else f"These {kind}s"
    verdicts = run.verdicts[run.verdicts["kind"] == kind]
    said = dict(zip(verdicts["group_id"], verdicts["direction"], strict=True))
    items = [
        f"- **{for_markdown(first.at[i, 'label'])}**: {_share(first.loc[i])} in {names[0]}; "
        f"{_share(last.loc[i])} in {names[1]}; {said.get(i, 'too few to say')}."
        for i in first.index[:n]
    ]
    return "\n\n".join(
        [
            f"{which} in the first and the last full period of at least {FEW_PAPERS} "
            "papers, with 95 % intervals:",
            "\n".join(items),
            _directions(first["label"], said=said, kind=kind),
        ]
    )


def _period(row: object) -> str:
    return period_label(row.period, freq=row.freq)


def _share(row: object) -> str:
    return share_words(row.n_papers, row.n_total, row.share, row.share_low, row.share_high)


def _directions(labels: pd.Series, *, said: dict[str, str], kind: str) -> str:
    """Name the groups that rose, fell or are flat; say so where there is none."""
    clauses = []
    for direction, words in (("rising", "rising"), ("falling", "falling"), ("flat", "flat")):
        named = [for_markdown(labels[i]) for i in labels.index if said.get(i) == direction]
        clauses += [f"{words} {verb(len(named), 'is', 'are')} {listing(named)}"] if named else []
    n = f"{len(labels):,} {kind}s" if len(labels) > 1 else f"one {kind}"
    if not clauses:
        return (
            f"Of {n}, none is known to rise, to fall or to be flat: two shares may differ by "
            "chance, the more so where many groups are looked at."
        )
    return (
        f"Of {n}, {'; '.join(clauses)}. That is told by all full periods, not by these two, and "
        "allows for the number of groups looked at; the listing may still have changed its choice."
    )
