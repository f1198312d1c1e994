"""Methods and limits in plain words: how a run was made and what it cannot show."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from analysis.base.english import capital, count, listing, number, sentence, verb
from analysis.base.groups import groups_of
from analysis.base.schema import COUNTED_WEIGHT
from analysis.sources.formats import format_words

from ..findings.findings import TOO_FEW
from ..findings.numbers import strata_word
from ..markup import PLAIN
from ..text.groups import why_no_clusters
from ..text.run import dropped_words

if TYPE_CHECKING:
    from analysis.runs import Run

_DATE_FROM = {
    "given": "The snapshot's date was given by hand.",
    "content": "The snapshot's date is stated in it.",
    "file name": "The snapshot's date comes from the file name.",
    "unknown": "The snapshot's date is not known.",
}
_MAP = (
    "Each point is a paper; papers with similar texts are drawn close together. The layout keeps "
    "neighbourhoods, not distances: the distance and direction between two remote groups mean "
    "nothing, and neither do the axes."
)
_TOPICS = (
    "Topics are defined by people, before the analysis, in a file of labels, descriptions and "
    "phrases. A paper is assigned to every topic for which its title or abstract holds evidence, "
    "with a weight between 0 and 1, and a topic counts the papers with a weight of "
    f"{COUNTED_WEIGHT:g} or more. A paper may be in several topics or in none, so the topics do "
    "not add up to the total."
)
_SHARES = (
    "A share is the number of papers of a group that were {by} in a period, divided by all papers "
    "of this snapshot that were {by} in that period; papers without that date are left out. The "
    "shares of the clusters add up to 100 % in each period; those of the topics need not. The "
    "bands are 95 % intervals: they show how far a share might be off by chance alone, and they "
    "are wide if a period has few papers or if papers arrive in clumps of similar ones. Whether a "
    "share rose or fell is not read off two intervals but tested over all full periods."
)
_LISTED = (
    "“Listed” means that a source showed the paper on that day, which may be long after it was "
    "published."
)
_SELECTION = (
    "The denominator is this snapshot, not all research. If the papers come from a listing, such "
    "as a page of trending or recommended papers, a share shows what the listing selected: recent "
    "papers, popular subjects and well-known groups may be over-represented, and a rise can be a "
    "change in selection rather than in research. A page of trending papers that is read once "
    "holds far more papers from recent months than from earlier years. That alone changes no "
    "share, because each period is divided by its own papers; but the older papers that are still "
    "listed are those that became well known, which is a different selection from that among new "
    "papers."
)
_LINE = (
    "A straight line of log-odds over time is fitted to the shares of each group. Only full "
    "periods count: a period that is not over, or whose papers are not all listed yet, is drawn as "
    "partial and enters no verdict and no sentence on a rise or fall."
)
_CLUMPS = (
    "Papers come in clumps: those of one {clump} are more similar than chance would make them, so "
    "ten of them carry less information than ten papers of ten {clump}s."
)
_TESTS = (
    "The scatter of shares around their lines is estimated from all groups together, and never "
    "taken to be less than chance alone produces (a quasi-binomial model). A second test asks how "
    "often an equally steep line results when whole clumps exchange their dates; the larger of "
    "the two p-values counts. Because many groups are tested, p is corrected for their number "
    "(Benjamini and Hochberg, among clusters and among topics, times the number of kinds): if "
    "nothing changes at all, at most about one report in twenty names a rise or a fall."
)
_FLAT = (
    "“Flat” is a claim of its own: it requires a 90 % interval for the ratio of the last to the "
    "first share on the line that lies within 0.8 to 1.25. “Unclear” means that the data show "
    f"neither a change nor stability. “Too few to say” means {TOO_FEW}. A straight line describes "
    "how a share moved overall, not its course: a rise that is over by the end can still be a rise."
)
_EVENTS = (
    "A burst is a span of at most a quarter of the periods with clearly more papers than the "
    "group's line through the other periods predicts, in several clumps rather than one workshop "
    "or one busy day. A hump (dip) is a span with a clearly higher (lower) share than both before "
    "and after. A change of course is a period from which on a second line fits clearly better "
    "than a single line. All are corrected for the number of groups and of spans tested. How a "
    "group with a hump, a change of course, a rise or a fall has changed is told by the shape that "
    "fits best: a line, a step (dated at the first period of the new level), a hump or dip, a "
    "come-down (a rise or a level course that ends in a fall), or another change of course. A peak "
    "is the period whose interval begins highest; “about its share before” means that the newest "
    "share does not differ from it at 5 %."
)
_NO_MIX = (
    "These papers name no category, venue or source that persists over time, so no trend could be "
    "computed with their mix held constant: a group may rise because the papers come from other "
    "places than before."
)
_MIX = (
    "Each trend was also computed with the mix of {strata} held constant (table trends, column "
    "share_standardised; table verdicts, column standardised). If the line then points the other "
    "way, and one of the two is clear, the text says so next to the verdict."
)


_QUALITY = (
    (
        *("coherence_npmi", "Coherence", "{:.2f}"),
        "How much more often a cluster's terms occur in the same papers than by chance; 0 is "
        "chance, below 0 is rarer, 1 is always together.",
    ),
    (
        *("diversity", "Diversity", "{:.2f}"),
        "The proportion of the clusters' terms that are distinct; at 1 no cluster repeats a term "
        "of another.",
    ),
    (
        *("share_well_placed", "Well placed", "{:.0%}"),
        f"The proportion of papers with a weight of {COUNTED_WEIGHT:g} or more in their cluster.",
    ),
)


class Quality(NamedTuple):
    """A measure of the clusters: its name, its value and what it means."""

    name: str
    value: str
    meaning: str


def method_texts(run: Run) -> dict[str, str]:
    """Return headings and plain paragraphs on how the run was made and what it cannot show."""
    period = run.manifest.get("period") or {}
    texts = {
        "Where the papers come from": _sources(run),
        "How abstracts are compared": _embedding(run),
        "Map": _MAP if len(run.map) else "",
        "Clusters": _clusters(run),
        "Topics": _TOPICS if len(groups_of(run.groups, kind="topic")) else "",
    }
    if len(run.trends):
        by = period.get("by", "published")
        listed = "" if by == "published" else f" {_LISTED}"
        texts["Shares and intervals"] = _SHARES.format(by=by) + listed
    if len(run.verdicts):
        clump, strata = str(period.get("clump")), period.get("standardised_by")
        clumps = _CLUMPS.format(clump=clump) if clump in ("day", "venue") else ""
        verdicts = [_LINE, clumps, _TESTS, _FLAT]
        texts["Rising, falling, flat"] = " ".join(text for text in verdicts if text)
        texts["Bursts and turns"] = _EVENTS
        mix = _MIX.format(strata=strata_word(strata)) if strata else _NO_MIX
        texts["A shift in where papers come from"] = mix
    if len(run.trends):
        texts["What a share is not"] = _SELECTION
    return {heading: text for heading, text in texts.items() if text}


def quality(run: Run) -> list[Quality]:
    """Return the measures of the clusters that the run has."""
    return [
        Quality(name, form.format(value).replace("-", "−").replace("%", " %"), meaning)
        for key, name, form, meaning in _QUALITY
        if (value := number(run.quality.get(key))) is not None
    ]


def stability_words(run: Run) -> list[str]:
    """Return what the grades of the clusters mean and how many papers lie between clusters."""
    sentences = []
    grades = run.manifest.get("clustering", {}).get("grades")
    if grades:
        sentences.append(
            f"Stability was measured on {grades['subsamples']} subsamples of 80 % of "
            f"{count(grades['papers'], 'paper')}: the figure is the mean Jaccard similarity with "
            "the most similar cluster of each (Hennig 2007), 1 if it is always found again "
            "unchanged; from .75 a cluster is called often found again, from .5 sometimes, below "
            "that seldom."
        )
    n = run.quality.get("contested")
    if n:
        sentences.append(
            f"{capital(count(n, 'paper'))} {verb(n, 'lies', 'lie')} between two clusters: the two "
            "highest weights are within .1 of each other."
        )
    return sentences


def _sources(run: Run) -> str:
    inputs = [
        f"{source['name']} ({format_words(source['format'])}, "
        f"{count(int(source['n_papers']), 'paper')})"
        for source in run.manifest.get("inputs", [])
    ]
    files = f"Read from {listing(inputs)}." if inputs else ""
    day = _DATE_FROM.get(run.manifest.get("snapshot_date_from", ""), "")
    return " ".join(part for part in (files, day, dropped_words(run, target=PLAIN)) if part)


def _embedding(run: Run) -> str:
    embedding = run.manifest.get("embedding", {})
    name = embedding.get("name") or ""
    method = f" (embedding “{name}”)" if name else ""
    return (
        f"Each title and abstract becomes a vector{method}, so that texts on the same subject get "
        f"similar vectors. {sentence(embedding.get('description') or '')}"
    ).strip()


def _clusters(run: Run) -> str:
    if not len(groups_of(run.groups, kind="cluster")):
        return why_no_clusters(run)
    rule = sentence(run.manifest.get("clustering", {}).get("rule") or "")
    return (
        "Clusters are groups that emerge from the data; nobody defined them, and their labels are "
        f"phrases that set their papers apart. {rule} Every paper has one primary cluster, with a "
        "weight: the proportion of its nearest neighbours that lie in it. A weight under "
        f"{COUNTED_WEIGHT:g} means that the paper lies between groups."
    )
