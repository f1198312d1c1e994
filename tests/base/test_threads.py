"""One thread for matrix products."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg  # noqa: F401  its library is limited too
from threadpoolctl import threadpool_info

from analysis.base.parallel import one_thread


def threads_of_blas() -> list[int]:
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]


def test_every_library_has_one_thread_within_and_its_own_number_after():
    before = threads_of_blas()
    assert before
    with one_thread():
        assert set(threads_of_blas()) == {1}
        with one_thread():
            assert set(threads_of_blas()) == {1}
        assert set(threads_of_blas()) == {1}
    assert threads_of_blas() == before


def test_it_is_undone_after_an_error():
    before = threads_of_blas()
    with pytest.raises(np.linalg.LinAlgError), one_thread():
        np.linalg.inv(np.zeros((2, 2)))
    assert threads_of_blas() == before
