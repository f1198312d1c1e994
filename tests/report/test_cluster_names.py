"""How sentences name clusters, and what they say of a label's words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analysis.report.findings.names import label_phrase, subject
from analysis.report.findings.receipts import Name


def facts(label: str, *, kind: str = "cluster") -> Any:
    def phrase(pattern: str, receipt: tuple[str, ...]) -> list[str]:
        return [pattern, *receipt]

    return SimpleNamespace(
        labels={(kind, "g"): label}, phrase=phrase, verdict_receipt=lambda key, *columns: columns
    )


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("Speech", "Speech"),
        ("Music, sounds", "The group Music and sounds"),
        ("Music, sounds, audio generation", "The group Music, sounds and audio generation"),
        ("Mixed: corpus, translation", "The mixed cluster of papers on corpus and translation"),
        ("Speech · Music", "Speech · Music"),
    ],
)
@pytest.mark.parametrize("kind", ["cluster", "broader"])
def test_a_cluster_is_named_by_all_that_its_label_says(label, told, kind):
    parts = subject((kind, "g"), facts=facts(label, kind=kind))
    assert "".join(p.label if isinstance(p, Name) else str(p) for p in parts) == told


@pytest.mark.parametrize("kind", ["topic", "word"])
def test_names_of_topics_and_words_stay(kind):
    assert subject((kind, "g"), facts=facts("A, b", kind=kind)) == [Name((kind, "g"), "A, b")]


@pytest.mark.parametrize(
    ("direction", "first", "last", "told"),
    [
        ("falling", 0.02, 0.031, True),
        ("falling", 0.02, 0.02, True),
        ("falling", 0.10, 0.05, False),
        ("rising", 0.02, 0.05, False),
        ("rising", 0.05, 0.05, True),
        ("rising", 0.05, 0.02, True),
        ("falling", np.nan, np.nan, False),
        ("rising", 0.0, 0.02, False),
        ("unclear", 0.02, 0.05, True),
    ],
)
def test_words_that_move_otherwise_than_the_cluster_are_told(direction, first, last, told):
    row = SimpleNamespace(
        kind="cluster", group_id="g", direction=direction, label_first=first, label_last=last
    )
    parts = label_phrase(row, facts=facts("Corpus"))
    assert bool(parts) == told
    if told:
        assert parts[1:] == ["label_first", "label_last"]
