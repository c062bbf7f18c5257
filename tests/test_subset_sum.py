"""The solvers against exhaustive search, exact fractions, hand computation and each other."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_tutorial.subset_sum import (
    best_subset,
    best_subsets,
    covering_error,
    exhaustive_search,
    highs_subset,
    rounding_unit,
    subset_sums,
)

FAMILIES = {
    "uniform": lambda rng, n: (rng.uniform(-1, 1, n), rng.uniform(-1, 1)),
    "one-signed": lambda rng, n: (rng.uniform(0, 1, n), rng.uniform(-2, n)),
    "duplicates": lambda rng, n: (rng.choice([0.3, -0.7, 0.1], n), rng.choice([0.4, 0.2, 9.0])),
    "zeros": lambda rng, n: (rng.choice([0.0, 0.0, 0.5, -0.5], n), rng.choice([0.0, 0.25])),
    "integers": lambda rng, n: (rng.integers(-4, 5, n) * 1.0, rng.integers(-9, 9) / 2),
    "powers": lambda rng, n: (2.0 ** rng.integers(-30, 30, n), 2.0 ** rng.integers(-30, 30)),
    "tiny": lambda rng, n: (rng.uniform(-1, 1, n) * 1e-300, rng.uniform(-1, 1) * 1e-300),
    "denormal": lambda rng, n: (rng.integers(-9, 9, n) * 5e-324, rng.integers(-9, 9) * 5e-324),
    "huge": lambda rng, n: (rng.uniform(-1, 1, n) * 1e300, rng.uniform(-1, 1) * 1e300),
    "far": lambda rng, n: (rng.uniform(-1, 1, n), rng.choice([-50.0, 50.0])),
    "planted": lambda rng, n: _planted(rng, n),
}


def _planted(rng, n):
    x = rng.uniform(-1, 1, n)
    return x, float(np.sum(x[rng.random(n) < 0.5]))


def by_fractions(x, z):
    """Mask and error by exact rational arithmetic over all masks in lexicographic order."""
    xs, target = [Fraction(v) for v in x], Fraction(z)
    masks = itertools.product([False, True], repeat=len(x))
    best = min(masks, key=lambda m: abs(sum(itertools.compress(xs, m), Fraction(0)) - target))
    return list(best), float(abs(sum(itertools.compress(xs, best), Fraction(0)) - target))


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


@pytest.mark.parametrize("family", FAMILIES)
def test_batches_agree_with_single_instances(family):
    rng = np.random.default_rng(200 + list(FAMILIES).index(family))
    for n in (1, 2, 5, 11, 14):
        x, z = map(np.array, zip(*(FAMILIES[family](rng, n) for _ in range(40)), strict=True))
        many = best_subsets(x, z)
        for k in range(len(z)):
            one = best_subset(x[k], z[k])
            assert (one.mask == many.masks[k]).all()
            assert (one.total, one.error) == (many.totals[k], many.errors[k])


@pytest.mark.parametrize("n", [18, 21, 28, 29])
def test_larger_batches(n):
    rng = np.random.default_rng(n)
    x, z = rng.uniform(-1, 1, (30, n)), rng.uniform(-1, 1, 30)
    many = best_subsets(x, z)
    assert [best_subset(a, b).error for a, b in zip(x, z, strict=True)] == many.errors.tolist()


def test_shared_candidates():
    x, z = np.random.default_rng(1).uniform(-1, 1, 12), np.linspace(-1, 1, 50)
    many = best_subsets(x, z)
    assert many.masks.shape == (50, 12)
    assert many.errors.tolist() == [best_subset(x, t).error for t in z]


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


def test_rounded_instances_keep_their_bound():
    """Where 62 bits are not enough, the error is within (n + 1) units of the optimum, and exact itself."""
    rng = np.random.default_rng(3)
    rounded = 0
    for _ in range(200):
        x = rng.uniform(-1, 1, 9) * 10.0 ** rng.integers(-25, 1, 9)
        z = float(rng.uniform(-1, 1))
        unit = rounding_unit(x, z)
        rounded += unit > 0
        found = best_subset(x, z)
        _, optimum = by_fractions(x, z)
        assert optimum <= found.error <= optimum + 10 * unit
        assert found.error == float(
            abs(sum(map(Fraction, x[found.mask]), Fraction(0)) - Fraction(z))
        )
    assert rounded > 100


def test_uniform_draws_need_no_rounding():
    rng = np.random.default_rng(4)
    assert all(rounding_unit(rng.uniform(-1, 1, 50), rng.uniform(-1, 1)) == 0 for _ in range(200))
    assert rounding_unit(rng.uniform(-1, 1, 50), 1e-3) == 0  # a target finer than the candidates
    assert rounding_unit([1.0, 1e-30], 0.3) > 0


@pytest.mark.parametrize("scale", [1.0, 2.0**-40, 2.0**300])
def test_targets_finer_than_the_candidates(scale):
    """Ties and near ties around a half unit, with targets far off the candidates' grid."""
    rng = np.random.default_rng(12)
    for _ in range(300):
        x = rng.integers(-4, 5, int(rng.integers(1, 8))) * scale
        offset = rng.choice(
            [0, 0.5, 0.25, 0.75, 0.1, np.nextafter(0.5, 0), np.nextafter(0.5, 1), 1e-17]
        )
        z = float((rng.integers(-9, 10) + offset) * scale)
        mask, error = by_fractions(x, z)
        found = best_subset(x, z)
        assert found.mask.tolist() == mask and found.error == error, (x, z)
        assert exhaustive_search(x, z).mask.tolist() == mask
        many = best_subsets(x, [z, -z])
        assert many.masks[0].tolist() == mask and many.errors[0] == error


def gaps(x, low, high):
    """The covering error from all sums, by looking at every breakpoint: ends and midpoints."""
    sums = np.sort(subset_sums(x))
    points = np.r_[low, high, (sums[1:] + sums[:-1]) / 2]
    points = points[(points >= low) & (points <= high)]
    return max(np.abs(sums - p).min() for p in points)


def by_sorting(x, low, high):
    """The same for many candidates, from their sorted sums."""
    sums = np.sort(subset_sums(x))
    middle = np.clip((sums[1:] + sums[:-1]) / 2, low, high)
    inside = np.minimum(middle - sums[:-1], sums[1:] - middle).max()
    return max(inside, np.abs(sums - low).min(), np.abs(sums - high).min())


def test_covering_error_by_hand():
    assert covering_error([0.6, -0.4]) == pytest.approx(0.2)
    assert covering_error([0.5]) == 0.5
    assert covering_error([1.0, 2.0, 4.0], 0, 7) == 0.5
    assert covering_error([0.25], 10, 11) == 10.75
    assert covering_error(np.zeros(25), -1, 2) == 2


@pytest.mark.parametrize(
    "family", ["uniform", "one-signed", "duplicates", "zeros", "integers", "far"]
)
def test_covering_error_against_every_gap(family):
    rng = np.random.default_rng(300 + len(family))
    for _ in range(60):
        x, _ = FAMILIES[family](rng, int(rng.integers(1, 11)))
        low, high = np.sort(rng.uniform(-2, 2, 2))
        assert covering_error(x, low, high) == pytest.approx(gaps(x, low, high), abs=1e-12)
        assert covering_error(x) == pytest.approx(gaps(x, -0.5, 0.5), abs=1e-12)


@pytest.mark.parametrize("n", [21, 22, 23])
def test_bucket_search_agrees_with_sorting(n):
    """Beyond 20 candidates the sums are not sorted; here they still can be."""
    rng = np.random.default_rng(n)
    lopsided = np.r_[rng.uniform(0.9, 1, n - 6), rng.uniform(-0.1, 0.1, 6)]
    integers = rng.integers(-40, 41, n) / 64
    for x in (rng.uniform(-1, 1, n), rng.uniform(0, 1, n), lopsided, integers):
        for low, high in ((-0.5, 0.5), (-3.0, 1.0), (4.0, 4.25), (40.0, 41.0)):
            assert covering_error(x, low, high) == pytest.approx(
                by_sorting(x, low, high), abs=1e-13
            )


STRADDLING = np.r_[
    1.49,
    -0.6 * 2.0 ** -np.arange(1, 15) / (1 - 2.0**-14),
    0.1 * 2.0 ** -np.arange(1, 7) / (1 - 2.0**-6),
]


@pytest.mark.parametrize("x", [STRADDLING, -STRADDLING], ids=["high", "low"])
def test_widest_gap_across_an_end(x):
    """The widest gap reaches beyond the interval: neither end may hide it."""
    assert covering_error(x) == pytest.approx(by_sorting(x, -0.5, 0.5), abs=1e-12)
    assert covering_error(x) == pytest.approx(0.395, abs=1e-3)


def test_random_families_of_gaps_across_an_end():
    rng = np.random.default_rng(8)
    for _ in range(20):
        small = rng.uniform(0, 1, 20) * rng.choice([-1, 1]) * rng.choice([0.05, 0.02])
        x = np.r_[rng.uniform(1.3, 1.6) * rng.choice([-1, 1]), small]
        assert covering_error(x) == pytest.approx(by_sorting(x, -0.5, 0.5), abs=1e-13)


def test_lattices_are_searched_quickly():
    """All gaps are equal, so none but the first needs a closer look (seconds, if every one got it)."""
    x = np.random.default_rng(9).integers(-(2**15), 2**15, 24) / 2.0**15
    assert covering_error(x, -0.1, 0.3) == 2.0**-16
    dyadic = 2.0 ** -np.arange(1, 23)
    assert covering_error(dyadic, 0, 0.9) == 2.0**-23
    nearly = dyadic * (1 + 1e-9 * np.random.default_rng(10).uniform(-1, 1, 22))
    assert covering_error(nearly, 0, 0.9) == pytest.approx(by_sorting(nearly, 0, 0.9), rel=1e-9)


def test_totals_next_to_the_largest_float():
    x = [1.7976931348623157e308, 1.0]
    for solver in (best_subset, exhaustive_search):
        assert solver(x, 1.0).mask.tolist() == [False, True] or rounding_unit(x, 1.0) > 0
        assert solver(x, 1.0).error <= 2 * rounding_unit(x, 1.0) + 1
    with pytest.raises(ValueError, match="x, low and high: their absolute values must add up"):
        covering_error([1.7976931348623157e308], -1e308, 1e308)


def test_single_targets_never_beat_the_covering_error():
    rng = np.random.default_rng(5)
    x = rng.uniform(-1, 1, 17)
    errors = best_subsets(x, rng.uniform(-0.5, 0.5, 500)).errors
    assert errors.max() <= covering_error(x)


def test_subset_sums_are_in_the_order_of_masks():
    assert subset_sums([4.0, 2.0, 1.0]).tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert subset_sums([]).tolist() == [0]


def test_a_general_solver_agrees_while_the_optimum_is_large():
    rng = np.random.default_rng(6)
    for _ in range(5):
        x, z = rng.uniform(-1, 1, 9), rng.uniform(-1, 1)
        program, message = highs_subset(x, z)
        assert program.error == pytest.approx(best_subset(x, z).error, abs=2e-6)
        assert message


BAD = [
    ([], 0.1, "x must not be empty"),
    ([[0.1]], 0.1, r"x must have 1 dimension\(s\), got shape \(1, 1\)"),
    ([0.1, np.nan], 0.1, "x must be finite"),
    ([np.inf], 0.1, "x must be finite"),
    (["a"], 0.1, "x must hold real numbers"),
    (["1"], 0.1, "x must hold real numbers"),
    ([True], 0.1, "x must hold real numbers"),
    ([0.1], np.nan, "z must be finite"),
    ([0.1], [0.1], r"z must have 0 dimension\(s\)"),
    ([1e308, 1e308], 0.1, "must add up to a finite number"),
]


@pytest.mark.parametrize("solver", [best_subset, exhaustive_search, rounding_unit])
@pytest.mark.parametrize("x, z, text", BAD)
def test_errors_name_the_argument(solver, x, z, text):
    with pytest.raises(ValueError, match=text):
        solver(x, z)


@pytest.mark.parametrize(
    "call, text",
    [
        (
            lambda: best_subset(np.ones(60), 0),
            "60 candidates, at most 52 are served: 60 would need about 48 GiB",
        ),
        (
            lambda: exhaustive_search(np.ones(27), 0),
            "at most 26 are served: 27 would mean 134,217,728 subsets",
        ),
        (lambda: subset_sums(np.ones(30)), r"at most 26 are served: 2\^30 sums take 8 GiB"),
        (lambda: best_subsets(np.ones((2, 3)), [0.1]), "x holds 2 instances and z 1 targets"),
        (lambda: best_subsets(np.ones((2, 60)), [0, 0]), "at most 52 are served"),
        (lambda: best_subsets([], [0.1]), "x must not be empty"),
        (lambda: best_subsets([[0.1]], 0.1), r"z must have 1 dimension\(s\)"),
        (lambda: best_subsets([[np.inf]], [0.1]), "x must be finite"),
        (
            lambda: covering_error([0.1], 1, 0),
            "low must not exceed high, got low = 1.0 and high = 0.0",
        ),
        (lambda: covering_error([0.1], np.nan, 0), "low must be finite"),
        (lambda: covering_error(np.ones(50)), "at most 38 are served: 50 would mean 1.1e"),
    ],
)
def test_limits_say_what_they_would_take(call, text):
    with pytest.raises(ValueError, match=text):
        call()
