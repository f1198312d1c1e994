"""The papers worth labelling: half near the threshold, half at random."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import for_spreadsheet
from analysis.base.files import written_whole
from analysis.base.schema import COUNTED_WEIGHT

COLUMNS = ("arxiv_id", "title", "abstract", "weight", "drawn", "chance")
"""Columns of a sample before the topic's own column."""

_NEXT_STEP = "name another file with --out FILE"


def sample_for_labelling(
    memberships: pd.DataFrame,
    *,
    papers: pd.DataFrame,
    topic: str,
    n: int = 30,
    seed: int = 0,
    already: Collection[str] = (),
) -> pd.DataFrame:
    """Draw papers for a person to label.

    Half of `n` is drawn at random, each paper that is not `already` labelled with the same
    `chance`, whatever its weight. Labels of these rows estimate precision, recall and the topic's
    share without bias: every paper has the same chance, so the plain figures of the sample are the
    estimate, with the intervals of a simple random sample, and `score` uses no other rows. They
    are valid for the papers that were not labelled before. The other half are the papers whose
    weight is nearest to .5 in log-odds: there a label says most about the right threshold and
    about misleading phrases, but the recogniser is wrong more often there than elsewhere, so
    figures from these rows would be too low.

    If fewer papers than half of `n` have a weight for the topic, more are drawn at random. The
    random rows depend only on `seed` and the papers and are the same for every topic, so that
    reading them once can serve several topics.

    Parameters
    ----------
    memberships : DataFrame
        Of a run; rows of kind "topic" are read.
    papers : DataFrame
        `paper_id`, `title`, `abstract`.
    topic : str
        Id of the topic.
    n : int
        Most papers to draw; one that is drawn at random and is also near the threshold counts
        once, as random.
    seed : int
    already : collection of str
        Ids of papers to leave out.

    Returns
    -------
    DataFrame
        `arxiv_id` (the paper's id), `title`, `abstract` str (empty if null), `weight` float64
        (0 if under .05), `drawn` "random" or "near", `chance` float64 (of a random row: how likely
        each paper was to be drawn at random; null for the others) and a column named by the topic,
        empty, to be filled with 1 or 0. Rows in random order.

    Raises
    ------
    InputError
        If `n` is less than 1 or the topic has the name of another column.
    """
    _check(n=n, topic=topic)
    rows = papers[~papers["paper_id"].isin(set(already))]
    rows = rows.sort_values("paper_id", kind="stable", ignore_index=True)
    is_topic = (memberships["kind"] == "topic") & (memberships["group_id"] == topic)
    weights = memberships[is_topic].set_index("paper_id")["weight"].astype("float64")
    rows = rows.assign(weight=rows["paper_id"].map(weights).fillna(0.0).astype("float64"))
    random = np.random.default_rng(seed)
    order = random.permutation(len(rows))
    n_random = min(n - min(n // 2, int((rows["weight"] > 0).sum())), len(rows))
    at_random = set(order[:n_random].tolist())
    near = [row for row in _nearest(rows["weight"]) if row not in at_random][: n - n_random]
    chosen = rows.iloc[sorted([*at_random, *near])]
    is_random = chosen.index.isin(list(at_random))
    chance = n_random / len(rows) if len(rows) else np.nan
    out = pd.DataFrame(
        {
            "arxiv_id": chosen["paper_id"].astype("str"),
            "title": chosen["title"].astype("str"),
            "abstract": chosen["abstract"].fillna("").astype("str"),
            "weight": chosen["weight"],
            "drawn": np.where(is_random, "random", "near"),
            "chance": np.where(is_random, chance, np.nan),
            topic: "",
        }
    ).astype({"drawn": "str", "chance": "float64", topic: "str"})
    return out.iloc[random.permutation(len(out))].reset_index(drop=True)


def _check(*, n: int, topic: str) -> None:
    if n < 1:
        raise InputError(
            f"{n} papers to draw", allowed="1 or more", next_step="give another --n, such as 30"
        )
    if topic in COLUMNS:
        raise InputError(
            f"topic {topic!r} has the name of another column of the sample",
            allowed=f"any id but {', '.join(COLUMNS)}",
            next_step="give the topic another id in topics.toml and run again",
        )


def _nearest(weights: pd.Series) -> list[int]:
    """Return the rows that have a weight, the nearest to the threshold in log-odds first."""
    known = weights[weights > 0].clip(1e-6, 1 - 1e-6)
    threshold = np.log(COUNTED_WEIGHT / (1 - COUNTED_WEIGHT))
    distance = (np.log(known / (1 - known)) - threshold).abs()
    return distance.sort_values(kind="stable").index.tolist()


def write_sample(sample: pd.DataFrame, *, path: Path) -> None:
    """Write a sample as a CSV that spreadsheet programs open and `read_gold` reads.

    UTF-8 with a byte order mark, weights and chances with six digits, texts on one line; text that
    a spreadsheet program would take for a formula gets an apostrophe in front.

    Raises
    ------
    InputError
        If the file exists, since it may hold labels, or cannot be written.
    """
    try:
        texts = sample.select_dtypes("str")
        safe = sample.assign(**{name: texts[name].map(for_spreadsheet) for name in texts})
        safe = safe.rename(columns=for_spreadsheet)
        with (
            written_whole(path, overwrite=False) as new,
            new.open("x", encoding="utf-8-sig", newline="") as file,
        ):
            safe.to_csv(file, index=False, float_format="%.6g", lineterminator="\n")
    except FileExistsError as error:
        raise InputError(
            f"{path} exists",
            allowed="a new file: labels are never overwritten",
            next_step=_NEXT_STEP,
        ) from error
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror or error}",
            allowed="a file in a folder that can be written",
            next_step=_NEXT_STEP,
        ) from error
