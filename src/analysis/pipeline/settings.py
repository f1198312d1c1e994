"""The settings of a run: everything but its files that decides what it computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from analysis.base.schema import AXES, FREQUENCIES
from analysis.clusters.extend.splits_and_mergers import Thresholds
from analysis.runs.lock import WAIT

PERIODS = ("auto", *FREQUENCIES)

_RECORDED = (
    *("fresh", "only_snapshot", "as_of", "period", "by", "embedding", "format", "duplicates"),
    *("seed", "grades", "csv_safe", "thresholds", "snapshot_date", "not_in_labels"),
    *("clusters", "detail", "columns", "covered_from"),
)

DAYS = ("as_of", "snapshot_date", "covered_from")
"""Settings that are days, stored in ISO format."""


@dataclass(frozen=True)
class Settings:
    """Settings of a run.

    Attributes
    ----------
    runs : Path or None
        Directory of the series; see `runs.runs_folder` for the default.
    fresh : bool
        Fit this snapshot from scratch, whatever runs the series has.
    extend : str or Path or None
        The run to extend; the newest of the series by default.
    only_snapshot : bool
        Trends count the papers that this snapshot lists, not all papers of the series.
    as_of : date or None
        Leave out papers that were listed, else published, after this day.
    topics : Path or str or None
        Topic definitions: a file, the name of a bundled set, or "none". By default
        `data/topics.toml`, else those of the run that is continued, else the bundled set that fits
        the papers, if one does.
    overrides : Path or None
        Decisions on topics and clusters by hand; `data/overrides.toml` by default.
    dates : tuple of Path
        CSV files that date papers by title or arXiv id; `data/arxiv_ids.csv` by default.
    snapshot_date : date or None
        The day of the snapshot, if neither the content nor the file name gives it.
    period : str
        "auto", "month", "quarter", "half-year" or "year".
    by : str
        The day that decides a paper's period: "published", or "listed" in the source.
    embedding : str
        A name that `embedding.embed` knows.
    format : str
        "auto" or a name in `sources.FORMAT_NAMES`.
    seed : int
        Seed of the subsamples and of the map's layout.
    max_mb : int
        Megabytes that each input file may have, unpacked; `sources.MAX_MB` by default.
    duplicates : str
        "all" merges near duplicates too, "exact" only rows with one id or title.
    today : date or None
        The day from which dates count as too late if the snapshot's date is unknown.
    wait : float
        Seconds to wait while another process makes a run in the series.
    grades : bool or None
        Measure how often each cluster is found again; by default after a fit of at most 10,000
        papers.
    audit : bool
        Also compare extended runs of 2,000 papers or more with a fresh fit.
    index : Path or "auto" or None
        Index of local metadata; `data/dates_index.parquet` by default, if it exists.
    csv_safe : bool
        In the CSV tables, put an apostrophe before texts that a spreadsheet program would compute.
    thresholds : Thresholds
        When clusters are born, split or merged in an extension.
    not_in_labels : tuple of str or None
        Words and phrases that no label of a cluster uses; None: those of the run that is continued.
    clusters : int or None
        How many clusters a fresh fit is to have; by default as many as the papers show.
    detail : str or None
        In place of a number: "coarse" (a third of them), "medium" or "fine" (three times as many).
    columns : mapping of str to str or None
        Which columns of a table hold what, where their names are not known: "title", "abstract",
        "date", "year", … to the name of the column.
    covered_from : date or None
        The day from which the source covers its papers; by default that of the fetches that the
        series was made from, else the rate of arrival decides.
    jobs : int or None
        Processes at work, as in `base.parallel.workers`; the run is the same for any number.
    """

    runs: Path | None = None
    fresh: bool = False
    extend: str | Path | None = None
    only_snapshot: bool = False
    as_of: date | None = None
    topics: Path | str | None = None
    overrides: Path | None = None
    dates: tuple[Path, ...] = ()
    snapshot_date: date | None = None
    period: str = "auto"
    by: str = "published"
    embedding: str = "builtin"
    format: str = "auto"
    seed: int = 0
    max_mb: int = 500
    duplicates: str = "all"
    today: date | None = None
    wait: float = WAIT
    grades: bool | None = None
    audit: bool = False
    index: Path | str | None = "auto"
    csv_safe: bool = False
    thresholds: Thresholds = field(default_factory=Thresholds)
    not_in_labels: tuple[str, ...] | None = None
    clusters: int | None = None
    detail: str | None = None
    columns: Mapping[str, str] | None = None
    covered_from: date | None = None
    jobs: int | None = None


def recorded_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings that are not files, as the manifest stores them.

    Files stand in the manifest by name and hash.
    """
    values = asdict(settings)
    for name in DAYS:
        values[name] = values[name].isoformat() if values[name] else None
    values["not_in_labels"] = list(settings.not_in_labels or ())
    return {name: values[name] for name in _RECORDED}


def counting_settings(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what decides how trends are counted, from the settings that a manifest holds."""
    defaults = Settings()
    names = ("period", "by", "only_snapshot")
    day = stored.get("covered_from")
    return {
        **{name: stored.get(name, getattr(defaults, name)) for name in names},
        "covered_from": date.fromisoformat(day) if day else None,
    }


def period_problems(*, period: str | None, by: str | None) -> list[str]:
    """Return one line for each of the two settings that has no allowed value."""
    problems = []
    if period is not None and period not in PERIODS:
        problems.append(f"period {period!r}: allowed are {', '.join(PERIODS)}")
    if by is not None and by not in AXES:
        problems.append(f"by {by!r}: allowed are {', '.join(AXES)}")
    return problems
