"""Chapter 4's separation: nested errors, masks by brute force, and the bound for features of any kind."""

import itertools
import math

import numpy as np
import pytest

from lth_tutorial.neuron_pruning import arc_cosine_kernel, draw_weights, separation


def draw(k, d, rng):
    for_w, for_v, for_target = np.random.default_rng(rng).spawn(3)
    target = draw_weights("sphere", 1, d, for_target)[0]
    return draw_weights("sphere", k, d, for_w), for_v.uniform(-1, 1, k), target


@pytest.mark.parametrize("d", [3, 10])
def test_nested_errors_are_those_of_each_width(d):
    w, _, target = draw(80, d, 1)
    nested = separation.nested_errors(w, target)
    assert np.all(np.diff(nested) <= 1e-9)
    for k in (1, 2, 7, 40, 80):
        assert nested[k - 1] == pytest.approx(separation.feature_error(w[:k], target), rel=1e-4)


def test_first_at_most():
    assert separation.first_at_most(np.array([0.9, 0.5, 0.5, 0.1]), 0.5) == 2
    assert separation.first_at_most(np.array([0.9, 0.5]), 0.4) is None


def test_flips_against_all_masks():
    """Twelve neurons: no mask beats the best of 4,096, and it is that one in a quarter of the draws."""
    best, found = [], []
    masks = np.array(list(itertools.product([0.0, 1.0], repeat=12)))[1:]
    for seed in range(20):
        w, v, target = draw(12, 3, [2, seed])
        kernel = arc_cosine_kernel(np.vstack([w, target]))
        kept = masks * v
        gains = np.maximum(kept @ kernel[:-1, -1], 0)
        lengths = np.einsum("ij,jk,ik->i", kept, kernel[:-1, :-1], kept)
        best.append(np.sqrt(max(1 - 2 * np.max(gains**2 / lengths), 0)))
        found.append(separation.mask_error(w, v, target))
        mask, scale = separation.flip_mask(kernel, v)
        # Features are positive: something helps iff an output weight is.
        assert mask.any() == (scale > 0) == bool((v > 0).any())
    assert np.all(np.array(found) >= np.array(best) - 1e-9)
    # A local search: over 200 such draws it is optimal in about four of five. Fewer than 5 of 20 would have
    # probability below 1e-6 even for three of four.
    assert np.sum(np.array(found) <= np.array(best) + 1e-9) >= 5


def test_no_single_flip_is_better():
    for seed in range(5):
        w, v, target = draw(60, 4, [3, seed])
        kernel = arc_cosine_kernel(np.vstack([w, target]))
        mask, _ = separation.flip_mask(kernel, v)
        kept = np.vstack([mask, mask ^ np.eye(60, dtype=bool)]) * v
        lengths = np.sqrt(np.einsum("ij,jk,ik->i", kept, kernel[:-1, :-1], kept))
        cosines = kept @ kernel[:-1, -1] / np.maximum(lengths, 1e-12)
        assert cosines.argmax() == 0 or cosines.max() <= cosines[0] * (1 + 1e-9)
        assert separation.feature_error(w, target) <= separation.mask_error(w, v, target)


def test_search_from_three_starts():
    """Never worse than the search from nothing; at d = 16 it was better in each of 60 draws (medians 0.40 and
    0.35), so that eight of nine without a gain have probability below 1e-6."""
    found = []
    for seed in range(9):
        w, v, target = draw(500, 16, [8, seed])
        kernel = arc_cosine_kernel(np.vstack([w, target]))
        mask, scale = separation.flip_mask(kernel, v)
        kept = scale * v * mask
        square = kept @ kernel[:-1, :-1] @ kept - 2 * kept @ kernel[:-1, -1] + 0.5
        found.append((np.sqrt(2 * square), separation.mask_error(w, v, target)))
    found = np.array(found)
    assert np.all(found[:, 1] <= found[:, 0] + 1e-9)
    assert np.sum(found[:, 1] < found[:, 0] - 1e-9) >= 2


def test_floor_of_all_masks():
    """Below the best of 1,023 masks, above the best coefficients; it is the best of all subsets' free fits
    that happen to have the signs."""
    for seed in range(10):
        w, v, target = draw(10, 3, [9, seed])
        kernel = arc_cosine_kernel(np.vstack([w, target]))
        masks = np.array(list(itertools.product([0.0, 1.0], repeat=10)))[1:]
        gains = np.maximum(masks * v @ kernel[:-1, -1], 0)
        lengths = np.einsum("ij,jk,ik->i", masks * v, kernel[:-1, :-1], masks * v)
        best = np.sqrt(max(1 - 2 * np.max(gains**2 / lengths), 0))
        floor = separation.mask_floor(w, v, target)
        assert separation.feature_error(w, target) - 1e-6 <= floor <= best + 1e-9
        fits = []
        for mask in masks.astype(bool):
            among = kernel[:-1, :-1][np.ix_(mask, mask)] + 1e-13 * np.eye(mask.sum())
            c = np.linalg.solve(among, kernel[:-1, -1][mask])
            if np.all(c * v[mask] >= 0):
                fits.append(np.sqrt(max(1 - 2 * c @ kernel[:-1, -1][mask], 0)))
        assert floor == pytest.approx(min(fits), abs=1e-5)


@pytest.mark.parametrize("d", [2, 3, 8, 50])
def test_low_harmonics_serve_all_neurons(d):
    """The harmonics up to a degree leave every neuron the same error, so the share cannot be below one there;
    just below that error they serve none."""
    shares = separation.degree_shares(d, 8)
    for degree in (1, 2, 4):
        k = sum(separation.harmonics(d, low) for low in range(degree + 1) if low in (0, 1, 2, 4))
        error = separation.unavoidable_error(k, d)
        assert error == pytest.approx(np.sqrt(1 - shares[: degree + 1].sum()))
        assert separation.served_share(error * (1 + 1e-9), k, d) == 1
        assert separation.served_share(error, k // 2, d) <= 1


def test_share_by_counting():
    """Written out with one entry for each eigenvalue, in three dimensions."""
    shares = separation.degree_shares(3, 200)
    values = np.repeat(shares / (2 * np.arange(201) + 1), 2 * np.arange(201) + 1)
    degree = np.repeat(np.arange(201), 2 * np.arange(201) + 1)
    for k, error in ((0, 0.3), (3, 0.05), (9, 0.02), (40, 0.01)):
        limits = [1.0]
        for first in range(201):
            tail = 1 - shares[:first].sum()
            if tail > error**2:
                top = np.sort(values[degree >= first])[::-1][:k]
                limits.append(top.sum() / (tail - error**2))
        assert separation.served_share(error, k, 3) == pytest.approx(min(limits))
    assert separation.served_share(0.02, 3000, 50) < 1e-15
    assert separation.served_share(0.02, 10**12, 50) < 1e-6


def test_few_features_serve_few_neurons():
    """Twenty features in eight dimensions, 2,000 neurons: no larger share is served than the bound says."""
    w = draw_weights("sphere", 20, 8, 10)
    targets = draw_weights("sphere", 2000, 8, 11)
    kernel = arc_cosine_kernel(np.vstack([w, targets]))
    beside = kernel[:20, 20:]
    gains = np.einsum("ij,ij->j", beside, np.linalg.solve(kernel[:20, :20], beside))
    errors = np.sqrt(1 - 2 * gains)
    for error in (0.05, 0.1, 0.2, 0.3):
        bound = separation.served_share(error, 20, 8)
        assert np.mean(errors <= error) <= bound + 6 * np.sqrt(bound / 2000)
    assert separation.served_share(0.05, 20, 8) < 1


def test_proven_weights():
    """Chapter 3's propagation with matrices w / 2 and 1/2 keeps the promise at the eta that is used."""
    from lth_tutorial.weight_pruning import bounds

    for d, error in ((2, 0.2), (50, 0.02), (500, 0.1)):
        root = np.sqrt(2 * d)
        eta = np.log1p(error / (4 * root)) / (root + 1)
        layers = bounds.propagated([0.5, 0.5], np.array([eta * root, eta]))
        assert 4 * layers * np.sqrt(d) <= error / np.sqrt(2)
        n = bounds.subset_candidates(eta, 2 * d + 1, 0.01)
        assert separation.sufficient_weights(error, d, 0.01) == 4 * n * d + 2 * n
    assert separation.sufficient_weights(0.02, 50, 0.01) == 136_552


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda w, v, t: separation.feature_error(w, 2 * t), "target must have length 1, got 2"),
        (lambda w, v, t: separation.nested_errors(w, t[:2]), "target must have 3 entries, got 2"),
        (lambda w, v, t: separation.mask_error(w, v[:4], t), "v must have 5 entries, got 4"),
        (lambda w, v, t: separation.mask_floor(w, v * np.nan, t), "v must be finite"),
        (
            lambda w, v, t: separation.weight_pruning_error(3 * t, 4, 0),
            "target must have length 1, got 3",
        ),
        (
            lambda w, v, t: separation.errors_by_width([3], 3, 1, 0, "masks"),
            "what must be 'features' or 'mask', got 'masks'",
        ),
        (lambda w, v, t: separation.unavoidable_error(-1, 3), "k must not be negative, got -1"),
        (
            lambda w, v, t: separation.served_share(np.nan, 2, 3),
            "error and k must not be negative, got nan and 2",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(*draw(5, 3, 12))


def test_many_dimensions():
    """Multiplicities beyond what a float can hold are left out: the bound is weaker, not wrong."""
    assert 0.7 < separation.unavoidable_error(1000, 5000) < 1
    assert separation.unavoidable_error(10**400, 5000) == 0


def test_nothing_is_kept_where_nothing_helps():
    """Every neuron's contribution points away from the target."""
    w, v, target = draw(5, 3, 4)
    kernel = arc_cosine_kernel(np.vstack([w, target]))
    mask, scale = separation.flip_mask(kernel, -np.abs(v))
    assert not mask.any() and scale == 0.0
    assert separation.mask_error(w, -np.abs(v), target) == pytest.approx(1.0)


def test_harmonics_by_hand():
    """2 of each degree on the circle, 2 l + 1 on the sphere; polynomials of degree 2 in d variables."""
    assert [separation.harmonics(2, k) for k in range(4)] == [1, 2, 2, 2]
    assert [separation.harmonics(3, k) for k in range(4)] == [1, 3, 5, 7]
    for d in (4, 9, 50):
        assert separation.harmonics(d, 0) + separation.harmonics(d, 2) == d * (d + 1) // 2


def test_eigenvalues_on_the_circle_are_those_of_a_circulant_matrix():
    """400 equidistant directions: the kernel's Fourier coefficients, by FFT."""
    angles = np.arange(400) * 2 * np.pi / 400
    row = arc_cosine_kernel(np.column_stack([np.cos(angles), np.sin(angles)]))[0]
    fourier = np.fft.rfft(row).real / 400 / row[0]
    shares = separation.degree_shares(2, 12)
    expected = [share / separation.harmonics(2, degree) for degree, share in enumerate(shares)]
    assert np.allclose(fourier[:13], expected, atol=1e-6)
    assert separation.unavoidable_error(3, 2) == pytest.approx(np.sqrt(1 - shares[:2].sum()))


def test_eigenvalues_in_three_dimensions_against_sampled_directions():
    """A Fibonacci sphere of 800 directions: the matrix has the eigenvalues with their multiplicities."""
    k = np.arange(800) + 0.5
    height, angle = 1 - 2 * k / 800, np.pi * (1 + np.sqrt(5)) * k
    ring = np.sqrt(1 - height**2)
    points = np.column_stack([ring * np.cos(angle), ring * np.sin(angle), height])
    found = np.linalg.eigvalsh(arc_cosine_kernel(points))[::-1] / 400
    shares = separation.degree_shares(3, 4)
    expected = [shares[0], *[shares[1] / 3] * 3, *[shares[2] / 5] * 5, *[shares[4] / 9] * 9]
    assert np.allclose(found[:18], sorted(expected, reverse=True), rtol=0.02)


@pytest.mark.parametrize("d", [2, 3, 8, 50])
def test_shares(d):
    """They add up to one; by hand degree 0 and 1: E relu(t) = Gamma(d/2) / 2 sqrt(pi) Gamma((d+1)/2), and
    E relu(t)^2 = E t relu(t) = 1/2d."""
    shares = separation.degree_shares(d, 200)
    assert 0.99 < shares.sum() <= 1 + 1e-9 and np.all(shares[3::2] == 0)
    assert shares[1] == pytest.approx(0.5)
    mean = math.gamma(d / 2) / (2 * math.sqrt(math.pi) * math.gamma((d + 1) / 2))
    assert shares[0] == pytest.approx(2 * d * mean**2)


def test_shares_become_those_of_hermite():
    """The coefficients by hand: 1 / sqrt(2 pi), 1/2, 1 / (2 sqrt(2 pi)); and by quadrature to degree 8."""
    by_hand = [1 / np.sqrt(2 * np.pi), 0.5, 0.5 / np.sqrt(2 * np.pi), 0.0]
    assert np.allclose(separation.hermite_coefficients(3), by_hand)
    t = np.linspace(0, 12, 120_001)
    density = np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)
    factorial = 1.0
    for n, found in enumerate(separation.hermite_coefficients(8)):
        factorial *= max(n, 1)
        values = t * density * np.polynomial.hermite_e.hermeval(t, np.eye(9)[n])
        assert found == pytest.approx(values.sum() * 1e-4 / factorial, abs=1e-6)
    far = separation.degree_shares(5000, 6)
    assert np.allclose(far, separation.hermite_shares(6), atol=1e-3)
    left = np.sqrt(1 - np.cumsum(separation.hermite_shares(2)))
    assert left[1] == pytest.approx(0.43, abs=0.005) and left[2] == pytest.approx(0.15, abs=0.001)


@pytest.mark.parametrize(("k", "d"), [(10, 3), (60, 8), (200, 16)])
def test_no_features_beat_the_bound_on_average(k, d):
    """Mean squared error of 240 draws against the bound. It is above the bound by more than twelve of its
    standard errors, and the test fails with probability below 1e-6, if a draw is six of them too low."""
    errors = np.array([separation.feature_error(*draw(k, d, [6, s])[::2]) for s in range(240)])
    bound = separation.unavoidable_error(k, d)
    assert bound**2 < np.mean(errors**2) - 6 * np.std(errors**2) / np.sqrt(240)


def test_least_features_inverts_the_bound():
    for d, error in ((3, 0.1), (8, 0.2), (50, 0.2), (50, 0.1)):
        k = separation.least_features(error, d)
        assert separation.unavoidable_error(k, d) <= error < separation.unavoidable_error(k - 1, d)
    assert separation.least_features(0.02, 50) > 10**18
    assert separation.least_features(2.0, 5) == separation.least_features(1.0, 5) == 0
    with pytest.raises(ValueError, match="d must be at least 2, got 1"):
        separation.unavoidable_error(3, 1)
    with pytest.raises(ValueError, match="error must be positive, got 0"):
        separation.least_features(0, 5)
    with pytest.raises(ValueError, match="error 0.001 takes more than 10 degrees"):
        separation.least_features(0.001, 5, degrees=10)


def test_weights_are_counted_by_one_rule():
    from lth_tutorial.weight_pruning import prune_network

    for n, d in ((3, 4), (12, 50)):
        network = prune_network([np.full((1, d), 0.1), np.array([[0.5]])], n, rng=7)
        assert separation.block_weights(n, d) == (network.candidates, network.total)
    assert separation.block_weights(12, 50)[0] == 2424
    assert separation.neuron_weights(2000, 50) == 102_000
