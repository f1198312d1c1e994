from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from analysis.clusters.quality import coherence, diversity, npmi, share_well_placed


@pytest.mark.parametrize(
    ("both", "first", "second", "expected"),
    [
        (0.25, 0.5, 0.5, 0.0),  # independent
        (0.5, 0.5, 0.5, 1.0),  # ln 2 / ln 2
        (0.1, 0.2, 0.25, 0.30103),  # ln 2 / ln 10
        (0.1, 0.5, 0.4, -0.30103),  # ln .5 / ln 10
        (0.0, 0.5, 0.5, -1.0),
        (1.0, 1.0, 1.0, 1.0),
    ],
)
def test_npmi_by_hand(both, first, second, expected):
    assert npmi(both, first, second) == pytest.approx(expected, abs=1e-5)


#                        a  b  c
PRESENCE = sp.csr_matrix([[1, 1, 0], [1, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=bool)
COLUMNS = {"a": 0, "b": 1, "c": 2}


def test_coherence_is_the_mean_over_pairs_then_over_clusters():
    # p(a) = p(b) = p(c) = .5; p(ab) = .5 -> 1; p(ac) = p(bc) = .25 -> 0
    assert coherence([["a", "b"]], presence=PRESENCE, columns=COLUMNS) == pytest.approx(1)
    assert coherence([["a", "c"]], presence=PRESENCE, columns=COLUMNS) == pytest.approx(0)
    three = coherence([["a", "b", "c"]], presence=PRESENCE, columns=COLUMNS)
    assert three == pytest.approx(1 / 3)
    both = coherence([["a", "b", "c"], ["a", "b"]], presence=PRESENCE, columns=COLUMNS)
    assert both == pytest.approx((1 / 3 + 1) / 2)


def test_coherence_counts_clusters_with_two_terms_only():
    assert coherence([["a"], []], presence=PRESENCE, columns=COLUMNS) is None
    assert coherence([["a"], ["a", "b"]], presence=PRESENCE, columns=COLUMNS) == pytest.approx(1)


def test_diversity_is_the_share_of_different_terms():
    assert diversity([["a", "b"], ["a", "c"]]) == 0.75
    assert diversity([["Model"], ["model"]]) == 0.5
    assert diversity([["a"]]) == 1.0
    assert diversity([[], []]) is None


def test_share_well_placed_counts_from_one_half():
    assert share_well_placed(np.array([0.5, 0.49, 1.0, 0.0])) == 0.5
    assert share_well_placed(np.array([])) is None
