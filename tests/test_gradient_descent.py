"""Chapter 7: the closed form against a literal loop, masks against all masks, theorems against searches."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_tutorial import gradient_descent as gd
from lth_tutorial.gradient_descent import experiments, shift
from lth_tutorial.gradient_descent.experiments import Setting

SIXTEENTHS = st.integers(-32, 32).map(lambda k: k / 16)


def all_masks(n):
    return np.array(list(itertools.product([0, 1], repeat=n)), dtype=bool)


def literal_descent(u, w, x, step, steps, mask=None):
    """The gradient of the loss, entry by entry, from the definition; `mask` is called before every step."""
    u, path = np.array(u, dtype=float), []
    for _ in range(steps + 1):
        path.append(u.copy())
        kept = np.ones(u.shape) if mask is None else mask(u)
        gradient = np.zeros_like(u)
        for point in x:
            residual = ((u * kept).sum(axis=0) - w) @ point
            gradient += 2 * residual * kept * point
        u = u - step * gradient
    return np.array(path)


def searched_mask(u, w, size=None):
    """The best mask of each column by trying all."""
    masks = all_masks(len(u))
    if size is not None:
        masks = masks[masks.sum(axis=1) == size]
    return np.array(
        [masks[np.argmin(np.abs(masks @ c - z))] for c, z in zip(u.T, w, strict=True)]
    ).T


def one_run(n=4, d=3, data="Gaussian", rng=0):
    return (draw[0] for draw in experiments.draw(Setting(n, d, data=data), 1, rng))


def test_by_hand():
    run = gd.descend([[0.3], [0.9]], [0.3], [[1.0]], 0.05, 6)
    assert np.allclose(run.errors[:5], [0, 0.09, 0.162, 0.2196, 0.26568])
    assert np.allclose(run.unmasked, 0.9 * 0.8 ** np.arange(7))
    assert run.masks[:, :, 0].tolist() == [[True, False]] * 5 + [[True, True]] * 2
    assert gd.rises(run.errors).tolist() == [True] * 5 + [False]


@pytest.mark.parametrize("data", experiments.DATA)
def test_closed_form_is_the_literal_descent(data):
    u, w, x = one_run(5, 3, data, 1)
    step = 0.85 * gd.stability_limit(x, 5)
    run = gd.descend(u, w, x, step, 40)
    path = literal_descent(u, w, x, step, 40)
    assert np.abs(run.weights - path).max() < 1e-11
    assert np.array_equal(run.weights[0], u)
    assert np.abs(run.gaps - [(v * searched_mask(v, w)).sum(0) - w for v in path]).max() < 1e-11
    assert np.allclose(run.unmasked, np.linalg.norm(path.sum(axis=1) - w, axis=1))
    assert np.array_equal(run.kept, run.masks.sum(axis=1))


def test_many_runs_are_single_runs():
    u, w, x = experiments.draw(Setting(4, 2, data="Gaussian"), 3, 2)
    step = 0.01
    for go in (gd.descend, gd.descend_masked):
        many = go(u, w, x, step, 12)
        assert many.weights.shape == (3, 13, 4, 2) and many.errors.shape == (3, 13)
        for k in range(3):
            one = go(u[k], w[k], x[k], step, 12)
            assert np.allclose(many.weights[k], one.weights, atol=1e-13)
            assert np.allclose(many.errors[k], one.errors, atol=1e-13)
    shared = gd.descend(u, w, x[0], step, 5)
    assert np.allclose(shared.errors[1], gd.descend(u[1], w[1], x[0], step, 5).errors)


@given(st.integers(1, 6), st.integers(1, 3), st.data())
@settings(max_examples=60, deadline=None)
def test_best_masks_of_every_size(n, d, data):
    u = np.array(data.draw(st.lists(SIXTEENTHS, min_size=n * d, max_size=n * d))).reshape(n, d)
    w = np.array(data.draw(st.lists(SIXTEENTHS, min_size=d, max_size=d)))
    free = gd.best_masks(u, w)
    assert np.array_equal(np.abs(free.gaps), np.abs((u * searched_mask(u, w)).sum(0) - w))
    for size in range(n + 1):
        found = gd.best_masks(u, w, size)
        assert (found.masks.sum(axis=0) == size).all()
        best = np.abs((u * searched_mask(u, w, size)).sum(0) - w)
        assert np.array_equal(np.abs(found.gaps), best)
        assert np.array_equal(found.gaps, (u * found.masks).sum(0) - w)


@pytest.mark.parametrize("how", [{}, {"size": 2}, {"precondition": True}])
def test_masked_descent_is_the_literal_one(how):
    u, w, x = one_run(4, 3, "Gaussian", 3)
    step = 0.5 * gd.stability_limit(x, 4)
    points = np.eye(3) if how.get("precondition") else x
    run = gd.descend_masked(u, w, x, step, 30, **how)
    path = literal_descent(u, w, points, step, 30, lambda v: searched_mask(v, w, how.get("size")))
    assert np.abs(run.weights - path).max() < 1e-11


def test_unmasked_error_bounds_the_masked_and_falls():
    for data in experiments.DATA:
        run = experiments.runs(Setting(6, 4, data=data, relative_step=1.8), 50, 4, 80)
        assert (run.errors <= run.unmasked + 1e-12).all()
        assert not gd.rises(run.unmasked).any()


def test_the_end_is_the_full_mask():
    """Proposition "How it ends": from F <= g / 2 on every weight is kept."""
    for k in range(40):
        u, w, _ = one_run(5, 2, rng=[5, k])
        limit = u + (w - u.sum(axis=0)) / 5
        g = min(
            np.abs(all_masks(5)[:-1] @ column - z).min()
            for column, z in zip(limit.T, w, strict=True)
        )
        assert np.isclose(g, shift.pruned_error(limit.T, w).min())
        run = gd.descend(u, w, np.eye(2), 0.2 / 10, 200)
        late = (run.unmasked <= g / 2) & (run.unmasked > 1e-10)
        assert late.any() and (run.kept[late] == 5).all()


def test_one_row_never_rises_on_diagonal_data():
    """Theorem "One row", first half, with unequal entries and steps up to 1 / lambda."""
    rng = np.random.default_rng(6)
    for relative_step in (0.1, 1.0, 2.0):
        x = rng.uniform(0.1, 1, (300, 4))[:, :, None] * np.eye(4)
        x /= x.max(axis=(1, 2), keepdims=True)
        u, w = rng.uniform(-1, 1, (300, 1, 4)), rng.uniform(-1, 1, (300, 4))
        assert not gd.rises(gd.descend(u, w, x, relative_step / 2, 40).errors).any()


@given(st.integers(2, 4), st.floats(0.01, 3), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_one_row_rises_on_any_other_data(d, step, seed):
    """Theorem "One row", second half: its start, for any data that mix columns 1 and 2."""
    x = np.random.default_rng(seed).normal(size=(d, d))
    u, w = np.zeros((1, d)), np.zeros(d)
    u[0, :2] = 1
    w[0] = 1
    errors = gd.descend(u, w, x, step, 1).errors
    assert errors[0] == 0
    assert np.isclose(errors[1], min(1, 2 * step * abs((x.T @ x)[0, 1])))


@given(st.integers(2, 7), st.floats(0.01, 1.99), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_more_rows_rise_somewhere(n, relative_step, seed):
    """Theorem "Two rows or more": generic weights beside an exact one."""
    u = np.random.default_rng(seed).uniform(-1, 1, (n, 1))
    u[0] = 1
    errors = gd.descend(u, [1.0], [[1.0]], relative_step / (2 * n), 1).errors
    residual = (1 - relative_step) * (u.sum() - 1)
    assert errors[0] == 0
    if abs(residual) > 1e-9:
        assert errors[1] > 0
    assert np.isclose(gd.descend(u, [1.0], [[1.0]], 1 / (2 * n), 1).errors[1], 0, atol=1e-12)


@given(st.integers(1, 6), st.integers(0, 10**6))
@settings(max_examples=80, deadline=None)
def test_crossed_zeros_and_never_rises(n, seed):
    """Against the error on a grid of shifts that contains every zero and the middle between neighbours."""
    rng = np.random.default_rng(seed)
    u, w = rng.uniform(-1, 1, n), rng.uniform(0.1, 1)
    if seed % 3 == 0:
        u = u * 0.3 * w  # small starts, where it does not rise
    masks = all_masks(n)[1:-1]
    zeros = (w - masks @ u) / masks.sum(axis=1)
    end = shift.end(u, w)
    inside = (zeros / end > 0) & (zeros / end < 1)
    found, sizes = shift.crossed(u, w)
    assert np.allclose(np.sort(found), np.sort(zeros[inside]))
    assert sorted(sizes) == sorted(masks.sum(axis=1)[inside])
    assert (np.diff(np.abs(found)) >= 0).all()
    grid = np.sort(np.concatenate([[0, end], found, np.linspace(0, end, 400)]) / end)
    grid = np.union1d(grid, (grid[1:] + grid[:-1]) / 2) * end
    error = shift.error_of_shift(u, w, grid)
    assert shift.never_rises(u, w) == (not gd.rises(error, 1e-13).any())


def test_nothing_moves_and_nothing_is_crossed():
    assert shift.never_rises([0.2, 0.3], 0.5) and shift.never_rises([0.2, 0.9], 0.0)
    assert len(shift.crossed([0.25, 0.5], 0.75)[0]) == 0
    assert shift.end([0.5, 1.0], 0.5) == -0.5


def test_small_starts_never_rise():
    """Theorem "Small starts": starts that meet its two conditions, for every n, of many spreads."""
    rng = np.random.default_rng(7)
    for n in (1, 2, 5, 9):
        w = rng.uniform(0.1, 1, 200)
        u = rng.normal(size=(200, n)) * rng.uniform(0, 1, (200, 1)) * w[:, None] / n
        u -= np.maximum(u.sum(axis=1) - w, 0)[:, None] / n
        u = u[:, :, None]
        fits = u.mean(axis=1)[:, 0] - u.min(axis=1)[:, 0] <= w / n
        assert fits.sum() > 50  # three in four on average for n = 9, nearly all for n < 3
        for relative_step in (0.1, 1.0):
            run = gd.descend(u[fits], w[fits, None], [[1.0]], relative_step / (2 * n), 60)
            assert not gd.rises(run.errors).any()
            positive = np.maximum(run.weights, 0).sum(axis=-2)[..., 0]
            assert np.allclose(run.errors, w[fits, None] - positive, atol=1e-12)


def test_small_start_setting_is_covered():
    u, w, _ = experiments.draw(Setting(7, 3, "small"), 40, 8)
    assert (np.abs(u) <= np.abs(w)[:, None] / 14).all()


def test_a_start_may_rise_if_the_step_overshoots():
    run = gd.descend([[-0.2], [0.4]], [1.0], [[1.0]], 1.5 / 4, 2)
    assert np.allclose(run.errors, [0.6, 0, 0.2], atol=1e-15)


@pytest.mark.parametrize("relative_step", [0.3, 1.0, 2.0])
def test_masked_descent_never_rises(relative_step):
    """Theorem "The mask inside": orthonormal data, or any data divided out, up to 2 alpha n = 2."""
    for n in (1, 3, 6):
        u, w, x = experiments.draw(Setting(n, 3, data="ill conditioned"), 60, [9, n])
        for run in (
            gd.descend_masked(u, w, np.eye(3), relative_step / (2 * n), 40),
            gd.descend_masked(u, w, x, relative_step / (2 * n), 40, precondition=True),
        ):
            assert not gd.rises(run.errors).any()
            assert not gd.rises(np.abs(np.swapaxes(run.gaps, -1, -2))).any()


def test_masked_descent_rate_dead_columns_and_reach():
    n, step = 6, 1 / 12
    u, w, _ = experiments.draw(Setting(n, 4), 100, 10)
    run = gd.descend_masked(u, w, np.eye(4), step, 50)
    dead = run.kept[:, 0] == 0  # one column in sixteen: none of 400 with a probability of 1e-11
    errors = np.abs(run.gaps)
    assert dead.any() and (run.kept[dead[:, None].repeat(51, 1)] == 0).all()
    assert np.array_equal(errors[:, -1][dead], np.abs(w)[dead])
    rate = (1 - 2 * step) ** np.arange(51)[:, None]
    alive = ~dead
    assert (errors <= rate * errors[:, :1] + 1e-12)[alive[:, None].repeat(51, 1)].all()
    assert (run.kept[alive[:, None].repeat(51, 1)] > 0).all()
    moved = np.abs(run.weights - run.weights[:, :1]).max(axis=(1, 2))
    assert (moved <= errors[:, 0] + 1e-12).all()


def test_masked_descent_may_rise_on_other_data():
    x = [[1, 0], [0, 1], [1, 1]]
    run = gd.descend_masked([[1, 1]], [1, -1 / 4], x, 1 / 8, 1)
    assert np.allclose(run.errors, [1 / 4, math.sqrt(17) / 16])
    plain = gd.descend([[1, 1]], [1, 0], x, 1 / 8, 1)
    assert np.allclose(plain.errors, [0, 1 / 4]) and np.allclose(plain.unmasked[1], 5**0.5 / 4)


@pytest.mark.parametrize("data", experiments.DATA)
def test_fixed_size_falls_on_all_data(data):
    """Theorem "Descent for all data", part 2, with its rate."""
    u, w, x = one_run(6, 3, data, 11)
    values = np.linalg.eigvalsh(x.T @ x)
    for size in (1, 3, 6):
        step = 0.9 * gd.masked_stability_limit(x, size)
        run = gd.descend_masked(u, w, x, step, 60, size=size)
        rate = np.abs(1 - 2 * step * size * values).max()
        assert (run.errors[1:] <= rate * run.errors[:-1] + 1e-12).all() and rate < 1
        assert (run.kept == size).all()


@pytest.mark.parametrize("relative_step", [0.2, 1.0])
def test_the_largest_weighted_error_falls_if_columns_mix_little(relative_step):
    """Proposition "Columns that mix little": two columns, and four with a dominant diagonal."""
    rng = np.random.default_rng(25)
    rising = 0
    for d, coupling in ((2, 0.95), (4, 0.3)):
        a = np.eye(d) * (1 - coupling) + coupling
        x = np.linalg.cholesky(a).T * rng.uniform(0.3, 1, (200, 1, d))
        x /= np.linalg.norm(x, 2, axis=(1, 2))[:, None, None]
        weigh = np.linalg.norm(x, axis=1)  # roots of the diagonal of A
        u, w, _ = experiments.draw(Setting(4, d), 200, [26, d])
        run = gd.descend_masked(u, w, x, relative_step / 8, 200)
        largest = (np.abs(run.gaps) * weigh[:, None]).max(axis=-1)
        assert not gd.rises(largest).any()
        alive = (run.kept > 0).all(axis=(1, 2))
        least = 1 - (d - 1) * coupling
        factor = 1 - relative_step / 4 * least * (weigh**2).min(axis=1)[:, None]
        assert (largest[:, 1:] <= factor * largest[:, :-1] + 1e-12)[alive].all() and alive.any()
        rising += gd.rises(run.errors).any(axis=1).sum()
    assert rising > 0  # E itself does rise


def test_at_the_limit_one_weight_jumps_for_ever():
    run = gd.descend_masked([[0.6]], [0.5], [[1.0]], gd.masked_stability_limit([[1.0]], 1), 9)
    assert np.allclose(run.errors, 0.1) and np.allclose(run.weights[1::2], 0.4)


def test_more_columns_do_not_help():
    """The example by hand beside columns of zeros, with data that mix."""
    x = np.random.default_rng(27).normal(size=(6, 3))
    u, step = np.array([[0.3, 0, 0], [0.9, 0, 0]]), 0.1 * gd.stability_limit(x, 2)
    run = gd.descend(u, [0.3, 0, 0], x, step, 1)
    moved = step * 2 * 0.9 * (x.T @ x)[0, 0]
    assert (
        run.errors[0] == 0
        and np.isclose(abs(run.gaps[1, 0]), moved)
        and run.errors[1] >= moved - 1e-15
    )


def test_the_loss_on_the_data_falls_if_the_mask_is_best_there():
    """Theorem "Descent for all data", part 3: all masks of the whole matrix tried."""
    n, d = 2, 3
    pairs = [np.array(m).reshape(n, d) for m in itertools.product([0, 1], repeat=n * d)]
    for k in range(10):
        u, w, x = one_run(n, d, "Gaussian", [12, k])

        def loss(v, mask, w=w, x=x):
            return float(np.sum((x @ ((v * mask).sum(axis=0) - w)) ** 2))

        def best(v, loss=loss):
            return min(pairs, key=lambda mask: loss(v, mask))

        path = literal_descent(u, w, x, gd.masked_stability_limit(x, n), 30, best)
        losses = [loss(v, best(v)) for v in path]
        assert not gd.rises(np.array(losses)).any()


def test_pruned_error_leaves_out_only_the_full_mask():
    rng = np.random.default_rng(13)
    u, w = rng.uniform(-1, 1, (20, 2, 5)), rng.uniform(-1, 1, (20, 2))
    found = shift.pruned_error(u, w)
    for k, j in itertools.product(range(20), range(2)):
        assert np.isclose(found[k, j], np.abs(all_masks(5)[:-1] @ u[k, j] - w[k, j]).min())
    assert shift.pruned_error([0.5, 0.5], 1.0) == 0.5


def test_every_kind_of_data_and_start():
    w = np.random.default_rng(14).uniform(-0.5, 0.5, (30, 4))
    for start in experiments.STARTS:
        u = experiments.draw_start(Setting(6, 4, start), w, 15)
        assert u.shape == (30, 6, 4)
    assert np.allclose(
        experiments.draw_start(Setting(6, 4, "near the target"), w, 15).sum(1) - w, 0.01
    )
    spread = np.linalg.eigvalsh(gd.descent.gram(experiments.draw_data("ill conditioned", 4, 9, 16)))
    assert np.allclose(spread[:, -1] / spread[:, 0], experiments.CONDITION)
    assert experiments.draw_data("Gaussian", 4, 9, 16).shape == (9, 8, 4)


def test_streams_are_independent():
    """Start and target of one seed are not the same numbers: correlation within 6 / sqrt(2,000)."""
    u, w, _ = experiments.draw(Setting(1, 1), 2000, 17)
    assert abs(np.corrcoef(u[:, 0, 0], w[:, 0])[0, 1]) < 6 / math.sqrt(2000)


def test_the_coin_flip_and_its_count():
    """A share of 1/2 far from the end, 0 near it, and rises that grow with n by log 2 / (-2 log(1 - kappa)).

    Over 25 seeds the standard deviations are .003 (early share), .005 (late), .008 (rises over prediction),
    .02 (slope over prediction), so each bound is at least eight of them away from the mean.
    """
    run = experiments.runs(Setting(14, relative_step=0.2), 400, 18)
    found = experiments.share(run, 14)
    assert 0.46 < found.early < 0.53 and found.late < 0.06 and found.runs_with_rise > 0.9
    assert abs(found.mean_rises / experiments.predicted_rises(14, 0.2) - 1) < 0.15
    sizes = np.array([6, 10, 14])
    rises = [
        experiments.share(experiments.runs(Setting(n), 200, [19, n]), n).mean_rises for n in sizes
    ]
    slope = np.polyfit(sizes, rises, 1)[0]
    assert abs(slope / experiments.predicted_rises(1, 0.2) - 1) < 0.25


def test_shares_by_distance():
    """Over 20 seeds the shares are .020 and .499 with standard deviations of .005 and .006."""
    edges = np.array([-6.0, -3, 3, 9])
    low, _, high = experiments.share_by_distance(Setting(10), 200, 20, edges)
    assert low < 0.1 < 0.4 < high
    assert np.isnan(experiments.share_by_distance(Setting(10), 1, 20, np.array([30.0, 31.0]))).all()


def test_spread_regimes():
    """Over 20 seeds the wide start's shares are .998 and .491 with standard deviations of .004 and .010."""
    found = experiments.spread_regimes(8, [0.25, 8.0], 100, 21)
    assert found["runs"][0] == 0 and found["runs"][1] > 0.9
    assert np.isnan(found["early"][0]) or found["early"][0] == 0
    assert found["early"][1] > 0.4


def test_versions():
    """Over 20 seeds the slides' share of rises is .47 with a standard deviation of .025."""
    found = experiments.version_errors(
        Setting(6, 3, data="ill conditioned", relative_step=0.5), 20, 30, 22
    )
    assert list(found) == list(experiments.VERSIONS)
    assert not gd.rises(found["masked, X divided out"]).any()
    assert not gd.rises(found["masked, fixed size"]).any()
    assert gd.rises(found["slides"]).mean() > 0.3
    assert np.array_equal(found["masked"][:, 0], found["slides"][:, 0])


def test_without_the_trivial_mask():
    """The ratio of medians is .6, with a standard deviation of .036 over seeds."""
    first, last = experiments.without_the_trivial(Setting(8), 1200, 23)
    assert first.shape == last.shape == (1200,) and (last > 0).all()
    assert 0.3 < np.median(last) / np.median(first) < 0.95


def test_tables():
    run = gd.descend([[0.3], [0.9]], [0.3], [[1.0]], 0.05, 6)
    lines = gd.tables.steps_table(run, 2).text.splitlines()
    assert lines[2:] == [
        "| 0 | 0.3; 0.9 | 1; 0 | 0 | 0.9 | - |",
        "| 1 | 0.21; 0.81 | 1; 0 | 0.09 | 0.72 | **up** |",
        "| 2 | 0.138; 0.738 | 1; 0 | 0.162 | 0.576 | **up** |",
    ]
    assert gd.tables.own_experiment([[0.3], [0.9]], [0.3], [[1.0]], 0.05, 6).text.endswith("down |")
    assert "the same" in gd.tables.own_experiment([[0.5]], [0.5], [[1.0]], 0.1, 1).text
    with pytest.raises(ValueError, match="run must be a single one, got shape"):
        gd.tables.steps_table(gd.descend([[[0.3]]], [0.3], [[1.0]], 0.05, 6))


GOOD = {"u": [[0.3, 0.1], [0.9, 0.2]], "w": [0.3, 0.1], "x": [[1.0, 0.0]], "step": 0.1, "steps": 2}
BAD = [
    ({"u": [0.3, 0.9]}, r"u must have 2 or 3 dimension\(s\), got shape \(2,\)"),
    ({"w": [0.3]}, r"w must have d = 2 columns as u has, got shape \(1,\)"),
    ({"x": [[1.0]]}, r"x must have d = 2 columns as u has, got shape \(1, 1\)"),
    ({"x": [[1.0, np.nan]]}, "x must be finite"),
    (
        {"u": np.zeros((2, 3, 2)), "w": np.zeros((4, 2))},
        r"agree on the number of runs, got \[2, 4\]",
    ),
    ({"step": 0.0}, "step must be positive, got 0.0"),
    ({"step": np.nan}, "step must be finite"),
    ({"w": [0.3, np.inf]}, "w must be finite"),
    ({"steps": -1}, "steps must be a whole number, 0 or more, got -1"),
    ({"steps": 1.5}, "steps must be a whole number, 0 or more, got 1.5"),
]


@pytest.mark.parametrize(("wrong", "message"), BAD)
@pytest.mark.parametrize("go", [gd.descend, gd.descend_masked])
def test_wrong_arguments(go, wrong, message):
    with pytest.raises(ValueError, match=message):
        go(**GOOD | wrong)


def test_more_wrong_arguments():
    with pytest.raises(ValueError, match="step: the descent leaves the range of floats"):
        gd.descend(**GOOD | {"step": 1e9, "steps": 100})
    with pytest.raises(ValueError, match="x must have full column rank to be divided out"):
        gd.descend_masked(**GOOD, precondition=True)
    with pytest.raises(ValueError, match="size must be a whole number from 0 to n = 2, got 3"):
        gd.descend_masked(**GOOD, size=3)
    with pytest.raises(ValueError, match="x must not be all zero"):
        gd.stability_limit([[0.0, 0.0]], 2)
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        gd.stability_limit([[1.0]], 0)
    with pytest.raises(ValueError, match="kept must hold a positive count"):
        gd.masked_stability_limit([[1.0]], [0])
    with pytest.raises(ValueError, match="x must not be all zero"):
        gd.masked_stability_limit([[0.0]], 1)
    with pytest.raises(
        ValueError, match="u must hold at most 20 weights to list all masks, got 21"
    ):
        shift.crossed(np.ones(21), 0.5)
    with pytest.raises(ValueError, match="u must be finite"):
        shift.crossed([0.1, np.nan], 0.5)
    with pytest.raises(ValueError, match="u must hold at least 2 weights, got 1"):
        shift.pruned_error([1.0], 0.5)
    with pytest.raises(ValueError, match="start must be one of"):
        experiments.draw(Setting(2, start="warm"), 1, 0)
    with pytest.raises(ValueError, match="name must be one of"):
        experiments.descend_as("poster", **GOOD)
    with pytest.raises(ValueError, match="data must be one of"):
        experiments.draw(Setting(2, data="real"), 1, 0)


def test_limits():
    x = np.array([[1.0, 0.0], [0.0, 2.0]])
    assert gd.stability_limit(x, 5) == 1 / 20 and gd.masked_stability_limit(x, [1, 3]) == 1 / 12
    assert gd.stability_limit(np.stack([x, 2 * x]), 5).tolist() == [1 / 20, 1 / 80]
    assert experiments.enough_steps(10, 0.5, 0.9) == 10 and experiments.enough_steps(10, 1.0) == 1
    assert np.isclose(experiments.predicted_rises(10, 0.5), 5)


def test_steps_just_below_the_limit_converge_and_above_diverge():
    x = np.random.default_rng(24).normal(size=(6, 2))
    u, w = np.ones((3, 2)), np.array([0.2, 0.4])
    limit = gd.stability_limit(x, 3)
    assert gd.descend(u, w, x, 0.99 * limit, 3000).unmasked[-1] < 1e-9
    assert gd.descend(u, w, x, 1.01 * limit, 3000).unmasked[-1] > 1e9
