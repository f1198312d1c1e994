"""What the report says in words: each function returns HTML whose texts are escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.base.english import (
    capital,
    count,
    day_words,
    listing,
    number,
    percent,
    sentence,
    snapshot_words,
    verb,
)
from analysis.base.groups import counted_memberships, groups_of
from analysis.base.schema import COUNTED_WEIGHT
from analysis.figures.frames import date_label, period_label

from ..findings.verdict_words import verdict_words
from .html import link, shown

if TYPE_CHECKING:
    from analysis.runs import Run

MOST_UNDATED = 10
MOST_DRIFTING = 3
_CHANGES = {"fades": "fades", "grows": "becomes more common", "new": "is new"}

_FORMATS = {
    "hf-page": "a saved Hugging Face papers page",
    "csv": "CSV",
    "json": "JSON",
    "jsonl": "JSON Lines",
    "parquet": "Parquet",
}
_DATE_FROM = {
    "given": "The snapshot's date was given by hand.",
    "content": "The snapshot's date is stated in it.",
    "file name": "The snapshot's date comes from the file name.",
    "unknown": "The snapshot's date is not known.",
}


def summary(run: Run) -> str:
    """Return the paragraph that says what was read and what was found."""
    parts = [_origin(run), _span(run), _without(run), _found(run, kind="cluster")]
    parts += [_found(run, kind="topic"), dropped(run)]
    return told_anew(run) + f'<p class="summary">{" ".join(part for part in parts if part)}</p>'


def told_anew(run: Run) -> str:
    """Return how this report differs from the run it was made of; empty in the run itself."""
    said = run.manifest.get("told_anew", [])
    return f'<p class="note">{" ".join(shown(line) for line in said)}</p>' if said else ""


def dropped(run: Run) -> str:
    """Return how many rows of the input were left out, by reason; empty where none was."""
    reasons = {k: n for k, n in _counts(run).get("dropped", {}).items() if n}
    if not reasons:
        return ""
    n = sum(reasons.values())
    by_reason = listing([f"{shown(reason)} ({k:,})" for reason, k in reasons.items()])
    rows = f"{capital(count(n, 'row'))} of the input {verb(n, 'was', 'were')}"
    return f"{rows} left out: {by_reason}."


def in_no_topic(run: Run) -> int:
    """Count the papers that no topic counts."""
    counted = set(counted_memberships(run.memberships, kind="topic")["paper_id"])
    return len(set(run.papers["paper_id"]) - counted)


def by_hand(run: Run) -> str:
    """Return what was decided on topics by hand; empty where nothing was."""
    return shown(run.manifest.get("overrides", {}).get("said", ""))


def reclassified(run: Run) -> str:
    """Return what changed in decisions on topics since the run before; empty where nothing did."""
    return shown(run.manifest.get("reclassified", {}).get("said", ""))


def changed_words(run: Run) -> str:
    """Return which topics are spoken of in other words than before; empty where none is."""
    topics = run.manifest.get("vocabulary_drift", [])
    if not topics:
        return ""
    said = "; ".join(_changed(topic) for topic in topics[:MOST_DRIFTING])
    more = len(topics) - MOST_DRIFTING
    rest = f" The words of {count(more, 'more topic')} changed too." if more > 0 else ""
    return (
        "The words of a topic may change while its subject stays, and a definition may then need "
        f"new phrases: {said}.{rest}"
    )


def _changed(topic: dict) -> str:
    parts = [
        f"“{shown(phrase['phrase'])}” {_CHANGES[phrase['change']]} ({phrase['n_early']:,} of "
        f"{topic['n_early']:,} earlier, {phrase['n_late']:,} of {topic['n_late']:,} later papers)"
        for phrase in (*topic["fades"][:1], *topic["rises"][:2])
    ]
    return f"in “{shown(topic['label'])}”, {listing(parts)}"


def undated(run: Run) -> str:
    """Return how many papers have no date, and the first of their titles."""
    papers = run.papers[run.papers["published"].isna()]
    n = len(papers)
    if not n:
        return "<p>Every paper has a date.</p>"
    titles = zip(papers["title"][:MOST_UNDATED], papers["url"][:MOST_UNDATED], strict=True)
    items = "".join(f"<li>{link(title, url=url)}</li>" for title, url in titles)
    rest = n - MOST_UNDATED
    more = f"<p>And {count(rest, 'more paper', plural='more papers')}.</p>" if rest > 0 else ""
    return (
        f"<p>{capital(count(n, 'paper'))} {verb(n, 'has', 'have')} no date: on the map and in "
        f"the groups, but not in the charts over time.</p><ul>{items}</ul>{more}"
    )


def periods(run: Run) -> str:
    """Return why time is cut as it is, and which periods are not whole."""
    reason = sentence(run.manifest.get("period", {}).get("reason") or "")
    text = f"<p>{shown(reason)}</p>" if reason else ""
    partial = run.trends[run.trends["is_partial"]] if len(run.trends) else run.trends
    partial = partial.drop_duplicates("period").sort_values("period")
    if partial.empty:
        return text
    names = [
        period_label(period, freq=freq)
        for period, freq in zip(partial["period"], partial["freq"], strict=True)
    ]
    n = len(names)
    return text + (
        f"<p>{verb(n, 'The period', 'The periods')} {shown(listing(names))} "
        f"{verb(n, 'is', 'are')} partial: the snapshot does not cover "
        f"{verb(n, 'it', 'them')} to the end. The {verb(n, 'share', 'shares')} there "
        f"{verb(n, 'rests', 'rest')} on fewer papers and may still change.</p>"
    )


def methods(run: Run) -> str:
    """Return how it was done and what it cannot show, in plain words."""
    parts = {
        "Where the papers come from": _sources(run),
        "How abstracts are compared": _embedding(run),
        "Map": _MAP if len(run.map) else "",
        "Clusters": _clusters(run),
        "Topics": _TOPICS if _n(run, "topic") else "",
        "Shares and intervals": _shares(run) if len(run.trends) else "",
        **verdict_words(run),
        "What a share is not": _SELECTION if len(run.trends) else "",
    }
    text = "".join(f"<h3>{name}</h3><p>{part}</p>" for name, part in parts.items() if part)
    notes = "".join(f"<li>{shown(sentence(note))}</li>" for note in run.manifest.get("notes", []))
    return text + _quality(run) + (f"<h3>Notes</h3><ul>{notes}</ul>" if notes else "")


_MAP = (
    "Each point is a paper; papers with alike texts are drawn close together. The layout keeps "
    "neighbourhoods, not distances: how far two remote groups lie apart, and in which direction, "
    "means nothing, and neither do the axes."
)
_TOPICS = (
    "Topics are defined by people, before the analysis, in a file of labels, descriptions and "
    "phrases. A paper is given every topic for which its title or abstract holds evidence, with a "
    f"weight between 0 and 1, and a topic counts the papers with a weight of {COUNTED_WEIGHT:g} or "
    "more. A paper may be in several topics or in none, so the topics do not add up to the whole."
)
_SHARES = (
    "A share is the number of papers of a group that were {by} in a period, divided by all "
    "papers of this snapshot that were {by} in it and have that date. The shares of the clusters "
    "add up to 100 % in each period, those of the topics need not. The bands are 95 % "
    "intervals: they show how far a share might lie off by chance alone, and they are wide where "
    "a period has few papers, or where papers arrive in clumps that are much alike. Whether a "
    "share rose or fell is not read off two intervals but tested over all full periods."
)
_LISTED = (
    "Listed means that a source showed the paper on that day, which may be long after it was "
    "published."
)
_SELECTION = (
    "The denominator is this snapshot, not all research. If the papers come from a listing, such "
    "as a page of trending or recommended papers, a share tells what the listing chose to show: "
    "recent papers, popular subjects and known groups may be over-represented, and a rise can be a "
    "change in choosing rather than in research. A page of trending papers that is read once holds "
    "far more papers of the last months than of years ago. That by itself moves no share, because "
    "each period is divided by its own papers; but what is still listed of older periods is what "
    "became known, and that is another choice than the one among new papers."
)


def _shares(run: Run) -> str:
    by = run.manifest.get("period", {}).get("by", "published")
    said = _SHARES.format(by=by)
    return said if by == "published" else f"{said} {_LISTED}"


def _origin(run: Run) -> str:
    inputs = run.manifest.get("inputs", [])
    names = listing([shown(str(source["name"])) for source in inputs[:3]])
    names = names if len(inputs) <= 3 else f"{names} and others"
    files = f" from {count(len(inputs), 'file')} ({names})" if inputs else ""
    snapshot = snapshot_words(run.manifest.get("snapshot_date"))
    return f"This report covers {count(len(run.papers), 'paper')}{files}, a {snapshot}."


def _span(run: Run) -> str:
    papers = run.papers[run.papers["published"].notna()].sort_values("published", kind="stable")
    if papers.empty:
        return "None of them has a date." if len(run.papers) else ""
    first, last = (
        day_words(date_label(paper["published"], paper["published_precision"]))
        for paper in (papers.iloc[0], papers.iloc[-1])
    )
    subject = "They were" if len(papers) > 1 else "It was"
    if len(papers) < len(run.papers):
        subject = (
            f"The {len(papers):,} with a date were"
            if len(papers) > 1
            else "The one with a date was"
        )
    when = f"in {last}" if first == last and len(last.split()) < 3 else f"on {last}"
    return f"{subject} published {when if first == last else f'between {first} and {last}'}."


def _without(run: Run) -> str:
    parts = []
    n = int(run.papers["published"].isna().sum())
    if n and n < len(run.papers):
        parts.append(f"{capital(count(n, 'paper'))} {verb(n, 'has', 'have')} no date.")
    n = int(run.papers["abstract"].isna().sum())
    if n:
        which = verb(n, "is placed by its title", "are placed by their titles")
        has = verb(n, "has", "have")
        parts.append(f"{capital(count(n, 'paper'))} {has} no abstract and {which} alone.")
    return " ".join(parts)


def _found(run: Run, *, kind: str) -> str:
    groups = groups_of(run.groups, kind=kind)
    n, papers = len(groups), len(run.papers)
    if not n:
        reason = run.manifest.get("clustering", {}).get("why_none") if kind == "cluster" else ""
        return shown(sentence(reason or ""))
    order = groups.sort_values(["n_papers", "group_id"], ascending=[False, True])
    top, size = order["label"].iloc[0], int(order["n_papers"].iloc[0])
    most = f"“{shown(top)}” with {count(size, 'paper')} ({percent(size, papers)})" if papers else ""
    if kind == "cluster":
        one = "The papers form one cluster"
        found = one if n == 1 else f"The papers fall into {n:,} clusters, which the data show"
        return f"{found}; the largest is {most}." if n > 1 else f"{found}, {most}."
    none = in_no_topic(run)
    missed = f"{capital(count(none, 'paper'))} {verb(none, 'is', 'are')} in no topic."
    if not size:
        return f"{capital(count(n, 'topic'))} {verb(n, 'was', 'were')} looked for. {missed}"
    looked = (
        f"Of {n:,} topics that were looked for, the most common is"
        if n > 1
        else "The one topic that was looked for is"
    )
    return f"{looked} {most}. {missed}"


def _sources(run: Run) -> str:
    inputs = [
        f"{shown(str(source['name']))} ({shown(_FORMATS.get(source['format'], source['format']))}, "
        f"{count(int(source['n_papers']), 'paper')})"
        for source in run.manifest.get("inputs", [])
    ]
    where = f"Read from {listing(inputs)}." if inputs else ""
    day = _DATE_FROM.get(run.manifest.get("snapshot_date_from", ""), "")
    return " ".join(part for part in (where, day, dropped(run)) if part)


def _embedding(run: Run) -> str:
    embedding = run.manifest.get("embedding", {})
    description = shown(sentence(embedding.get("description") or ""))
    name = shown(embedding.get("name") or "")
    method = f" (embedding “{name}”)" if name else ""
    return (
        f"Each title and abstract becomes a row of numbers{method}, so that texts on the same "
        f"subject get alike rows. {description}"
    ).strip()


def _clusters(run: Run) -> str:
    clustering = run.manifest.get("clustering", {})
    if not _n(run, "cluster"):
        return shown(sentence(clustering.get("why_none") or ""))
    return (
        "Clusters are groups that the data show; nobody defined them, and their names are phrases "
        f"that set their papers apart. {shown(sentence(clustering.get('rule') or ''))} Every paper "
        "has one primary cluster, with a weight: the part of its nearest papers that lie in it. "
        f"A weight under {COUNTED_WEIGHT:g} says that the paper lies between groups."
    )


def _quality(run: Run) -> str:
    items = []
    if (value := number(run.quality.get("coherence_npmi"))) is not None:
        words = "how far a cluster's terms occur in the same papers more often than by chance"
        items.append(
            (
                "Coherence",
                f"{value:.2f}".replace("-", "−"),
                f"{words}; 0 is chance, below 0 is rarer, 1 is always together",
            )
        )
    if (value := number(run.quality.get("diversity"))) is not None:
        words = "the part of the clusters' terms that are distinct; at 1 no cluster repeats another"
        items.append(("Diversity", f"{value:.2f}", words))
    if (value := number(run.quality.get("share_well_placed"))) is not None:
        words = (
            f"the part of the papers with a weight of {COUNTED_WEIGHT:g} or more in their cluster"
        )
        items.append(("Well placed", f"{100 * value:.0f} %", words))
    rows = "".join(
        f"<dt>{name}: {value}</dt><dd>{sentence(words)}</dd>" for name, value, words in items
    )
    return f'<h3>Quality</h3><dl class="quality">{rows}</dl>' if rows else ""


def _counts(run: Run) -> dict:
    return run.manifest.get("counts", {})


def _n(run: Run, kind: str) -> int:
    return len(groups_of(run.groups, kind=kind))
