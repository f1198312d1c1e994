"""Papers of a topic whose words were replaced."""

from __future__ import annotations

import pandas as pd

from analysis.base.schema import TABLES, conform
from analysis.topics import Topic

ADAPTERS = Topic("adapters", "Adapters", strong=("adapter layer", "soft prompt"))


def counted(ids: list[str], *, topic: str = "adapters") -> pd.DataFrame:
    rows = [(paper, "topic", topic, 0.9, True) for paper in ids]
    return conform(
        pd.DataFrame(rows, columns=list(TABLES["memberships"].columns)), name="memberships"
    )


def replaced(n: int) -> list[str]:
    """Make n early papers that say "soft prompts" and n late ones that say "steering tokens"."""
    early = ["We train soft prompts on an adapter layer."] * n
    return early + ["We train steering tokens on an adapter layer."] * n
