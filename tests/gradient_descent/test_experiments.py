"""Tests of gradient_descent.experiments."""

import itertools
import math

import numpy as np

from lth_tutorial import gradient_descent as gd
from lth_tutorial.gradient_descent import experiments
from lth_tutorial.gradient_descent.experiments import Setting


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


def test_rises_per_row():
    """One column step by step, with all masks listed; and no rise where the first step arrives."""
    n, kappa, trials = 5, 0.3, 8
    u = np.random.default_rng(24).uniform(-1, 1, (trials, n))
    masks = np.array(list(itertools.product((0, 1), repeat=n)))
    errors = []
    for _ in range(experiments.enough_steps(n, kappa) + 1):
        errors.append(np.abs(u @ masks.T - 0.5).min(axis=1))
        u -= kappa / n * (u.sum(axis=1, keepdims=True) - 0.5)
    expected = (np.diff(errors, axis=0) > 1e-12).sum(axis=0) / n
    assert np.array_equal(experiments.rises_per_row(n, kappa, trials, 24), expected)
    assert not experiments.rises_per_row(4, 1.0, 50, 25).any()


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
