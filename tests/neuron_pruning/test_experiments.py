"""Chapter 4's experiments: the proof's coefficients and bounds, exponents, the circle, what breaks."""

import itertools

import numpy as np
import pytest

from lth_tutorial.neuron_pruning import (
    arc_cosine_kernel,
    draw_weights,
    experiments,
    has_independent_features,
    keep_rule,
    kernel_coefficients,
    prune_neurons,
    relu_features,
)

X, Y = experiments.problem()


@pytest.mark.parametrize("law", ["sphere", "ball"])
def test_coefficients_have_the_labels_as_their_mean(law):
    """E[a(w) relu(w . x_i)] = y_i on 200,000 draws, within 6 standard errors for each of ten points; the
    bound holds always."""
    w = draw_weights(law, 200_000, 5, 1)
    a, bound = kernel_coefficients(X, Y, w, law)
    products = a * relu_features(X, w)
    error = products.std(axis=1) / np.sqrt(200_000)
    assert np.all(np.abs(products.mean(axis=1) - Y) < 6 * error)
    assert np.abs(a).max() <= bound
    smallest = np.linalg.eigvalsh(arc_cosine_kernel(X, law))[0]
    assert bound <= len(Y) / smallest


@pytest.mark.parametrize("a", [0.25, -0.7, 1.0, 0.0])
def test_moments_of_the_rule(a):
    """E[v b] = a / 4 and E[(v b)^2] = |a|^(3/2) / 6, by the midpoint rule and by 100,000 draws."""
    v = (np.arange(100_000) + 0.5) / 50_000 - 1
    for values in (v, np.random.default_rng(2).uniform(-1, 1, 100_000)):
        kept = values * keep_rule(np.full(100_000, a), values, bound=1.0).mask
        # Standard errors are below 0.0014: 0.009 is more than six of them.
        tolerance = 1e-4 if values is v else 0.009
        assert np.mean(kept) == pytest.approx(a / 4, abs=tolerance)
        assert np.mean(kept**2) == pytest.approx(abs(a) ** 1.5 / 6, abs=tolerance)


def test_rule_has_the_least_variance_of_its_kind():
    """Against random unions of cells of [-1, 1] with the same mean: none has a smaller mean square."""
    v = (np.arange(400) + 0.5) / 200 - 1
    rng = np.random.default_rng(3)
    for _ in range(300):
        chosen = rng.uniform(size=400) < rng.uniform(0.05, 0.5) * (1 + np.sign(v)) / 2
        mean, square = np.mean(v * chosen), np.mean(v**2 * chosen)
        assert square >= (4 * mean) ** 1.5 / 6 - 1e-4


def test_rule_with_a_larger_bound_keeps_less_and_stays_unbiased():
    a, v = np.array([0.5, -1.0, 2.0]), np.array([0.4, -0.6, 0.9])
    assert keep_rule(a, v).mask.tolist() == [True, True, True]
    larger = keep_rule(a, v, bound=8.0)
    assert larger.mask.tolist() == [False, False, False] and larger.scale == pytest.approx(32 / 3)
    with pytest.raises(ValueError, match=r"bound must be at least max \|a_j\| = 2, got 1"):
        keep_rule(a, v, bound=1.0)


def test_variance_is_below_its_bound():
    """100 draws; the mean is a hundredth of the bound here, so chance cannot lift it above."""
    w = draw_weights("sphere", 500, 5, 4)
    a, _ = kernel_coefficients(X, Y, w)
    found, bound = experiments.variance_of_rule(a, relu_features(X, w), 100, 5)
    assert 0 < found < bound


def test_proven_width_is_enough():
    """delta = 0.1: of 30 networks more than 15 fail with probability below 1e-8."""
    x, y = np.eye(3), np.array([0.5, -1.0, 0.3])
    bound = np.abs(np.linalg.solve(arc_cosine_kernel(x, "sphere"), y)).sum()
    k = experiments.sufficient_width(bound, 3, 0.5, 0.1)
    assert k == np.ceil(32 * bound**2 * np.log(60) / 0.25)
    failures = 0
    for child in np.random.default_rng(6).spawn(30):
        w, v = draw_weights("sphere", k, 3, child), child.uniform(-1, 1, k)
        a, same = kernel_coefficients(x, y, w)
        assert same == pytest.approx(bound)
        found = experiments.outputs(relu_features(x, w), v, keep_rule(a, v, bound))
        failures += np.abs(found - y).max() > 0.5
    assert failures <= 15


def test_linear_function_by_the_rule():
    """The coefficients found are those of the pruned network; the wanted ones make x_1 / 2, by quadrature."""
    found = experiments.on_linear(5000, 20)
    looks = np.radians(found.direction)
    x = np.radians(found.angles)
    features = np.maximum(np.cos(x[:, None] - looks), 0)
    assert np.allclose(features @ found.coefficient / 5000, found.network)
    around = np.linspace(0, 2 * np.pi, 3600, endpoint=False)
    model = np.maximum(np.cos(x[:, None] - around), 0) @ (2 * np.cos(around)) / 3600
    assert np.allclose(model, found.mean, atol=1e-6)
    assert found.error == np.abs(found.network - found.mean).max() < 0.2
    kept = found.coefficient[found.coefficient != 0]
    assert np.abs(kept).max() <= 8 and len(kept) < 2500


def test_exponent_of_the_lemma_on_a_linear_function():
    """-1/2 within 0.05, and the errors of about 0.19 at 100 and 0.011 at 30,000 neurons. The logarithm of one
    error has standard deviation 0.4: of the mean of 200, relative 0.03, of the slope 0.006."""
    widths = (100, 300, 1000, 3000, 10_000, 30_000)
    errors = experiments.linear_errors(widths, 200, 21).mean(axis=1)
    assert experiments.slope(widths, errors) == pytest.approx(-0.5, abs=0.05)
    assert errors[[0, -1]] == pytest.approx([0.19, 0.011], rel=0.2)


CASES = [
    ("general", draw_weights("sphere", 6, 3, 7), True),
    ("parallel", np.array([[1.0, 2], [0.5, 1.0]]), False),
    ("opposite", np.array([[1.0, 2], [-0.5, -1.0]]), True),
    ("zero", np.array([[1.0, 2], [0, 0]]), False),
    ("as many opposite pairs as dimensions", np.vstack([np.eye(3), -2 * np.eye(3)]), True),
    ("one pair in a line", np.array([[2.0], [-1.0]]), True),
    (
        "three opposite pairs in a plane",
        np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1]]),
        False,
    ),
    (
        "dependent pairs in space",
        np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [1, 1, 0], [-1, -1, 0]]),
        False,
    ),
]


@pytest.mark.parametrize(("points", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_independent_features_are_those_with_an_invertible_kernel(points, expected):
    smallest = np.linalg.eigvalsh(arc_cosine_kernel(points))[0]
    assert has_independent_features(points) == expected == bool(smallest > 1e-6)
    assert expected or abs(smallest) < 1e-12


@pytest.mark.parametrize("method", ["rounding", "lp", "omp", "herding"])
def test_selectors_against_all_masks(method):
    """Ten neurons, two points: no selector beats the best of 1,023 masks with its best scale."""
    for seed in range(10):
        x, y = experiments.problem(2, 3, [8, seed])
        rng = np.random.default_rng([9, seed])
        features, v = relu_features(x, draw_weights("sphere", 10, 3, rng)), rng.uniform(-1, 1, 10)
        if np.linalg.matrix_rank(features) < 2:
            continue
        parts = features * v
        best = np.linalg.norm(y)
        for kept in itertools.product([False, True], repeat=10):
            total = parts[:, list(kept)].sum(axis=1)
            if total @ y > 0:
                best = min(best, np.linalg.norm(total * (total @ y) / (total @ total) - y))
        found = experiments.outputs(features, v, prune_neurons(features, y, v, method))
        assert np.linalg.norm(found - y) >= best - 1e-9


def test_a_vertex_has_few_fractions():
    """Rounded, the sum is within (m - 1) / 2 of the program's, so the mask's best fit is at least as near."""
    w, v = draw_weights("sphere", 2000, 5, 10), np.random.default_rng(11).uniform(-1, 1, 2000)
    features = relu_features(X, w)
    mask, scale = prune_neurons(features, Y, v, "rounding")
    a, _ = kernel_coefficients(X, Y, w)
    reach = 2000 / (4 * np.abs(a).max())
    found = experiments.outputs(features, v, (mask, scale))
    # The program's t is at least about the keep rule's n / (4 max |a|): half of it is granted.
    assert np.linalg.norm(found - Y) <= np.sqrt(10) * (9 / 2) / (reach / 2)


def test_exponent_of_the_keep_rule():
    """-1/2 within 0.05. The largest error's logarithm has standard deviation 0.36, so the mean of 400 draws
    has relative standard error 0.018 and the slope over a factor of 64 one of 0.006: eight of them."""
    widths = (100, 400, 1600, 6400)
    errors = experiments.sup_errors("random", widths, 400, 12, X, Y).mean(axis=1)
    assert experiments.slope(widths, errors) == pytest.approx(-0.5, abs=0.05)


@pytest.mark.parametrize(("method", "most"), [("rounding", -0.7), ("lp", -0.9)])
def test_exponent_of_the_linear_program(method, most):
    """Medians of 15: standard deviations of at most 0.45 (0.5 with flips) of single logarithms give the slope
    over a factor of 16 a standard error below 0.06 (0.075). In theory -1, with flips -1.3 or below: the
    limits are five of them away, a failure probability below 1e-6."""
    widths = (250, 500, 1000, 2000, 4000)
    errors = np.median(experiments.sup_errors(method, widths, 15, 13, X, Y), axis=1)
    assert experiments.slope(widths, errors) <= most


def test_circle():
    """The mean curve goes through the points, the network near them; what is kept is counted whole."""
    degrees, labels = [20, 95, 160, 235, 300], [0.8, 0.3, -0.5, 0.4, -0.7]
    found = experiments.on_circle(degrees, labels, 20_000, "random", 14)
    assert np.interp(degrees, found.angles, found.mean) == pytest.approx(labels, abs=0.01)
    assert found.kept.sum() == found.neurons
    assert found.error < 0.5
    # Counts of 36 bins and two signs are Poisson-like: none is off by more than 7 standard deviations
    # plus what the rate changes within a bin.
    rate = found.expected
    assert np.all(np.abs(found.kept - rate) < 7 * np.sqrt(rate + 1) + 0.35 * rate.max())


@pytest.mark.parametrize("case", experiments.CASES)
def test_broken_assumptions_leave_what_theory_says(case):
    """No draw is below the floor, for any selector; where there is no floor the error falls, to about an
    eighth. Single logarithms have standard deviations of at most 0.42, so that of the two medians of 25 has
    a standard error of 0.15 at most, and 0.3 is more than five of them away: below 1e-6."""
    x, y, null = experiments.broken_problem(case)
    floor = experiments.floor(case)
    if null is not None:
        w = draw_weights("gaussian", 50, 5, 15)
        assert np.abs(null @ relu_features(x, w)).max() < 1e-12
        assert not has_independent_features(x)
    errors = experiments.broken_errors(case, (100, 10_000), 25, 16)
    assert np.all(errors >= floor - 1e-9)
    if floor == 0:
        assert errors[1] < 0.3 * errors[0]
    else:
        assert floor > 0.3
        v = np.random.default_rng(17).uniform(0 if null is None else -1, 1, 300)
        features = relu_features(x, draw_weights("sphere", 300, 5, 18))
        found = experiments.outputs(features, v, prune_neurons(features, y, v, "omp"))
        assert np.abs(found - y).max() >= floor - 1e-9


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="one label for each of 10 points, the rows of x, got 9"):
        kernel_coefficients(X, Y[:9], X)
    with pytest.raises(ValueError, match="law must be one of gaussian, sphere, ball; got 'cube'"):
        kernel_coefficients(X, Y, X, "cube")
    with pytest.raises(ValueError, match="x must be finite"):
        has_independent_features([[np.nan, 1.0]])
