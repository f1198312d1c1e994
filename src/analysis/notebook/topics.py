"""Topics in a notebook: the definitions of a run, and a draft and a trend of selected papers."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base import files
from analysis.base.english import count, period_label
from analysis.base.errors import InputError
from analysis.base.escaping import clean
from analysis.clusters.labels.labels import cluster_terms
from analysis.clusters.labels.phrases import count_phrases
from analysis.figures.style import one_line
from analysis.report.page.map_trend import selection_counts
from analysis.runs import sha256
from analysis.topics.growth.candidates import (
    Draft,
    Group,
    as_toml,
    fold_text,
    group_phrases,
    slug,
    texts_of,
)
from analysis.trends import trend_table

if TYPE_CHECKING:
    from analysis.runs import Run

_PATTERNS = ("{}", "*/{}", "*/*/{}")
"""Where a file of the recorded name is looked for below a folder."""

SELECTION_ID = "selection"
COMPARED, N_EXEMPLARS = 1500, 3
_COLOR = "#4269d0"


def default_topics(run: Run | None = None) -> Path:
    """Return the path of the topic definitions: those of a run, else those in use by default.

    Parameters
    ----------
    run : Run, optional
        A run keeps the name and the SHA-256 of its definitions, not the file; a file that has
        both is looked for in the working directory, in the directory that holds the series, and
        up to two folders below each.

    Returns
    -------
    Path
        If the run's file is not found, that of the default definitions, with a warning.
    """
    if run is None:
        return files.default_topics()
    path = find_definitions(run)
    if path is None:
        warnings.warn(missing_definitions(run), stacklevel=2)
        return files.default_topics()
    return path


def missing_definitions(run: Run) -> str:
    """Return the sentence for a run whose topic definitions are not found."""
    return (
        f"The topic definitions of run {run.name} ({_recorded(run)['name']}) were not found in "
        f"{Path.cwd()} or beside the series: the default definitions are used instead. Copy the "
        "file there to use it."
    )


def find_definitions(run: Run) -> Path | None:
    """Return the file of topic definitions whose SHA-256 is in a run's manifest, if it is found."""
    recorded = _recorded(run)
    default = files.default_topics()
    if not recorded or sha256(default) == recorded["sha256"]:
        return default
    folders = [Path.cwd(), *([run.path.resolve().parents[1]] if run.path else [])]
    for folder in folders:
        for pattern in _PATTERNS:
            for path in sorted(folder.glob(pattern.format(escape(recorded["name"])))):
                if path.is_file() and sha256(path) == recorded["sha256"]:
                    return path
    return None


def _recorded(run: Run) -> dict[str, str]:
    """Return the manifest's entry for the topic definitions; empty if it has none."""
    entries = run.manifest.get("definitions", [])
    return next((entry for entry in entries if entry["role"] == "topics"), {})


def topic_toml(run: Run, label: str, *, rows: Sequence[int]) -> str:
    """Return the definition of a topic from selected papers.

    Its id is derived from its `label` and differs from those of the run; `rows` are those of the
    selected papers in `run.papers`.

    Returns
    -------
    str
        One `[[topic]]` table that `topics.read_topics` accepts: the phrases that distinguish the
        selected papers from the others (at most 1,500 of each are read, evenly spaced), and as
        exemplars the three papers nearest to the centroid of the selection.

    Raises
    ------
    InputError
        If no paper is selected, or the label is empty.
    """
    label = clean(str(label))
    problems = [] if len(rows) else ["no papers are selected"]
    problems += [] if label else ["an empty name"]
    if problems:
        raise InputError(
            problems,
            allowed="at least one selected paper, and a name for the topic",
            next_step="select papers on the map or with view.select(...), then name them",
        )
    selected = np.unique(np.asarray(rows, dtype="int64"))
    compared, sample = _compared(len(run.papers), selected=selected)
    strong, weak = _phrases(run.papers.iloc[compared], selected=sample, label=label)
    others = len(compared) - len(sample)
    draft = Draft(
        id=slug(label, taken=set(run.groups["group_id"])),
        label=label,
        description=f"DRAFT, please edit: is about {', '.join([*strong, *weak][:3]) or label}. "
        "When does a paper belong here?",
        strong=strong,
        weak=weak,
        exemplars=tuple(run.papers["paper_id"].iloc[_central_papers(run.vectors, rows=selected)]),
        remark=f"From {count(len(selected), 'paper')} selected in run {run.name}; "
        f"{len(sample):,} of them compared with {count(others, 'other paper')}.",
    )
    return as_toml(draft)


def selection_trend(run: Run, *, rows: Sequence[int]) -> pd.DataFrame:
    """Count selected papers per period, with their share of all papers and its interval.

    `rows` are those of the selected papers in `run.papers`.

    Returns
    -------
    DataFrame
        As `share_table`, with one group "selection" in the periods of the run (if it has none,
        in those of `trends.choose_period`); empty if no periods can be formed.
    """
    counts = selection_counts(run, rows=rows, group_id=SELECTION_ID)
    if counts is None:
        return pd.DataFrame(columns=["group_id", "label"])
    table = trend_table(counts)
    label = count(len(rows), "selected paper")
    labels = [period_label(period, freq=counts.freq) for period in table["period"]]
    return table.assign(label=label, color=_COLOR, symbol="circle", period_label=labels)


def trend_title(selected: pd.DataFrame) -> str:
    """Return a title for the trend of selected papers: their number and most frequent cluster."""
    if selected.empty:
        return "No papers are selected"
    title = f"Share of {count(len(selected), 'selected paper')}"
    undated = int(selected["published"].isna().sum())
    if undated:
        title += f" ({undated:,} undated, in no period)"
    clusters = selected["cluster"].value_counts()
    if len(clusters) and clusters.iloc[0] * 2 > len(selected):
        label = one_line(str(clusters.index[0]), width=50)
        title += f", {clusters.iloc[0]:,} in {label}"
    return title


def _compared(
    n: int, *, selected: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return rows of selected and other papers, and the positions of the selected ones in them."""
    sample, others = (_spaced(rows) for rows in (selected, np.setdiff1d(np.arange(n), selected)))
    compared = np.sort(np.concatenate([sample, others]))
    return compared, np.searchsorted(compared, sample)


def _spaced(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    places = np.linspace(0, len(rows) - 1, COMPARED).astype("int64")
    return rows if len(rows) <= COMPARED else rows[places]


def _phrases(
    papers: pd.DataFrame, *, selected: NDArray[np.int64], label: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    numbers = np.ones(len(papers), dtype="int64")
    numbers[selected] = 0
    counts = count_phrases(list(papers["title"]), list(papers["abstract"]))
    terms = cluster_terms(counts, numbers=numbers).terms[0]
    group = Group(SELECTION_ID, label, selected, tuple(terms))
    return group_phrases(group, texts=texts_of(papers, fold=fold_text))


def _central_papers(vectors: NDArray[np.float32], *, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    similarity = vectors[rows].astype("float64") @ vectors[rows].mean(axis=0, dtype="float64")
    return rows[np.argsort(-similarity, kind="stable")[:N_EXEMPLARS]]
