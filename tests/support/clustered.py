"""Which paper is in which cluster, in few words, for tests of lineage and register."""

import pandas as pd

from analysis.clusters.lineage import lineage_rows


def primaries(**clusters: str) -> pd.Series:
    """Primary clusters, one paper a letter: `a="112"` puts papers a0, a1, a2 into 1, 1 and 2."""
    out = {f"{k}{n:03d}": f"c{int(c, 16):04d}"
           for k, text in clusters.items() for n, c in enumerate(text)}  # fmt: skip
    return pd.Series(out, dtype="str")


def rows(old: pd.Series, new: pd.Series, **settings: object) -> list[tuple]:
    found = lineage_rows(old, new, previous_run="0001", **settings)
    columns = ["event", "group_id", "previous_group_id", "n_shared", "overlap"]
    return [
        (*(None if pd.isna(v) else v for v in row[:4]), round(float(row[4]), 3))
        for row in found[columns].itertuples(index=False)
    ]
