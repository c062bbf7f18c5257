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
