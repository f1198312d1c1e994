"""A small pair of runs, and what is said of two runs, for tests of comparisons."""

from __future__ import annotations

from analysis.report.markup import PLAIN
from analysis.report.text.changes import change_parts
from analysis.runs import Run
from analysis.runs.comparison import compare
from two_runs import lineage_rows, tiny_run, trend_rows

DAY = "2024-01-01"


def told(old: Run, new: Run, *, ids: str = "same", **more: object) -> dict[str, str]:
    """Return what is said of two runs: title of a part to its text and items, a line each."""
    parts = change_parts(compare(old, new, ids=ids, **more), target=PLAIN)
    return {part.title: "\n".join([*part.text, *part.items]) for part in parts}


def small_pair() -> tuple[Run, Run]:
    """b moved from One to the born Three, c is gone, d and e were added, a was revised."""
    labels = {"c1": "One", "c2": "Two", "c3": "Three", "t": "Tea", "u": "You"}
    old = tiny_run([("a", DAY, "c1", "t"), ("b", DAY, "c1", ""), ("c", DAY, "c2", "t"),
                    ("f", DAY, "c2", "")], name="0001", labels=labels,
                   trends=trend_rows([("topic", "t", "2024", 2, 4)]))  # fmt: skip
    new = tiny_run([("a", DAY, "c1", "t"), ("b", DAY, "c3", ""), ("d", DAY, "c3", "t"),
                    ("e", DAY, "c3", "t"), ("f", DAY, "c2", "t")],
                   name="0002", labels=labels, texts={"a": "9"},
                   trends=trend_rows([("topic", "t", "2024", 4, 5),
                                      ("cluster", "c3", "2024", 3, 5)]),
                   manifest={**old.manifest, "run": "0002", "how": "extended"})  # fmt: skip
    return old, new


EVENTS_OF_PAIR = lineage_rows(("born", "c3", ""), ("kept", "c1", "c1"))
