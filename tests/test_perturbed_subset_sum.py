"""Chapter 2's solvers against exhaustive search, exact fractions and chapter 1."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_tutorial import perturbed_subset_sum as perturbed
from lth_tutorial import subset_sum
from lth_tutorial.perturbed_subset_sum import (
    best_subset,
    best_subsets,
    bounds,
    covering_error,
    exhaustive_search,
    experiments,
)

FAMILIES = {
    "uniform": lambda rng, n: rng.uniform(-1, 1, n),
    "product": lambda rng, n: rng.uniform(-1, 1, n) * rng.uniform(-1, 1, n),
    "one-sided": lambda rng, n: rng.uniform(0, 1, n),
    "eighths": lambda rng, n: rng.integers(-8, 9, n) / 8,
    "copies": lambda rng, n: np.full(n, rng.uniform(-1, 1)),
    "zeros": lambda rng, n: rng.choice([0.0, 0.5, -0.5], n),
    "powers": lambda rng, n: 2.0 ** -rng.integers(0, 12, n),
    "two scales": lambda rng, n: rng.uniform(-1, 1, n) * rng.choice([1.0, 2.0**-20], n),
    "decimal": lambda rng, n: np.round(rng.uniform(-1, 1, n), 1),
    "tiny": lambda rng, n: rng.uniform(-1, 1, n) * 2.0**-300,
}
RADII = {
    "none": lambda rng, n: 0.0,
    "small": lambda rng, n: 10.0 ** -rng.integers(1, 13),
    "dyadic": lambda rng, n: 2.0 ** -rng.integers(0, 12),
    "one": lambda rng, n: 1.0,
    "own": lambda rng, n: rng.uniform(0, 1, n),
    "some": lambda rng, n: rng.choice([0.0, 0.125], n),
    "any": lambda rng, n: rng.uniform(),
}


def instances(per_pair: int, seed: int, most: int = 12):
    rng = np.random.default_rng(seed)
    for draw, radius in product(FAMILIES.values(), RADII.values()):
        for _ in range(per_pair):
            n = int(rng.integers(1, most + 1))
            x = draw(rng, n)
            z = (rng.uniform(-1, 1), rng.integers(-8, 9) / 8, rng.choice(x), 0.0)[rng.integers(4)]
            yield x, float(z), radius(rng, n)


def same(a, b) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(a, b, strict=True))


def test_best_subset_is_exhaustive_search():
    """Bit for bit, on 3,500 random and adversarial instances, radii from 0 to 1."""
    checked = 0
    for x, z, epsilon in instances(50, seed=1):
        assert same(best_subset(x, z, epsilon), exhaustive_search(x, z, epsilon)), (x, z, epsilon)
        checked += 1
    assert checked == 3500


def test_errors_are_those_of_exact_fractions():
    """Another truth: every mask in rational arithmetic."""
    for x, z, epsilon in instances(2, seed=2, most=9):
        found = best_subset(x, z, epsilon)
        radii = np.broadcast_to(epsilon, x.shape)
        pairs = [(Fraction(a), Fraction(float(r))) for a, r in zip(x, radii, strict=True)]
        best = min(_exact_error(pairs, z, mask) for mask in product((0, 1), repeat=len(x)))
        own = _exact_error(pairs, z, found.mask)
        slack = Fraction(2.0**-58) * (sum(abs(a) + r for a, r in pairs) + abs(Fraction(z)))
        assert best <= own <= best + slack
        assert found.error == pytest.approx(float(own), rel=1e-15, abs=0)


def _exact_error(pairs, z, mask) -> Fraction:
    chosen = [pair for pair, bit in zip(pairs, mask, strict=True) if bit]
    distance = abs(sum((a for a, _ in chosen), Fraction(0)) - Fraction(z))
    return max(Fraction(0), distance - sum((r for _, r in chosen), Fraction(0)))


def test_perturbation_attains_the_error():
    for x, z, epsilon in instances(10, seed=3):
        mask, perturbation, total, error = best_subset(x, z, epsilon)
        assert np.all(np.abs(perturbation) <= epsilon) and not perturbation[~mask].any()
        size = np.abs(x).sum() + np.abs(z) + np.sum(np.broadcast_to(epsilon, x.shape))
        assert abs((x + perturbation)[mask].sum() - total) <= 1e-14 * size
        assert abs(abs(total - z) - error) <= 1e-15 * size
        moved = mask & (np.broadcast_to(epsilon, x.shape) > 0)
        shares = perturbation[moved] / np.broadcast_to(epsilon, x.shape)[moved]
        assert not len(shares) or np.ptp(shares) <= 1e-12


def test_without_perturbation_it_is_chapter_1():
    for x, z, _ in instances(3, seed=4):
        a, b = best_subset(x, z, 0.0), subset_sum.best_subset(x, z)
        assert same((a.mask, a.total, a.error), b)


def test_without_perturbation_it_is_chapter_1_also_where_numbers_are_rounded():
    """Numbers too far apart for one grid: every way to ask gives chapter 1's mask."""
    rng = np.random.default_rng(18)
    for _ in range(300):
        x = np.append(rng.integers(-9, 10, 4) / 10, rng.choice([1e3, 2.0**59, 1e12, 1e-9]))
        z = float(rng.choice([0.1, -0.51, 1e10]))
        mask = subset_sum.best_subset(x, z).mask
        assert np.array_equal(best_subset(x, z, 0).mask, mask)
        assert np.array_equal(exhaustive_search(x, z, 0).mask, mask)
        for radii in (np.zeros((2, 5)), np.array([np.zeros(5), np.ones(5)])):
            assert np.array_equal(best_subsets([x, x], [z, z], radii).masks[0], mask)


def test_rounded_instances_stay_within_their_bound():
    """Exact fractions: where the grid is too coarse, the mask is optimal up to (2n + 1) 2^-59 total."""
    rng = np.random.default_rng(19)
    for _ in range(150):
        x = np.append(rng.uniform(-1, 1, 5), rng.choice([1e3, 2.0**55, 1e12]))
        z, radii = float(rng.uniform(-1, 1)), rng.choice([0.0, 1e-3, 0.7], 6)
        pairs = [(Fraction(a), Fraction(float(r))) for a, r in zip(x, radii, strict=True)]
        best = min(_exact_error(pairs, z, mask) for mask in product((0, 1), repeat=6))
        own = _exact_error(pairs, z, best_subset(x, z, radii).mask)
        total = sum(abs(a) + r for a, r in pairs) + abs(Fraction(z))
        assert own - best <= 13 * Fraction(2) ** -59 * total


@pytest.mark.parametrize("n", [30, 37, 42])
def test_large_instances_with_a_planted_answer(n):
    """A planted mask is exact or better is found; at least as good as chapter 1's best, less its radii."""
    rng = np.random.default_rng(n)
    x = rng.integers(-(2**45), 2**45, n) / 2.0**45
    planted = rng.random(n) < 0.5
    z = float(x[planted].sum() + 3 * 2.0**-40)
    assert best_subset(x, z, 2.0**-40 if planted.sum() >= 3 else 1.0).error == 0
    plain = subset_sum.best_subset(x, z)
    radius = 2.0**-45 / n
    found = best_subset(x, z, radius)
    assert found.error <= max(0.0, plain.error - radius * plain.mask.sum())
    assert found.error >= plain.error - radius * n


def test_the_smaller_half_serves_too():
    """Odd n, n = 1, and a target far outside."""
    assert best_subset([0.5], 0.25, 0.25).mask.tolist() == [True]
    assert best_subset([0.625], 0.25, 0.125).mask.tolist() == [False]  # a tie: 0.25 either way
    far = best_subset([0.5, -0.25, 0.75], 100.0, 0.5)
    assert far.mask.tolist() == [True, True, True] and far.error == 100 - 1.0 - 1.5


def test_the_empty_subset_cannot_be_perturbed():
    """Candidates (0.9, 0.8), z = 0.05, epsilon = 0.1: |0 - z| < epsilon, and yet z is missed."""
    found = best_subset([0.9, 0.8], 0.05, 0.1)
    assert not found.mask.any() and found.error == 0.05


def test_many_are_one_by_one():
    rng = np.random.default_rng(5)
    for draw, radius in product(FAMILIES.values(), RADII.values()):
        n, m = int(rng.integers(1, 12)), 7
        x = np.array([draw(rng, n) for _ in range(m)])
        z = rng.uniform(-1, 1, m)
        epsilon = radius(rng, n)
        together = best_subsets(x, z, epsilon)
        for k in range(m):
            one = best_subset(x[k], z[k], epsilon)
            assert same([part[k] for part in together], one)


def test_many_shapes_and_blocks(monkeypatch):
    rng = np.random.default_rng(6)
    x, z = rng.uniform(-1, 1, 9), rng.uniform(-1, 1, 50)
    radii = rng.uniform(0, 0.01, (50, 9))
    whole = best_subsets(x, z, radii)
    monkeypatch.setattr(
        perturbed.many, "_BLOCK", 1 << 8
    )  # eight instances a block, a short last one
    assert same(best_subsets(np.tile(x, (50, 1)), z, radii), whole)
    assert whole.errors.max() > 0 and (whole.errors == 0).any()


def test_rows_that_cannot_be_sorted_by_rounded_centres_are_solved_apart(monkeypatch):
    """Centres closer than the rounding beside a place: the batch must notice."""
    rng = np.random.default_rng(7)
    x = rng.uniform(-1, 1, (20, 16))
    x[:, 8:] = -x[:, :8] + rng.integers(-3, 4, (20, 8)) * 2.0**-52
    z = x[:, 0] + 2.0**-51
    calls = []
    monkeypatch.setattr(
        perturbed.many, "best_subset", lambda *a: calls.append(1) or best_subset(*a)
    )
    found = best_subsets(x, z, 2.0**-54)
    assert calls
    for k in range(20):
        assert same([part[k] for part in found], exhaustive_search(x[k], z[k], 2.0**-54))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=9),
    st.floats(-2, 2),
    st.floats(0, 1),
)
def test_properties(x, z, epsilon):
    found = best_subset(x, z, epsilon)
    assert same(found, exhaustive_search(x, z, epsilon))
    plain = subset_sum.best_subset(x, z)
    size = sum(map(abs, x)) + abs(z) + (len(x) + 1) * epsilon + 0.25
    assert found.error <= max(0.0, plain.error - epsilon * plain.mask.sum()) + 1e-15 * size
    assert best_subset([*x, 0.25], z, epsilon).error <= found.error + 1e-15 * size


def scan(x, epsilon, low, high) -> Fraction:
    """covering_error in exact fractions: one scan over the intervals by their left ends."""
    radii = [Fraction(float(r)) for r in np.broadcast_to(epsilon, np.shape(x))]
    pairs = list(zip(map(Fraction, x), radii, strict=True))
    ends = []
    for mask in product((0, 1), repeat=len(pairs)):
        s = sum((a for (a, _), bit in zip(pairs, mask, strict=True) if bit), Fraction(0))
        r = sum((b for (_, b), bit in zip(pairs, mask, strict=True) if bit), Fraction(0))
        ends.append((s - r, s + r))
    low, high = Fraction(low), Fraction(high)
    merged = []
    for left, right in sorted(ends):
        if merged and left <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], right)
        else:
            merged.append([left, right])
    gaps = zip(merged[:-1], merged[1:], strict=True)
    targets = [low, high] + [min(max((a[1] + b[0]) / 2, low), high) for a, b in gaps]
    return max(
        min(max(Fraction(0), left - t, t - right) for left, right in merged) for t in targets
    )


def test_covering_error_is_that_of_exact_fractions():
    ranges = [(-0.5, 0.5), (0.25, 0.25), (-3.0, 2.0), (5.0, 6.0), (-0.125, 0.5)]
    for k, (x, _, epsilon) in enumerate(instances(3, seed=8, most=7)):
        low, high = ranges[k % len(ranges)]
        exact = float(scan(x, epsilon, low, high))
        size = np.abs(x).sum() + np.sum(np.broadcast_to(epsilon, x.shape)) + abs(low) + abs(high)
        assert abs(covering_error(x, epsilon, low, high) - exact) <= 2.0**-52 * size


def test_covering_error_bounds_every_target():
    rng = np.random.default_rng(9)
    for epsilon in (1e-4, 1e-3, 0.02):
        x = rng.uniform(-1, 1, 10)
        worst = covering_error(x, epsilon)
        errors = best_subsets(x, rng.uniform(-0.5, 0.5, 300), epsilon).errors
        assert errors.max() <= worst
    assert covering_error(rng.uniform(-1, 1, 14), 0.1) == 0.0


def test_covering_error_without_perturbation_is_chapter_1():
    x = np.random.default_rng(10).uniform(-1, 1, 23)
    assert covering_error(x, 0.0) == subset_sum.covering_error(x)


def test_size_to_cover_is_the_first_that_covers():
    rng = np.random.default_rng(11)
    for epsilon, eta in ((0.1, 0.0), (0.01, 0.0), (0.01, 0.005), (0.0, 0.02)):
        x = rng.uniform(-1, 1, 16)
        size = experiments.size_to_cover(x, eta, epsilon)
        errors = [covering_error(x[:k], epsilon) for k in range(1, 17)]
        first = next((k + 1 for k, e in enumerate(errors) if e <= eta), None)
        assert size == first
    assert experiments.size_to_cover(np.full(5, 0.25), 0.0, 1e-6) is None


def test_needed_shared_is_the_first_that_serves(monkeypatch):
    rng = np.random.default_rng(12)
    x, targets = rng.uniform(-0.5, 0.5, 13), rng.uniform(-0.6, 0.6, 40)
    for eta, epsilon in ((0.05, 0.0), (0.01, 0.0), (0.001, 0.003)):
        expected = []
        for z in targets:
            errors = [abs(z)] + [exhaustive_search(x[:k], z, epsilon).error for k in range(1, 14)]
            expected.append(next((k for k, e in enumerate(errors) if e <= eta), 14))
        for most_listed in (18, 2):
            monkeypatch.setattr(experiments, "_MOST_LISTED", most_listed)
            found = experiments.needed_shared(x, targets, eta, epsilon)
            assert found.tolist() == expected


def test_needed_own_is_the_first_that_serves():
    def draw(shape, rng):
        return rng.uniform(-1, 1, shape)

    targets = np.random.default_rng(13).uniform(-0.5, 0.5, 60)
    k, missed = experiments.needed_own(draw, targets, 0.02, 0.01, 14)
    x = draw((60, 44), np.random.default_rng(14))
    for size, expected in ((k, 0), (k - 1, missed[k - 1])):
        errors = best_subsets(x[:, :size], targets, 0.01).errors
        assert np.sum(errors > 0.02) == expected
    assert missed[k] == 0 < missed[k - 1]
    hopeless, missed = experiments.needed_own(lambda s, rng: np.ones(s), targets, 1e-3, 0.0, 1)
    assert hopeless == 45 and missed[44] == np.sum(np.abs(targets) > 1e-3)


def test_necessary_n_is_necessary():
    """Counting holds for every draw: with one candidate less some target is missed."""
    rng = np.random.default_rng(15)
    for eta, epsilon in ((0.05, 0.01), (0.0, 0.02), (0.01, 0.001)):
        n = bounds.necessary_n(eta, epsilon)
        for _ in range(20):
            assert covering_error(rng.uniform(-1, 1, n - 1), epsilon) > eta


def test_sufficient_n_suffices():
    """At n = sufficient_n a draw fails with probability at most 0.1: more than 42 failures of 100 have
    probability below 1e-16 (binomial tail). The first 16 candidates alone are looked at."""
    assert bounds.sufficient_n(0.0, 0.05, 0.1) > 16
    x = np.random.default_rng(16).uniform(-1, 1, (100, 16))
    assert sum(covering_error(row, 0.05) > 0 for row in x) <= 42


def test_bounds_by_hand():
    assert bounds.predicted_factor("abstract", 1.0) == 0.5
    assert bounds.predicted_factor("slides", np.e - 1) == pytest.approx(0.5)
    assert bounds.poster_failure(24, 0, 0) == pytest.approx(np.exp(-1) + 1)
    assert bounds.necessary_n(0.5, 0) == 0 and bounds.necessary_n(0.25, 0) == 1
    assert bounds.sufficient_n(0.01, 0, 0.1) == subset_sum.hit_volume.sufficient_n(0.01, 0.1)
    tau = 0.01
    by_hand = np.ceil(np.log2(20)) + np.ceil(np.log(80 / tau**2) / np.log(4 / 3))
    assert bounds.sufficient_n(0.004, 0.006, 0.1) == by_hand
    n = bounds.poster_n(0.0, 0.1)
    assert min(bounds.poster_failure(n, k / 4, 0) for k in range(4 * n)) <= 0.1


def test_the_saving_is_additive():
    """Exact hits: the median size grows by about one candidate for each bit of 1 / epsilon.

    For these sizes a least-squares slope outside [0.6, 1.6] over 8 bits would need medians of 60 draws to
    be off by three candidates; sizes of single draws have a standard deviation below 3.5, so a median
    of 60 one below 0.6 (normal approximation), and 3 / 0.6 = 5 deviations, probability below 1e-6.
    """
    bits = np.array([4, 6, 8, 10, 12])
    medians = [
        experiments.quantile_size(experiments.sizes_to_cover(0, 2.0**-b, 60, 17 + b, 22), 0.5)
        for b in bits
    ]
    assert 0.6 < np.polyfit(bits, medians, 1)[0] < 1.6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], 0.0, 0.1), "x must not be empty"),
        (([[0.5]], 0.0, 0.1), r"x must have 1 dimension\(s\), got shape \(1, 1\)"),
        (([0.5, np.nan], 0.0, 0.1), "x must be finite"),
        (([0.5], np.inf, 0.1), "z must be finite"),
        (([0.5], 0.0, -0.1), "epsilon must not be negative, got -0.1"),
        (([0.5], 0.0, np.inf), "epsilon must be finite"),
        (
            ([0.5, 0.25], 0.0, [0.1, 0.1, 0.1]),
            r"epsilon must have shape \(\) or \(2,\), got \(3,\)",
        ),
        (([0.5], 0.0, "wide"), "epsilon must hold real numbers"),
        ((np.zeros(49), 0.0, 0.1), "x holds 49 candidates, at most 48 are served"),
        (([1e308, 1e308], 0.0, 0.1), "must add up to a finite number"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        best_subset(*arguments)


def test_bad_input_is_named_elsewhere():
    with pytest.raises(ValueError, match="x holds 2 instances and z 3 targets; they must agree"):
        best_subsets(np.zeros((2, 3)), np.zeros(3), 0.1)
    with pytest.raises(
        ValueError, match=r"epsilon must have shape \(\) or \(3,\) or \(2, 3\), got \(3, 3\)"
    ):
        best_subsets(np.zeros((2, 3)), np.zeros(2), np.zeros((3, 3)))
    with pytest.raises(ValueError, match=r"x must have 1 or 2 dimension\(s\), got shape \(\)"):
        best_subsets(3, [0.0], 0.1)
    for bad in ([[True, False]], [["1", "2"]], [[1j, 0]]):
        with pytest.raises(ValueError, match="x must hold real numbers, got"):
            best_subsets(bad, [0.0], 0.1)
        with pytest.raises(ValueError, match="x must hold real numbers, got"):
            subset_sum.best_subsets(bad, [0.0])
    with pytest.raises(ValueError, match="must add up to a finite number"):
        best_subsets([[1.7e308] * 2], [1.7e308], 0)
    with pytest.raises(ValueError, match="low must not exceed high"):
        covering_error([0.5], 0.1, 1.0, 0.0)
    with pytest.raises(ValueError, match="x holds 27 candidates, at most 26 are served"):
        covering_error(np.zeros(27), 0.1)
    with pytest.raises(ValueError, match="x holds 25 candidates, at most 24 are served"):
        exhaustive_search(np.zeros(25), 0.0, 0.1)
    with pytest.raises(ValueError, match="epsilon must be below 3"):
        bounds.poster_failure(10, 1, 3)
    with pytest.raises(ValueError, match="surplus must lie between 0 and n = 10"):
        bounds.poster_failure(10, 11, 0)
    with pytest.raises(ValueError, match="version must be one of abstract, poster, slides"):
        bounds.predicted_factor("talk", 0.1)
    with pytest.raises(ValueError, match="eta must not be negative, nor 0 together with epsilon"):
        bounds.necessary_n(0, 0)
    with pytest.raises(ValueError, match=r"failure must lie in \(0, 1\)"):
        bounds.sufficient_n(0.1, 0.1, 1.0)
