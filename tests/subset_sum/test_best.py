"""Tests of subset_sum.best."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_tutorial.subset_sum import (
    best_subset,
    covering_error,
    exhaustive_search,
    subset_sums,
)

from .cases import FAMILIES, by_fractions


def test_by_hand():
    assert best_subset([0.6, -0.4], 0.3)[0].tolist() == [True, True]
    assert best_subset([1.0, 2.0, 4.0], 5.0)[0].tolist() == [True, False, True]
    assert best_subset([0.5], -1.0) == (pytest.approx([False]), 0.0, 1.0)
    # 0.1 + 0.2 is not 0.3 in binary, and the error says by how much.
    found = best_subset([0.1, 0.2], 0.3)
    assert found.error == float(abs(Fraction(0.1) + Fraction(0.2) - Fraction(0.3)))


def test_ties_go_to_the_lexicographically_smallest_mask():
    assert best_subset([0.25, 0.25, 0.5, 0.0], 0.5).mask.tolist() == [False, False, True, False]
    assert best_subset([1.0, 1.0, 1.0], 1.0).mask.tolist() == [False, False, True]
    # 0 and 1 are equally far from 1/2: the empty mask comes first.
    assert best_subset([1.0], 0.5).mask.tolist() == [False]
    assert best_subset(np.zeros(30), 0.0).mask.sum() == 0


@pytest.mark.parametrize("family", FAMILIES)
def test_agrees_with_exhaustive_search(family):
    """Same mask, total and error, bit for bit; 300 instances of every kind, up to 13 candidates."""
    rng = np.random.default_rng(list(FAMILIES).index(family))
    for _ in range(300):
        x, z = FAMILIES[family](rng, int(rng.integers(1, 14)))
        fast, slow = best_subset(x, z), exhaustive_search(x, z)
        assert (fast.mask == slow.mask).all(), (x, z)
        assert (fast.total, fast.error) == (slow.total, slow.error)


@pytest.mark.parametrize("family", FAMILIES)
def test_agrees_with_fractions(family):
    rng = np.random.default_rng(100 + list(FAMILIES).index(family))
    for _ in range(15):
        x, z = FAMILIES[family](rng, int(rng.integers(1, 9)))
        mask, error = by_fractions(x, z)
        found = best_subset(x, z)
        assert found.mask.tolist() == mask and found.error == error


@pytest.mark.parametrize("n", [27, 34, 40, 44])
def test_planted_solutions_of_many_candidates(n):
    """The planted sum is hit exactly; a wrong total can tie only with probability about 2^(n-53)."""
    rng = np.random.default_rng(n)
    x = np.round(rng.uniform(-1, 1, n) * 2.0**40) / 2.0**40
    planted = rng.random(n) < 0.5
    found = best_subset(x, x[planted].sum())
    assert found.error == 0
    assert sum(map(Fraction, x[found.mask])) == sum(map(Fraction, x[planted]))


@pytest.mark.parametrize("n", [26, 31, 36])
def test_two_pointers_agree(n):
    """An independent method, in floats: one pointer up the first half's sums, one down the second's."""
    rng = np.random.default_rng(n)
    x, z = rng.uniform(-1, 1, n), rng.uniform(-1, 1)
    a, b = np.sort(subset_sums(x[: n // 2])), np.sort(subset_sums(x[n // 2 :]))
    i = np.clip(np.searchsorted(b, z - a), 1, len(b) - 1)
    nearest = np.minimum(np.abs(a + b[i] - z), np.abs(a + b[i - 1] - z)).min()
    assert best_subset(x, z).error == pytest.approx(nearest, abs=1e-14)


def test_many_ties_among_many_candidates():
    """2^20 optimal half sums: the tie rule is still followed, in reasonable time."""
    x = 2.0 ** np.arange(40)
    found = best_subset(np.r_[x[:20], x[:20]], 2.0**19)
    assert np.flatnonzero(found.mask).tolist() == [39]


finite = st.integers(-(2**30), 2**30).map(lambda k: k * 2.0**-20)


instances = st.tuples(st.lists(finite, min_size=1, max_size=10), finite)


@settings(max_examples=200, deadline=None)
@given(instances)
def test_properties(instance):
    x, z = np.array(instance[0]), instance[1]
    found = best_subset(x, z)
    chosen = sum(map(Fraction, x[found.mask]), Fraction(0))
    assert found.total == float(chosen)
    assert found.error == float(abs(chosen - Fraction(z)))
    assert found.error <= abs(z)
    assert best_subset(x[::-1], z).error == found.error
    assert best_subset(np.r_[x, 0.75], z).error <= found.error
    assert best_subset(4 * x, 4 * z).error == 4 * found.error
    assert best_subset(-x, -z).error == found.error
    assert covering_error(x, z, z) == found.error


def test_subset_sums_are_in_the_order_of_masks():
    assert subset_sums([4.0, 2.0, 1.0]).tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert subset_sums([]).tolist() == [0]
